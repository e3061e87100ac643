"""Staffing: problems as the literature measures solvers on, beside CP-SAT."""

import os
import time
from collections.abc import Iterator

from engine.verify.staffing import Problem, Undecided, solve
from tests.staffing.oracle import has_staffing
from tests.staffing.published import published

from .row import Row, milliseconds

#: Problems of each shape; the slowest counts.
PROBLEMS = 40
#: Problems of the hardest shape, and seconds each: 60 where ``QINGDAN_BENCH=full``.
HARD = 5
HARD_SECONDS = 60 if os.environ.get("QINGDAN_BENCH") == "full" else 10
#: What CP-SAT is given a problem, in seconds; where it takes longer, that stands for it.
ORACLE_SECONDS = 5


def rows() -> Iterator[Row]:
    """The slowest of each shape, and how many of the hardest are solved."""
    for steps, officers, cap, shapes in (
        (20, 200, 30, [(density, sets) for density in (0.1, 0.2, 0.3) for sets in (20, 25, 30)]),
        (30, 300, 250, [(0.1, 30)]),
    ):
        for density, at_most in shapes:
            yield _slowest(steps, officers, density, at_most, cap)
    yield _hardest()


def _slowest(steps: int, officers: int, density: float, at_most: int, cap: int) -> Row:
    """The slowest of so many problems, and CP-SAT on the same problem."""
    taken = []
    for seed in range(PROBLEMS):
        problem = published(seed, steps=steps, officers=officers, density=density, at_most=at_most)
        best = milliseconds(lambda problem=problem: solve(problem), times=3)[0]
        taken.append((best, seed, problem))
    value, _, problem = max(taken)
    return Row(
        name=f"staff {steps} × {officers}, {density:.0%} apart, {at_most} counted sets",
        value=value,
        unit="ms",
        against="CP-SAT",
        ratio=value / _other(problem),
        reach=f"< {cap} ms",
        ok=value < cap,
    )


def _other(problem: Problem) -> float:
    """Milliseconds CP-SAT takes, or its limit."""
    start = time.perf_counter()
    has_staffing(problem, seconds=ORACLE_SECONDS)
    return (time.perf_counter() - start) * 1000


def _hardest() -> Row:
    solved = 0
    for seed in range(HARD):
        problem = published(
            seed, steps=60, officers=500, density=0.1, at_most=40, at_least=20, bind=3
        )
        solved += not isinstance(solve(problem, seconds=HARD_SECONDS), Undecided)
    return Row(
        name=f"staff 60 × 500, four kinds, solved of {HARD} in {HARD_SECONDS} s each",
        value=solved,
        unit="problems",
        reach="any",
        ok=solved > 0,
    )
