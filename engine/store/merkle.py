"""Merkle trees: the root of a row of leaves, and of one of which a few change at a time.

Leaves and nodes are told apart by a first byte, and the last one of an odd row moves up
alone, so that no other row of leaves has the same root.

Source: RFC 6962, 2.1.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

#: A hash of 32 bytes.
Digest = Callable[[bytes], bytes]
_WIDTH = 32


class Spine:
    """The root of leaves that come one by one; it keeps no more than a node of each height."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest
        self._size = 0
        #: Roots of the full trees the leaves so far make up, the highest first.
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Take the next leaf."""
        node, digest, height = self._digest(b"\0" + leaf), self._digest, self._size
        while height & 1:
            node = digest(b"\1" + self._peaks.pop() + node)
            height >>= 1
        self._peaks.append(node)
        self._size += 1

    def root(self) -> str:
        """The root of the leaves so far, of which there is one at least."""
        *rest, node = self._peaks
        for left in reversed(rest):
            node = self._digest(b"\1" + left + node)
        return node.hex()


class _Rows:
    """The nodes of one tree, row upon row."""

    def __init__(self, digest: Digest) -> None:
        self._digest = digest
        self._rows = [bytearray()]
        self._changed: set[int] = set()
        #: From here on every leaf stands in another place than before.
        self._moved = 0
        self._added = bytearray()

    def replace(self, place: int, leaf: bytes, moved_to: int) -> None:
        """Put another leaf where one stands, which the next insertion moves on."""
        at = place * _WIDTH
        self._rows[0][at : at + _WIDTH] = self._digest(b"\0" + leaf)
        self._changed.add(moved_to)

    def keep(self, leaf: bytes) -> None:
        """Hold a leaf ready to be inserted."""
        self._added += self._digest(b"\0" + leaf)

    def insert(self, places: Sequence[int]) -> None:
        """Insert what was kept, each before the leaf that stands at its place now."""
        if not places:
            self._moved = len(self._rows[0]) // _WIDTH
            return
        row, done = bytearray(), 0
        for number, place in enumerate(places):
            row += self._rows[0][done * _WIDTH : place * _WIDTH]
            row += self._added[number * _WIDTH : (number + 1) * _WIDTH]
            done = place
        self._rows[0] = row + self._rows[0][done * _WIDTH :]
        self._added.clear()
        self._moved = places[0]

    def root(self) -> str:
        """The root, after hashing anew what stands above a changed leaf."""
        height, changed, moved = 0, self._changed, self._moved
        while len(self._rows[height]) > _WIDTH:
            changed, moved = {place >> 1 for place in changed}, moved >> 1
            self._climb(height, (place for place in changed if place < moved), moved)
            height += 1
        self._changed = set()
        return self._rows[height].hex()

    def _climb(self, height: int, changed: Iterable[int], moved: int) -> None:
        """Hash the nodes of the row above that changed, and all of them from a place on."""
        if height + 1 == len(self._rows):
            self._rows.append(bytearray())
        below, above, digest = self._rows[height], self._rows[height + 1], self._digest
        size = (len(below) // _WIDTH + 1) // 2
        above.extend(bytes(size * _WIDTH - len(above)))
        for place in chain(changed, range(moved, size)):
            pair = below[2 * place * _WIDTH : 2 * (place + 1) * _WIDTH]
            node = digest(b"\1" + pair) if len(pair) > _WIDTH else pair
            above[place * _WIDTH : (place + 1) * _WIDTH] = node


class Orchard:
    """Trees over leaves in the order of their keys, one tree for each hash.

    Memory: for each leaf its key and, for each hash, about 64 bytes. Changing a leaf costs
    its path to the root; one whose key is new, also everything to the right of it.
    """

    def __init__(self, digests: Iterable[Digest]) -> None:
        self._keys: list[str] = []
        self._trees = [_Rows(digest) for digest in digests]

    def put(self, leaves: Iterable[tuple[str, Sequence[bytes]]]) -> list[str]:
        """Add or change leaves, in the order of their keys; the roots after that.

        Parameters
        ----------
        leaves : keys, each once, with the leaf of every tree.
        """
        place, places, fresh = 0, list[int](), list[str]()
        for key, each in leaves:
            place = bisect_left(self._keys, key, place)
            stands = place < len(self._keys) and self._keys[place] == key
            if not stands:
                places.append(place)
                fresh.append(key)
            for tree, leaf in zip(self._trees, each, strict=True):
                if stands:
                    tree.replace(place, leaf, place + len(places))
                else:
                    tree.keep(leaf)
        self._keys += fresh
        self._keys.sort()
        for tree in self._trees:
            tree.insert(places)
        return [tree.root() for tree in self._trees]
