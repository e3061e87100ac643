"""An expression reads a name that nothing fills.

What it checks
    Names in conditions, timers, cardinalities and object keys against the form
    fields of the procedure, of those it calls and of those that call it, and
    the columns of the table a child case comes from.
Why it matters
    The case stops at the gateway with a value that never came.
Basis
    None.
Wrong
    ``amuont > 50000`` where the form field is ``amount``
Right
    ``amount > 50000``
Known limits
    Whether the field is filled *before* the expression is read is not judged.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from engine.bpmn.expression import Expression
from engine.model.errors import UnsafeExpression
from engine.model.finding import Finding, Severity
from engine.model.procedure import Procedure
from engine.verify.expressions import written_in
from engine.verify.subject import ProcedureSubject

ID = "unknown-name"
SEVERITY = Severity.ERROR
BASIS = ""


def _fields(procedure: Procedure) -> set[str]:
    steps = [node.step for node in procedure.nodes.values() if node.step]
    return {field.name for step in steps for field in step.fields}


def _columns(caller: Procedure, called: Procedure) -> set[str]:
    """Columns of the tables whose rows become child cases of ``called``."""
    steps = [n.step for n in caller.nodes.values() if n.step and n.called == called.id]
    tables = {step.child_rows for step in steps}
    return {
        column.name
        for node in caller.nodes.values()
        for field in (node.step.fields if node.step else ())
        if field.name in tables
        for column in field.columns
    }


def _filled(subject: ProcedureSubject) -> set[str]:
    names = _fields(subject.procedure)
    for called in {p.procedure.id: p.procedure for p in subject.places.values()}.values():
        names |= _fields(called)
    pending, seen = [subject.procedure], {subject.procedure.id}
    while pending:
        called = pending.pop()
        for caller in subject.library.procedures.values():
            if called not in subject.library.called_by(caller):
                continue
            names |= _fields(caller) | _columns(caller, called)
            if caller.id not in seen:
                seen.add(caller.id)
                pending.append(caller)
    return names


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    filled = _filled(subject)
    for written in written_in(subject.procedure):
        try:
            parsed = written.read()
        except UnsafeExpression:
            continue  # reported as unsafe-expression
        for name in parsed.names if isinstance(parsed, Expression) else ():
            if name in filled:
                continue
            near = get_close_matches(name, filled, n=1)
            yield subject.finding(
                ID,
                SEVERITY,
                written.line,
                "near" if near else "none",
                elements=() if written.element is None else (written.element,),
                text=written.text,
                name=name,
                near="".join(near),
            )
