"""A sheet of SVG being drawn: shapes and texts, nothing about their meaning.

Belongs here: well-formed, deterministic SVG by presentation attributes alone
(no ``style``, no script). Does not: sizes, colours or what a chart says.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Required, TypedDict
from xml.sax.saxutils import escape, quoteattr

from engine.bpmn.layout.drawing import Box, Point

from .fonts import ASCENT, DIGIT, FAMILY

Attribute = str | float | None


class Ink(TypedDict, total=False):
    """How a shape is painted."""

    fill: str
    stroke: str
    stroke_width: float
    stroke_linejoin: str
    stroke_dasharray: str | None


class Lettering(TypedDict, total=False):
    """How a text is set."""

    size: Required[float]
    fill: Required[str]
    anchor: str
    weight: int


def number(value: float) -> str:
    """A coordinate with at most three decimals."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _attributes(values: dict[str, Attribute]) -> str:
    words = []
    for name, value in values.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else number(value)
        words.append(f" {name.rstrip('_').replace('_', '-')}={quoteattr(text)}")
    return "".join(words)


class Canvas:
    """Collects the elements of one drawing."""

    def __init__(self) -> None:
        self._parts: list[str] = []

    def element(self, name: str, **attributes: Attribute) -> None:
        """An empty element; ``stroke_width=`` becomes ``stroke-width``."""
        self._parts.append(f"<{name}{_attributes(attributes)}/>")

    @contextmanager
    def group(self, **attributes: Attribute) -> Iterator[None]:
        """Everything drawn inside belongs to one ``g``."""
        self._parts.append(f"<g{_attributes(attributes)}>")
        yield
        self._parts.append("</g>")

    def words(self, name: str, text: str, **attributes: Attribute) -> None:
        """An element that holds text alone: ``title``, ``desc``."""
        self._parts.append(f"<{name}{_attributes(attributes)}>{escape(text)}</{name}>")

    def rect(self, box: Box, *, radius: float = 0, **attributes: Attribute) -> None:
        """A rectangle."""
        self.element(
            "rect",
            x=box.x,
            y=box.y,
            width=box.width,
            height=box.height,
            rx=radius or None,
            **attributes,
        )

    def polygon(self, points: Iterable[Point], **attributes: Attribute) -> None:
        """A closed polygon."""
        text = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        self.element("polygon", points=text, **attributes)

    def path(self, points: Sequence[Point], *, radius: float = 0, **attributes: Attribute) -> None:
        """A line through upright and level segments, its corners rounded."""
        self.element("path", d=_rounded(points, radius), fill="none", **attributes)

    def text(
        self,
        x: float,
        middle: float,
        text: str,
        *,
        size: float,
        anchor: str = "start",
        weight: int = 400,
        fill: str,
        figures: bool = False,
    ) -> None:
        """One line of text whose ink is centred on ``middle``; ``figures``: digits alone."""
        rise = DIGIT / 2 if figures else ASCENT - 0.5
        self.words(
            "text",
            text,
            x=x,
            y=middle + size * rise,
            font_size=size,
            text_anchor=None if anchor == "start" else anchor,
            font_weight=None if weight == 400 else str(weight),
            # Typst leaves a variable font as thin as it comes unless told the usual weight.
            font_variation_settings="'wght' 400" if weight == 400 else None,
            fill=fill,
        )

    def svg(self, width: float, height: float, *, unit: str = "", **attributes: Attribute) -> str:
        """The whole drawing as one SVG document."""
        head = _attributes(
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "width": f"{number(width)}{unit}",
                "height": f"{number(height)}{unit}",
                "viewBox": f"0 0 {number(width)} {number(height)}",
                "font-family": FAMILY,
                **attributes,
            }
        )
        return f"<svg{head}>\n" + "\n".join(self._parts) + "\n</svg>\n"


def _rounded(points: Sequence[Point], radius: float) -> str:
    steps = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, _length(before, corner) / 2, _length(corner, after) / 2)
        if reach < 1e-3:
            steps.append(f"L{number(corner[0])} {number(corner[1])}")
            continue
        (ax, ay), (bx, by) = toward(corner, before, reach), toward(corner, after, reach)
        steps.append(
            f"L{number(ax)} {number(ay)}"
            f"Q{number(corner[0])} {number(corner[1])} {number(bx)} {number(by)}"
        )
    steps.append(f"L{number(points[-1][0])} {number(points[-1][1])}")
    return "".join(steps)


def _length(one: Point, other: Point) -> float:
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def toward(start: Point, end: Point, distance: float) -> Point:
    """The point at a distance from ``start`` on the upright or level way to ``end``."""
    length = _length(start, end) or 1.0
    share = distance / length
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
