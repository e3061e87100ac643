"""Why a case can no longer be staffed: which steps, on which way, who is left out by what."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from engine.verify.behaviour.block import bits, single_bits

from .course import Course
from .search import Search, is_short
from .seats import Deed, Seats, Terms


@dataclass(frozen=True, kw_only=True, slots=True)
class Exclusion:
    """Why an officer with the post of a step could not take it."""

    officer: str
    #: Did a conflicting step; did not do a bound one; avoids who acted; must keep out.
    why: Literal["did", "bound", "avoids", "recused"]
    #: The step that keeps the officer away, or empty.
    step: str = ""
    #: Who did that step where it was another officer, or empty.
    other: str = ""
    #: The source that forbids it, where it is a conflict.
    basis: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Witness:
    """Steps that cannot all be staffed, none of them superfluous."""

    steps: tuple[str, ...]
    #: Node ids of a shortest way on which all of them come; empty where they lie on
    #: different branches and no choice of officers is good for all.
    run: tuple[str, ...]
    #: Officers who are left for any of them.
    remaining: tuple[str, ...]
    #: Where nobody is left: why each officer with the post is out.
    excluded: tuple[Exclusion, ...]
    #: Sources that keep the steps apart from one another.
    bases: tuple[str, ...]


def explain(search: Search, position: int, seats: Seats, deeds: tuple[Deed, ...]) -> Witness:
    """Why the office cannot win from a position.

    Parameters
    ----------
    deeds : those ``seats`` follow from.
    """
    course, terms = search.course, search.terms
    here = course.positions[position]
    left = search.left(position, seats)
    short = [step for step in bits(left & here.forced) if is_short(seats[step])]
    one_run = True
    if short:
        core = 1 << short[0]
    else:
        run = search.hopeless_run(here, seats, left)
        one_run = run is not None
        core = _core(terms, seats, left if run is None else run)
    remaining = 0
    for step in bits(core):
        remaining |= seats[step][1]
    return Witness(
        steps=tuple(course.steps[step] for step in bits(core)),
        run=way(course, position, core) if one_run else (),
        remaining=tuple(terms.officers[place] for place in bits(remaining)),
        excluded=tuple(_exclusions(terms, core, deeds)) if not remaining else (),
        bases=_bases(terms, core),
    )


def _core(terms: Terms, seats: Seats, steps: int) -> int:
    """A smallest part of some steps that cannot be staffed: none of it can be left out."""
    for step in single_bits(steps):
        if not terms.fits(seats, steps & ~step):
            steps &= ~step
    return steps


def way(course: Course, start: int, wanted: int) -> tuple[str, ...]:
    """Node ids of a way with the fewest moves on which all wanted steps are executed."""
    first = (start, wanted)
    came: dict[tuple[int, int], tuple[tuple[int, int], tuple[str, ...]] | None] = {first: None}
    waiting = deque([first])
    while waiting:
        here = waiting.popleft()
        if not here[1]:
            return tuple(reversed(list(_back(came, here))))
        for move, there in course.moves[here[0]]:
            then = (there, here[1] & ~move.block.steps)
            if then not in came:
                came[then] = (here, move.block.shortest)
                waiting.append(then)
    return ()


def _back(
    came: dict[tuple[int, int], tuple[tuple[int, int], tuple[str, ...]] | None],
    here: tuple[int, int],
) -> Iterator[str]:
    while (step := came[here]) is not None:
        here, labels = step
        yield from reversed(labels)


def _bases(terms: Terms, core: int) -> tuple[str, ...]:
    pairs = (frozenset((one, other)) for one in bits(core) for other in bits(core))
    return tuple(dict.fromkeys(filter(None, (terms.basis.get(pair, "") for pair in pairs))))


def _exclusions(terms: Terms, core: int, deeds: tuple[Deed, ...]) -> Iterator[Exclusion]:
    number = terms.course.number
    known = [(officer, step) for officer, step in deeds if step in number]
    for place in bits(core):
        for bit in single_bits(terms.may[place]):
            officer = terms.officers[bit.bit_length() - 1]
            yield _exclusion(terms, place, officer, bit, known)


def _exclusion(terms: Terms, place: int, officer: str, bit: int, deeds: list[Deed]) -> Exclusion:
    number = terms.course.number
    for doer, step in deeds:
        if doer == officer and terms.apart[place] >> number[step] & 1:
            basis = terms.basis.get(frozenset((place, number[step])), "")
            return Exclusion(officer=officer, why="did", step=step, basis=basis)
    for doer, step in deeds:
        if doer != officer and terms.bound[place] >> number[step] & 1:
            return Exclusion(officer=officer, why="bound", step=step, other=doer)
        if terms.bit.get(doer, 0) & terms.avoided.get(bit, 0):
            return Exclusion(officer=officer, why="avoids", step=step, other=doer)
    return Exclusion(officer=officer, why="recused")
