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
    library : process id → procedure, for call activities.
    """

    def __init__(self, item: ItemProblem, library: Mapping[str, Procedure]) -> None:
        inside = {seat.step for seat in item.seats.values()}
        self.course = Course(item.procedure, library, inside)
        self.terms = Terms(item, self.course)
        self.search = Search(self.course, self.terms)


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseState:
    """Where a running case stands; step ids are paths from the root of its family."""

    game: Game
    #: Steps that wait or are under way, outside parties' included.
    waiting: frozenset[str]
    #: Steps done or begun so far.
    executed: frozenset[str]
    #: Who did or holds which step, also in sister cases.
    deeds: tuple[Deed, ...]
    #: Officers kept out of the steps whose ids begin with the key; the longest key counts.
    recused: Mapping[str, frozenset[str]] = field(default_factory=dict)


def may_claim(case_state: CaseState, step: str, officer: str) -> Yes | No:
    """Whether an officer may take an open step of a running case.

    Returns
    -------
    Yes or No
        No only for certain: what cannot be decided is allowed, with a doubt.
    """
    game, deeds = case_state.game, case_state.deeds
    number = game.course.number.get(step)
    if number is None or not game.course.inside >> number & 1:
        return Yes()
    bit = game.terms.bit.get(officer, 0)
    if not game.terms.permitted(deeds, case_state.recused)[number] & bit:
        return No(reason="rule")
    after = game.terms.seats((*deeds, (officer, step)), case_state.recused)
    positions = _positions(case_state, number)
    if not positions:
        fits = game.terms.fits(after, game.course.inside)
        return Yes() if fits else Yes(doubt=Doubt.UNKNOWN)
    try:
        if game.search.wins(positions, after):
            return Yes()
        before = game.terms.seats(deeds, case_state.recused)
        could = game.search.wins(positions, before)
    except OutOfReach:
        return Yes(doubt=Doubt.UNKNOWN)
    if could:
        return No(reason="look-ahead", witness=_witness(case_state, positions, after, number, bit))
    witness = _witness(case_state, positions, before, number, 0)
    return Yes(doubt=Doubt.UNSTAFFABLE, witness=witness)


def _positions(case_state: CaseState, step: int) -> list[int]:
    course = case_state.game.course
    return course.locate(course.mask(case_state.waiting), course.mask(case_state.executed), step)


def _witness(
    case_state: CaseState, positions: list[int], seats: Seats, step: int, officer: int
) -> Witness:
    game = case_state.game
    lost = next(position for position in positions if not game.search.wins([position], seats))
    deeds = case_state.deeds
    if officer:
        deeds = (*deeds, (game.terms.officers[officer.bit_length() - 1], game.course.steps[step]))
    return explain(game.search, lost, seats, deeds)
