"""Finding the columns of a form's table in a file that people made.

Such files carry a title above the headings, a unit behind a heading, columns
nobody asked for, and a row of totals below.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from engine.model.procedure import FieldType, FormField
from engine.model.wording import say

from .sheet import BadSheet, Line

#: Rows from the top that may hold the headings.
HEADING_ROWS = 10
#: Words that begin a row of totals.
_TOTALS = ("合计", "总计", "小计", "共计")
_LOST = re.compile(r"\d(\.\d+)?E\+\d\d", re.ASCII)


@dataclass(frozen=True, kw_only=True, slots=True)
class Imported:
    """What a file holds for a table."""

    #: Raw text by column, by row of the file.
    rows: Mapping[int, Mapping[str, str]]
    #: What is wrong, by row of the file.
    problems: Mapping[int, str]


def heading_key(heading: str) -> str:
    """A heading without spaces, unit and full-width letters: what two people write alike."""
    text = unicodedata.normalize("NFKC", heading)
    text = re.sub(r"\(.*?\)|\[.*?\]", "", text)
    return re.sub(r"[\s*:：_]", "", text).lower()


def has_lost_digits(text: str) -> bool:
    """Whether a number was kept as Excel shows long ones, without its end: ``1.10105E+17``."""
    return _LOST.fullmatch(text) is not None


def table_rows(field: FormField, lines: Sequence[Line], filename: str) -> Imported:
    """The rows of a file that belong in a table.

    Raises
    ------
    BadSheet
        None of the first rows holds the headings the table needs.
    """
    at, order = _headings(field, lines, filename)
    known = {name for name in order if name}
    rows: dict[int, Mapping[str, str]] = {}
    problems: dict[int, str] = {}
    for line in lines[at + 1 :]:
        cells = {name: text for name, text in zip(order, line.cells, strict=False) if name and text}
        first = next(filter(None, line.cells))
        if re.sub(r"\s", "", first).startswith(_TOTALS):
            problems |= _checked(field, line.number, cells, rows)
        elif cells:
            lost = [c for c in field.columns if has_lost_digits(cells.get(c.name, ""))]
            if lost:
                labels, text = "、".join(c.label for c in lost), cells[lost[0].name]
                problems[line.number] = say("batch.sheet.lost-digits", labels=labels, text=text)
            rows[line.number] = {name: cells.get(name, "") for name in known}
    return Imported(rows=rows, problems=problems)


def _headings(
    field: FormField, lines: Sequence[Line], filename: str
) -> tuple[int, tuple[str, ...]]:
    """Which line holds the headings, and the column each of its cells names."""
    names = {heading_key(c.label): c.name for c in field.columns} | {
        heading_key(c.name): c.name for c in field.columns
    }
    best: tuple[int, tuple[str, ...]] = (0, ())
    for at, line in enumerate(lines[:HEADING_ROWS]):
        order = tuple(names.get(heading_key(cell), "") for cell in line.cells)
        if sum(map(bool, order)) > sum(map(bool, best[1])):
            best = at, order
    needed = {column.name: column.label for column in field.columns if column.required}
    missing = [label for name, label in needed.items() if name not in best[1]]
    if missing or not any(best[1]):
        labels = "、".join(column.label for column in field.columns)
        raise BadSheet(
            say("batch.sheet.no-headings", file=filename, missing="、".join(missing), labels=labels)
        )
    twice = next((name for name in best[1] if name and best[1].count(name) > 1), "")
    if twice:
        label = next(column.label for column in field.columns if column.name == twice)
        raise BadSheet(say("batch.sheet.two-headings", file=filename, label=label))
    return best


def _checked(
    field: FormField, number: int, totals: Mapping[str, str], rows: Mapping[int, Mapping[str, str]]
) -> Mapping[int, str]:
    """A row of totals must be the sum of the rows above it, to the cent."""
    for column in field.columns:
        stated = amount_of(totals.get(column.name, ""))
        if column.type is not FieldType.MONEY or stated is None:
            continue
        found = sum(amount_of(row.get(column.name, "")) or Decimal() for row in rows.values())
        if stated != found:
            return {
                number: say(
                    "batch.sheet.wrong-total", label=column.label, stated=stated, found=found
                )
            }
    return {}


def amount_of(text: str) -> Decimal | None:
    """The amount a cell states, None where it states none: 1234.5 of ``￥1,234.50 元``."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip()
    try:
        amount = Decimal(plain.removesuffix("元").removeprefix("¥").strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
