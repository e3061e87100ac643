"""A ruled table of texts and risk markers."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.bpmn.layout.drawing import Box

from . import style, symbols
from .canvas import Canvas
from .typesetting import LEADING, wrap


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A cell that shows a risk marker, or a level in words."""

    level: str
    #: Number in the marker; empty to show the level's word on its colour.
    number: str = ""


Cell = str | Mark


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table."""

    head: str
    width: float
    #: ``start`` or ``middle``.
    anchor: str = "start"
    weight: int = 400


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns, rows, and the sizes they are set in."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    text: float
    #: Least height of a row.
    row: float

    @property
    def pad(self) -> float:
        """Free space at the sides of a cell."""
        return self.text * 0.45

    def lines(self, cell: Cell, column: Column) -> tuple[str, ...]:
        """A text cell broken into lines."""
        if isinstance(cell, Mark):
            return ()
        return wrap(cell, column.width - 2 * self.pad, self.text, column.weight)

    def row_height(self, row: Sequence[Cell]) -> float:
        """Height of a row."""
        most = max(
            len(self.lines(cell, column)) for cell, column in zip(row, self.columns, strict=True)
        )
        return max(self.row, self.text * (LEADING * (most - 1) + 1.5))

    @property
    def height(self) -> float:
        """Height of the table, its head included."""
        return self.row + sum(self.row_height(row) for row in self.rows)

    def draw(self, canvas: Canvas, x: float, y: float) -> None:
        """Draw it with its top left corner at (x, y)."""
        total = sum(column.width for column in self.columns)
        outline = Box(x=x, y=y, width=total, height=self.height)
        canvas.rect(Box(x=x, y=y, width=total, height=self.row), fill=style.NAVY)
        self._heads(canvas, x, y)
        top = y + self.row
        for index, row in enumerate(self.rows):
            height = self.row_height(row)
            band = Box(x=x, y=top, width=total, height=height)
            canvas.rect(band, fill=style.LANE[(index + 1) % 2])
            self._row(canvas, row, band)
            top += height
        edge = x
        for column in self.columns[:-1]:
            edge += column.width
            canvas.path(
                ((edge, y + self.row), (edge, outline.bottom)),
                stroke=style.RULE,
                stroke_width=self.text * 0.05,
            )
        canvas.rect(outline, fill="none", stroke=style.NAVY, stroke_width=self.text * 0.1)

    def _heads(self, canvas: Canvas, x: float, y: float) -> None:
        for column in self.columns:
            middle = (x + column.width / 2, y + self.row / 2)
            canvas.text(
                *middle,
                column.head,
                size=self.text * 1.04,
                anchor="middle",
                weight=700,
                fill=style.WHITE,
            )
            x += column.width

    def _row(self, canvas: Canvas, row: Sequence[Cell], band: Box) -> None:
        x, middle = band.x, band.center[1]
        rule = ((band.x, band.bottom), (band.right, band.bottom))
        canvas.path(rule, stroke=style.RULE, stroke_width=self.text * 0.05)
        for cell, column in zip(row, self.columns, strict=True):
            center = x + column.width / 2
            if isinstance(cell, Mark):
                self._mark(canvas, cell, (center, middle))
            lines = self.lines(cell, column)
            for index, line in enumerate(lines):
                offset = (index - (len(lines) - 1) / 2) * self.text * LEADING
                canvas.text(
                    center if column.anchor == "middle" else x + self.pad,
                    middle + offset,
                    line,
                    size=self.text,
                    anchor=column.anchor,
                    weight=column.weight,
                    fill=style.INK,
                )
            x += column.width

    def _mark(self, canvas: Canvas, mark: Mark, center: tuple[float, float]) -> None:
        if mark.number:
            symbols.risk(canvas, mark.level, mark.number, center, self.text * 1.55)
            return
        chip = symbols.around(center, self.text * 2.1, self.text * 1.34)
        canvas.rect(chip, radius=self.text * 0.25, fill=style.RISK[mark.level])
        canvas.text(
            *center,
            mark.level,
            size=self.text,
            anchor="middle",
            weight=700,
            fill=style.WHITE,
        )
