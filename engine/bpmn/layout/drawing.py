"""What a layout yields: lanes, shapes and edges with coordinates, in one unit.

The unit is the caller's (mm for a wall chart, px for diagram interchange and
pages): every length of :class:`Sizes` and :class:`Drawing` is in it. Origin at
the top left of the drawing, y downwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """An upright rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """x of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """y of the bottom edge."""
        return self.y + self.height

    @property
    def center(self) -> Point:
        """Middle of the box."""
        return (self.x + self.width / 2, self.y + self.height / 2)

    def overlaps(self, other: "Box", gap: float = 0.0) -> bool:
        """Whether the two boxes come closer than ``gap``."""
        return (
            self.x < other.right + gap
            and other.x < self.right + gap
            and self.y < other.bottom + gap
            and other.y < self.bottom + gap
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """Lengths a layout works with; all in the caller's unit."""

    #: Box of a task, call or collapsed sub-process.
    step: tuple[float, float]
    #: Box of a gateway.
    gateway: tuple[float, float]
    #: Box of a start, end, catch or throw event.
    event: tuple[float, float]
    #: Distance of the tops of two rows.
    row_pitch: float
    #: Width of one lane column (height of one lane row in landscape), at least.
    lane_width: float
    #: Thickness of the band that carries a lane's name.
    lane_head: float
    #: Grid of the edge router.
    grid: float
    #: Free space kept around a shape by edges that pass it.
    clearance: float
    #: Space reserved right under a step for its time-limit tag, (width, height); (0, 0) for none.
    tag: tuple[float, float] = (0.0, 0.0)
    #: Side of the square reserved at a step's top right corner for its risk marker; 0 for none.
    marker: float = 0.0
    #: Height of an edge label's box.
    label_height: float = 0.0
    #: Width of one full-width character of an edge label.
    label_character: float = 0.0

    @property
    def guest(self) -> float:
        """Diameter of a boundary event."""
        return min(self.event)

    def tag_of(self, step: Box) -> Box:
        """Where the tag under a step goes: right half, clear of the flow in the middle."""
        width, height = self.tag
        x = max(step.right - width, step.center[0] + self.clearance / 2)
        return Box(x=x, y=step.bottom, width=width, height=height)

    def marker_of(self, step: Box) -> Box:
        """Where a step's risk marker goes: centred on the top right corner."""
        half = self.marker / 2
        return Box(x=step.right - half, y=step.y - half, width=self.marker, height=self.marker)


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """One lane on the drawing."""

    name: str
    #: Whole lane, head included.
    box: Box
    head: Box


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """One sequence flow on the drawing."""

    flow: str
    #: Corner points from source border to target border; every segment is upright or level.
    points: tuple[Point, ...]
    #: Box of the flow's name, or None where it has none.
    label: Box | None
    #: The name as broken into the lines that fit the label's box.
    lines: tuple[str, ...] = ()
    #: Whether it leads back against the reading direction (退回).
    back: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """A laid-out procedure."""

    width: float
    height: float
    #: Lanes in reading order; empty for a procedure without lanes.
    bands: tuple[Band, ...]
    #: Box by node id; nodes inside a collapsed sub-process have none.
    shapes: Mapping[str, Box]
    edges: tuple[Edge, ...]
    #: True when lanes are rows and the flow reads left to right.
    landscape: bool
