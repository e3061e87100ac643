"""Edge labels: beside the first segment, on nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from unicodedata import east_asian_width

from .drawing import Box, Drawing, Edge, Point, Sizes
from .graph import Graph

#: Characters of one line of a label; longer names are broken.
LINE = 8


def text_width(text: str) -> float:
    """Width of a line in full-width characters."""
    return sum(1.0 if east_asian_width(c) in "WFA" else 0.55 for c in text)


def broken(name: str, line: int = LINE) -> tuple[str, ...]:
    """The name in lines of about equal length; never a stop at a line's begin."""
    total = text_width(name)
    if total <= line:
        return (name,)
    count = int(-(-total // line))
    share = total / count
    lines: list[str] = []
    current = ""
    for character in name:
        full = text_width(current) >= share - 0.3 and len(lines) < count - 1
        if full and character not in "，。；：、）？！》”":
            lines.append(current)
            current = ""
        current += character
    return (*lines, current)


class _Map:
    """Boxes by the squares they reach into, so that only near ones are compared."""

    def __init__(self, square: float) -> None:
        self.square = square
        self.boxes: dict[tuple[int, int], list[Box]] = {}

    def _squares(self, box: Box, gap: float) -> Iterator[tuple[int, int]]:
        side = self.square
        for x in range(int((box.x - gap) // side), int((box.right + gap) // side) + 1):
            for y in range(int((box.y - gap) // side), int((box.bottom + gap) // side) + 1):
                yield x, y

    def add(self, box: Box) -> None:
        for square in self._squares(box, 0.0):
            self.boxes.setdefault(square, []).append(box)

    def hits(self, box: Box, gap: float = 0.0) -> int:
        """How many boxes come closer than ``gap``."""
        near = {id(b): b for s in self._squares(box, gap) for b in self.boxes.get(s, ())}
        return sum(box.overlaps(other, gap) for other in near.values())


@dataclass
class Labels:
    """Places the labels of a drawing; what finds no free place is ``squeezed``."""

    drawing: Drawing
    graph: Graph
    sizes: Sizes

    def __post_init__(self) -> None:
        #: (width, height) of the labels without a free place, by flow.
        self.squeezed: dict[str, tuple[float, float]] = {}
        self.solid, self.lines = _Map(self.sizes.row_pitch), _Map(self.sizes.row_pitch)
        for box in self._solid():
            self.solid.add(box)
        for edge in self.drawing.edges:
            for a, b in pairwise(edge.points):
                self.lines.add(thin(a, b))
        self.gap = self.sizes.grid / 2

    def _solid(self) -> list[Box]:
        sizes, shapes = self.sizes, self.drawing.shapes
        found = list(shapes.values()) + [band.head for band in self.drawing.bands]
        for spot in self.graph.spots.values():
            if spot.tagged:
                found.append(sizes.tag_of(shapes[spot.id]))
            if spot.beyond[0] and sizes.marker:
                found.append(sizes.marker_of(shapes[spot.id]))
        return found

    def place(self) -> dict[str, tuple[Box, tuple[str, ...]]]:
        """Box and lines of every named flow's label."""
        placed: dict[str, tuple[Box, tuple[str, ...]]] = {}
        if self.sizes.label_height <= 0:
            return placed
        edges = {edge.flow: edge for edge in self.drawing.edges}
        for link in self.graph.links:
            if not link.name:
                continue
            edge = edges[link.flow]
            best: tuple[float, Box, tuple[str, ...]] | None = None
            for lines in dict.fromkeys((broken(link.name), broken(link.name, 4))):
                width = max(map(text_width, lines)) + 0.6
                width *= self.sizes.label_character
                height = self.sizes.label_height * len(lines)
                for price, box in self._candidates(edge, width, height):
                    price += 2.0 * (len(lines) - 1)
                    if best is not None and price >= best[0]:
                        continue
                    price += self._trouble(edge, box)
                    if best is None or price < best[0]:
                        best = (price, box, lines)
            assert best is not None
            if best[0] >= 100:
                self.squeezed[link.flow] = (best[1].width, best[1].height)
            placed[link.flow] = best[1:]
            self.solid.add(best[1])
        return placed

    def _candidates(self, edge: Edge, width: float, height: float) -> Iterator[tuple[float, Box]]:
        """(price, box): along the segments from the source on, on both sides."""
        gap = self.gap
        way = 0.0
        for number, (a, b) in enumerate(pairwise(edge.points)):
            (ax, ay), (bx, by) = a, b
            long = abs(bx - ax) + abs(by - ay)
            need = width if ay == by else height
            free = long - need
            for share in (0.0, 0.1, 0.25, 0.5, 0.75, 1.0):
                at = gap + (free - 2 * gap) * share if free > 2 * gap else free / 2
                price = 3.0 * number + (way + max(at, 0.0)) / self.sizes.row_pitch
                if ay == by:
                    x = ax + at if bx > ax else ax - at - width
                    for side, y in enumerate((ay - gap - height, ay + gap)):
                        yield price + 0.3 * side, Box(x=x, y=y, width=width, height=height)
                else:
                    y = ay + at if by > ay else ay - at - height
                    for side, x in enumerate((ax + gap, ax - gap - width)):
                        yield price + 0.3 * side, Box(x=x, y=y, width=width, height=height)
            way += long

    def _trouble(self, edge: Edge, box: Box) -> float:
        """Price of what the box lies on; 100 and more is not to be borne."""
        trouble = 0.0
        if box.x < 0 or box.y < 0 or box.right > self.drawing.width:
            trouble += 500.0
        if box.bottom > self.drawing.height:
            trouble += 500.0
        trouble += 200.0 * self.solid.hits(box, self.gap / 2)
        trouble += 100.0 * self.lines.hits(box)
        for band in self.drawing.bands:
            inside = band.box
            if self.drawing.landscape:
                trouble += 1.5 * (box.y < inside.y < box.bottom)
            else:
                trouble += 1.5 * (box.x < inside.x < box.right)
        return trouble


def thin(a: Point, b: Point) -> Box:
    """A segment as a box without thickness."""
    return Box(
        x=min(a[0], b[0]), y=min(a[1], b[1]), width=abs(a[0] - b[0]), height=abs(a[1] - b[1])
    )
