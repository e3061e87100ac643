"""Pattern backtracking: which tasks share an officer is searched, who it is is matched.

A pattern puts each task into a block; one officer does a block, another one each
other block. Every pattern is met at most once, however many officers there are
(Karapetyan, Gagarin, Gutin: Pattern Backtracking Algorithm for the Workflow
Satisfiability Problem, 2015, arXiv:1412.7834).
"""

import time
from collections.abc import Iterator

from .masks import Masks


class OutOfTime(Exception):
    """The search was told to stop before it had an answer."""


def bits(mask: int) -> Iterator[int]:
    """Numbers of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class _State:
    """A pattern of some of the tasks, with a distinct officer for each block."""

    __slots__ = ("left", "match", "may", "options", "owner", "touched")

    def __init__(self, masks: Masks) -> None:
        tasks = len(masks.may)
        #: Tasks without a block.
        self.left = (1 << tasks) - 1
        #: For each task: blocks it may join, and a high bit when it may open one.
        self.options = [1 << tasks] * tasks
        #: For each block, officers who may do all of it.
        self.may: list[int] = []
        #: For each block, the officer proposed, as one bit; and the way back.
        self.match: list[int] = []
        self.owner: dict[int, int] = {}
        #: For each counted set, the blocks that hold some of it.
        self.touched = [0] * (len(masks.at_most) + len(masks.at_least))

    def copy(self) -> "_State":
        other = _State.__new__(_State)
        other.left = self.left
        other.options = self.options[:]
        other.may = self.may[:]
        other.match = self.match[:]
        other.owner = self.owner.copy()
        other.touched = self.touched[:]
        return other

    def find(self, block: int, tried: int = 0) -> int:
        """Give a block an officer, moving others where needed; the officers tried, or -1."""
        may = self.may[block]
        taken = 0
        for officer in self.owner:
            taken |= officer
        free = may & ~taken & ~tried
        if free:
            self._give(block, free & -free)
            return -1
        rest = may & ~tried
        while rest:
            officer = rest & -rest
            tried |= officer
            other = self.owner[officer]
            del self.owner[officer]
            tried = self.find(other, tried)
            if tried == -1:
                self._give(block, officer)
                return -1
            self.owner[officer] = other
            rest = may & ~tried
        return tried

    def _give(self, block: int, officer: int) -> None:
        self.match[block] = officer
        self.owner[officer] = block


class Search:
    """One search; ``staff`` gives the officer's number of each task, or None."""

    def __init__(self, masks: Masks, *, deadline: float | None = None) -> None:
        self.masks = masks
        self.deadline = deadline
        self.new = 1 << len(masks.may)
        self.counted = (*masks.at_most, *masks.at_least)
        self.most = len(masks.at_most)
        #: Counted sets each task is in.
        self.sets = [
            [number for number, (_, tasks) in enumerate(self.counted) if tasks >> task & 1]
            for task in range(len(masks.may))
        ]
        #: How often each task was the one that could not be placed.
        self.weight = [1] * len(masks.may)
        self.block_of = [0] * len(masks.may)

    def staff(self) -> list[int] | None:
        """The officer of each task, or None where there is proved to be none."""
        state = _State(self.masks)
        if any(apart >> task & 1 for task, apart in enumerate(self.masks.apart)):
            return None
        if not all(self._count(state, number) for number in range(len(self.counted))):
            return None
        found = self._dive(state)
        if found is None:
            return None
        return [found.match[block].bit_length() - 1 for block in self.block_of]

    def _dive(self, state: _State) -> _State | None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTime
        while state.left:
            task = self._choose(state)
            options = state.options[task]
            if options & (options - 1):
                for block in bits(options):
                    after = state.copy()
                    if self._place(after, task, block):
                        found = self._dive(after)
                        if found is not None:
                            return found
                return None
            if not options or not self._place(state, task, options.bit_length() - 1):
                return None
        return state

    def _choose(self, state: _State) -> int:
        best, least = -1, 1e9
        for task in bits(state.left):
            cost = state.options[task].bit_count() / self.weight[task]
            if cost < least:
                best, least = task, cost
        return best

    def _place(self, state: _State, task: int, block: int) -> bool:
        """Put a task into a block; False when something then cannot be placed."""
        masks, options = self.masks, state.options
        state.left &= ~(1 << task)
        if 1 << block == self.new:
            block = len(state.may)
            state.may.append(masks.may[task])
            state.match.append(0)
            for other in bits(state.left & ~masks.apart[task]):
                if options[other] & self.new and masks.may[other] & masks.may[task]:
                    options[other] |= 1 << block
        else:
            state.may[block] &= masks.may[task]
            for other in bits(state.left):
                apart = masks.apart[task] >> other & 1
                if apart or not masks.may[other] & state.may[block]:
                    options[other] &= ~(1 << block)
        self.block_of[task] = block
        if not self._rematch(state, block):
            return False
        for number in self.sets[task]:
            state.touched[number] |= 1 << block
            if not self._count(state, number):
                return False
        for other in bits(state.left):
            if not options[other]:
                self.weight[other] += 1
                return False
        return True

    @staticmethod
    def _rematch(state: _State, block: int) -> bool:
        officer = state.match[block]
        if officer & state.may[block]:
            return True
        if officer:
            del state.owner[officer]
        return state.find(block) == -1

    def _count(self, state: _State, number: int) -> bool:
        """Restrict what is left of a counted set to what its count still allows."""
        bound, tasks = self.counted[number]
        touched = state.touched[number]
        left = tasks & state.left
        if number < self.most:
            if touched.bit_count() >= bound:
                for task in bits(left):
                    state.options[task] &= touched
            return touched.bit_count() <= bound
        slack = touched.bit_count() + left.bit_count() - bound
        if slack == 0:
            for task in bits(left):
                state.options[task] &= ~touched
        return slack >= 0
