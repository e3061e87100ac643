"""The title band of a chart."""

from engine.bpmn.layout.drawing import Box
from engine.model.wording import say

from . import style, symbols
from .canvas import Canvas, Ink
from .edition import Edition
from .fonts import width

HEIGHT = style.TITLE_BAND + style.TITLE_RULE


def draw_title(canvas: Canvas, edition: Edition, page: float, scale: float) -> None:
    """Draw the band over the whole width of a page."""
    band = Box(x=0, y=0, width=page, height=style.TITLE_BAND * scale)
    canvas.rect(band, fill=style.NAVY)
    rule = Box(x=0, y=band.bottom, width=page, height=style.TITLE_RULE * scale)
    canvas.rect(rule, fill=style.RED)
    room = page - 2 * style.MARGIN * scale
    size = style.TITLE * scale
    size = min(size, size * room / width(edition.title, size, 900))
    canvas.text(
        page / 2,
        17.2 * scale,
        edition.title,
        size=size,
        anchor="middle",
        weight=900,
        fill=style.WHITE,
    )
    _subtitle(canvas, edition, page, scale)


def _subtitle(canvas: Canvas, edition: Edition, page: float, scale: float) -> None:
    y, small = 37.2 * scale, style.TITLE_NOTE * scale
    size, margin = style.SUBTITLE * scale, style.MARGIN * scale
    code = say("publish.title.code", code=edition.item.code)
    chip = width(edition.item.category, small, 500) + small * 1.1
    left = margin + width(edition.office, small)
    right = page - margin - chip - small * 0.6 - width(code, small)
    half = width(edition.subtitle, size, 500) / 2
    # A long office name pushes the subtitle aside rather than under it.
    middle = min(max(page / 2, left + half + small), right - half - small)
    canvas.text(
        middle, y, edition.subtitle, size=size, anchor="middle", weight=500, fill=style.GOLD
    )
    canvas.text(margin, y, edition.office, size=small, fill=style.WHITE)
    box = symbols.around((page - margin - chip / 2, y), chip, small * 1.5)
    look: Ink = {"fill": "none", "stroke": style.GOLD, "stroke_width": small * 0.07}
    canvas.rect(box, radius=small * 0.3, **look)
    canvas.text(
        *box.center,
        edition.item.category,
        size=small,
        anchor="middle",
        weight=500,
        fill=style.GOLD,
    )
    canvas.text(box.x - small * 0.6, y, code, size=small, anchor="end", fill=style.WHITE)
