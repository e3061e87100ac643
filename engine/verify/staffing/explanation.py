"""Why a problem has no staffing: a minimal set of constraints that cannot be met together."""

from .masks import masks
from .problem import Constraint, Problem
from .solver import staff


def minimal_conflict(problem: Problem) -> tuple[Constraint, ...]:
    """Constraints that cannot be met together, though all but any one of them can.

    QuickXplain (Junker, 2004): halves that are not needed go at once.
    """
    return _conflict(problem, (), True, problem.constraints)


def _conflict(
    problem: Problem,
    background: tuple[Constraint, ...],
    changed: bool,
    constraints: tuple[Constraint, ...],
) -> tuple[Constraint, ...]:
    if changed and not _has_staffing(problem, background):
        return ()
    if len(constraints) <= 1:
        return constraints
    half = len(constraints) // 2
    first, second = constraints[:half], constraints[half:]
    needed = _conflict(problem, background + first, True, second)
    return _conflict(problem, background + needed, bool(needed), first) + needed


def _has_staffing(problem: Problem, constraints: tuple[Constraint, ...]) -> bool:
    return staff(masks(problem.only(constraints))) is not None
