"""A panel of headed lists in columns: what stands under a chart besides tables."""

from dataclasses import dataclass
from functools import cached_property

from engine.bpmn.layout.drawing import Box

from . import style
from .canvas import Canvas, Ink, Lettering
from .typesetting import LEADING, wrap


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A fact with its label, or a line of a list."""

    text: str
    #: Empty in a list, whose lines begin with a dot.
    label: str = ""
    weight: int = 400
    fill: str = style.INK


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A heading and what stands under it."""

    head: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Sections in columns of equal width."""

    columns: tuple[tuple[Section, ...], ...]
    #: Width of one column, and the free space between two.
    column_width: float
    gap: float
    #: Size of the text.
    text: float

    def _indent(self, entry: Entry) -> float:
        return self.text * (4.7 if entry.label else 0.8)

    def _lines(self, entry: Entry) -> tuple[str, ...]:
        room = self.column_width - self._indent(entry)
        return wrap(entry.text, room, self.text, entry.weight)

    def _column_height(self, sections: tuple[Section, ...]) -> float:
        entries = [entry for section in sections for entry in section.entries]
        lines = sum(len(self._lines(entry)) for entry in entries)
        heads = len(sections) * self.text * 2.1 - self.text * 0.5
        return heads + (lines * LEADING + len(entries) * 0.2) * self.text

    @cached_property
    def height(self) -> float:
        """Height of the tallest column."""
        return max(self._column_height(column) for column in self.columns)

    def draw(self, canvas: Canvas, x: float, y: float) -> None:
        """Draw it with its top left corner at (x, y)."""
        for sections in self.columns:
            top = y
            for section in sections:
                top = self._section(canvas, x, top, section)
            x += self.column_width + self.gap

    def _section(self, canvas: Canvas, x: float, y: float, section: Section) -> float:
        size = self.text * 1.22
        bar = Box(x=x, y=y, width=size * 0.24, height=size)
        canvas.rect(bar, fill=style.RED)
        look: Lettering = {"size": size, "weight": 700, "fill": style.NAVY}
        canvas.text(x + size * 0.55, bar.center[1], section.head, **look)
        y += self.text * 1.75
        for entry in section.entries:
            y = self._entry(canvas, x, y, entry)
        return y + self.text * 0.35

    def _entry(self, canvas: Canvas, x: float, y: float, entry: Entry) -> float:
        size, middle = self.text, y + self.text * LEADING / 2
        if entry.label:
            canvas.text(x, middle, entry.label, size=size, weight=700, fill=style.NAVY)
        else:
            at = (x + size * 0.3, middle)
            canvas.element("circle", cx=at[0], cy=at[1], r=size * 0.13, fill=style.RED)
        left = x + self._indent(entry)
        for line in self._lines(entry):
            look: Lettering = {"size": size, "weight": entry.weight, "fill": entry.fill}
            canvas.text(left, y + size * LEADING / 2, line, **look)
            y += size * LEADING
        return y + size * 0.2


def draw_panel_box(canvas: Canvas, box: Box, scale: float) -> None:
    """The tinted box a panel stands in."""
    look: Ink = {"fill": style.PANEL, "stroke": style.RULE, "stroke_width": 0.35 * scale}
    canvas.rect(box, radius=2.4 * scale, **look)
