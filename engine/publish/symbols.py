"""The marks of a wall chart: risk markers, number discs, tags, arrow heads, shapes of GB/T 1526.

Every mark tells its meaning by shape or words as well as by colour, so that it
survives black and white. Lengths are in the drawing's unit.
"""

from collections.abc import Sequence

from engine.bpmn.layout.drawing import Box, Point

from . import style
from .canvas import Canvas, Ink, Lettering, number, toward
from .typesetting import Block, trailing_blank


def around(center: Point, width: float, height: float) -> Box:
    """The box of that size around a point."""
    return Box(x=center[0] - width / 2, y=center[1] - height / 2, width=width, height=height)


def diamond(box: Box) -> tuple[Point, Point, Point, Point]:
    """The four corners of a decision, clockwise from the top."""
    x, y = box.center
    return ((x, box.y), (box.right, y), (x, box.bottom), (box.x, y))


def risk(canvas: Canvas, level: str, text: str, center: Point, size: float) -> None:
    """A numbered risk marker: 高 a triangle, 中 a diamond, 低 a circle."""
    x, y = center
    half = size / 2
    look: Ink = {"fill": style.RISK[level], "stroke": style.WHITE, "stroke_width": size * 0.08}
    drop = 0.0
    if level == "高":
        drop = size * 0.13
        canvas.polygon(
            ((x, y - half), (x + half * 1.1, y + half * 0.86), (x - half * 1.1, y + half * 0.86)),
            stroke_linejoin="round",
            **look,
        )
    elif level == "中":
        canvas.polygon(
            ((x, y - half), (x + half, y), (x, y + half), (x - half, y)),
            stroke_linejoin="round",
            **look,
        )
    else:
        canvas.element("circle", cx=x, cy=y, r=half * 0.92, **look)
    canvas.text(
        x,
        y + drop,
        text,
        size=size * (0.56 if len(text) < 2 else 0.46),
        anchor="middle",
        weight=800,
        fill=style.WHITE,
        figures=True,
    )


def disc(canvas: Canvas, text: str, center: Point, size: float) -> None:
    """The number of a step."""
    canvas.element(
        "circle",
        cx=center[0],
        cy=center[1],
        r=size / 2,
        fill=style.NAVY,
        stroke=style.WHITE,
        stroke_width=size * 0.08,
    )
    canvas.text(
        *center,
        text,
        size=size * 0.62,
        anchor="middle",
        weight=700,
        fill=style.WHITE,
        figures=True,
    )


def tag(canvas: Canvas, text: str, center: Point, size: float) -> None:
    """The words of a time limit, on the strip that :func:`step` draws."""
    with canvas.group(class_="tag"):
        canvas.text(*center, text, size=size, anchor="middle", weight=500, fill=style.TAG[2])


def arrow(canvas: Canvas, points: Sequence[Point], size: float, **look: float | str | None) -> None:
    """A flow: the line, and a head that ends on the last point."""
    tip, before = points[-1], points[-2]
    # From the head backwards: where flows merge, their dashes fall on one another.
    line = [toward(tip, before, size * 0.8), *reversed(points[:-1])]
    canvas.path(line, **look)  # type: ignore[arg-type]
    across = size * 0.42
    (bx, by) = toward(tip, before, size)
    level = abs(tip[1] - before[1]) < 1e-6
    wings = (
        ((bx, by - across), (bx, by + across)) if level else ((bx - across, by), (bx + across, by))
    )
    canvas.polygon((tip, *wings), fill=look["stroke"])


def terminal(canvas: Canvas, box: Box, line: float) -> None:
    """Start or end: a box with round ends."""
    fill, stroke = style.TERMINAL
    canvas.rect(box, radius=box.height / 2, fill=fill, stroke=stroke, stroke_width=line)


def wait(canvas: Canvas, box: Box, line: float) -> None:
    """Waiting for a date or a message: a box with slanted ends (preparation, GB/T 1526)."""
    fill, stroke = style.WAIT
    cut = box.height * 0.32
    y = box.center[1]
    canvas.polygon(
        (
            (box.x + cut, box.y),
            (box.right - cut, box.y),
            (box.right, y),
            (box.right - cut, box.bottom),
            (box.x + cut, box.bottom),
            (box.x, y),
        ),
        fill=fill,
        stroke=stroke,
        stroke_width=line,
        stroke_linejoin="round",
    )


def guest(canvas: Canvas, box: Box, line: float) -> None:
    """An event on the border of a step: a double circle."""
    fill, stroke = style.WAIT
    look: Ink = {"fill": fill, "stroke": stroke, "stroke_width": line}
    x, y = box.center
    canvas.element("circle", cx=x, cy=y, r=box.width / 2, **look)
    canvas.element("circle", cx=x, cy=y, r=box.width * 0.32, **look)


def step(
    canvas: Canvas,
    box: Box,
    line: float,
    strip: Box | None,
    *,
    called: bool = False,
    outside: bool = False,
    timed: bool = False,
) -> None:
    """A step, with a strip at its top for its number, time limit and risks.

    A called procedure has double sides (GB/T 1526), an outside body's step a soft fill.
    """
    _, stroke = style.STEP
    radius = 0.0 if called else line * 2.2
    fill = style.STEP_OUTSIDE if outside else style.STEP[0]
    canvas.rect(box, radius=radius, fill=fill)
    top = box.y
    if strip is not None:
        top = strip.bottom
        tint = style.TAG[0] if timed else style.STRIP
        canvas.element("path", d=_capped(strip, radius), fill=tint)
        edge = ((strip.x, top), (strip.right, top))
        rule = style.TAG[1] if timed else style.RULE
        canvas.path(edge, stroke=rule, stroke_width=line * 0.4)
    if called:
        for x in (box.x + line * 2.6, box.right - line * 2.6):
            canvas.path(((x, top), (x, box.bottom)), stroke=stroke, stroke_width=line * 0.7)
    canvas.rect(box, radius=radius, fill="none", stroke=stroke, stroke_width=line)


def _capped(box: Box, radius: float) -> str:
    """A rectangle whose upper corners are round."""
    x, y, right, bottom = map(number, (box.x, box.y, box.right, box.bottom))
    if not radius:
        return f"M{x} {y}H{right}V{bottom}H{x}z"
    low, left, inner = (number(v) for v in (box.y + radius, box.x + radius, box.right - radius))
    return f"M{x} {bottom}V{low}Q{x} {y} {left} {y}H{inner}Q{right} {y} {right} {low}V{bottom}z"


def decision(canvas: Canvas, box: Box, line: float) -> None:
    """A decision."""
    fill, stroke = style.DECISION
    canvas.polygon(
        diamond(box), fill=fill, stroke=stroke, stroke_width=line, stroke_linejoin="round"
    )


def words(canvas: Canvas, block: Block, center: Point, weight: int, fill: str) -> None:
    """Lines of text, their ink centred on a point."""
    x, y = center
    for index, line in enumerate(block.lines):
        offset = (index - (len(block.lines) - 1) / 2) * block.size * block.leading
        blank = trailing_blank(line, block.size)
        look: Lettering = {"size": block.size, "anchor": "middle", "weight": weight, "fill": fill}
        canvas.text(x + blank / 2, y + offset, line, **look)
