"""Forms: raw text of a form into typed values, with one message per bad field."""

import csv
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from engine.model.procedure import FieldType, FormField
from engine.model.wording import say

from .errors import FormInvalid

#: Longest text of one field, in characters.
MAX_TEXT = 5_000
#: Most rows of one table.
MAX_ROWS = 10_000

_ID_CARD = re.compile(r"[1-9]\d{5}(\d{4})(\d{2})(\d{2})\d{3}[\dX]", re.ASCII)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_BANK_CARD = re.compile(r"\d{12,19}", re.ASCII)
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|400-?\d{3}-?\d{4}|\d{5,8}", re.ASCII)
_LARGEST = Decimal(10) ** 13


def is_id_card(text: str) -> bool:
    """Whether 18 characters are a citizen's number: date and check digit (GB 11643-1999).

    Examples
    --------
    >>> is_id_card("11010519491231002X")
    True
    >>> is_id_card("110105194912310021")
    False
    """
    match = _ID_CARD.fullmatch(text)
    if match is None:
        return False
    try:
        date(*map(int, match.groups()))
    except ValueError:
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(text, _ID_WEIGHTS, strict=False))
    return text[-1] == "10X98765432"[weighted % 11]


def parse_form(
    fields: Sequence[FormField],
    values: Mapping[str, str],
    files: Mapping[str, str] | None = None,
    *,
    held: Collection[str] = (),
    partial: bool = False,
) -> dict[str, object]:
    """Typed values of a form.

    Parameters
    ----------
    values : raw text by field; a table ``t`` as ``t.row.column`` or as pasted text.
    files : name of the file handed in, by field.
    held : file fields the case already has a file for.
    partial : leave out what was not sent at all, and require nothing.

    Raises
    ------
    FormInvalid
        With a message for every field that cannot be accepted.
    """
    form = _Form(values, files or {}, held)
    known = {field.name for field in fields}
    for name in form.names() - known:
        form.problems[name] = say(
            "run.field.unknown", name=name, known="、".join(sorted(known)) or "—"
        )
    parsed = {
        field.name: form.value(field, required=field.required and not partial)
        for field in fields
        if not partial or field.name in form.names()
    }
    if form.problems:
        raise FormInvalid(form.problems)
    return parsed


class _Form:
    def __init__(
        self, values: Mapping[str, str], files: Mapping[str, str], held: Collection[str]
    ) -> None:
        self.values = values
        self.files = files
        self.held = held
        self.problems: dict[str, str] = {}

    def names(self) -> set[str]:
        return {name.partition(".")[0] for name in self.values} | set(self.files)

    def value(self, field: FormField, *, required: bool) -> object:
        if field.type is FieldType.TABLE:
            return self._table(field, required=required)
        if field.type is FieldType.FILE:
            name = self.files.get(field.name, "")
            if required and not name and field.name not in self.held:
                self.problems[field.name] = say("run.field.required-file", label=field.label)
            return name
        text = self.values.get(field.name, "")
        value, problem = parse_value(field, text, required=required)
        if problem:
            self.problems[field.name] = problem
        return value

    def _table(self, field: FormField, *, required: bool) -> list[dict[str, object]]:
        raw = self._pasted(field) if field.name in self.values else self._cells(field)
        rows = []
        # By column and value: the row that has it.
        seen: dict[tuple[str, object], int] = {}
        for number, cells in raw.items():
            if not any(cell.strip() for cell in cells.values()):
                continue
            row = {}
            for column in field.columns:
                name = column.name
                row[name], problem = parse_value(
                    column, cells.get(name, ""), required=column.required
                )
                if column.unique and row[name] and not problem:
                    first = seen.setdefault((name, row[name]), number)
                    if first != number:
                        facts = {"label": column.label, "value": row[name], "first": first + 1}
                        problem = say("run.field.repeated", **facts)
                if problem:
                    self.problems[f"{field.name}.{number}.{name}"] = say(
                        "run.field.row", row=number + 1, problem=problem
                    )
            rows.append(row)
        if required and not rows:
            self.problems[field.name] = say("run.field.required", label=field.label)
        return rows

    def _cells(self, field: FormField) -> dict[int, dict[str, str]]:
        columns = {column.name for column in field.columns}
        rows: dict[int, dict[str, str]] = {}
        for name, text in self.values.items():
            table, _, rest = name.partition(".")
            number, _, column = rest.partition(".")
            if table != field.name:
                continue
            if not number.isascii() or not number.isdigit() or int(number) >= MAX_ROWS:
                self._unknown_column(field, name, rest)
            elif column not in columns:
                self._unknown_column(field, name, column)
            else:
                rows.setdefault(int(number), {})[column] = text
        return dict(sorted(rows.items()))

    def _unknown_column(self, field: FormField, name: str, column: str) -> None:
        known = "、".join(c.name for c in field.columns)
        self.problems[name] = say(
            "run.field.unknown-column", label=field.label, name=column, known=known
        )

    def _pasted(self, field: FormField) -> dict[int, dict[str, str]]:
        """Rows of text copied from a spreadsheet, or CSV; a heading row is recognised."""
        text = self.values[field.name].strip("\r\n")
        lines = list(csv.reader(text.splitlines(), delimiter="\t" if "\t" in text else ","))
        order = [column.name for column in field.columns]
        by_heading = {c.label: c.name for c in field.columns} | {n: n for n in order}
        first = 0
        if lines and all(cell.strip() in by_heading for cell in lines[0]):
            order = [by_heading[cell.strip()] for cell in lines[0]]
            first = 1
        rows = {}
        for number, cells in enumerate(lines[first : first + MAX_ROWS]):
            if len(cells) > len(order):
                problem = say(
                    "run.field.columns",
                    found=len(cells),
                    expected=len(order),
                    label=field.label,
                    known="、".join(c.label for c in field.columns),
                )
                self.problems[f"{field.name}.{number}"] = say(
                    "run.field.row", row=number + 1, problem=problem
                )
            rows[number] = dict(zip(order, cells, strict=False))
        return rows


def parse_value(field: FormField, text: str, *, required: bool) -> tuple[object, str]:
    """The typed value of a field or cell, and what is wrong with it (or an empty text)."""
    is_text = field.type in (FieldType.TEXT, FieldType.PERSON, FieldType.CHOICE)
    text = text.strip() if is_text else unicodedata.normalize("NFKC", text).strip()
    if not text:
        empty = None if field.type in _TYPED else ""
        return empty, say("run.field.required", label=field.label) if required else ""
    try:
        value = _typed(field, text)
        return value, _out_of_bounds(field, value)
    except (ValueError, InvalidOperation):
        return None, say(
            f"run.field.{_MESSAGES.get(field.type, field.type.value)}",
            label=field.label,
            text=text[:40],
            cap=MAX_TEXT,
            options="、".join(field.options),
        )


def _out_of_bounds(field: FormField, value: object) -> str:
    """What is wrong with a number or amount that was understood, or an empty text."""
    if not isinstance(value, Decimal):
        return ""
    if field.least is not None and value < field.least:
        return say("run.field.too-small", label=field.label, least=field.least)
    if field.most is not None and value > field.most:
        return say("run.field.too-large", label=field.label, most=field.most)
    if field.whole and value != value.to_integral_value():
        return say("run.field.not-whole", label=field.label)
    return ""


#: Types whose empty value is None: there is no number or date to compare.
_TYPED = (FieldType.MONEY, FieldType.NUMBER, FieldType.DATE)
_MESSAGES = {FieldType.TEXT: "text-long", FieldType.PERSON: "text-long"}


def _typed(field: FormField, text: str) -> object:
    match field.type:
        case FieldType.MONEY:
            return _money(text)
        case FieldType.NUMBER:
            return _number(text)
        case FieldType.DATE:
            return _within_lives(date.fromisoformat(_iso(text)))
        case FieldType.CHOICE:
            return _must(text, text in field.options)
        case FieldType.ID_CARD:
            return _must(text.upper(), is_id_card(text.upper()))
        case FieldType.BANK_CARD:
            digits = text.replace(" ", "").replace("-", "")
            return _must(digits, _BANK_CARD.fullmatch(digits) is not None)
        case FieldType.PHONE:
            compact = text.replace(" ", "")
            return _must(compact, _PHONE.fullmatch(compact) is not None)
        case _:
            return _must(text, len(text) <= MAX_TEXT)


def _must(value: str, good: bool) -> str:
    if not good:
        raise ValueError(value)
    return value


def _within_lives(day: date) -> date:
    """The day, unless a year of two digits made it one of antiquity."""
    if not 1900 <= day.year < 2200:
        raise ValueError(day.year)
    return day


def _number(text: str) -> Decimal:
    number = Decimal(text.replace(",", ""))
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise ValueError(text)
    return number


def _money(text: str) -> Decimal:
    amount = _number(text.removeprefix("¥").removesuffix("元").strip())
    if amount < 0 or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(text)
    return amount.quantize(Decimal("0.01"))


def _iso(text: str) -> str:
    """``2026-3-1``, ``2026/03/01`` and ``2026年3月1日`` as ISO; anything else unchanged."""
    match = re.fullmatch(r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?", text, re.ASCII)
    if match is None:
        return text
    year, month, day = map(int, match.groups())
    return f"{year:04}-{month:02}-{day:02}"
