"""Pattern backtracking: which tasks share an officer is searched, who it is is matched.

A pattern puts each task into a block; one officer does a block, another one each
other block. Every pattern is met at most once, however many officers there are
(Karapetyan, Gagarin, Gutin: Pattern Backtracking Algorithm for the Workflow
Satisfiability Problem, 2015, arXiv:1412.7834). The task placed next is one with
few blocks to choose from that often was in the way (Boussemart, Hemery, Lecoutre,
Sais: Boosting systematic search by weighting constraints, ECAI 2004).
"""

import time

from .masks import Masks
from .matching import Matching, bits


class GaveUp(Exception):
    """The search reached its limit before it had an answer."""


class _Pattern(Matching):
    """Blocks of some of the tasks, with a distinct officer for each block."""

    __slots__ = ("fresh", "join", "left", "members", "touched")

    #: Tasks without a block.
    left: int
    #: Tasks that may open a block; one that may not may join no later block either.
    fresh: int
    #: For each block, its tasks, and those that may still join; these may hold
    #: some that have found a block by now.
    members: list[int]
    join: list[int]
    #: For each counted set, the blocks that hold some of it.
    touched: list[int]

    def __init__(self, tasks: int, counted: int) -> None:
        super().__init__([])
        self.left = self.fresh = (1 << tasks) - 1
        self.members, self.join = [], []
        self.touched = [0] * counted

    def copy(self) -> "_Pattern":
        other = _Pattern.__new__(_Pattern)
        other.left = self.left
        other.fresh = self.fresh
        other.members = self.members[:]
        other.join = self.join[:]
        other.may = self.may[:]
        other.match = self.match[:]
        other.taken = self.taken
        other.touched = self.touched[:]
        return other

    def restrict(self, tasks: int, blocks: int, *, to: bool) -> None:
        """Let tasks join these blocks alone, or all but these."""
        others = ~tasks
        for number in range(len(self.join)):
            if (blocks >> number & 1) != to:
                self.join[number] &= others


class Search:
    """One search for a staffing.

    Parameters
    ----------
    deadline : when to give up, by ``time.monotonic``.
    places : after how many placings of a task to give up.
    """

    def __init__(
        self, masks: Masks, *, deadline: float | None = None, places: int | None = None
    ) -> None:
        self.masks = masks
        self.deadline = deadline
        self.places = places
        self.tasks = range(len(masks.may))
        #: Officers who may do a block, and tasks that may join it, by the block's tasks.
        self.blocks: dict[int, tuple[int, int]] = {}
        for task, may in enumerate(masks.may):
            others = ~masks.apart[task] & ~(1 << task)
            self.blocks[1 << task] = (may, self._allowed(may, others & (1 << len(masks.may)) - 1))
        #: For each task, the counted sets it is in: number, bound, tasks.
        self.at_most = self._sets(masks.at_most, 0)
        self.at_least = self._sets(masks.at_least, len(masks.at_most))
        #: How much each task was in the way; at first, by how many demands it meets.
        self.weight = [
            len(self.tasks) - self.blocks[1 << task][1].bit_count() + len(self.at_most[task])
            for task in self.tasks
        ]

    def _sets(
        self, counted: tuple[tuple[int, int], ...], first: int
    ) -> list[list[tuple[int, int, int]]]:
        return [
            [
                (number, bound, tasks)
                for number, (bound, tasks) in enumerate(counted, first)
                if tasks >> task & 1
            ]
            for task in self.tasks
        ]

    def staff(self) -> list[int] | None:
        """The officer's number of each task, or None where there is proved to be no staffing.

        Raises
        ------
        GaveUp
            A limit was reached.
        """
        masks = self.masks
        if masks.is_hopeless:
            return None
        pattern = _Pattern(len(masks.may), len(masks.at_most) + len(masks.at_least))
        found = self._dive(pattern)
        if found is None:
            return None
        officers = [0] * len(masks.may)
        for members, officer in zip(found.members, found.match, strict=True):
            for task in bits(members):
                officers[task] = officer.bit_length() - 1
        return officers

    def _dive(self, pattern: _Pattern) -> _Pattern | None:
        """Complete a pattern, which is used up; None where it has no completion."""
        task = self._place_forced(pattern)
        if task is None:
            return None
        if task < 0:
            return pattern
        low = 1 << task
        blocks = [number for number, join in enumerate(pattern.join) if join & low]
        if pattern.fresh & low:
            blocks.append(len(pattern.join))
        for block in blocks:
            after = pattern if block is blocks[-1] else pattern.copy()
            if self._place(after, task, block):
                found = self._dive(after)
                if found is not None:
                    return found
            else:
                self.weight[task] += 1
        return None

    def _place_forced(self, pattern: _Pattern) -> int | None:
        """Place all tasks that have one block to go to; the task to branch on next.

        Returns
        -------
        -1 when no task is left; None when some task has nowhere to go.
        """
        join, weight = pattern.join, self.weight
        while left := pattern.left:
            # Tasks with at least one, two, three, four options, counted in parallel.
            one, two, three, four = pattern.fresh & left, 0, 0, 0
            for may_join in join:
                four |= three & may_join
                three |= two & may_join
                two |= one & may_join
                one |= may_join
            if dead := left & ~one:
                weight[(dead & -dead).bit_length() - 1] += 1
                return None
            single = left & ~two
            if not single:
                return self._heaviest(left & ~three, left & three & ~four, left & four)
            low = single & -single
            task = low.bit_length() - 1
            block = next((b for b, may_join in enumerate(join) if may_join & low), len(join))
            if not self._place(pattern, task, block):
                weight[task] += 1
                return None
        return -1

    def _heaviest(self, two: int, three: int, more: int) -> int:
        """Of tasks with two, three or more options, the one of most weight per option."""
        weight, best, most = self.weight, -1, 0.0
        for options, tasks in ((2, two), (3, three), (4, more)):
            while tasks:
                low = tasks & -tasks
                tasks ^= low
                task = low.bit_length() - 1
                if weight[task] > most * options:
                    best, most = task, weight[task] / options
        return best

    def _place(self, pattern: _Pattern, task: int, block: int) -> bool:
        """Put a task into a block; False when that breaks the pattern."""
        self._count_down()
        pattern.left ^= 1 << task
        if block == len(pattern.join):
            may, joinable = self.blocks[1 << task]
            pattern.members.append(1 << task)
            pattern.may.append(may)
            pattern.join.append(joinable & pattern.left & pattern.fresh)
            pattern.match.append(0)
            if pattern.give(block) >= 0:
                return False
        else:
            members = pattern.members[block] | 1 << task
            may, joinable = self.blocks.get(members) or self._block(members, task)
            pattern.members[block] = members
            pattern.may[block] = may
            pattern.join[block] &= joinable & pattern.left
            officer = pattern.match[block]
            if not officer & may:
                pattern.match[block] = 0
                pattern.taken ^= officer
                if pattern.give(block) >= 0:
                    return False
        return self._count(pattern, task, 1 << block)

    def _block(self, members: int, task: int) -> tuple[int, int]:
        """Who may do a block that a task has joined, and which tasks may join it."""
        may, joinable = self.blocks[members ^ 1 << task]
        may &= self.masks.may[task]
        joinable = self._allowed(may, joinable & self.blocks[1 << task][1])
        self.blocks[members] = may, joinable
        return may, joinable

    def _allowed(self, officers: int, tasks: int) -> int:
        """Those of the tasks that some of the officers may do."""
        allowed, may = 0, self.masks.may
        for task in bits(tasks):
            if may[task] & officers:
                allowed |= 1 << task
        return allowed

    def _count(self, pattern: _Pattern, task: int, block: int) -> bool:
        """Restrict the rest of each counted set to what its bound still allows."""
        touched = pattern.touched
        for number, bound, tasks in self.at_most[task]:
            blocks = touched[number] | block
            if blocks != touched[number]:
                touched[number] = blocks
                if blocks.bit_count() == bound and tasks & pattern.left:
                    pattern.fresh &= ~tasks
                    pattern.restrict(tasks, blocks, to=True)
        for number, bound, tasks in self.at_least[task]:
            touched[number] = blocks = touched[number] | block
            slack = blocks.bit_count() + (tasks & pattern.left).bit_count() - bound
            if slack == 0:
                pattern.restrict(tasks, blocks, to=False)
            elif slack < 0:
                return False
        return True

    def _count_down(self) -> None:
        if self.places is not None:
            self.places -= 1
            if self.places < 0:
                raise GaveUp
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise GaveUp
