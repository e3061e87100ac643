"""The journal: append-only, one hash chain per case, no personal data.

Each row's hash covers its content and the hash before it, so that a changed,
missing or inserted row breaks the chain from there on. Where the platform has
SM3 (GB/T 32905), a second chain of it runs beside; it may begin late or pause.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from engine.model.case import JournalEntry

from .schema import journal, office

#: Case id of the office's own chain: appointments, publications.
OFFICE_CHAIN = "-"
#: Hash before the first row of a chain.
GENESIS = "0" * 64
#: Columns the hash covers, in order, after office, case, sequence and moment.
_TEXTS = ("actor", "action", "step", "step_name", "form_digest", "note")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What one row is to say."""

    at: datetime
    #: Id of the officer, or ``system``.
    actor: str
    action: str
    step: str = ""
    step_name: str = ""
    #: Salted digest of the form handed in; empty for none.
    form_digest: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The end of a chain: all that the next row needs to know."""

    #: Number of the last row; 0 before the first.
    sequence: int
    hash: str
    #: Empty where the last row was written without SM3.
    sm3: str


#: Head of a chain without rows.
START = Head(sequence=0, hash=GENESIS, sm3="")


class Flaw(StrEnum):
    """What is wrong with a row, or with a chain against its seal."""

    #: The row that should stand here is gone.
    MISSING = "missing"
    #: Its content is not what was hashed.
    CONTENT = "content"
    #: It does not follow from the row before.
    LINK = "link"
    #: Its SM3 hash does not fit, though SHA-256 does.
    SM3 = "sm3"
    #: The chain ends before the row that was sealed.
    TRUNCATED = "truncated"
    #: The sealed row is another one now.
    RESEALED = "resealed"
    #: The seal is not what its own rows say.
    SEAL = "seal"


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """The first place where a chain does not hold."""

    office_id: str
    case_id: str
    #: Number of the row; 0 where it is a seal that does not hold.
    sequence: int
    flaw: Flaw
    #: Number of the seal that shows it; 0 where the chain itself does.
    seal: int = 0


#: A text as :func:`json.dumps` writes it, in one call.
_quoted: Callable[[str], str] = json.encoder.encode_basestring


def _has_sm3() -> bool:
    try:
        hashlib.new("sm3", b"")
    except ValueError:
        return False
    return True


HAS_SM3 = _has_sm3()


def sm3_of(text: bytes) -> str:
    """SM3 of some bytes; empty where the platform has none."""
    return hashlib.new("sm3", text).hexdigest() if HAS_SM3 else ""


def _content(row: RowMapping | dict[str, Any]) -> str:
    """A row's own content as a JSON list that lacks its last member."""
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    before = f"{_quoted(row['office_id'])},{_quoted(row['case_id'])},{row['sequence']}"
    return f'[{before},"{at}",{",".join([_quoted(row[name]) for name in _TEXTS])}'


def _chained(content: str, previous: str) -> bytes:
    """What is hashed: a row's content and the hash before it."""
    return f'{content},"{previous or GENESIS}"]'.encode()


def linked(
    office_id: str, case_id: str, entries: Iterable[Entry], head: Head
) -> tuple[list[dict[str, object]], Head]:
    """Rows of the journal that continue a chain, and where it ends then.

    Parameters
    ----------
    head : end of the chain so far.

    Returns
    -------
    Rows by column name, ready to be inserted, and the new head.
    """
    rows = []
    for entry in entries:
        row: dict[str, object] = {
            "office_id": office_id,
            "case_id": case_id,
            "sequence": head.sequence + 1,
            "at": entry.at,
            "actor": entry.actor,
            "action": entry.action,
            "step": entry.step,
            "step_name": entry.step_name,
            "form_digest": entry.form_digest,
            "note": entry.note,
        }
        content = _content(row)
        hash_ = hashlib.sha256(_chained(content, head.hash)).hexdigest()
        sm3 = sm3_of(_chained(content, head.sm3))
        rows.append({**row, "prev_hash": head.hash, "hash": hash_, "sm3": sm3})
        head = Head(sequence=head.sequence + 1, hash=hash_, sm3=sm3)
    return rows, head


def append(
    connection: Connection,
    office_id: str,
    case_id: str,
    *entries: Entry,
    head: Head | None = None,
) -> Head:
    """Write rows at the end of a case's chain, in the caller's transaction and in one statement.

    Parameters
    ----------
    head : end of the chain, where the caller holds it (and the lock on the case); None to
        look it up.

    Returns
    -------
    The new end of the chain.

    Raises
    ------
    StoreBusy
        From the transaction: the chain has gone on beyond ``head``.
    """
    if head is None and case_id == OFFICE_CHAIN:
        # Nothing else of the office is sure to be locked by whoever writes its own chain.
        mine = select(office.c.id).where(office.c.id == office_id)
        connection.execute(mine.with_for_update())
    rows, after = linked(
        office_id, case_id, entries, head or head_of(connection, office_id, case_id)
    )
    if rows:
        connection.execute(insert(journal), rows)
    return after


def head_of(connection: Connection, office_id: str, case_id: str) -> Head:
    """Where a chain ends now."""
    last = connection.execute(
        select(journal.c.sequence, journal.c.hash, journal.c.sm3)
        .where(journal.c.office_id == office_id, journal.c.case_id == case_id)
        .order_by(journal.c.sequence.desc())
        .limit(1)
    ).first()
    return START if last is None else Head(sequence=last.sequence, hash=last.hash, sm3=last.sm3)


def entries(connection: Connection, office_id: str, case_id: str) -> tuple[JournalEntry, ...]:
    """The rows of a chain, oldest first."""
    rows = connection.execute(
        select(journal)
        .where(journal.c.office_id == office_id, journal.c.case_id == case_id)
        .order_by(journal.c.sequence)
    )
    return tuple(
        JournalEntry(
            sequence=row.sequence,
            case_id=row.case_id,
            at=row.at,
            actor=row.actor,
            action=row.action,
            step=row.step,
            step_name=row.step_name,
            form_digest=row.form_digest,
            note=row.note,
        )
        for row in rows
    )


def _flaw(row: RowMapping, head: Head) -> Flaw | None:
    """What is wrong with a row after ``head``."""
    if row["sequence"] != head.sequence + 1:
        return Flaw.MISSING
    content = _content(row)
    if row["hash"] != hashlib.sha256(_chained(content, row["prev_hash"])).hexdigest():
        return Flaw.CONTENT
    if row["prev_hash"] != head.hash:
        return Flaw.LINK
    if HAS_SM3 and row["sm3"] and row["sm3"] != sm3_of(_chained(content, head.sm3)):
        return Flaw.SM3
    return None


def _breach(rows: Iterable[RowMapping]) -> Breach | None:
    head = START
    for row in rows:
        flaw = _flaw(row, head)
        if flaw is not None:
            return Breach(
                office_id=row["office_id"],
                case_id=row["case_id"],
                sequence=head.sequence + 1,
                flaw=flaw,
            )
        head = Head(sequence=row["sequence"], hash=row["hash"], sm3=row["sm3"])
    return None


def first_broken(connection: Connection, office_id: str, case_id: str) -> Breach | None:
    """The first row that does not fit its chain, or None."""
    rows = connection.execute(
        select(journal)
        .where(journal.c.office_id == office_id, journal.c.case_id == case_id)
        .order_by(journal.c.sequence)
    )
    return _breach(rows.mappings())


def breaches(connection: Connection, office_id: str) -> Iterator[Breach]:
    """The first row that does not fit, of every chain of the office that has one."""
    rows = connection.execute(
        select(journal)
        .where(journal.c.office_id == office_id)
        .order_by(journal.c.case_id, journal.c.sequence)
        .execution_options(yield_per=1000)
    )
    for _, chain in groupby(rows.mappings(), key=lambda row: row["case_id"]):
        breach = _breach(chain)
        if breach is not None:
            yield breach


def chains(connection: Connection, office_id: str) -> dict[str, int]:
    """Number of rows of every chain of the office, by case id."""
    rows = connection.execute(
        select(journal.c.case_id, func.count().label("rows"))
        .where(journal.c.office_id == office_id)
        .group_by(journal.c.case_id)
        .order_by(journal.c.case_id)
    )
    return {row.case_id: row.rows for row in rows}
