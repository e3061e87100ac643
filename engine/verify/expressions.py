"""Where a procedure holds expressions, how each is read, and what it can read."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from engine.bpmn.expression import Expression, parse, parse_timer
from engine.model.errors import UnsafeExpression
from engine.model.procedure import FormField, Procedure, Trigger
from engine.verify.subject import ProcedureSubject


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """An expression as it stands in the file."""

    text: str
    line: int
    #: Id of the flow or node it stands in; None for a business object.
    element: str | None = None
    #: Whether it may also be a duration or a date.
    is_timer: bool = False

    def read(self) -> Expression | timedelta | datetime:
        """The parsed expression or literal.

        Raises
        ------
        UnsafeExpression
            It is outside the language.
        """
        return parse_timer(self.text) if self.is_timer else parse(self.text)


def written_in(procedure: Procedure) -> Iterator[Written]:
    """Every expression of a procedure: flows, events, loops, clocks, business objects."""
    for flow in procedure.flows.values():
        if flow.condition is not None:
            yield Written(text=flow.condition, line=flow.line, element=flow.id)
    for node in procedure.nodes.values():
        if node.event is not None and node.event.expression is not None:
            yield Written(
                text=node.event.expression,
                line=node.line,
                element=node.id,
                is_timer=node.event.trigger is Trigger.TIMER,
            )
        for text in (node.loop.cardinality, node.loop.condition) if node.loop else ():
            if text is not None:
                yield Written(text=text, line=node.line, element=node.id)
        for mark in node.step.clock if node.step else ():
            if mark.when:
                yield Written(text=mark.when, line=mark.line or node.line, element=node.id)
    for thing in procedure.objects:
        if thing.key:  # an unsafe one is empty: the reader has reported it
            yield Written(text=thing.key, line=thing.line)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A field compared with a literal."""

    written: Written
    #: Name of the field.
    name: str
    #: What it is compared with; each element where that is a list.
    value: object
    #: Whether the operator asks for equality: ``== != in not in``.
    is_equality: bool


def comparisons_in(procedure: Procedure) -> Iterator[Comparison]:
    """Every comparison of a name with a literal, on whichever side it stands."""
    for written in written_in(procedure):
        try:
            parsed = written.read()
        except UnsafeExpression:
            continue  # reported as unsafe-expression
        if not isinstance(parsed, Expression):
            continue
        for node in ast.walk(ast.parse(parsed.text, mode="eval")):
            if isinstance(node, ast.Compare):
                sides = pairwise((node.left, *node.comparators))
                for (left, right), operator in zip(sides, node.ops, strict=True):
                    yield from _compared(written, left, operator, right)


def _compared(
    written: Written, left: ast.expr, operator: ast.cmpop, right: ast.expr
) -> Iterator[Comparison]:
    if isinstance(right, ast.Name) and not isinstance(operator, ast.In | ast.NotIn):
        left, right = right, left  # 'yes' == opinion
    if not isinstance(left, ast.Name):
        return
    is_equality = not isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE)
    for literal in right.elts if isinstance(right, ast.Tuple | ast.List) else (right,):
        if isinstance(literal, ast.Constant):
            yield Comparison(
                written=written, name=left.id, value=literal.value, is_equality=is_equality
            )


def fields_in_reach(subject: ProcedureSubject) -> Mapping[str, tuple[FormField, ...]]:
    """By name, the fields an expression of the procedure can read.

    Those of the procedure, of what it calls and of what calls it, and the columns
    of the table a child case comes from.
    """
    found = list(_fields(subject.procedure))
    for called in {p.procedure.id: p.procedure for p in subject.places.values()}.values():
        if called.id != subject.procedure.id:
            found += _fields(called)
    pending, seen = [subject.procedure], {subject.procedure.id}
    while pending:
        called = pending.pop()
        for caller in subject.library.callers_of(called):
            found += (*_fields(caller), *_columns(caller, called))
            if caller.id not in seen:
                seen.add(caller.id)
                pending.append(caller)
    by_name: dict[str, list[FormField]] = {}
    for field in found:
        by_name.setdefault(field.name, []).append(field)
    return {name: tuple(fields) for name, fields in by_name.items()}


def _fields(procedure: Procedure) -> Iterator[FormField]:
    for node in procedure.nodes.values():
        yield from node.step.fields if node.step else ()


def _columns(caller: Procedure, called: Procedure) -> Iterator[FormField]:
    """Columns of the tables whose rows become child cases of ``called``."""
    steps = [n.step for n in caller.nodes.values() if n.step and n.called == called.id]
    tables = {step.child_rows for step in steps}
    for field in _fields(caller):
        if field.name in tables:
            yield from field.columns
