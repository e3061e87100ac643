"""A hard problem by clauses: for each two tasks, whether one officer does both.

Officers do not appear in the clauses. Where the blocks of a model have too few
officers, clauses that say so are added and the solver goes on, until a model has a
staffing or none is left. Slower to set up than :mod:`.search`, but it learns from
its dead ends (relations between steps: Karapetyan, Parkes, Gutin, Gagarin, JAIR 66,
2019, arXiv:1604.05636).
"""

import time
from collections.abc import Callable, Iterable
from functools import cache
from itertools import combinations, pairwise
from math import comb
from random import Random
from typing import TYPE_CHECKING

from .masks import Masks
from .matching import Matching, bits
from .search import GaveUp

if TYPE_CHECKING:
    from pysat.formula import CNFPlus
    from pysat.solvers import Cadical195

#: Shortages looked for in one model: more make fewer, longer rounds.
_SHORTAGES = 30
#: Clauses that spell out one counted set; a set that needs more is counted.
_SPELT = 60
#: Conflicts between two looks at the clock.
_CONFLICTS = 2_000


@cache
def _relations(tasks: int) -> tuple[dict[tuple[int, int], int], list[list[int]]]:
    """A literal for each two tasks, in either order, and that they are an equivalence."""
    same: dict[tuple[int, int], int] = {}
    for number, (one, other) in enumerate(combinations(range(tasks), 2), 1):
        same[one, other] = same[other, one] = number
    clauses = []
    for one, other, third in combinations(range(tasks), 3):
        a, b, c = same[one, other], same[other, third], same[one, third]
        clauses += [[-a, -b, c], [-a, -c, b], [-b, -c, a]]
    return same, clauses


class Relations:
    """One search; ``staff`` as in :class:`.search.Search`."""

    def __init__(self, masks: Masks, *, deadline: float | None = None) -> None:
        self.masks = masks
        self.deadline = deadline
        self.same, self.equivalence = _relations(len(masks.may))
        self.top = len(self.same) // 2
        self.clauses: list[list[int]] = []
        #: Chance only decides which shortages are found first.
        self.random = Random(len(masks.may))
        self._apart()
        if not masks.is_hopeless:
            for bound, tasks in masks.at_most:
                self._at_most(bound, list(bits(tasks)))
            for bound, tasks in masks.at_least:
                self._at_least(bound, list(bits(tasks)))

    def _apart(self) -> None:
        """Pairs and threes of tasks that no officer may do all of."""
        may, same = self.masks.may, self.same
        together = set()
        for one, other in combinations(range(len(may)), 2):
            if self.masks.apart[one] >> other & 1 or not may[one] & may[other]:
                self.clauses.append([-same[one, other]])
            else:
                together.add((one, other))
        for one, other in together:
            officers = may[one] & may[other]
            for third in range(other + 1, len(may)):
                if not officers & may[third] and {(one, third), (other, third)} <= together:
                    a, b, c = same[one, other], same[other, third], same[one, third]
                    self.clauses += [[-a, -b], [-a, -c], [-b, -c]]

    def _at_most(self, bound: int, tasks: list[int]) -> None:
        from pysat.card import CardEnc

        if comb(len(tasks), bound + 1) > _SPELT:
            self._count(CardEnc.atmost, bound, tasks)
            return
        for some in combinations(tasks, bound + 1):
            self.clauses.append([self.same[pair] for pair in combinations(some, 2)])

    def _at_least(self, bound: int, tasks: list[int]) -> None:
        from pysat.card import CardEnc

        if bound > 1:
            self._count(CardEnc.atleast, bound, tasks)

    def _count(self, encode: Callable[..., "CNFPlus"], bound: int, tasks: list[int]) -> None:
        """Bound the number of blocks that hold some of these tasks."""
        from pysat.card import EncType

        first = []
        for place, task in enumerate(tasks):
            earlier = [self.same[task, other] for other in tasks[:place]]
            self.top += 1
            first.append(self.top)
            self.clauses.append([self.top, *earlier])
            self.clauses += [[-self.top, -literal] for literal in earlier]
        found = encode(lits=first, bound=bound, top_id=self.top, encoding=EncType.seqcounter)
        self.clauses += found.clauses
        self.top = max(self.top, found.nv)

    def staff(self) -> list[int] | None:
        """The officer's number of each task, or None where there is proved to be no staffing.

        Raises
        ------
        GaveUp
            The deadline has passed.
        """
        from pysat.solvers import Cadical195

        if self.masks.is_hopeless:
            return None
        with Cadical195(bootstrap_with=self.equivalence) as solver:
            solver.append_formula(self.clauses)
            while self._has_model(solver):
                blocks = self._blocks(solver.get_model())
                matching = Matching([self._may(block) for block in blocks])
                shortages = list(matching.shortages())
                if not shortages:
                    return self._officers(blocks, matching)
                for numbers, officers in shortages:
                    short = [blocks[number] for number in numbers]
                    for clause in {self._spread(short, officers) for _ in range(_SHORTAGES)}:
                        solver.add_clause(clause)
        return None

    def _has_model(self, solver: "Cadical195") -> bool:
        while True:
            if self.deadline is not None:
                if time.monotonic() > self.deadline:
                    raise GaveUp
                solver.conf_budget(_CONFLICTS)
            answer = solver.solve_limited()
            if answer is not None:
                return bool(answer)

    def _blocks(self, model: list[int]) -> list[list[int]]:
        """The tasks of each block, as a model has them."""
        true = frozenset(model)
        blocks: list[list[int]] = []
        for task in range(len(self.masks.may)):
            for block in blocks:
                if self.same[block[0], task] in true:
                    block.append(task)
                    break
            else:
                blocks.append([task])
        return blocks

    def _may(self, tasks: Iterable[int]) -> int:
        """Who may do all of these tasks."""
        may = -1
        for task in tasks:
            may &= self.masks.may[task]
        return may

    def _spread(self, short: list[list[int]], officers: int) -> tuple[int, ...]:
        """A clause against blocks that have none but these officers, who are too few."""
        cores = [self._core(block, officers) for block in short]
        clause = [-self.same[pair] for core in cores for pair in pairwise(core)]
        clause += [self.same[one[0], other[0]] for one, other in combinations(cores, 2)]
        return tuple(clause)

    def _core(self, block: list[int], officers: int) -> list[int]:
        """Some tasks of a block, none superfluous, that none but these officers may do."""
        core: list[int] = []
        may = -1
        for task in self.random.sample(block, len(block)):
            if may & ~self.masks.may[task]:
                may &= self.masks.may[task]
                core.append(task)
            if not may & ~officers:
                break
        for task in list(core):
            if not self._may(other for other in core if other != task) & ~officers:
                core.remove(task)
        return sorted(core)

    def _officers(self, blocks: list[list[int]], matching: Matching) -> list[int]:
        officers = [0] * len(self.masks.may)
        for block, officer in zip(blocks, matching.match, strict=True):
            for task in block:
                officers[task] = officer.bit_length() - 1
        return officers
