"""What was made for the bank: the payment files of a batch, kept line by line."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, insert, select, update

from engine.store.paying import payment_file as file_table
from engine.store.paying import payment_line as line_table

from .evidence import Answer, SentFile, SentLine
from .payment import Payment

_FEN = Decimal(100)
_MADE = ("number", "bank_id", "bank_name", "filename", "attachment_id", "made_at", "made_by")
_FACTS = (*_MADE, "voided_at", "voided_by")


def keep_sent(connection: Connection, office_id: str, case_id: str, file: SentFile) -> None:
    """Keep what a payment file holds."""
    key = {"office_id": office_id, "case_id": case_id, "number": file.number}
    connection.execute(insert(file_table), key | {name: getattr(file, name) for name in _MADE})
    connection.execute(
        insert(line_table),
        [
            {
                **key,
                "sequence": line.payment.sequence,
                "child_id": line.payment.case_id or None,
                "attempt": line.attempt,
                "name": line.payment.name,
                "id_card": line.payment.id_card,
                "bank_card": line.payment.bank_card,
                "fen": int(line.payment.amount * _FEN),
            }
            for line in file.lines
        ],
    )


def sent_files(connection: Connection, office_id: str, case_id: str) -> tuple[SentFile, ...]:
    """The payment files of a batch, oldest first."""
    lines = _lines(connection, office_id, case_id)
    table = file_table
    rows = connection.execute(
        select(table)
        .where(table.c.office_id == office_id, table.c.case_id == case_id)
        .order_by(table.c.number)
    ).mappings()
    return tuple(
        SentFile(**{name: row[name] for name in _FACTS}, lines=tuple(lines.get(row["number"], ())))
        for row in rows
    )


def _lines(
    connection: Connection, office_id: str, case_id: str
) -> Mapping[int, Sequence[SentLine]]:
    table = line_table.c
    place = (table.number, table.sequence, table.child_id, table.attempt)
    payee = (table.name, table.id_card, table.bank_card, table.fen)
    late = (table.is_paid, table.reason, table.answered_at, table.answered_by)
    rows = connection.execute(
        select(*place, *payee, *late)
        .where(table.office_id == office_id, table.case_id == case_id)
        .order_by(table.number, table.sequence)
    )
    found: dict[int, list[SentLine]] = {}
    for number, sequence, child, attempt, name, id_card, bank_card, fen, *answer in rows:
        payment = Payment(
            sequence=sequence,
            name=name,
            id_card=id_card,
            bank_card=bank_card,
            amount=Decimal(fen).scaleb(-2),
            case_id=child or "",
        )
        line = SentLine(payment=payment, attempt=attempt, late=_late(*answer))
        found.setdefault(number, []).append(line)
    return found


def _late(
    is_paid: bool | None, reason: str | None, at: datetime | None, by: str | None
) -> Answer | None:
    if is_paid is None:
        return None
    return Answer(is_paid=is_paid, reason=reason or "", at=at, by=by or "")


def void_sent(
    connection: Connection, office_id: str, case_id: str, number: int, *, by: str, at: datetime
) -> None:
    """Strike out a payment file that never went to the bank."""
    table = file_table
    connection.execute(
        update(table)
        .where(table.c.office_id == office_id, table.c.case_id == case_id, table.c.number == number)
        .values(voided_at=at, voided_by=by)
    )


def answer_late(
    connection: Connection, office_id: str, case_id: str, number: int, sequence: int, answer: Answer
) -> None:
    """Keep the bank's answer about a household whose own case has ended already."""
    table = line_table
    line = (table.c.case_id == case_id, table.c.number == number, table.c.sequence == sequence)
    connection.execute(
        update(table)
        .where(table.c.office_id == office_id, *line)
        .values(
            is_paid=answer.is_paid,
            reason=answer.reason,
            answered_at=answer.at,
            answered_by=answer.by,
        )
    )
