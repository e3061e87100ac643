"""What the bank reports back, held against what it was given, to the cent."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.model.wording import say

from .bank import Bank, Column, Format, Meaning, Shape
from .columns import HEADING_ROWS, amount_of, has_lost_digits, heading_key
from .payment import BatchFaulty, Payment
from .sheet import BadSheet, Line, read_sheet


@dataclass(frozen=True, kw_only=True, slots=True)
class Returned:
    """What became of one payment."""

    payment: Payment
    is_paid: bool
    #: The bank's reason for a payment that failed.
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Returns:
    """What became of a whole list; paid and failed together are what was sent."""

    #: In the order of the payments.
    rows: tuple[Returned, ...]

    def count(self, *, paid: bool) -> int:
        """How many payments arrived, or failed."""
        return sum(row.is_paid is paid for row in self.rows)

    def total(self, *, paid: bool) -> Decimal:
        """Their sum in 元."""
        amounts = (row.payment.amount for row in self.rows if row.is_paid is paid)
        return sum(amounts, Decimal())


def read_returns(
    bank: Bank, filename: str, content: bytes, payments: Sequence[Payment], *, batch: str = ""
) -> Returns:
    """The bank's return file for a list of payments.

    Parameters
    ----------
    batch : number of the batch's case, which the file names where the bank does so.

    Raises
    ------
    BatchFaulty
        With every row that does not fit: of another batch, not sent, sent otherwise, reported
        twice, neither paid nor with a reason why not, left out, or a row of totals that is
        not the sum of the rows.
    BadSheet
        The file cannot be read.
    """
    matching = _Matching(bank.returns, payments, batch)
    for number, is_total, values in _records(bank.returns, filename, content):
        if is_total:
            matching.hold(number, values)
        else:
            matching.take(number, values)
    return matching.result()


class _Matching:
    def __init__(self, shape: Shape, payments: Sequence[Payment], batch: str) -> None:
        self.shape = shape
        self.payments = payments
        self.batch = batch
        self.problems: list[str] = []
        self.found: dict[int, Returned] = {}
        self.stated: list[tuple[Meaning, Decimal, int]] = []
        self.by_card: dict[str, list[Payment]] = {}
        for payment in payments:
            self.by_card.setdefault(payment.bank_card, []).append(payment)

    def take(self, number: int, values: Mapping[Meaning, str]) -> None:
        """Find the payment one row of the bank is about."""
        named = values.get(Meaning.BATCH, "")
        if self.shape.column(Meaning.BATCH) and named != self.batch:
            self._wrong("other-batch", number, named=named, batch=self.batch)
            return
        given = values.get(Meaning.BANK_CARD, "")
        if has_lost_digits(given):
            self._wrong("lost-digits", number, text=given)
            return
        card = "".join(c for c in given if c.isdigit())
        written = values.get(Meaning.AMOUNT, "")
        amount = _amount(self.shape.column(Meaning.AMOUNT), written)
        if amount is None:
            self._wrong("not-an-amount", number, text=written)
            return
        sent = self.by_card.get(card, [])
        left = [payment for payment in sent if payment.sequence not in self.found]
        fitting = [payment for payment in left if payment.amount == amount]
        if not fitting:
            facts = {"card": card[-4:], "amount": f"{amount:.2f}"}
            if not sent:
                self._wrong("not-sent", number, **facts)
            elif not left:
                self._wrong("twice", number, **facts)
            else:
                self._wrong("other-amount", number, sent=f"{left[0].amount:.2f}", **facts)
            return
        name = values.get(Meaning.NAME, "")
        # Two may share a card and be due the same amount.
        payment = next((each for each in fitting if _is_called(each, name)), None)
        if payment is None:
            self._wrong("other-name", number, name=name, sent=fitting[0].name)
        else:
            self._match(number, payment, values)

    def _match(self, number: int, payment: Payment, values: Mapping[Meaning, str]) -> None:
        code, told = values.get(Meaning.RESULT, ""), values.get(Meaning.REASON, "")
        is_paid = code in self.shape.success
        if not code:
            self._wrong("no-result", number, name=payment.name)
        elif not is_paid and not told and self.shape.column(Meaning.REASON):
            # Taken for failed, a household that was paid would be paid again.
            known = "、".join(self.shape.success)
            self._wrong("no-reason", number, name=payment.name, text=code, known=known)
        else:
            reason = "" if is_paid else told or code
            self.found[payment.sequence] = Returned(payment=payment, is_paid=is_paid, reason=reason)

    def hold(self, number: int, values: Mapping[Meaning, str]) -> None:
        """Keep what the bank's own row of totals states."""
        for column in self.shape.totals:
            if column.meaning in (Meaning.COUNT, Meaning.TOTAL):
                stated = _amount(column, values.get(column.meaning, ""))
                if stated is None:
                    self._wrong("not-an-amount", number, text=values.get(column.meaning, ""))
                else:
                    self.stated.append((column.meaning, stated, number))

    def _wrong(self, problem: str, number: int, **facts: object) -> None:
        self.problems.append(say(f"batch.return.{problem}", row=number, **facts))

    def result(self) -> Returns:
        """Every payment with what became of it, or all that is wrong."""
        if not self.problems:
            self.problems += [
                say(
                    "batch.return.left-out",
                    name=p.name,
                    card=p.bank_card[-4:],
                    amount=f"{p.amount:.2f}",
                )
                for p in self.payments
                if p.sequence not in self.found
            ]
        total = sum((p.amount for p in self.payments), Decimal())
        facts = {Meaning.COUNT: Decimal(len(self.payments)), Meaning.TOTAL: total}
        for meaning, stated, number in self.stated:
            if stated != facts[meaning]:
                self._wrong("wrong-total", number, stated=stated, found=facts[meaning])
        if self.problems:
            raise BatchFaulty(self.problems)
        return Returns(rows=tuple(self.found[payment.sequence] for payment in self.payments))


def _is_called(payment: Payment, name: str) -> bool:
    """Whether a payment may be the one of a name, however that is written; empty for any."""
    one, other = ("".join(unicodedata.normalize("NFKC", n).split()) for n in (payment.name, name))
    return one == other or not (one and other)


def _amount(column: Column | None, text: str) -> Decimal | None:
    amount = amount_of(text)
    return amount.scaleb(-2) if amount is not None and column and column.fen else amount


def _records(
    shape: Shape, filename: str, content: bytes
) -> Iterator[tuple[int, bool, Mapping[Meaning, str]]]:
    """Row, whether it is the row of totals, and values by meaning of each record."""
    order: Sequence[Column | None] = shape.columns
    if shape.format is Format.FIXED:
        lines = _fixed_lines(shape, filename, content)
    else:
        delimiter = shape.delimiter if shape.format is Format.CSV else ""
        lines = read_sheet(filename, content, delimiter=delimiter)
        if shape.headings:
            order, lines = _under_headings(shape, lines, filename)
    totals_at = {"first": 0, "last": len(lines) - 1}.get(shape.totals_at)
    for at, line in enumerate(lines):
        columns = shape.totals if at == totals_at else order
        named = zip(columns, line.cells, strict=False)
        yield (
            line.number,
            at == totals_at,
            {column.meaning: text for column, text in named if column},
        )


def _under_headings(
    shape: Shape, lines: Sequence[Line], filename: str
) -> tuple[Sequence[Column | None], Sequence[Line]]:
    """Which column each cell is, and the lines below the headings."""
    by_heading = {heading_key(column.heading): column for column in shape.columns}
    for at, line in enumerate(lines[:HEADING_ROWS]):
        order = [by_heading.get(heading_key(cell)) for cell in line.cells]
        if all(column in order for column in shape.columns if column.meaning in _NEEDED):
            return order, lines[at + 1 :]
    headings = "、".join(c.heading for c in shape.columns if c.meaning in _NEEDED)
    raise BadSheet(say("batch.return.no-headings", file=filename, headings=headings))


_NEEDED = (Meaning.BANK_CARD, Meaning.AMOUNT, Meaning.RESULT, Meaning.BATCH)


def _fixed_lines(shape: Shape, filename: str, content: bytes) -> Sequence[Line]:
    """Lines cut at widths that count bytes, as banks count them."""
    raw = [(n, line.rstrip(b"\r")) for n, line in enumerate(content.split(b"\n"), start=1)]
    filled = [(number, line) for number, line in raw if line.strip()]
    totals_at = {"first": 0, "last": len(filled) - 1}.get(shape.totals_at)
    lines = []
    for at, (number, line) in enumerate(filled):
        cells, start = [], 0
        for column in shape.totals if at == totals_at else shape.columns:
            try:
                text = line[start : start + column.width].decode(shape.encoding)
            except UnicodeDecodeError as error:
                raise BadSheet(
                    say("batch.return.cut-letter", file=filename, row=number, at=start + 1)
                ) from error
            start += column.width
            cells.append(text.strip())
        if len(line) > start:
            raise BadSheet(
                say(
                    "batch.return.too-long", file=filename, row=number, found=len(line), width=start
                )
            )
        lines.append(Line(number, tuple(cells)))
    if not lines:
        raise BadSheet(say("batch.sheet.empty", file=filename))
    return lines
