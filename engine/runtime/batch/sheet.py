"""Excel and CSV files as rows of text, and back."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from engine.model.errors import QingdanError
from engine.model.wording import say

#: Most rows of one file, headings and totals included.
MAX_ROWS = 20_000
#: Most columns that are looked at.
MAX_COLUMNS = 100
#: Most bytes an Excel file may unpack to.
MAX_UNPACKED = 200_000_000
#: Digits an Excel number keeps; longer ones have lost their end already.
EXACT_DIGITS = 15
#: Lines from the top by which the delimiter of a text is found out.
_FIRST_LINES = 10

_ZIP = b"PK\x03\x04"
#: How old Excel files begin, and what makes one a newer file behind a password.
_COMPOUND = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DELIMITERS = "\t,;|"
#: What an Excel file raises that is cut off, changed somewhere or locked with a password.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
#: Least and most characters a written column is wide.
_NARROW, _WIDE = 8, 60


class BadSheet(QingdanError):
    """A file that cannot be read as a table."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One row that is not blank."""

    #: Row of the file, from 1: what a spreadsheet shows at its left.
    number: int
    cells: tuple[str, ...]


def read_sheet(filename: str, content: bytes, *, delimiter: str = "") -> tuple[Line, ...]:
    """The rows of an Excel file's first sheet or of a CSV file, blank ones left out.

    Text is UTF-8, UTF-16 with a mark, or GB18030.

    Parameters
    ----------
    delimiter : of a text; empty, or where the text has none of it, to find it out.

    Raises
    ------
    BadSheet
        Neither kind of file, damaged, or too large.
    """
    if content.startswith(_COMPOUND):
        problem = "damaged" if _ENCRYPTED in content else "old-excel"
        raise BadSheet(say(f"batch.sheet.{problem}", file=filename))
    if content.startswith(_ZIP):
        rows = _excel(filename, content)
    else:
        rows = _text(filename, content, delimiter)
    lines = []
    for number, cells in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise BadSheet(say("batch.sheet.too-long", file=filename, rows=MAX_ROWS))
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            lines.append(Line(number, tuple(cells)))
    if not lines:
        raise BadSheet(say("batch.sheet.empty", file=filename))
    return tuple(lines)


def _excel(filename: str, content: bytes) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED:
                raise BadSheet(say("batch.sheet.too-long", file=filename, rows=MAX_ROWS))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # Some programs write a wrong size into the file; without it all rows are read.
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True):
            yield [_cell(value) for value in row[:MAX_COLUMNS]]
    except _DAMAGED as error:
        raise BadSheet(say("batch.sheet.damaged", file=filename)) from error


def _cell(value: object) -> str:
    """A cell as a person reads it; a number that lost digits stays one: ``1.10105E+17``."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        # A sum that Excel worked out is 361.05, whatever is left over behind what it shows.
        exact = Decimal(f"{value:.{EXACT_DIGITS}g}" if isinstance(value, float) else value)
        if exact.adjusted() >= EXACT_DIGITS:
            return f"{exact:.5E}"
        plain = f"{exact:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(value).strip()


def _text(filename: str, content: bytes, delimiter: str) -> Iterator[list[str]]:
    text = decoded(content)
    if text is None or "\0" in text:
        raise BadSheet(say("batch.sheet.not-a-table", file=filename))
    # The first line alone may be a title.
    first = "\n".join(list(filter(str.strip, text.splitlines()))[:_FIRST_LINES])
    if not delimiter or delimiter not in first:
        delimiter = max(_DELIMITERS, key=first.count)
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            # A leading tab or apostrophe keeps spreadsheets from spoiling long numbers.
            yield [cell.strip().lstrip("'") for cell in cells[:MAX_COLUMNS]]
    except csv.Error as error:
        raise BadSheet(say("batch.sheet.not-a-table", file=filename)) from error


def decoded(content: bytes) -> str | None:
    """Text in the encodings that Chinese offices use, or None."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def excel(title: str, rows: Iterable[Sequence[object]]) -> bytes:
    """An Excel file of one sheet; text stays text, so that no cell becomes a formula."""
    return workbook({title: rows})


def workbook(sheets: Mapping[str, Iterable[Sequence[object]]]) -> bytes:
    """An Excel file of several sheets, by title."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        given = [tuple(row) for row in rows]
        for letter, width in _widths(given).items():
            sheet.column_dimensions[letter].width = width
        for row in given:
            sheet.append([_written(sheet, value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _widths(rows: Iterable[Sequence[object]]) -> Mapping[str, int]:
    """How wide each column has to be, titles that stand alone in their row left out."""
    from openpyxl.utils import get_column_letter

    found: dict[int, int] = {}
    for row in rows:
        for at, value in enumerate(row if len(row) > 1 else (), start=1):
            longest = max(map(len, str(value).split("\n")))
            found[at] = max(found.get(at, _NARROW), longest)
    # A Chinese letter is as wide as two digits; most columns hold some of both.
    return {get_column_letter(at): min(_WIDE, width * 3 // 2 + 2) for at, width in found.items()}


def _written(sheet: object, value: object) -> object:
    """A cell: a number counts as one, anything else is text."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    if isinstance(value, int):
        return value
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, Decimal):
        cell.number_format = "0.00"
        return cell
    cell.data_type = "s"
    cell.number_format = "@"
    if "\n" in str(value):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
