"""Reading a chart's SVG the way an eye does: boxes, texts, marks, lines."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from functools import cached_property

from engine.bpmn.layout.drawing import Box
from engine.publish.fonts import ASCENT, DESCENT, width
from engine.publish.typesetting import trailing_blank

_NS = "{http://www.w3.org/2000/svg}"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Text:
    """A line of text with the box of its ink."""

    words: str
    size: float
    box: Box


def _numbers(text: str) -> list[float]:
    return [float(n) for n in _NUMBER.findall(text)]


def _hull(xs: list[float], ys: list[float]) -> Box:
    return Box(x=min(xs), y=min(ys), width=max(xs) - min(xs), height=max(ys) - min(ys))


def text_of(element: ET.Element) -> Text:
    words, size = element.text or "", float(element.get("font-size", "0"))
    weight = int(element.get("font-weight", "400"))
    long = width(words, size, weight)
    x, y = float(element.get("x", "0")), float(element.get("y", "0"))
    x -= {"middle": long / 2, "end": long}.get(element.get("text-anchor", ""), 0.0)
    ink = long - trailing_blank(words, size)
    # The ink of a character stays clear of its square by a twentieth.
    top, bottom = y - (ASCENT - 0.05) * size, y + (DESCENT - 0.05) * size
    return Text(words, size, Box(x=x, y=top, width=ink, height=bottom - top))


def box_of(element: ET.Element) -> Box | None:
    """The box of a shape; None for what has none (groups, texts)."""
    match element.tag.removeprefix(_NS):
        case "rect":
            x, y, w, h = (float(element.get(k, "0")) for k in ("x", "y", "width", "height"))
            return Box(x=x, y=y, width=w, height=h)
        case "circle":
            x, y, r = (float(element.get(k, "0")) for k in ("cx", "cy", "r"))
            return Box(x=x - r, y=y - r, width=2 * r, height=2 * r)
        case "polygon":
            values = _numbers(element.get("points", ""))
            return _hull(values[::2], values[1::2])
        case _:
            return None


class Inspection:
    """One chart, looked at."""

    def __init__(self, svg: str) -> None:
        self.root = ET.fromstring(svg)

    def groups(self, name: str) -> list[ET.Element]:
        return [g for g in self.root.iter(f"{_NS}g") if g.get("class") == name]

    @cached_property
    def nodes(self) -> dict[str, Box]:
        found = {}
        for group in self.groups("node"):
            shape = next(box for child in group if (box := box_of(child)))
            found[group.get("id", "").removeprefix("node-")] = shape
        return found

    @cached_property
    def diamonds(self) -> set[str]:
        return {
            g.get("id", "").removeprefix("node-")
            for g in self.groups("node")
            if next(c for c in g if box_of(c)).get("points", "").count(",") == 4
        }

    def marks(self, name: str) -> list[Box]:
        """Boxes of the groups of a class: ``disc``, ``risk``, ``label``."""
        return [next(b for child in g if (b := box_of(child))) for g in self.groups(name)]

    @cached_property
    def texts(self) -> list[Text]:
        return [text_of(element) for element in self.root.iter(f"{_NS}text")]

    def names(self) -> dict[str, list[Text]]:
        """Lines of the names in the shapes, by node; time limits left out."""
        return {
            g.get("id", "").removeprefix("node-"): [text_of(t) for t in g.findall(f"{_NS}text")]
            for g in self.groups("node")
        }

    @property
    def page(self) -> Box:
        x, y, w, h = _numbers(self.root.get("viewBox", ""))
        return Box(x=x, y=y, width=w, height=h)


def shrunk(box: Box, by: float) -> Box:
    return replace(
        box, x=box.x + by, y=box.y + by, width=box.width - 2 * by, height=box.height - 2 * by
    )


def inside(inner: Box, outer: Box, slack: float = 0.05) -> bool:
    return (
        inner.x >= outer.x - slack
        and inner.y >= outer.y - slack
        and inner.right <= outer.right + slack
        and inner.bottom <= outer.bottom + slack
    )


def inside_diamond(inner: Box, outer: Box) -> bool:
    x, y = outer.center
    return all(
        abs(cx - x) / (outer.width / 2) + abs(cy - y) / (outer.height / 2) <= 1.0
        for cx in (inner.x, inner.right)
        for cy in (inner.y, inner.bottom)
    )


def overlaps(named: list[tuple[str, Box]], slack: float = 0.1) -> list[tuple[str, str]]:
    """Pairs of boxes that overlap by more than ``slack``."""
    return [
        (one, other)
        for i, (one, first) in enumerate(named)
        for other, second in named[i + 1 :]
        if first.overlaps(second, -slack)
    ]


Segment = tuple[tuple[float, float], tuple[float, float]]


def segment_box(segment: Segment) -> Box:
    (ax, ay), (bx, by) = segment
    return _hull([ax, bx], [ay, by])


def shared_length(one: Segment, other: Segment) -> float:
    """How long two upright or level segments run on the very same line."""
    first, second = segment_box(one), segment_box(other)
    if first.width < 1e-6 and second.width < 1e-6 and abs(first.x - second.x) < 0.3:
        return min(first.bottom, second.bottom) - max(first.y, second.y)
    if first.height < 1e-6 and second.height < 1e-6 and abs(first.y - second.y) < 0.3:
        return min(first.right, second.right) - max(first.x, second.x)
    return 0.0
