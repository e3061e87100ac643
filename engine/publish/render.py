"""From the SVG of a chart to what a printer and a screen take: PDF and PNG.

Both are functions of their arguments alone: the same chart gives the same bytes.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import resvg_py
import typst

from .canvas import number
from .fonts import FACE, font_directory, font_file

#: Dots per inch of the PNG, up to the longest side we render.
DPI = 150
LONGEST_SIDE = 2400

_TYPST = """\
#set document(title: sys.inputs.title, author: sys.inputs.author, date: datetime({date}))
#set page(width: {width}mm, height: {height}mm, margin: 0mm)
#set text(font: {face}, lang: "zh", region: "cn")
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%, alt: sys.inputs.alt)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A finished drawing of one page."""

    svg: str
    width_mm: float
    height_mm: float
    title: str
    author: str
    #: What the page shows, in a sentence, for those who cannot see it.
    summary: str
    #: Date the file claims to be of.
    day: date


@cache
def _fonts() -> typst.Fonts:
    """The fonts typst may use: ours alone, read once."""
    paths = [str(font_directory())]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)


def pdf(sheet: Sheet) -> bytes:
    """The sheet as PDF: text selectable, fonts embedded, no clock."""
    day = sheet.day
    source = _TYPST.format(
        date=f"year: {day.year}, month: {day.month}, day: {day.day}",
        width=number(sheet.width_mm),
        height=number(sheet.height_mm),
        face=json.dumps(FACE),
    )
    inputs = {
        "svg": sheet.svg,
        "title": sheet.title,
        "author": sheet.author,
        "alt": sheet.summary,
    }
    return compiled(source, inputs, day)


def compiled(source: str, inputs: dict[str, str], day: date) -> bytes:
    """The PDF of a typst source that reads its contents from ``sys.inputs``.

    Parameters
    ----------
    day : date the file claims to be of.
    """
    # Otherwise the working directory, which may be gone while a server runs. The stubs want
    # bytes for it, as the source is; the library wants a path.
    root: Any = font_directory()
    page: bytes = typst.compile(
        source.encode(),
        root=root,
        font_paths=_fonts(),
        format="pdf",
        timestamp=int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()),
        sys_inputs=inputs,
    )
    return page


def png(sheet: Sheet) -> bytes:
    """The sheet as PNG at 150 dpi, less on large boards."""
    scale = min(DPI / 25.4, LONGEST_SIDE / max(sheet.width_mm, sheet.height_mm))
    head = f'width="{number(sheet.width_mm)}mm" height="{number(sheet.height_mm)}mm"'
    size = f'width="{number(sheet.width_mm)}" height="{number(sheet.height_mm)}"'
    result = resvg_py.svg_to_bytes(
        svg_string=sheet.svg.replace(head, size, 1),
        width=round(sheet.width_mm * scale),
        dpi=96,
        skip_system_fonts=True,
        font_files=[str(font_file())],
    )
    return bytes(result)
