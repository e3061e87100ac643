"""Drawing small graphs: Graphviz finds the places, we draw.

So type and colours are those of the charts, and box sizes come from the font's
metrics. Belongs here: nodes and edges. Does not: what they mean
(:mod:`engine.publish.graphs`).
"""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import hypot
from pathlib import Path

import graphviz

from engine.bpmn.layout.drawing import Box, Point
from engine.model.errors import QingdanError
from engine.model.wording import say

from . import style, symbols
from .canvas import Canvas, Ink, Lettering, number
from .fonts import width
from .render import Sheet
from .typesetting import Block

#: Millimetres of an inch, the unit of Graphviz's plain output.
_INCH = 25.4
_TEXT = 5.0
_PAD = 3.2
_MARGIN = 10.0


class NoGraphviz(QingdanError):
    """No Graphviz, or one that fails."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Knot:
    """A node of a small graph."""

    name: str
    lines: tuple[str, ...]
    fill: str
    stroke: str
    dashed: bool = False
    #: Whether it is a sub-procedure: double sides, as on the charts.
    part: bool = False

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, mm."""
        wide = max(width(line, _TEXT, 500) for line in self.lines) + 2 * _PAD
        return wide, Block(lines=self.lines, size=_TEXT).height + 1.6 * _PAD


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line looks; kinds of line differ by more than their colour."""

    colour: str
    #: Lengths of dashes and gaps, as SVG has them; empty for a solid line.
    dashes: str = ""
    #: Millimetres.
    width: float = 0.9


#: Dashes of a line that need not hold, and of one that does not.
DASHED = "3 1.8"
DOTTED = "0.9 1.5"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """An edge of a small graph."""

    ends: tuple[str, str]
    stroke: Stroke
    arrow: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A small graph and what is written around it."""

    title: str
    note: str
    knots: tuple[Knot, ...]
    ties: tuple[Tie, ...]
    #: Kinds of line, by name.
    legend: tuple[tuple[str, Stroke], ...]
    #: Graphviz engine, and its graph attributes.
    engine: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Places:
    """Where Graphviz puts things: millimetres, y downwards."""

    size: Point
    middles: dict[str, Point]
    #: Bézier points by the ends of a tie.
    curves: dict[tuple[str, str], tuple[Point, ...]]


def _dot() -> Path:
    """The system's ``dot``, or the one the wheel installs beside Python."""
    beside = shutil.which("graphviz-pure", path=str(Path(sys.executable).parent))
    found = shutil.which("dot") or beside or shutil.which("graphviz-pure")
    if found is None:
        raise NoGraphviz(say("publish.no-dot", reason="dot"))
    return Path(found)


def _placed(picture: Picture) -> _Places:
    """Ask Graphviz; isolated nodes are left out, they stand in a row of their own."""
    ids = {knot.name: f"n{index}" for index, knot in enumerate(picture.knots)}
    tied = {end for tie in picture.ties for end in tie.ends}
    source = graphviz.Digraph(engine=picture.engine, graph_attr=dict(picture.attributes))
    source.attr("node", shape="box", fixedsize="true", label="")
    for knot in picture.knots:
        if knot.name in tied:
            wide, high = (f"{side / _INCH:.4f}" for side in knot.size)
            source.node(ids[knot.name], width=wide, height=high)
    for tie in picture.ties:
        source.edge(ids[tie.ends[0]], ids[tie.ends[1]], arrowhead="none")
    graphviz.backend.dot_command.DOT_BINARY = _dot()
    try:
        plain = source.pipe(format="plain", encoding="utf-8")
    except (graphviz.ExecutableNotFound, graphviz.CalledProcessError) as error:
        raise NoGraphviz(say("publish.no-dot", reason=error)) from error
    return _parsed(plain, {short: name for name, short in ids.items()})


def _parsed(plain: str, names: dict[str, str]) -> _Places:
    size: Point = (0.0, 0.0)
    middles: dict[str, Point] = {}
    curves: dict[tuple[str, str], tuple[Point, ...]] = {}
    for line in plain.splitlines():
        words = line.split()
        if words[0] == "graph":
            size = (float(words[2]) * _INCH, float(words[3]) * _INCH)
        elif words[0] == "node":
            x, y = float(words[2]) * _INCH, size[1] - float(words[3]) * _INCH
            middles[names[words[1]]] = (x, y)
        elif words[0] == "edge":
            values = [float(word) * _INCH for word in words[4 : 4 + 2 * int(words[3])]]
            points = zip(values[::2], values[1::2], strict=True)
            ends = (names[words[1]], names[words[2]])
            curves[ends] = tuple((x, size[1] - y) for x, y in points)
    return _Places(size=size, middles=middles, curves=curves)


def draw(picture: Picture, author: str, day: date) -> Sheet:
    """The graph as a sheet as large as it needs."""
    places = _placed(picture)
    alone = [knot for knot in picture.knots if knot.name not in places.middles]
    rows = _rows(alone, max(places.size[0], 150.0))
    top = _MARGIN + 22.0
    row = max((knot.size[1] for knot in alone), default=0.0) + 4.0
    page_width = max(places.size[0], 150.0) + 2 * _MARGIN
    bottom = top + places.size[1] + 8.0
    page_height = bottom + len(rows) * row + 10.0 + _MARGIN
    canvas = Canvas()
    canvas.rect(Box(x=0, y=0, width=page_width, height=page_height), fill=style.WHITE)
    _heading(canvas, picture, page_width)
    left = (page_width - places.size[0]) / 2
    with canvas.group(transform=f"translate({number(left)} {number(top)})"):
        for tie in picture.ties:
            _tie(canvas, tie, places.curves[tie.ends])
        for knot in picture.knots:
            if knot.name in places.middles:
                _knot(canvas, knot, places.middles[knot.name])
    y = bottom + row / 2
    for knots in rows:
        x = (page_width - sum(knot.size[0] + 4.0 for knot in knots) + 4.0) / 2
        for knot in knots:
            _knot(canvas, knot, (x + knot.size[0] / 2, y))
            x += knot.size[0] + 4.0
        y += row
    _legend(canvas, picture, page_width, page_height - _MARGIN)
    return Sheet(
        svg=canvas.svg(page_width, page_height, unit="mm"),
        width_mm=page_width,
        height_mm=page_height,
        title=picture.title,
        author=author,
        summary=f"{picture.title}：{picture.note}",
        day=day,
    )


def _rows(knots: Sequence[Knot], room: float) -> list[list[Knot]]:
    rows: list[list[Knot]] = []
    used = room + 1.0
    for knot in knots:
        wide = knot.size[0] + 4.0
        if used + wide > room:
            rows.append([])
            used = 0.0
        rows[-1].append(knot)
        used += wide
    return rows


def _heading(canvas: Canvas, picture: Picture, page: float) -> None:
    look: Lettering = {"size": 8.5, "fill": style.NAVY, "anchor": "middle", "weight": 800}
    canvas.text(page / 2, _MARGIN + 4.0, picture.title, **look)
    note: Lettering = {"size": 4.6, "fill": style.QUIET, "anchor": "middle"}
    canvas.text(page / 2, _MARGIN + 13.0, picture.note, **note)


def _knot(canvas: Canvas, knot: Knot, middle: Point) -> None:
    box = symbols.around(middle, *knot.size)
    look: Ink = {"fill": knot.fill, "stroke": knot.stroke, "stroke_width": 0.6}
    if knot.dashed:
        look["stroke_dasharray"] = "2 1.2"
    with canvas.group(class_="knot"):
        canvas.rect(box, radius=0.0 if knot.part else 1.8, **look)
        if knot.part:
            for x in (box.x + 1.4, box.right - 1.4):
                canvas.path(((x, box.y), (x, box.bottom)), stroke=knot.stroke, stroke_width=0.4)
        symbols.words(canvas, Block(lines=knot.lines, size=_TEXT), middle, 500, style.INK)


def _tie(canvas: Canvas, tie: Tie, points: Sequence[Point]) -> None:
    (x, y), *rest = points
    path = f"M{number(x)} {number(y)}C" + " ".join(f"{number(x)} {number(y)}" for x, y in rest)
    stroke = tie.stroke
    canvas.element(
        "path",
        d=path,
        fill="none",
        stroke=stroke.colour,
        stroke_width=stroke.width,
        stroke_dasharray=stroke.dashes or None,
    )
    if tie.arrow:
        (bx, by), (tx, ty) = points[-2], points[-1]
        length = hypot(tx - bx, ty - by) or 1.0
        ux, uy = (tx - bx) / length * 3.0, (ty - by) / length * 3.0
        wings = (
            (tx - ux - uy * 0.45, ty - uy + ux * 0.45),
            (tx - ux + uy * 0.45, ty - uy - ux * 0.45),
        )
        canvas.polygon(((tx, ty), *wings), fill=stroke.colour)


def _legend(canvas: Canvas, picture: Picture, page: float, y: float) -> None:
    size = 4.6
    total = sum(12.0 + width(name, size) + 8.0 for name, _ in picture.legend) - 8.0
    x = (page - total) / 2
    for name, stroke in picture.legend:
        line: Ink = {"stroke": stroke.colour, "stroke_width": stroke.width}
        if stroke.dashes:
            line["stroke_dasharray"] = stroke.dashes
        canvas.path(((x, y), (x + 10.0, y)), **line)
        canvas.text(x + 12.0, y, name, size=size, fill=style.INK)
        x += 12.0 + width(name, size) + 8.0
