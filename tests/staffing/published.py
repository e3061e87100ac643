"""Random problems as the literature measures solvers on.

Cohen, Crampton, Gagarin, Gutin, Jones: Algorithms for the workflow satisfiability
problem engineered for counting constraints, 2015, arXiv:1504.02420, and Karapetyan,
Parkes, Gutin, Gagarin, JAIR 66 (2019), arXiv:1604.05636: an officer may do one to half
of the steps, separations are drawn at a density, counted sets have five steps.
"""

from itertools import combinations
from random import Random

from engine.verify.staffing import Problem


def published(
    seed: int,
    *,
    steps: int,
    officers: int,
    density: float,
    at_most: int = 0,
    at_least: int = 0,
    bind: int = 0,
) -> Problem:
    """A problem with so many separations per pair of steps and so many 3-of-5 sets."""
    random = Random(f"{seed} {steps} {officers} {density} {at_most} {at_least} {bind}")
    names = [f"s{number}" for number in range(steps)]
    staff = [f"o{number}" for number in range(officers)]
    most = -(-(steps - 1) // 2)
    pairs = list(combinations(names, 2))
    random.shuffle(pairs)
    separations = round(density * len(pairs))
    return Problem(
        steps=names,
        officers=staff,
        authorised={
            officer: frozenset(random.sample(names, random.randint(1, most))) for officer in staff
        },
        separate=pairs[:separations],
        bind=pairs[separations : separations + bind],
        at_most=[(3, frozenset(random.sample(names, 5))) for _ in range(at_most)],
        at_least=[(3, frozenset(random.sample(names, 5))) for _ in range(at_least)],
    )
