"""How long a procedure takes by the limits of its steps, on its longest way.

Belongs here: adding limits up and counting one unit in another. Does not: what
a promise too short means (``rules/limits_exceed_promise.py``).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.model.item import LimitUnit, TimeLimit
from engine.model.procedure import Node, Procedure, Trigger

from .behaviour.build import MAX_CALLS

#: Days the longest holiday takes out of a stretch of days: National Day with Mid-Autumn.
HOLIDAY = 8
_DAYS = re.compile(r"P(?:(\d+)W|(\d+)D(?:T.+)?|T.+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The longest way through a procedure, in the unit of a promise."""

    #: Days it takes whatever the calendar.
    least: int = 0
    #: Days it takes at the worst: with weekends and one long holiday between.
    most: int = 0
    #: Ids of the nodes on the way that takes ``least``.
    way: tuple[str, ...] = ()
    #: Ids of the nodes whose limit is no number of days.
    vague: tuple[str, ...] = ()


def in_unit(limit: TimeLimit, unit: LimitUnit) -> tuple[int, int] | None:
    """The fewest and the most days of ``unit`` a limit may take; None for no number of days.

    Examples
    --------
    >>> week = TimeLimit(days=7, unit=LimitUnit.CALENDAR_DAY)
    >>> in_unit(week, LimitUnit.WORKING_DAY)
    (5, 7)
    >>> in_unit(TimeLimit(days=6, unit=LimitUnit.WORKING_DAY), LimitUnit.CALENDAR_DAY)
    (8, 18)
    """
    days = limit.days
    if limit.unit is LimitUnit.IMMEDIATE:
        return 0, 0
    if limit.unit not in (LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY):
        return None
    if limit.unit is unit:
        return days, days
    if unit is LimitUnit.CALENDAR_DAY:
        return days + 2 * ((days - 1) // 5), _at_worst(7 * days)
    return 5 * (days // 7) + max(0, days % 7 - 2), days


def _at_worst(fifths: int) -> int:
    """Calendar days that working days stretch over; each is 7/5 of a day on the whole."""
    return (fifths + 8) // 5 + HOLIDAY


def longest(procedure: Procedure, library: Mapping[str, Procedure], unit: LimitUnit) -> Span:
    """The longest way through a procedure, every loop walked once."""
    way = _Way(library, unit)
    span = way.through(procedure, None, ())
    return replace(span, most=_at_worst(span.most) if way.stretched else -(-span.most // 5))


@dataclass(frozen=True, slots=True)
class _Way:
    library: Mapping[str, Procedure]
    unit: LimitUnit
    #: Spans of procedures that were walked, by id.
    known: dict[str, Span] = field(default_factory=dict)
    #: Limits in working days that were counted in calendar days.
    stretched: list[TimeLimit] = field(default_factory=list)

    def through(self, procedure: Procedure, scope: str | None, callers: tuple[str, ...]) -> Span:
        """The longest way through one scope of a procedure; ``most`` is in fifths of a day."""
        nodes = {n.id: n for n in procedure.nodes.values() if n.scope == scope}
        ahead = _ahead(procedure, nodes)
        spans = {i: self._of(n, procedure, callers) for i, n in nodes.items()}
        least: dict[str, int] = {}
        most: dict[str, int] = {}
        after: dict[str, str] = {}
        for here, there in _backwards(ahead):
            after[here] = max(there, key=lambda n: least[n], default="")
            least[here] = spans[here].least + (least[after[here]] if after[here] else 0)
            most[here] = spans[here].most + max((most[n] for n in there), default=0)
        here = max(reversed(least), key=least.__getitem__, default="")
        total, way = least.get(here, 0), []
        while here:
            way.append(here)
            here = after[here]
        return Span(
            least=total,
            most=max(most.values(), default=0),
            way=tuple(way),
            vague=tuple(i for i, span in spans.items() if span.vague),
        )

    def _of(self, node: Node, procedure: Procedure, callers: tuple[str, ...]) -> Span:
        """What one node takes; nothing where it is off the clock or has no limit yet."""
        if node.step is not None and node.step.off_clock:
            return Span()
        if node.step is not None and node.step.limit is not None:
            return self._counted(node.id, node.step.limit)
        if node.kind.is_container and not node.by_event:
            return self.through(procedure, node.id, callers)
        called = self.library.get(node.called or "")
        if called is not None and len(callers) > MAX_CALLS:
            return Span(vague=(node.id,))
        if called is not None:
            return self._called(called, (*callers, procedure.id))
        if node.event and node.event.trigger is Trigger.TIMER and node.attached_to is None:
            wait = _wait(node)
            return Span(vague=(node.id,)) if wait is None else self._counted(node.id, wait)
        return Span()

    def _counted(self, node: str, limit: TimeLimit) -> Span:
        found = in_unit(limit, self.unit)
        if found is None:
            return Span(vague=(node,))
        if limit.unit is LimitUnit.WORKING_DAY is not self.unit:
            self.stretched.append(limit)
            return Span(least=found[0], most=7 * limit.days)
        return Span(least=found[0], most=5 * found[1])

    def _called(self, procedure: Procedure, callers: tuple[str, ...]) -> Span:
        if procedure.id in callers:
            return Span()
        if procedure.id not in self.known:
            self.known[procedure.id] = self.through(procedure, None, callers)
        return self.known[procedure.id]


def _wait(node: Node) -> TimeLimit | None:
    """The days a timer waits, where it is written as a duration."""
    written = (node.event.expression if node.event else None) or ""
    found = _DAYS.fullmatch(written.strip())
    if found is None:
        return None
    days = int(found.group(1) or 0) * 7 + int(found.group(2) or 0)
    return TimeLimit(days=days, unit=LimitUnit.CALENDAR_DAY)


def _ahead(procedure: Procedure, nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    """What comes after each node; the events on its border included."""
    ahead = {node.id: [s.id for s in procedure.successors(node)] for node in nodes.values()}
    for node in nodes.values():
        if node.attached_to in ahead:
            ahead[node.attached_to].append(node.id)
    return {here: [there for there in ways if there in nodes] for here, ways in ahead.items()}


def _backwards(ahead: Mapping[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Every node after all those ahead of it, with these; what leads back is left out."""
    entered = {there for ways in ahead.values() for there in ways}
    done: set[str] = set()
    open_: dict[str, Iterator[str]] = {}
    kept: dict[str, list[str]] = {node: [] for node in ahead}
    for start in sorted(ahead, key=entered.__contains__):
        if start in done:
            continue
        open_[start] = iter(ahead[start])
        while open_:
            here = next(reversed(open_))
            there = next(open_[here], None)
            if there is None:
                del open_[here]
                done.add(here)
                yield here, kept[here]
            elif there not in open_:
                kept[here].append(there)
                if there not in done:
                    open_[there] = iter(ahead[there])
