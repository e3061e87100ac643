"""The lines of one direction: cells where boxes stand, gaps where edges run.

An axis is a row of slots. A cell has lines through its boxes (the middle and
side lines), a gap has parallel tracks. Routing works on line numbers; only when
it is known which tracks are used do the gaps get their size.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

#: Side lines stand this share of the smallest box off the middle.
SIDE = 0.25


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """Room the boxes of one cell line need, measured from its middle."""

    before: float
    after: float
    #: Offsets of the lines through its boxes, ascending, 0 among them.
    offsets: tuple[float, ...] = (0.0,)


@dataclass
class Axis:
    """Lines of one direction.

    Parameters
    ----------
    double : every cell has a gap of its own on both sides (lanes); otherwise
        neighbouring cells share one (layers).
    tracks : tracks per gap.
    """

    cells: Sequence[Cell]
    double: bool
    tracks: int
    #: Provisional room of a gap, for the router's lengths.
    room: float
    #: Line number of every cell's middle.
    middle: list[int] = field(default_factory=list)
    #: Line numbers through every cell, ascending.
    through: list[list[int]] = field(default_factory=list)
    #: Line numbers of every gap, ascending.
    gaps: list[list[int]] = field(default_factory=list)
    #: Offset of a cell's line from the cell's middle, by line.
    offset: dict[int, float] = field(default_factory=dict)
    #: Provisional coordinate of every line.
    rough: list[float] = field(default_factory=list)
    #: Distance of a gap's line from the gap's middle track, in tracks.
    aside: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        at = self._gap(0.0)
        for cell in self.cells:
            if self.double and self.through:
                at = self._gap(at)
            at += cell.before
            numbers = []
            for shift in cell.offsets:
                line = len(self.rough)
                numbers.append(line)
                self.offset[line] = shift
                self.rough.append(at + shift)
                self.aside.append(0.0)
                if shift == 0:
                    self.middle.append(line)
            self.through.append(numbers)
            at = self._gap(at + cell.after)

    def _gap(self, at: float) -> float:
        lines = []
        for track in range(self.tracks):
            lines.append(len(self.rough))
            self.rough.append(at + self.room * (track + 1) / (self.tracks + 1))
            self.aside.append(abs(track - (self.tracks - 1) / 2))
        self.gaps.append(lines)
        return at + self.room

    def used(self, lines: Collection[int]) -> list[list[int]]:
        """The used tracks of every gap."""
        return [[line for line in gap if line in lines] for gap in self.gaps]


def lane_lines(
    axis: Axis,
    columns: Sequence[int],
    used: list[list[int]],
    *,
    spacing: float,
    least: float,
    wanted: Sequence[float],
) -> tuple[dict[int, float], list[tuple[float, float]]]:
    """Coordinates of all lines of a lane axis, and begin and end of every band.

    Parameters
    ----------
    columns : band of every cell.
    spacing : between parallel lines, and between a line and a box.
    least : width of a band, at least.
    wanted : room asked for each gap, at least.
    """
    at: dict[int, float] = {}
    spans: list[tuple[float, float]] = []
    begin = 0.0
    for band in range(columns[-1] + 1):
        members = [c for c, b in enumerate(columns) if b == band]
        needs = [
            max((len(used[g]) + 1) * spacing, wanted[g])
            for c in members
            for g in (2 * c, 2 * c + 1)
        ]
        content = sum(axis.cells[c].before + axis.cells[c].after for c in members)
        sizes = _level(needs, least - content)
        x = begin
        for position, c in enumerate(members):
            left, right = sizes[2 * position], sizes[2 * position + 1]
            _spread(at, used[2 * c], x, left)
            middle = x + left + axis.cells[c].before
            at.update((line, middle + axis.offset[line]) for line in axis.through[c])
            x = middle + axis.cells[c].after
            _spread(at, used[2 * c + 1], x, right)
            x += right
        spans.append((begin, x))
        begin = x
    return at, spans


def layer_lines(
    axis: Axis,
    used: list[list[int]],
    *,
    spacing: float,
    pitch: float,
    wanted: Sequence[float],
    limit: float | None = None,
) -> tuple[dict[int, float], float]:
    """Coordinates of all lines of a layer axis, and its length."""
    cells = axis.cells
    needs = [max((len(u) + 1) * spacing, w) for u, w in zip(used, wanted, strict=True)]
    tight = [cells[i].after + needs[i + 1] + cells[i + 1].before for i in range(len(cells) - 1)]
    ends = needs[0] + cells[0].before + cells[-1].after + needs[-1]
    if limit is not None:
        pitch = _pitch_within(pitch, tight, limit - ends)
    at: dict[int, float] = {}
    middle = needs[0] + cells[0].before
    _spread(at, used[0], 0.0, needs[0])
    for i, cell in enumerate(cells):
        at.update((line, middle + axis.offset[line]) for line in axis.through[i])
        after = middle + cell.after
        if i + 1 < len(cells):
            middle += max(pitch, tight[i])
            _spread(at, used[i + 1], after, middle - cells[i + 1].before - after)
        else:
            _spread(at, used[i + 1], after, needs[-1])
            middle = after + needs[-1]
    return at, middle


def _pitch_within(pitch: float, tight: Sequence[float], room: float) -> float:
    """The largest pitch up to ``pitch`` with which the rows keep to ``room``."""
    for done, least in enumerate(sorted(tight, reverse=True)):
        share = (room - sum(sorted(tight, reverse=True)[:done])) / (len(tight) - done)
        if share >= least:
            return min(pitch, share)
    return 0.0 if tight else pitch


def _level(needs: Sequence[float], total: float) -> list[float]:
    """Sizes of at least ``needs`` that add up to at least ``total``, as equal as may be."""
    low = total / len(needs)
    for _ in needs:
        fixed = [need for need in needs if need > low]
        if len(fixed) == len(needs):
            break
        low = (total - sum(fixed)) / (len(needs) - len(fixed))
    return [max(need, low) for need in needs]


def _spread(at: dict[int, float], lines: Sequence[int], begin: float, room: float) -> None:
    for number, line in enumerate(lines, 1):
        at[line] = begin + room * number / (len(lines) + 1)
