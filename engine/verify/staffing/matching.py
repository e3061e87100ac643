"""Blocks matched to distinct officers, one more block at a time (augmenting paths)."""

from collections.abc import Iterator


def bits(mask: int) -> Iterator[int]:
    """Numbers of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class Matching:
    """A distinct officer for each block that has one."""

    __slots__ = ("match", "may", "taken")

    def __init__(self, may: list[int]) -> None:
        #: For each block, the officers who may do it.
        self.may = may
        #: For each block, the officer proposed, as one bit, or 0; and all of them.
        self.match = [0] * len(may)
        self.taken = 0

    def give(self, block: int) -> int:
        """Give a block without an officer one, moving others where needed.

        Returns
        -------
        -1, or the officers who are too few for the block and those that hold them.
        """
        free = self.may[block] & ~self.taken
        if free:
            self.match[block] = free & -free
            self.taken |= free & -free
            return -1
        return self._move(block, 0)

    def _move(self, block: int, tried: int) -> int:
        """Take an officer from a block that finds another; -1, or the officers tried."""
        may = self.may[block]
        while rest := may & ~tried:
            officer = rest & -rest
            tried |= officer
            other = self.match.index(officer)
            free = self.may[other] & ~self.taken
            if free:
                self.match[other] = free & -free
                self.taken |= free & -free
            else:
                tried = self._move(other, tried)
            if free or tried < 0:
                self.match[block] = officer
                return -1
        return tried

    def shortages(self) -> Iterator[tuple[list[int], int]]:
        """Give each block an officer; yield blocks, and the officers who are too few for them."""
        for block in range(len(self.may)):
            officers = self.give(block)
            if officers >= 0:
                held = [other for other in range(block) if self.match[other] & officers]
                yield [*held, block], officers
