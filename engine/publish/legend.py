"""The legend: every symbol the chart uses, and none it does not."""

from collections.abc import Callable

from engine.bpmn.layout.drawing import Box
from engine.model.wording import say

from . import style, symbols
from .canvas import Canvas
from .fonts import width

Draw = Callable[[Canvas, Box], None]


def _line(box: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    y = box.center[1]
    return ((box.x, y), (box.right, y))


def _symbols(scale: float) -> dict[str, tuple[float, Draw]]:
    """Width and drawing of each symbol; all are as high as their box."""
    line = style.STEP_LINE * scale * 0.7
    tag = style.LEAST_TEXT * scale

    def step(called: bool, outside: bool) -> Draw:
        return lambda c, b: symbols.step(c, b, line, None, called=called, outside=outside)

    def risk(level: str) -> Draw:
        return lambda c, b: symbols.risk(c, level, "1", b.center, b.height * 1.15)

    def limit(canvas: Canvas, box: Box) -> None:
        symbols.step(canvas, box, line, box, timed=True)
        symbols.tag(canvas, say("publish.legend.tag"), box.center, tag)

    return {
        "terminal": (2.1, lambda c, b: symbols.terminal(c, b, line)),
        "step": (2.0, step(False, False)),
        "outside": (2.0, step(False, True)),
        "called": (2.0, step(True, False)),
        "decision": (2.2, lambda c, b: symbols.decision(c, b, line)),
        "wait": (2.1, lambda c, b: symbols.wait(c, b, line)),
        "back": (
            2.6,
            lambda c, b: symbols.arrow(
                c,
                _line(b),
                scale * 3.0,
                stroke=style.RED,
                stroke_width=style.FLOW_LINE * scale,
                stroke_dasharray=f"{2.6 * scale:.2f} {1.5 * scale:.2f}",
            ),
        ),
        "limit": (2.2, limit),
        "high": (1.2, risk("高")),
        "middle": (1.2, risk("中")),
        "low": (1.2, risk("低")),
    }


def draw_legend(canvas: Canvas, used: frozenset[str], box: Box, scale: float) -> None:
    """Draw the symbols in ``used`` in one row across the box, evenly spread."""
    middle, size = box.center[1], style.TABLE_TEXT * scale
    tall = size * 1.2
    known = [(name, *entry) for name, entry in _symbols(scale).items() if name in used]
    head = say("publish.legend.head")
    texts = {name: say(f"publish.legend.{name}") for name in used}

    def total(size: float) -> float:
        gaps = len(known) * size * 0.5
        symbols_width = sum(aspect for _, aspect, _ in known) * size * 1.2
        words = sum(width(text, size) for text in texts.values())
        return width(head, size, 700) + symbols_width + words + gaps

    least = style.LEAST_TEXT * scale
    if total(size) + len(known) * size * 0.6 > box.width:
        size, tall = least, least * 1.2
    gap = (box.width - total(size)) / len(known)
    canvas.text(box.x, middle, head, size=size, weight=700, fill=style.NAVY)
    x = box.x + width(head, size, 700) + gap
    for name, aspect, draw in known:
        wide = aspect * tall
        draw(canvas, Box(x=x, y=middle - tall / 2, width=wide, height=tall))
        x += wide + size * 0.5
        canvas.text(x, middle, texts[name], size=size, fill=style.INK)
        x += width(texts[name], size) + gap
