"""A step's form between the request and the page: raw text in, inputs out.

Values keep the engine's shape: text by field name, ``table.row.column`` for a
cell. What is right or wrong about them is the engine's to say.
"""

import csv
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import request
from werkzeug.datastructures import MultiDict

from engine.model.procedure import FieldType, FormField
from engine.runtime import FormInvalid, Upload
from engine.runtime.batch.bank import Bank
from engine.runtime.batch.entry import BANK, with_tables

from .carry import BroughtBack, is_brought_back

#: Prefix of a field's input, so that no field can collide with the page's own inputs.
INPUT_PREFIX = "field."
#: Prefix of the box a table's rows are pasted into.
PASTE_PREFIX = "paste."
#: Prefix of the ``action`` of a table's buttons 加行 and 填入表格.
ROWS_PREFIX = "rows."
#: Prefix of the choice that says by which bank's shape a table's file is read.
BANK_PREFIX = "bank."
#: Prefix of the mark that a long table, shown without its rows, stays as it is.
KEEP_PREFIX = "keep."
#: Rows a table shows as inputs; a longer one is uploaded, or kept as it is.
MOST_ROWS = 200
#: Empty rows a table shows at first, and how many 加行 adds.
FIRST_ROWS = 3
MORE_ROWS = 5
#: Types an earlier round does not fill in: a decision is made anew, a file chosen anew.
_NEVER_PREFILLED = {FieldType.CHOICE, FieldType.FILE}

#: Input that names a page's request: sent twice, it is done once.
KEY = "key"

Values = dict[str, str]


def form_key() -> str:
    """The key the page sent with its form; empty for none.

    Raises
    ------
    BroughtBack
        The form does nothing yet; whatever is to be done asks for its key first.
    """
    if is_brought_back():
        raise BroughtBack
    return request.form.get(KEY, "")


def typed(name: str) -> str:
    """What was typed into an input of the page's own."""
    return request.form.get(name, "").strip()


def new_key() -> str:
    """A key for a page's form, never given out before."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One input on the page: a field, or one cell of a table."""

    field: FormField
    #: Key of its value: ``name`` or ``table.row.column``.
    key: str
    #: Text as typed; for a table, text pasted that does not fit its columns.
    value: str
    #: What is wrong with the value, or empty.
    problem: str
    #: A table's cells by row; empty for other types.
    rows: tuple[tuple["Input", ...], ...] = ()
    #: Rows of a table too long to be shown as inputs; 0 for others.
    hidden: int = 0

    @property
    def name(self) -> str:
        """Name of the HTML input."""
        return INPUT_PREFIX + self.key

    @property
    def id(self) -> str:
        """Id of the HTML input."""
        return "field-" + self.key.replace(".", "-")

    @property
    def is_filled(self) -> bool:
        """Whether any cell of a table holds something."""
        return bool(self.hidden) or any(cell.value for row in self.rows for cell in row)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _table(name: str, rows: Iterable[Mapping[str, object]], columns: Sequence[FormField]) -> Values:
    return {
        f"{name}.{number}.{column.name}": _text(row.get(column.name))
        for number, row in enumerate(rows)
        for column in columns
    }


def initial_values(fields: Iterable[FormField], data: Mapping[str, object]) -> Values:
    """What the form shows at first: what the case knows already, else the defaults."""
    values: Values = {}
    for field in fields:
        if field.type is FieldType.TABLE:
            rows = data.get(field.name) or data.get(field.rows)
            if isinstance(rows, list | tuple):
                values |= _table(field.name, rows, field.columns)
        elif field.type in _NEVER_PREFILLED:
            values[field.name] = field.default
        else:
            values[field.name] = _text(data.get(field.name)) or field.default
    return values


def pasted_rows(text: str, columns: Sequence[FormField]) -> list[dict[str, str]] | None:
    """Rows copied from a spreadsheet (tabs) or a CSV file; None when they do not fit.

    A heading row of the columns' labels says which column is which.
    """
    delimiter = "\t" if "\t" in text else ","
    lines = [
        [cell.strip() for cell in line]
        for line in csv.reader(text.strip("\r\n").splitlines(), delimiter=delimiter)
    ]
    order = [column.name for column in columns]
    by_label = {column.label: column.name for column in columns}
    if lines and set(lines[0]) <= by_label.keys():
        order = [by_label[cell] for cell in lines.pop(0)]
    if any(cell for line in lines for cell in line[len(order) :]):
        return None
    return [dict(zip(order, line, strict=False)) for line in lines if any(line)]


def _typed_rows(form: MultiDict[str, str], field: FormField) -> Iterator[dict[str, str]]:
    prefix = f"{INPUT_PREFIX}{field.name}."
    rows: dict[int, dict[str, str]] = {}
    for name, value in form.items():
        row, _, column = name.removeprefix(prefix).partition(".")
        if name.startswith(prefix) and row.isdecimal():
            rows.setdefault(int(row), {})[column] = value.strip()
    return (rows[number] for number in sorted(rows) if any(rows[number].values()))


def submitted_values(
    form: MultiDict[str, str], fields: Iterable[FormField], data: Mapping[str, object]
) -> Values:
    """What the officer typed; blank rows left out, rows pasted put in a table's place.

    ``data`` is what the case knows: a long table that was not shown stays as it is.
    """
    values: Values = {}
    for field in fields:
        if field.type is FieldType.TABLE:
            if form.get(KEEP_PREFIX + field.name):
                values |= initial_values([field], data)
                continue
            text = form.get(PASTE_PREFIX + field.name, "")
            pasted = pasted_rows(text, field.columns)
            if pasted is None:
                # Left as it is: the engine names the row that does not fit.
                values[field.name] = text
            else:
                values |= _table(field.name, pasted or _typed_rows(form, field), field.columns)
        elif field.type is not FieldType.FILE:
            values[field.name] = form.get(INPUT_PREFIX + field.name, "").strip()
    return values


def with_rows(values: Values, fields: Iterable[FormField], files: Mapping[str, Upload]) -> Values:
    """The values with the tables sent as files read in, to be put right in the page.

    A row keeps its number in the file. A file that cannot be read, or that has more rows
    than a page shows, stays out.
    """
    banks: dict[str, Bank] = {}
    for field in fields:
        try:
            read = with_tables([field], {}, files, dict, banks.__getitem__, batch="")
        except FormInvalid:
            continue
        if read and _row_count(read, field.name) <= MOST_ROWS:
            kept = {k: text for k, text in values.items() if k.partition(".")[0] != field.name}
            values = kept | read
    return values


def banks_chosen(form: MultiDict[str, str], fields: Iterable[FormField]) -> Values:
    """By which bank's shape the file of a table is to be read, where one was chosen."""
    chosen = ((field.name, form.get(BANK_PREFIX + field.name)) for field in fields)
    return {table + BANK: bank for table, bank in chosen if bank}


def _row_count(values: Values, table: str) -> int:
    prefix = f"{table}."
    numbers = (
        key.removeprefix(prefix).partition(".")[0] for key in values if key.startswith(prefix)
    )
    return max((int(number) + 1 for number in numbers), default=0)


def _row_problem(table: str, problems: Mapping[str, str]) -> str:
    """What is wrong with a whole row of a table, which has no cell to stand at."""
    prefix = f"{table}."
    return next(
        (
            text
            for key, text in problems.items()
            if key.startswith(prefix) and key.removeprefix(prefix).isdecimal()
        ),
        "",
    )


def anchor(problem: str, shown: Iterable[Input]) -> str:
    """Id of the input a problem's key stands at: its cell, else its table."""
    key = problem.partition(":")[0]
    cells = {cell.key for table in shown for row in table.rows for cell in row}
    return "field-" + (key.replace(".", "-") if key in cells else key.partition(".")[0])


def inputs(
    fields: Iterable[FormField],
    values: Values,
    problems: Mapping[str, str],
    *,
    more_rows_for: str = "",
) -> tuple[Input, ...]:
    """The form's inputs, with one table given more empty rows."""

    def one(field: FormField, key: str, rows: tuple[tuple[Input, ...], ...] = ()) -> Input:
        count = _row_count(values, key) if field.type is FieldType.TABLE else 0
        return Input(
            field=field,
            key=key,
            value=values.get(key, ""),
            problem=problems.get(key, "") or _row_problem(key, problems),
            rows=rows,
            hidden=count if count > MOST_ROWS else 0,
        )

    def rows_of(field: FormField) -> tuple[tuple[Input, ...], ...]:
        count = _row_count(values, field.name) or FIRST_ROWS
        if count > MOST_ROWS:
            return ()
        if field.name == more_rows_for:
            count += MORE_ROWS
        return tuple(
            tuple(one(column, f"{field.name}.{row}.{column.name}") for column in field.columns)
            for row in range(count)
        )

    return tuple(
        one(field, field.name, rows_of(field) if field.type is FieldType.TABLE else ())
        for field in fields
    )
