"""The banks an office may use: those it described itself, and those shipped."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from engine.model.wording import say
from engine.store.bank import bank as table

from ..keys import Keys
from ..statements import Wire
from .bank import BadBank, Bank, parse_bank, shipped_banks


def known_banks(connection: Connection, office_id: str) -> tuple[Bank, ...]:
    """An office's own banks, then the shipped ones whose id it did not take."""
    texts = connection.scalars(
        select(table.c.content).where(table.c.office_id == office_id).order_by(table.c.id)
    )
    own = tuple(parse_bank(text) for text in texts)
    taken = {bank.id for bank in own}
    return (*own, *(bank for bank in shipped_banks() if bank.id not in taken))


def find_bank(connection: Connection, office_id: str, bank_id: str) -> Bank:
    """The bank of an id.

    Raises
    ------
    BadBank
        The office knows none of this id.
    """
    known = {bank.id: bank for bank in known_banks(connection, office_id)}
    if bank_id not in known:
        raise BadBank(say("batch.bank.unknown", name=bank_id, known="、".join(known)))
    return known[bank_id]


def add_bank(
    connection: Connection, office_id: str, text: str, *, at: datetime, key: str = ""
) -> Bank:
    """Keep the description of a bank's files, in place of one with the same id.

    Parameters
    ----------
    key : of this request; the same request with the same key again changes nothing.

    Raises
    ------
    BadBank
        It cannot be used; nothing is kept.
    """
    bank = parse_bank(text)
    if Keys(Wire(connection), office_id, at).is_repeated(key, "bank", text):
        return bank
    mine = (table.c.office_id == office_id, table.c.id == bank.id)
    connection.execute(delete(table).where(*mine))
    row = {"office_id": office_id, "id": bank.id, "content": text, "added_at": at}
    connection.execute(insert(table).values(row))
    return bank
