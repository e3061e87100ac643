"""The shapes of a bank's files: what an office configures in TOML, one file per bank."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any

from engine.model.errors import QingdanError
from engine.model.wording import say


class BadBank(QingdanError):
    """A description of a bank's files that cannot be used, or an unknown bank."""


class Format(StrEnum):
    """How a file is written."""

    #: Columns of a width in bytes.
    FIXED = "fixed"
    CSV = "csv"
    XLSX = "xlsx"


class Meaning(StrEnum):
    """What a column holds."""

    SEQUENCE = "sequence"
    NAME = "name"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    AMOUNT = "amount"
    RESULT = "result"
    REASON = "reason"
    #: Number of the batch's case; an answer that names another is refused.
    BATCH = "batch"
    #: Number of households and their sum, in a row of totals.
    COUNT = "count"
    TOTAL = "total"
    #: The same text in every row.
    TEXT = "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a bank's file."""

    meaning: Meaning
    #: Heading, where the file has headings.
    heading: str = ""
    #: Width in bytes; only of a file of fixed width.
    width: int = 0
    #: Whether the text stands at the right of its width.
    right: bool = False
    #: What fills the width.
    pad: str = " "
    #: Whether an amount counts 分 instead of 元.
    fen: bool = False
    text: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """How one kind of file of a bank looks."""

    format: Format
    encoding: str
    delimiter: str
    line_end: str
    headings: bool
    columns: tuple[Column, ...]
    #: Row of totals: ``none``, ``first`` or ``last``.
    totals_at: str
    totals: tuple[Column, ...]
    #: Results that mean the money arrived; every other one is a payment that failed.
    success: tuple[str, ...]

    def column(self, meaning: Meaning) -> Column | None:
        """The column of a meaning, or None."""
        return next((column for column in self.columns if column.meaning is meaning), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Bank:
    """A bank's two files: payments out, returns in."""

    id: str
    name: str
    payment: Shape
    returns: Shape


_SHAPE_KEYS = {
    "format": str,
    "encoding": str,
    "delimiter": str,
    "line_end": str,
    "headings": bool,
    "totals_at": str,
    "success": list,
    "column": list,
    "total": list,
}
_COLUMN_KEYS = {
    "is": str,
    "heading": str,
    "width": int,
    "align": str,
    "pad": str,
    "unit": str,
    "text": str,
}
_ENCODINGS = ("gb18030", "gbk", "utf-8", "utf-8-sig")
_TOTALS_AT = ("none", "first", "last")
_LINE_ENDS = ("\r\n", "\n")
_ALIGN = ("left", "right")
_UNITS = ("元", "分")


def parse_bank(text: str) -> Bank:
    """The bank a TOML text describes.

    Raises
    ------
    BadBank
        With the section and the key that is wrong.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadBank(say("batch.bank.not-toml", reason=error)) from error
    given = _Reader("", table)
    given.only({"id": str, "name": str, "payment": dict, "returns": dict})
    return Bank(
        id=given.text("id"),
        name=given.text("name"),
        payment=_shape(given.section("payment"), (Meaning.BANK_CARD, Meaning.AMOUNT)),
        returns=_shape(
            given.section("returns"), (Meaning.BANK_CARD, Meaning.AMOUNT, Meaning.RESULT)
        ),
    )


def shipped_banks() -> tuple[Bank, ...]:
    """The banks shipped as examples, by id."""
    folder = files("processes").joinpath("banks")
    found = (
        parse_bank(entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )
    return tuple(sorted(found, key=lambda bank: bank.id))


def _shape(given: "_Reader", needed: Sequence[Meaning]) -> Shape:
    given.only(_SHAPE_KEYS)
    kind = Format(given.choice("format", tuple(Format)))
    shape = Shape(
        format=kind,
        encoding=given.choice("encoding", _ENCODINGS, "utf-8"),
        delimiter=given.text("delimiter", ","),
        line_end=given.choice("line_end", _LINE_ENDS, "\r\n"),
        headings=bool(given.table.get("headings", kind is Format.XLSX)),
        columns=_columns(given, "column", kind),
        totals_at=given.choice("totals_at", _TOTALS_AT, "none"),
        totals=_columns(given, "total", kind),
        success=tuple(map(str, given.table.get("success", ()))),
    )
    for meaning in needed:
        if shape.column(meaning) is None:
            raise given.bad("needs-column", name=meaning)
    if shape.column(Meaning.RESULT) and not shape.success:
        raise given.bad("missing", name="success")
    if shape.headings and kind is Format.FIXED:
        raise given.bad("not-one-of", name="headings", known="false")
    if len(shape.delimiter) != 1:
        raise given.bad("not-one-of", name="delimiter", known=", | ;")
    if shape.headings:
        for number, column in enumerate(shape.columns, start=1):
            if not column.heading and column.meaning is not Meaning.TEXT:
                raise given.bad("no-heading", number=number)
    if (shape.totals_at == "none") != (not shape.totals):
        raise given.bad("missing", name="totals_at" if shape.totals else "total")
    return shape


def _columns(given: "_Reader", name: str, kind: Format) -> tuple[Column, ...]:
    found = []
    for number, table in enumerate(given.table.get(name, ()), start=1):
        reader = _Reader(
            f"{given.where}.{name}[{number}]", table if isinstance(table, dict) else {}
        )
        reader.only(_COLUMN_KEYS)
        column = Column(
            meaning=Meaning(reader.choice("is", tuple(Meaning))),
            heading=reader.text("heading", ""),
            width=int(table.get("width", 0)),
            right=reader.choice("align", _ALIGN, "left") == "right",
            pad=reader.text("pad", " "),
            fen=reader.choice("unit", _UNITS, "元") == "分",
            text=reader.text("text", ""),
        )
        if kind is Format.FIXED and column.width <= 0:
            raise reader.bad("missing", name="width")
        if len(column.pad.encode("gb18030")) != 1:
            raise reader.bad("not-one-of", name="pad", known="空格、0")
        found.append(column)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Reader:
    """A table of the TOML text, with where it stands."""

    where: str
    table: Mapping[str, Any]

    def only(self, keys: Mapping[str, type]) -> None:
        for name, value in self.table.items():
            if name not in keys:
                raise self.bad("unknown-key", name=name, known="、".join(keys))
            if not isinstance(value, keys[name]):
                raise self.bad("wrong-type", name=name)

    def text(self, name: str, default: str | None = None) -> str:
        value = self.table.get(name, default)
        if value is None or (value == "" and default is None):
            raise self.bad("missing", name=name)
        return str(value)

    def choice(self, name: str, known: Sequence[str], default: str | None = None) -> str:
        value = self.text(name, default)
        if value not in known:
            shown = "、".join(
                text.encode("unicode_escape").decode() if text.isspace() else text for text in known
            )
            raise self.bad("not-one-of", name=name, known=shown)
        return value

    def section(self, name: str) -> "_Reader":
        if name not in self.table:
            raise self.bad("missing", name=name)
        return _Reader(name, self.table[name])

    def bad(self, problem: str, **facts: object) -> BadBank:
        where = f"[{self.where}] " if self.where else ""
        return BadBank(where + say(f"batch.bank.{problem}", **facts))
