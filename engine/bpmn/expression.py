"""The safe expression language of conditions, timers and cardinalities.

A small subset of Python's expression syntax, evaluated by ``simpleeval``:
names, numbers, texts, comparison, ``and or not in``, ``+ - * /``, a choice
``a if b else c`` and the functions of :data:`FUNCTIONS`. No attributes, no
subscripts, no ``%``, no powers, no comprehensions, no lambda.

Numbers with a point are ``Decimal``; money is never a float.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import simpleeval

from engine.model.errors import UnsafeExpression
from engine.model.wording import say

#: Longest expression, in characters.
MAX_LENGTH = 1000
#: Deepest nesting of an expression.
MAX_NESTING = 40
#: Longest text an expression may build, in characters.
MAX_TEXT = 10_000

_ISO_DURATION = re.compile(
    r"^P(?=.)(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?=\d)(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$"
)

#: Other durations: of months and years, of fractions, of the past.
_ANY_DURATION = re.compile(r"^-?P(?:T?[\d.,]+[YMWDHS])+$")

#: What is typed for ``==``, and signs of a Chinese keyboard where ASCII ones are meant.
_MISTYPED = re.compile(r"(?<![=!<>])=(?!=)|[‘’“”＝＞＜≥≤≠（）]")

_NODES = (
    ast.Expression,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.BinOp,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.Compare,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
    ast.In,
    ast.NotIn,
    ast.Is,
    ast.IsNot,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Load,
    ast.Constant,
    ast.Tuple,
    ast.List,
)


def _as_date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


def _rows(table: object) -> Sequence[Mapping[str, object]]:
    if not isinstance(table, Sequence) or isinstance(table, str):
        raise UnsafeExpression(say("expression.not-a-table"))
    return table


def count(table: object, column: str | None = None, value: object = None) -> int:
    """Number of rows of a table field, or of those whose column has the value."""
    rows = _rows(table)
    return len(rows) if column is None else sum(row.get(column) == value for row in rows)


def total(table: object, column: str) -> Decimal:
    """Sum of one column of a table field."""
    return sum((Decimal(str(row.get(column) or 0)) for row in _rows(table)), Decimal(0))


def date_after(day: object, days: object) -> date:
    """The date ``days`` calendar days after ``day`` (the first day is not counted)."""
    return _as_date(day) + timedelta(days=int(str(days)))


#: Functions an expression may call.
FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "abs": abs,
    "count": count,
    "date": _as_date,
    "date_after": date_after,
    "days": lambda number: timedelta(days=int(str(number))),
    "max": max,
    "min": min,
    "number": lambda value: Decimal(str(value)),
    "total": total,
}

#: Names that are values, not data: never unbound.
CONSTANTS: Mapping[str, object] = {"True": True, "False": False, "None": None}


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MAX_TEXT:
            raise UnsafeExpression(say("expression.text-too-long"))
        return left + right
    if isinstance(left, list | tuple) or isinstance(right, list | tuple):
        raise UnsafeExpression(say("expression.numbers-only"))
    return left + right


def _arithmetic(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def apply(left: Any, right: Any) -> Any:
        left = Decimal(str(left)) if isinstance(left, float) else left
        right = Decimal(str(right)) if isinstance(right, float) else right
        if not (_is_number(left) and _is_number(right)):
            raise UnsafeExpression(say("expression.numbers-only"))
        return function(left, right)

    return apply


_OPERATORS: dict[type, Callable[..., object]] = {
    **simpleeval.DEFAULT_OPERATORS,
    ast.Add: _add,
    ast.Sub: operator.sub,
    ast.Mult: _arithmetic(operator.mul),
    ast.Div: _arithmetic(lambda left, right: Decimal(left) / Decimal(right)),
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed, whitelisted expression."""

    text: str
    #: Data names it reads, sorted.
    names: tuple[str, ...]
    _tree: ast.expr

    def evaluate(self, data: Mapping[str, object]) -> object:
        """The value over ``data``; never runs anything outside the language.

        Raises
        ------
        UnsafeExpression
            A name without a value, or values the operation is not made for.
        """
        for name in self.names:
            if name in FUNCTIONS and name not in data:  # else the function would be the value
                raise UnsafeExpression(say("expression.no-value", text=self.text, name=name))
        # A name shadowing a function could be called: functions win, data cannot replace them.
        evaluator = simpleeval.SimpleEval(
            operators=_OPERATORS,
            functions=dict(FUNCTIONS),
            names={**data, **CONSTANTS},
        )
        evaluator.nodes[ast.Tuple] = evaluator.nodes[ast.List] = lambda node: [
            evaluator._eval(element) for element in node.elts
        ]
        try:
            return evaluator.eval(self.text, previously_parsed=self._tree)
        except simpleeval.NameNotDefined as error:
            raise UnsafeExpression(
                say("expression.no-value", text=self.text, name=error.name)
            ) from error
        except (
            simpleeval.InvalidExpression,
            ArithmeticError,
            InvalidOperation,
            TypeError,
            ValueError,
            AttributeError,
            RecursionError,
        ) as error:
            raise UnsafeExpression(say("expression.cannot-evaluate", text=self.text)) from error


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Parse an expression and check it against the whitelist.

    Raises
    ------
    UnsafeExpression
        It cannot be parsed, or holds something outside the language.
    """
    text = text.strip()
    if len(text) > MAX_LENGTH:
        raise UnsafeExpression(say("expression.too-long", cap=MAX_LENGTH))
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        key = "mistyped" if _MISTYPED.search(text) else "unparsable"
        raise UnsafeExpression(say(f"expression.{key}", text=text)) from error
    names = _admit(tree, text)
    _refuse_repetition(tree)
    return Expression(text, tuple(sorted(names)), _Exact(text).visit(tree).body)


def _refuse_repetition(tree: ast.Expression) -> None:
    """A text that is multiplied fails only where it is evaluated: say so before."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Add):
            for side in (node.left, node.right):
                if isinstance(side, ast.Constant) and isinstance(side.value, str):
                    raise UnsafeExpression(say("expression.numbers-only"))


def _admit(tree: ast.Expression, text: str) -> set[str]:
    names: set[str] = set()
    called: set[ast.AST] = set()
    level: list[ast.AST] = [tree]
    for _ in range(MAX_NESTING):
        for node in level:
            if not isinstance(node, _NODES):
                raise UnsafeExpression(
                    say("expression.forbidden", text=text, what=type(node).__name__)
                )
            if isinstance(node, ast.Call):
                if (
                    not isinstance(node.func, ast.Name)
                    or node.func.id not in FUNCTIONS
                    or node.keywords
                ):
                    raise UnsafeExpression(
                        say(
                            "expression.unknown-function",
                            text=text,
                            known="、".join(FUNCTIONS),
                        )
                    )
                called.add(node.func)
            elif isinstance(node, ast.Name) and node not in called:
                if node.id.startswith("_"):
                    raise UnsafeExpression(say("expression.forbidden", text=text, what=node.id))
                if node.id not in CONSTANTS:
                    names.add(node.id)
            elif isinstance(node, ast.Constant) and not isinstance(
                node.value, str | int | float | None
            ):
                what = type(node.value).__name__
                raise UnsafeExpression(say("expression.forbidden", text=text, what=what))
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return names
    raise UnsafeExpression(say("expression.too-deep", text=text[:60]))


class _Exact(ast.NodeTransformer):
    """Decimals as they are written instead of floats, so that 0.1 + 0.2 == 0.3."""

    def __init__(self, text: str) -> None:
        self._text = text

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, float):
            exact = ast.Call(
                func=ast.Name(id="number", ctx=ast.Load()),
                args=[ast.Constant(value=ast.get_source_segment(self._text, node))],
                keywords=[],
            )
            return ast.copy_location(ast.fix_missing_locations(exact), node)
        return node


def duration(text: str) -> timedelta | None:
    """The length of an ISO 8601 duration literal of weeks to seconds, or None.

    Examples
    --------
    >>> duration("P7D").days
    7
    >>> duration("amount > 3") is None
    True
    """
    match = _ISO_DURATION.match(text.strip())
    if match is None:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def moment(text: str) -> datetime | None:
    """The moment of an ISO 8601 date or date-time literal, or None."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def parse_timer(text: str) -> timedelta | datetime | Expression:
    """A timer's body: an ISO 8601 literal or an expression.

    Raises
    ------
    UnsafeExpression
        Neither of the two, or a duration that is not of weeks to seconds.
    """
    for literal in (duration(text), moment(text)):
        if literal is not None:
            return literal
    if _ANY_DURATION.match(text.strip()):
        raise UnsafeExpression(say("expression.duration", text=text.strip()))
    return parse(text)
