"""Solve a problem exactly."""

import time
from typing import overload

from .answer import Infeasible, Staffing, Undecided
from .masks import Masks, masks
from .problem import Problem
from .relations import Relations
from .search import GaveUp, Search

#: Placings after which clauses, which take longer to set up, are tried instead: more than
#: the hardest of 40 problems of 30 steps by 300 officers takes.
PLACES = 20_000


@overload
def solve(problem: Problem) -> Staffing | Infeasible: ...
@overload
def solve(problem: Problem, *, seconds: float | None) -> Staffing | Infeasible | Undecided: ...
def solve(problem: Problem, *, seconds: float | None = None) -> Staffing | Infeasible | Undecided:
    """A staffing of every step, or the proof that there is none.

    Parameters
    ----------
    seconds : give up after this time; without it the answer is always definite.

    Examples
    --------
    >>> answer = solve(
    ...     Problem(
    ...         steps=["examine", "approve"],
    ...         officers=["li", "zhang"],
    ...         authorised={"li": {"examine", "approve"}, "zhang": {"approve"}},
    ...         separate=[("examine", "approve")],
    ...     )
    ... )
    >>> answer.officer_of
    {'examine': 'li', 'approve': 'zhang'}
    """
    compiled = masks(problem)
    deadline = None if seconds is None else time.monotonic() + seconds
    try:
        officers = staff(compiled, deadline=deadline)
    except GaveUp:
        return Undecided(seconds=seconds or 0.0)
    if officers is None:
        return Infeasible(problem=problem)
    officer_of = {
        step: compiled.officers[officer]
        for steps, officer in zip(compiled.steps, officers, strict=True)
        for step in steps
    }
    return Staffing(officer_of={step: officer_of[step] for step in problem.steps})


def staff(compiled: Masks, *, deadline: float | None = None) -> list[int] | None:
    """The officer's number of each task, or None: patterns first, clauses where that is long.

    Raises
    ------
    GaveUp
        The deadline has passed.
    """
    try:
        return Search(compiled, deadline=deadline, places=PLACES).staff()
    except GaveUp:
        return Relations(compiled, deadline=deadline).staff()
