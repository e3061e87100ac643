"""Placement: a column and a row for every box.

A column belongs to one band (lane); a row is one layer of the flow. A successor
in another band shares its predecessor's row where nothing stands between.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from .graph import Graph, Link


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """What a placement tries; several are tried and the best kept."""

    #: Side by side: branches in one band get columns of their own.
    spread: bool = False
    #: Successors in another band share the row.
    share: bool = True
    #: Flows whose target goes to a later row even so.
    apart: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Cells of all boxes."""

    #: (column, row) by spot id.
    cells: Mapping[str, tuple[int, int]]
    #: Band of every column, ascending.
    columns: tuple[int, ...]
    rows: int


class _Board:
    """Occupied cells; columns are (band, number within the band) until the end."""

    def __init__(self, graph: Graph, style: Style) -> None:
        self.graph = graph
        self.style = style
        self.at: dict[str, tuple[int, int, int]] = {}
        self.taken: dict[tuple[int, int, int], str] = {}
        self.width: dict[int, int] = defaultdict(lambda: 1)
        #: (band, row) crossed by a level link between two other bands.
        self.crossed: set[tuple[int, int]] = set()
        #: (spot, +1 right or -1 left) in use by a level link.
        self.sides: set[tuple[str, int]] = set()

    def put(self, spot: str, incoming: list[Link]) -> None:
        """Choose the cell of ``spot``; its predecessors are placed."""
        band = self.graph.spots[spot].band
        low = 0
        for link in incoming:
            source = self.graph.spots[link.source]
            level = (
                self.style.share
                and source.band != band
                and link.guest is None
                and link.flow not in self.style.apart
            )
            low = max(low, self.at[link.source][2] + (0 if level else 1))
        row = low
        while True:
            for number in self._numbers(band, row, incoming):
                if self._fits(band, number, row, incoming):
                    self._take(spot, (band, number, row), incoming)
                    return
            row += 1

    def _numbers(self, band: int, row: int, incoming: list[Link]) -> list[int]:
        """Columns of the band to try: the predecessors' own first, then a new one."""
        known = list(range(self.width[band]))
        own = [self.at[link.source][1] for link in incoming if self.at[link.source][0] == band]
        if len(own) > 1:
            own = [min(own)]
        tried = list(dict.fromkeys([*own, *known]))
        busy = any((band, number, row) in self.taken for number in known)
        if self.style.spread and busy:
            tried.append(self.width[band])
        return tried

    def _fits(self, band: int, number: int, row: int, incoming: list[Link]) -> bool:
        if (band, number, row) in self.taken or (band, row) in self.crossed:
            return False
        for link in incoming:
            other_band, _, other_row = self.at[link.source]
            if other_row == row and not self._level(link.source, other_band, band, row):
                return False
        return True

    def _level(self, source: str, start: int, end: int, row: int) -> bool:
        """Whether a level link can run from ``source`` to a box in band ``end``."""
        if start == end:
            return False
        step = 1 if end > start else -1
        if (source, step) in self.sides:
            return False
        number = self.at[source][1]
        edge = self.width[start] - 1 if step > 0 else 0
        if any((start, n, row) in self.taken for n in range(number + step, edge + step, step)):
            return False
        between = range(start + step, end, step)
        return not any(
            (band, row) in self.crossed
            or any((band, n, row) in self.taken for n in range(self.width[band]))
            for band in between
        )

    def _take(self, spot: str, cell: tuple[int, int, int], incoming: list[Link]) -> None:
        band, number, row = cell
        self.at[spot] = cell
        self.taken[cell] = spot
        self.width[band] = max(self.width[band], number + 1)
        for link in incoming:
            other, _, other_row = self.at[link.source]
            if other_row != row or other == band:
                continue
            step = 1 if band > other else -1
            self.sides.add((link.source, step))
            self.sides.add((spot, -step))
            self.crossed.update((b, row) for b in range(other + step, band, step))


def place(graph: Graph, style: Style) -> Placement:
    """Place every spot of ``graph``."""
    board = _Board(graph, style)
    incoming: dict[str, list[Link]] = defaultdict(list)
    for link in graph.links:
        if not link.back:
            incoming[link.target].append(link)
    for spot in graph.order:
        board.put(spot, incoming[spot])
    bands = range(max(len(graph.bands), 1))
    first: dict[int, int] = {}
    columns: list[int] = []
    for band in bands:
        first[band] = len(columns)
        columns += [band] * board.width[band]
    cells = {spot: (first[b] + n, row) for spot, (b, n, row) in board.at.items()}
    rows = max((row for _, row in cells.values()), default=-1) + 1
    return Placement(cells=cells, columns=tuple(columns), rows=rows)
