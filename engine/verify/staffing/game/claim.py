"""The question a claim asks, and its answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import reduce
from itertools import islice
from operator import or_
from typing import Literal

from engine.model.procedure import Procedure
from engine.verify.behaviour.block import bits
from engine.verify.staffing.item import ItemProblem

from .course import Course
from .search import OutOfReach, Search
from .seats import Deed, Seats, Terms
from .witness import Witness, explain, way

#: Most ways to promise officers to bound steps for several persons that are tried.
MAX_PROMISES = 100
#: Most answers a game remembers; all are forgotten beyond.
MAX_ANSWERS = 20_000


class Doubt(StrEnum):
    """Why a claim that is allowed is no promise that the case can be finished."""

    #: The case could not be staffed before either: somebody has to act.
    UNSTAFFABLE = "unstaffable"
    #: Looking ahead would take too long, or the procedure cannot be played out.
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Yes:
    """The officer may take the step."""

    #: None when the case can be staffed whatever branch comes.
    doubt: Doubt | None = None
    #: Why the case could not be staffed before either, else None.
    witness: Witness | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class No:
    """The officer may not take the step."""

    #: ``rule``: a rule forbids it; ``look-ahead``: the case could be staffed no longer.
    reason: Literal["rule", "look-ahead"]
    #: What could not be staffed then; None where a rule forbids it.
    witness: Witness | None = None


class Game:
    """The game of one procedure and one roster on one day; made once, asked often.

    Parameters
    ----------
    item : the steps and officers, and what keeps them apart.
    course : the procedure played out, see :func:`course_of`.
    """

    def __init__(self, item: ItemProblem, course: Course) -> None:
        self.course = course
        self.terms = Terms(item, course)
        self._known: dict[tuple[int, Seats], bool] = {}
        #: Answers given, by question.
        self.answers: dict[tuple[object, ...], Yes | No] = {}

    def search(self) -> Search:
        """A new question, with the answers of those before."""
        return Search(self.course, self.terms, self._known)


def course_of(item: ItemProblem, library: Mapping[str, Procedure]) -> Course:
    """A procedure played out; the same for every roster.

    Parameters
    ----------
    library : process id → procedure, for call activities.
    """
    return Course(item.procedure, library, {seat.step for seat in item.seats.values()})


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseState:
    """Where a running case stands; step ids are paths from the root of its family."""

    game: Game
    #: Steps that wait or are under way, outside parties' and sister cases' included, and
    #: messages and timers awaited.
    waiting: frozenset[str]
    #: Who did or holds which step, also in sister cases.
    deeds: tuple[Deed, ...]
    #: Officers kept out, by step id or by its beginning up to a slash; the longest counts.
    recused: Mapping[str, frozenset[str]] = field(default_factory=dict)


def may_claim(case_state: CaseState, step: str, officer: str) -> Yes | No:
    """Whether an officer may take an open step of a running case.

    Returns
    -------
    Yes or No
        No only for certain: what cannot be decided is allowed, with a doubt.
    """
    known = case_state.game.answers
    recused = tuple(sorted(case_state.recused.items()))
    asked = (step, officer, case_state.waiting, frozenset(case_state.deeds), recused)
    answer = known.get(asked)
    if answer is None:
        if len(known) >= MAX_ANSWERS:
            known.clear()
        answer = known[asked] = _answer(case_state, step, officer)
    return answer


def can_finish(case_state: CaseState) -> Yes | No:
    """Whether officers are found for all that is left of a case, whatever branch comes.

    Returns
    -------
    Yes or No
        No only for certain: what cannot be decided is allowed, with a doubt.
    """
    game, deeds = case_state.game, case_state.deeds
    shown = sorted(game.course.number[s] for s in case_state.waiting if s in game.course.number)
    positions = _positions(case_state, shown[0]) if shown else []
    if not positions:
        return Yes(doubt=Doubt.UNKNOWN)
    question = _Question(game.search(), positions, case_state.recused)
    try:
        wins = question.wins(deeds)
        if wins is not False:
            return Yes() if wins else Yes(doubt=Doubt.UNKNOWN)
        return No(reason="look-ahead", witness=question.witness(deeds))
    except OutOfReach:
        return Yes(doubt=Doubt.UNKNOWN)


def _answer(case_state: CaseState, step: str, officer: str) -> Yes | No:
    game, deeds = case_state.game, case_state.deeds
    if not game.course.is_inside(step):
        return Yes()
    number = game.course.number[step]
    bit = game.terms.bit.get(officer, 0)
    if not game.terms.allowed(number, deeds, case_state.recused) & bit:
        return No(reason="rule")
    claimed = (*deeds, (officer, step))
    positions = _positions(case_state, number)
    question = _Question(game.search(), positions, case_state.recused)
    try:
        if not positions or (after := question.wins(claimed)) is None:
            return Yes() if question.fits(claimed) else Yes(doubt=Doubt.UNKNOWN)
        if after:
            return Yes()
        # One case is at one of these positions; of sister cases one may be at each.
        apart = [*question.each()] if game.course.shows(positions, case_state.waiting) else []
        if any(one.wins(claimed) is not False for one in apart):
            return Yes(doubt=Doubt.UNKNOWN)
        before = question.wins(deeds)
        if before:
            return No(reason="look-ahead", witness=question.witness(claimed))
        if before is None or any(one.wins(deeds) is not False for one in apart):
            return Yes(doubt=Doubt.UNKNOWN)
        return Yes(doubt=Doubt.UNSTAFFABLE, witness=question.witness(deeds))
    except OutOfReach:
        return Yes(doubt=Doubt.UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Question:
    """Whether the office wins from some positions, by what was done before."""

    search: Search
    positions: list[int]
    recused: Mapping[str, frozenset[str]]

    def wins(self, deeds: tuple[Deed, ...]) -> bool | None:
        """None where it depends on when the officers of bound steps are named."""
        terms = self.search.terms
        if not self.search.wins(self.positions, terms.seats(deeds, self.recused)):
            return False
        if not terms.teams or any(
            self.search.wins(self.positions, seats) for seats in self._promised(deeds)
        ):
            return True
        return False if self._hopeless(deeds) else None

    def _promised(self, deeds: tuple[Deed, ...]) -> Iterator[Seats]:
        """What is left to fill, by the officers promised to bound steps for several."""
        terms = self.search.terms
        for promised in islice(terms.promises(deeds), MAX_PROMISES):
            yield terms.seats(deeds, self.recused, promised)

    def _hopeless(self, deeds: tuple[Deed, ...]) -> tuple[int, int] | None:
        """A position and steps of a run that no promise serves, even were the run known."""
        seats = [*self._promised(deeds)]
        if len(seats) == MAX_PROMISES:
            return None
        for position in self.positions:
            for run in self.search.course.positions[position].runs or ():
                if not any(self.search.fits(s, run & self.search.left(position, s)) for s in seats):
                    return position, run
        return None

    def each(self) -> "Iterator[_Question]":
        """The same of each position alone."""
        for position in self.positions:
            yield replace(self, positions=[position])

    def fits(self, deeds: tuple[Deed, ...]) -> bool:
        """Whether some officers can do all there may be, wherever the case is."""
        terms, inside = self.search.terms, self.search.course.inside
        if not terms.teams:
            return terms.fits(terms.seats(deeds, self.recused), inside)
        return any(terms.fits(seats, inside) for seats in self._promised(deeds))

    def witness(self, deeds: tuple[Deed, ...]) -> Witness:
        """What of it cannot be staffed."""
        terms, course = self.search.terms, self.search.course
        seats = terms.seats(deeds, self.recused)
        for position in self.positions:
            if not self.search.wins([position], seats):
                return explain(self.search, position, seats, deeds)
        position, run = self._hopeless(deeds) or (self.positions[0], 0)
        steps = [step for step in bits(run) if seats[step][0]]
        remaining = reduce(or_, (seats[step][1] for step in steps), 0)
        return Witness(
            steps=tuple(course.steps[step] for step in steps),
            run=way(course, position, run),
            remaining=tuple(terms.officers[place] for place in bits(remaining)),
            excluded=(),
            bases=(),
        )


def _positions(case_state: CaseState, step: int) -> list[int]:
    course = case_state.game.course
    executed = course.mask(step for _, step in case_state.deeds)
    return course.locate(case_state.waiting, executed, step)
