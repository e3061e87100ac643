"""What has to be filled in so that gateways decide as a run does.

Belongs here: finding values for the fields conditions read. Does not: following
the run (:mod:`.directing`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Literal

from engine.bpmn.expression import Expression, parse
from engine.model.errors import UnsafeExpression
from engine.model.procedure import FieldType, FormField, Node, NodeKind, Procedure
from engine.verify.behaviour.retrace import Act, Passage
from engine.verify.expressions import comparisons_in

#: Most combinations of values tried before a gateway is forced.
MAX_TRIES = 20_000
_GATEWAYS = (NodeKind.EXCLUSIVE_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)
_SAMPLES: Mapping[FieldType, object] = {
    FieldType.DATE: "2026-03-02",
    FieldType.ID_CARD: "11010519491231002X",
    FieldType.BANK_CARD: "6222020200011112222",
    FieldType.PHONE: "13800000000",
}

#: A field as one step filled it in: what stands before the paths of its case, its name,
#: and the number of the passage.
Filled = tuple[str, str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A node of a run, and the case it belongs to."""

    #: What stands before the paths of the case: empty, or the call that opens child cases.
    case: str
    procedure: Procedure
    node: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Forced:
    """Why no values make a gateway decide as a run does."""

    #: An exit has no condition; nobody has filled in what a condition reads; no value
    #: that could stand there makes the conditions true.
    why: Literal["no-condition", "no-value", "contradiction"]
    #: Names the conditions read and nobody has filled in.
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Wish:
    """What one gateway is to decide."""

    number: int
    #: Exits with a condition, in the order they are asked.
    conditions: tuple[tuple[str, Expression], ...]
    default: str | None
    inclusive: bool
    exits: frozenset[str]
    #: Where each name the conditions read was filled in.
    fields: Mapping[str, Filled]

    def is_met(self, values: Mapping[Filled, object]) -> bool:
        """Whether these values make the gateway take the exits."""
        data = {name: values[filled] for name, filled in self.fields.items()}
        taken: set[str | None] = set()
        try:
            for flow, condition in self.conditions:
                if condition.evaluate(data):
                    taken.add(flow)
                    if not self.inclusive:
                        break
        except UnsafeExpression:
            return False
        return (taken or {self.default}) == self.exits


class Filling:
    """The values of one run.

    Parameters
    ----------
    locate : the node a path names.
    order : ids of the exits of a gateway in the order the engine asks for them.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        locate: Callable[[str], Spot],
        order: Callable[[Spot], Sequence[str]],
    ) -> None:
        self._locate = locate
        self._order = order
        self._form: dict[str, FormField] = {}
        self._literals: dict[str, list[object]] = {}
        self._values: dict[Filled, object] = {}
        #: By the number of the passage: why a gateway has to be forced.
        self.forced: dict[int, Forced] = {}
        #: By the number of the passage: the conditions a gateway decides by, by flow.
        self.conditions: dict[int, Mapping[str, str]] = {}
        self._tries = 0
        kept: list[_Wish] = []
        for wish in self._wishes(passages):
            found = self._solve([*kept, wish])
            if found is None:
                self.forced[wish.number] = Forced(why="contradiction")
                continue
            kept.append(wish)
            self._values = found
            self.conditions[wish.number] = {f: c.text for f, c in wish.conditions}

    def at(self, number: int, case: str) -> tuple[tuple[FormField, object], ...]:
        """The fields filled in at a passage, and with what."""
        return tuple(
            (self._form[name], value)
            for (of, name, filled), value in self._values.items()
            if filled == number and of == case
        )

    def _wishes(self, passages: Sequence[Passage]) -> Iterator[_Wish]:
        last: dict[tuple[str, str], int] = {}
        tables: dict[tuple[str, str], FormField] = {}
        read: set[str] = set()
        for number, passage in enumerate(passages):
            spot = self._locate(passage.label)
            if spot.procedure.id not in read:
                read.add(spot.procedure.id)
                self._read(spot.procedure)
            step = spot.node.step
            if passage.act is Act.OPEN and step is not None and step.child_rows:
                table = tables.get((spot.case, step.child_rows))
                for column in table.columns if table else ():
                    last[f"{passage.label}/", column.name] = number
                    self._form[column.name] = column
            for field in step.fields if step and passage.act is Act.DO else ():
                last[spot.case, field.name] = number
                tables[spot.case, field.name] = self._form[field.name] = field
            if passage.kind in _GATEWAYS and len(spot.node.outgoing) > 1:
                wish = self._wish(number, passage, spot, last)
                if isinstance(wish, Forced):
                    self.forced[number] = wish
                else:
                    yield wish

    def _wish(
        self, number: int, passage: Passage, spot: Spot, last: Mapping[tuple[str, str], int]
    ) -> _Wish | Forced:
        node, flows = spot.node, spot.procedure.flows
        conditions = []
        for flow in self._order(spot):
            text = flows[flow].condition
            if flow != node.default and text is None:
                return Forced(why="no-condition")
            if flow != node.default:
                conditions.append((flow, parse(text or "None")))
        names = tuple(dict.fromkeys(chain(*(c.names for _, c in conditions))))
        missing = tuple(name for name in names if (spot.case, name) not in last)
        if missing:
            return Forced(why="no-value", names=missing)
        return _Wish(
            number=number,
            conditions=tuple(conditions),
            default=node.default,
            inclusive=node.kind is NodeKind.INCLUSIVE_GATEWAY,
            exits=frozenset(passage.exits),
            fields={name: (spot.case, name, last[spot.case, name]) for name in names},
        )

    def _read(self, procedure: Procedure) -> None:
        for comparison in comparisons_in(procedure):
            self._literals.setdefault(comparison.name, []).append(comparison.value)

    def _solve(self, wishes: list[_Wish]) -> dict[Filled, object] | None:
        """Values that meet all wishes, those known already tried first."""
        fields = tuple(dict.fromkeys(chain(*(w.fields.values() for w in wishes))))
        place = {filled: number for number, filled in enumerate(fields)}
        ripe: list[list[_Wish]] = [[] for _ in (*fields, None)]
        for wish in wishes:
            ripe[max((place[f] + 1 for f in wish.fields.values()), default=0)].append(wish)
        self._tries = 0
        values: dict[Filled, object] = {}
        met = all(wish.is_met(values) for wish in ripe[0])
        return values if met and self._fill(fields, 0, ripe, values) else None

    def _fill(
        self,
        fields: tuple[Filled, ...],
        number: int,
        ripe: list[list[_Wish]],
        values: dict[Filled, object],
    ) -> bool:
        if number == len(fields):
            return True
        for value in self._candidates(fields[number]):
            self._tries += 1
            if self._tries > MAX_TRIES:
                break
            values[fields[number]] = value
            if all(wish.is_met(values) for wish in ripe[number + 1]) and self._fill(
                fields, number + 1, ripe, values
            ):
                return True
        values.pop(fields[number], None)
        return False

    def _candidates(self, filled: Filled) -> Iterator[object]:
        if filled in self._values:
            yield self._values[filled]
        field = self._form[filled[1]]
        if field.type is FieldType.TABLE:
            yield []
            for rows in (1, 2):
                for column in field.columns or (field,):
                    for value in self._plain(column):
                        filler = {c.name: next(iter(self._plain(c))) for c in field.columns}
                        yield [{**filler, column.name: value} for _ in range(rows)]
        else:
            yield from self._plain(field)
        if not field.required:
            yield None

    def _plain(self, field: FormField) -> Sequence[object]:
        """Values a field that is no table may have, as far as conditions tell them apart."""
        literals = self._literals.get(field.name, [])
        if field.type is FieldType.CHOICE:
            return field.options or ("",)
        if field.type in (FieldType.NUMBER, FieldType.MONEY):
            return tuple(_numbers(field, literals))
        texts = [text for text in literals if isinstance(text, str)]
        return (*dict.fromkeys(texts), _SAMPLES.get(field.type, "样例"))


def _numbers(field: FormField, literals: Sequence[object]) -> Iterator[Decimal]:
    """Around every number a condition names, within the field's bounds."""
    least = Decimal(str(field.least)) if field.least is not None else None
    most = Decimal(str(field.most)) if field.most is not None else None
    named = [Decimal(str(n)) for n in literals if isinstance(n, int | Decimal | float)]
    around = [n + more for n in named for more in (1, 0, -1)]
    bounds = [b for b in (least, most, Decimal(0), Decimal(1)) if b is not None]
    for number in dict.fromkeys((*around, *bounds, Decimal(100_000))):
        if (least is None or number >= least) and (most is None or number <= most):
            yield number
