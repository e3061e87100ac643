"""The question a claim asks, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from engine.model.procedure import Procedure
from engine.verify.staffing.item import ItemProblem

from .course import Course
from .search import OutOfReach, Search
from .seats import Deed, Seats, Terms
from .witness import Witness, explain

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
    search, seats = game.search(), game.terms.seats(deeds, case_state.recused)
    try:
        if search.wins(positions, seats):
            return Yes()
        witness = _witness(search, positions, seats, deeds)
    except OutOfReach:
        return Yes(doubt=Doubt.UNKNOWN)
    return No(reason="look-ahead", witness=witness)


def _answer(case_state: CaseState, step: str, officer: str) -> Yes | No:
    game, deeds = case_state.game, case_state.deeds
    if not game.course.is_inside(step):
        return Yes()
    number = game.course.number[step]
    bit = game.terms.bit.get(officer, 0)
    if not game.terms.allowed(number, deeds, case_state.recused) & bit:
        return No(reason="rule")
    after = game.terms.seats((*deeds, (officer, step)), case_state.recused)
    positions = _positions(case_state, number)
    if not positions:
        fits = game.terms.fits(after, game.course.inside)
        return Yes() if fits else Yes(doubt=Doubt.UNKNOWN)
    search = game.search()
    try:
        if search.wins(positions, after):
            return Yes()
        before = game.terms.seats(deeds, case_state.recused)
        if search.wins(positions, before):
            claimed = (*deeds, (officer, step))
            return No(reason="look-ahead", witness=_witness(search, positions, after, claimed))
        witness = _witness(search, positions, before, deeds)
    except OutOfReach:
        return Yes(doubt=Doubt.UNKNOWN)
    return Yes(doubt=Doubt.UNSTAFFABLE, witness=witness)


def _positions(case_state: CaseState, step: int) -> list[int]:
    course = case_state.game.course
    executed = course.mask(step for _, step in case_state.deeds)
    return course.locate(case_state.waiting, executed, step)


def _witness(
    search: Search, positions: list[int], seats: Seats, deeds: tuple[Deed, ...]
) -> Witness:
    lost = next(position for position in positions if not search.wins([position], seats))
    return explain(search, lost, seats, deeds)
