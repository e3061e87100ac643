"""The list of payments a bank is given, and the file that carries it."""

import csv
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.model.errors import QingdanError
from engine.model.procedure import FieldType, FormField, Procedure
from engine.model.wording import say

from .bank import Bank, Column, Format, Meaning, Shape
from .sheet import excel

#: Rows an error names before it only counts them.
NAMED_ROWS = 20


class BatchFaulty(QingdanError):
    """Rows that cannot be paid or do not fit what was sent; nothing was taken over."""

    exit_code = 1

    def __init__(self, problems: Sequence[str]) -> None:
        #: One line for each thing that is wrong.
        self.problems = tuple(problems)
        shown = list(self.problems[:NAMED_ROWS])
        if len(self.problems) > NAMED_ROWS:
            shown.append(say("batch.more", count=len(self.problems) - NAMED_ROWS))
        super().__init__("\n".join(shown))

    def lines(self) -> tuple[str, ...]:
        return self.problems


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """Money for one household."""

    #: Number in the file, from 1.
    sequence: int
    name: str
    id_card: str
    bank_card: str
    #: In 元, exact to the cent.
    amount: Decimal
    #: The child case this payment belongs to, where there is one.
    case_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentFile:
    """A file for the bank, with what it adds up to."""

    filename: str
    content: bytes
    count: int
    #: In 元.
    total: Decimal


def payments_of(field: FormField, rows: Sequence[Mapping[str, object]]) -> tuple[Payment, ...]:
    """The payments a table of a form lists; its columns are known by their types.

    Raises
    ------
    BatchFaulty
        The table has no column for the bank card or the amount, or a row lacks one.
    """
    names = column_names(field)
    found = tuple(payment_in(names, number, row) for number, row in enumerate(rows, start=1))
    problems = [
        say("batch.not-payable", row=each.sequence, table=field.label)
        for each in found
        if not each.bank_card or each.amount <= 0
    ]
    if problems or not found:
        raise BatchFaulty(problems or [say("batch.nothing-to-pay", table=field.label)])
    return found


def payment_in(names: Mapping[Meaning, str], number: int, row: Mapping[str, object]) -> Payment:
    """The payment a row of a table states, whatever it lacks; without an amount it is of 0."""
    given = {meaning: row.get(name) for meaning, name in names.items()}
    amount = given[Meaning.AMOUNT]
    return Payment(
        sequence=number,
        name=str(given.get(Meaning.NAME) or ""),
        id_card=str(given.get(Meaning.ID_CARD) or ""),
        bank_card=str(given[Meaning.BANK_CARD] or ""),
        amount=amount if isinstance(amount, Decimal) else Decimal(),
    )


_TYPES = {
    FieldType.PERSON: Meaning.NAME,
    FieldType.ID_CARD: Meaning.ID_CARD,
    FieldType.BANK_CARD: Meaning.BANK_CARD,
    FieldType.MONEY: Meaning.AMOUNT,
    FieldType.CHOICE: Meaning.RESULT,
    FieldType.TEXT: Meaning.REASON,
}


def column_names(field: FormField) -> Mapping[Meaning, str]:
    """Name of the first column of each type that means something to a bank.

    Raises
    ------
    BatchFaulty
        No column for the bank card or the amount.
    """
    names: dict[Meaning, str] = {}
    for column in field.columns:
        if column.type in _TYPES:
            names.setdefault(_TYPES[column.type], column.name)
    if not {Meaning.BANK_CARD, Meaning.AMOUNT} <= names.keys():
        raise BatchFaulty([say("batch.not-a-payment-table", table=field.label)])
    return names


def is_payment_table(field: FormField) -> bool:
    """Whether a field lists payments: a table with a bank card and an amount."""
    types = {column.type for column in field.columns}
    return {FieldType.BANK_CARD, FieldType.MONEY} <= types


def payment_tables(procedure: Procedure) -> tuple[FormField, ...]:
    """The fields of a procedure's own steps that list payments."""
    steps = (node.step for node in procedure.nodes.values() if node.step)
    return tuple(field for step in steps for field in step.fields if is_payment_table(field))


def payment_file(
    bank: Bank, payments: Sequence[Payment], stem: str, *, batch: str = ""
) -> PaymentFile:
    """The file in which the bank wants these payments.

    Parameters
    ----------
    stem : of its name.
    batch : number of the batch's case.

    Raises
    ------
    BatchFaulty
        A value is too wide for its column or cannot be written in the bank's encoding.
    """
    shape = bank.payment
    total = sum((payment.amount for payment in payments), Decimal())
    totals = {Meaning.COUNT: str(len(payments)), Meaning.TOTAL: total}
    records = [_record(shape.columns, _values(payment, batch)) for payment in payments]
    if shape.totals_at == "first":
        records.insert(0, _record(shape.totals, totals))
    if shape.headings:
        records.insert(0, [column.heading for column in shape.columns])
    if shape.totals_at == "last":
        records.append(_record(shape.totals, totals))
    ending = "txt" if shape.format is Format.FIXED else shape.format.value
    return PaymentFile(
        filename=f"{stem}.{ending}",
        content=_written(shape, records, len(payments)),
        count=len(payments),
        total=total,
    )


def _values(payment: Payment, batch: str) -> Mapping[Meaning, object]:
    return {
        Meaning.SEQUENCE: str(payment.sequence),
        Meaning.NAME: payment.name,
        Meaning.ID_CARD: payment.id_card,
        Meaning.BANK_CARD: payment.bank_card,
        Meaning.AMOUNT: payment.amount,
        Meaning.BATCH: batch,
    }


def _record(columns: Sequence[Column], values: Mapping[Meaning, object]) -> list[object]:
    cells: list[object] = []
    for column in columns:
        value = column.text if column.meaning is Meaning.TEXT else values.get(column.meaning, "")
        if column.fen and isinstance(value, Decimal):
            value = str(int(value * 100))
        cells.append(value)
    return cells


def _written(shape: Shape, records: Sequence[Sequence[object]], count: int) -> bytes:
    if shape.format is Format.XLSX:
        return excel(say("batch.sheet-title"), records)
    texts = [[f"{c:.2f}" if isinstance(c, Decimal) else _plain(str(c)) for c in r] for r in records]
    problems: list[str] = []
    if shape.format is Format.CSV:
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=shape.delimiter, lineterminator=shape.line_end).writerows(
            texts
        )
        lines = [stream.getvalue()]
    else:
        lines = [line + shape.line_end for line in _fixed(shape, texts, count, problems)]
    content = "".join(lines)
    try:
        encoded = content.encode(shape.encoding)
    except UnicodeEncodeError as error:
        letter = content[error.start]
        raise BatchFaulty(
            [say("batch.not-encodable", letter=letter, encoding=shape.encoding)]
        ) from error
    if problems:
        raise BatchFaulty(problems)
    return encoded


def _plain(text: str) -> str:
    """Text without control characters, which would break a line in two."""
    return "".join(c for c in text if unicodedata.category(c) != "Cc")


def _fixed(
    shape: Shape, texts: Sequence[Sequence[str]], count: int, problems: list[str]
) -> Iterator[str]:
    """Lines of fixed width; what is too wide is noted by row of the list."""
    above = len(texts) - count - (shape.totals_at == "last")
    for at, cells in enumerate(texts):
        columns = shape.columns if above <= at < above + count else shape.totals
        line = ""
        for column, cell in zip(columns, cells, strict=True):
            missing = column.width - len(cell.encode(shape.encoding, "replace"))
            if missing < 0:
                problems.append(
                    say("batch.too-wide", row=at - above + 1, text=cell, width=column.width)
                )
            fill = column.pad * missing
            line += fill + cell if column.right else cell + fill
        yield line
