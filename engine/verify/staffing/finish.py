"""Whether a roster can finish every run of an item, and if not, the smallest reason.

Belongs here: the verdict on one item. Does not: what absences change (:mod:`.absence`).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from engine.model.office import Avoidance, Waiver
from engine.model.wording import say

from .answer import Infeasible, Undecided
from .item import MAX_SEATS, ItemProblem, Restriction, Seat, avoiding
from .problem import Constraint
from .solver import solve

#: Sets of steps tried before an item whose branches exclude each other stays *unknown*.
MAX_SETS = 2_000
#: Seconds for one set of steps.
SECONDS = 5.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Staffed:
    """Every run can be finished."""

    #: Officer of each seat, one choice that serves every run; None where it depends on the run.
    officer_of: Mapping[str, str] | None
    #: Officers who are enough for every run.
    crew: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unstaffed:
    """Some run cannot be finished: all of this cannot be met together, all but any part can."""

    #: Seats some run needs, in document order; empty where nobody is there at all.
    seats: tuple[Seat, ...]
    #: For each seat whose holders matter, the officers present who may take it.
    able: Mapping[str, tuple[str, ...]]
    restrictions: tuple[Restriction, ...]
    avoidances: tuple[Avoidance, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """Ids of the steps, each once."""
        return tuple(dict.fromkeys(seat.step for seat in self.seats))


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """Not decided."""

    reason: str


Verdict = Staffed | Unstaffed | Unknown


def finish(
    item: ItemProblem,
    *,
    absent: Collection[str] = frozenset(),
    waivers: bool = True,
    duties: bool = True,
) -> Verdict:
    """Whether every run can be staffed; the parameters are those of :meth:`ItemProblem.problem`.

    All steps together are tried first: who can do them all can do every run. If they
    cannot be staffed, the reason counts only when some run executes all the steps it
    names; else every run leaves one of them out, and each of these sets is tried.

    Source: hitting-set tree (Reiter, A Theory of Diagnosis from First Principles, 1987).
    """
    if (count := len(item.seats)) > MAX_SEATS:
        return Unknown(reason=say("staff.unknown.seats", count=count, most=MAX_SEATS))
    everything = frozenset(item.seats)
    waiting, met = [everything], {everything}
    officer_of: Mapping[str, str] | None = None
    crew: set[str] = set()
    while waiting:
        seats = waiting.pop()
        problem = item.problem(seats, absent=absent, waivers=waivers, duties=duties)
        answer = solve(problem, seconds=SECONDS)
        if isinstance(answer, Undecided) or len(met) > MAX_SETS:
            return Unknown(reason=say("staff.unknown.effort"))
        if isinstance(answer, Infeasible):
            reason = _reason(item, answer, waivers=waivers)
            executed = _is_executed(item, reason)
            if executed is not False:
                return reason if executed else _unexplored(item)
            fewer = [rest for rest in _without_one(item, seats, reason) if rest not in met]
            met.update(fewer)
            waiting += fewer
            continue
        chosen = {seat: officer for seat, officer in answer.officer_of.items() if seat in seats}
        crew.update(chosen.values())
        if seats == everything:
            officer_of = chosen
    found = Staffed(officer_of=officer_of, crew=frozenset(crew))
    return found if item.behaviour.unknown_reason is None else _unexplored(item)


def _without_one(
    item: ItemProblem, seats: frozenset[str], reason: Unstaffed
) -> Iterator[frozenset[str]]:
    """The seats without those of one step of a reason, for each of its steps."""
    for step in reason.steps:
        yield frozenset(seat for seat in seats if item.seats[seat].step != step)


def needed_waivers(item: ItemProblem) -> tuple[Waiver, ...]:
    """Waivers in force that together let every run be done, none of them superfluous.

    Empty where none is needed, and where all of them do not help.
    """
    needed = []
    kept = item
    for waiver in dict.fromkeys(rule.waiver for rule in item.restrictions if rule.waiver):
        rules = (
            replace(rule, waiver=None) if rule.waiver == waiver else rule
            for rule in kept.restrictions
        )
        without = replace(kept, restrictions=tuple(rules))
        if isinstance(finish(without), Staffed):
            kept = without
        else:
            needed.append(waiver)
    return tuple(needed) if isinstance(finish(kept), Staffed) else ()


def _unexplored(item: ItemProblem) -> Unknown:
    return Unknown(reason=item.behaviour.unknown_reason or "")


def _is_executed(item: ItemProblem, reason: Unstaffed) -> bool | None:
    """Whether some run needs all seats of a reason; of an empty one, any seat at all."""
    if reason.seats:
        return item.behaviour.may(*reason.steps)
    verdicts = {item.behaviour.may(seat.step) for seat in item.seats.values()}
    return True if True in verdicts else (None if None in verdicts else False)


def _reason(item: ItemProblem, answer: Infeasible, *, waivers: bool) -> Unstaffed:
    """The solver's explanation in the words of the item."""
    explanation = answer.explanation
    named = {step for constraint in explanation for step in constraint.steps}
    apart: dict[frozenset[str], Restriction] = {}
    bound: dict[frozenset[str], Restriction] = {}
    for rule in sorted(item.active(waivers=waivers), key=lambda rule: not rule.statutory):
        found = bound if rule.kind == "bind" else apart
        seats = item.team(rule)[1] if rule.kind == "bind" else rule.seats
        found.setdefault(frozenset(seats), rule)
    rules = [
        (apart if c.kind == "separate" else bound).get(frozenset(c.steps))
        for c in explanation
        if c.kind != "authorised"
    ]
    return Unstaffed(
        seats=tuple(seat for seat in item.seats.values() if seat.id in named),
        able={c.steps[0]: c.officers for c in explanation if _is_about_holders(item, c)},
        restrictions=tuple(rule for rule in rules if rule is not None),
        avoidances=tuple(a for a in item.avoidances if avoiding(a.officers) in named),
    )


def _is_about_holders(item: ItemProblem, constraint: Constraint) -> bool:
    return constraint.kind == "authorised" and constraint.steps[0] in item.seats
