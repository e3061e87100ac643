"""The journal: append-only, one hash chain per case, no personal data.

Each row's hash covers its content and the hash before it, so that a changed,
missing or inserted row breaks the chain from there on. Where the platform has
SM3 (GB/T 32905), a second chain of it runs beside; it may begin late or pause.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from engine.model.case import JournalEntry

from .schema import journal, office

#: Case id of the office's own chain: appointments, publications.
OFFICE_CHAIN = "-"
#: Hash before the first row of a chain.
GENESIS = "0" * 64
#: Columns the hash covers, in order, after office, case, sequence and moment.
TEXTS = ("actor", "action", "step", "step_name", "form_digest", "note")


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


#: A text as :func:`json.dumps` writes it, in one call.
quoted: Callable[[str], str] = json.encoder.encode_basestring


def _sm3() -> "hashlib._Hash | None":
    try:
        return hashlib.new("sm3")
    except ValueError:
        return None


#: To be copied: looking the algorithm up costs more than hashing a row.
_SM3 = _sm3()
HAS_SM3 = _SM3 is not None


def sm3_digest(text: bytes) -> bytes:
    """SM3 of some bytes; empty where the platform has none."""
    if _SM3 is None:
        return b""
    made = _SM3.copy()
    made.update(text)
    return made.digest()


def sm3_of(text: bytes) -> str:
    """The same in hexadecimal digits."""
    return sm3_digest(text).hex()


def members(values: Iterable[str | int]) -> str:
    """Values as members of a JSON list."""
    return ",".join([str(one) if isinstance(one, int) else quoted(one) for one in values])


def _content(row: dict[str, Any]) -> str:
    """A row's own content as a JSON list that lacks its last member."""
    at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
    before = f"{quoted(row['office_id'])},{quoted(row['case_id'])},{row['sequence']}"
    return f'[{before},"{at}",{",".join([quoted(row[name]) for name in TEXTS])}'


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
        hold(connection, office_id)
    rows, after = linked(
        office_id, case_id, entries, head or head_of(connection, office_id, case_id)
    )
    if rows:
        connection.execute(insert(journal), rows)
    return after


def hold(connection: Connection, office_id: str) -> None:
    """Let nobody else write or seal the office's own chain until the transaction ends."""
    mine = select(office.c.id).where(office.c.id == office_id)
    connection.execute(mine.with_for_update())


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
        select(*(journal.c[name] for name in ("case_id", "sequence", "at", *TEXTS)))
        .where(journal.c.office_id == office_id, journal.c.case_id == case_id)
        .order_by(journal.c.sequence)
    )
    return tuple(JournalEntry(**row) for row in rows.mappings())
