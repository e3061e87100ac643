"""The journal: append-only, one hash chain per case, no personal data.

Each row's hash covers its content and the hash before it, so that a changed,
missing or inserted row breaks the chain from there on.
"""

import hashlib
import json
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, func, insert, select

from engine.model.case import JournalEntry

from .schema import journal

#: Case id of the office's own chain: appointments, publications.
OFFICE_CHAIN = "-"
#: Hash before the first row of a chain.
GENESIS = "0" * 64
#: Columns the hash covers, in order.
_COVERED = (
    "office_id",
    "case_id",
    "sequence",
    "at",
    "actor",
    "action",
    "step",
    "step_name",
    "form_digest",
    "note",
    "prev_hash",
)


def row_hash(row: RowMapping | dict[str, object]) -> str:
    """SHA-256 over a row's content and the hash before it."""
    at = row["at"]
    assert isinstance(at, datetime)
    covered = [
        at.astimezone(UTC).isoformat(timespec="microseconds") if name == "at" else row[name]
        for name in _COVERED
    ]
    text = json.dumps(covered, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def append(
    connection: Connection,
    office_id: str,
    case_id: str,
    *,
    at: datetime,
    actor: str,
    action: str,
    step: str = "",
    step_name: str = "",
    form_digest: str = "",
    note: str = "",
) -> None:
    """Write one row at the end of a case's chain, in the caller's transaction."""
    of_case = (journal.c.office_id == office_id, journal.c.case_id == case_id)
    last = connection.execute(
        select(journal.c.sequence, journal.c.hash)
        .where(*of_case)
        .order_by(journal.c.sequence.desc())
        .limit(1)
    ).first()
    row: dict[str, object] = {
        "office_id": office_id,
        "case_id": case_id,
        "sequence": 1 if last is None else last.sequence + 1,
        "at": at,
        "actor": actor,
        "action": action,
        "step": step,
        "step_name": step_name,
        "form_digest": form_digest,
        "note": note,
        "prev_hash": GENESIS if last is None else last.hash,
    }
    row["hash"] = row_hash(row)
    connection.execute(insert(journal).values(row))


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


def first_broken(connection: Connection, office_id: str, case_id: str) -> int | None:
    """Sequence number of the first row that does not fit its chain, or None."""
    rows = connection.execute(
        select(journal)
        .where(journal.c.office_id == office_id, journal.c.case_id == case_id)
        .order_by(journal.c.sequence)
    ).mappings()
    previous, expected = GENESIS, 1
    for row in rows:
        if (
            row["sequence"] != expected
            or row["prev_hash"] != previous
            or row["hash"] != row_hash(row)
        ):
            return expected
        previous, expected = row["hash"], expected + 1
    return None


def chains(connection: Connection, office_id: str) -> dict[str, int]:
    """Number of rows of every chain of the office, by case id."""
    rows = connection.execute(
        select(journal.c.case_id, func.count().label("rows"))
        .where(journal.c.office_id == office_id)
        .group_by(journal.c.case_id)
        .order_by(journal.c.case_id)
    )
    return {row.case_id: row.rows for row in rows}
