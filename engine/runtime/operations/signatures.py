"""Rows of signatures, and of officers who are to sign later."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from engine.store.schema import work_item
from engine.store.signing import later_signer
from engine.store.signing import signature as table

from ..casework import Casework
from ..statements import Row, Wire, grouped

#: A signature and the work item it stands on.
_SIGNED: ColumnElement[bool] = and_(
    work_item.c.office_id == table.c.office_id, work_item.c.id == table.c.work_item_id
)
_LAST = "SELECT max(number) FROM signature WHERE office_id = ? AND work_item_id = ?"
_CHOICES = (
    "SELECT officer_id, choice FROM signature "
    "WHERE office_id = ? AND work_item_id = ? AND since = ? ORDER BY number"
)
_SIGNERS = (
    "SELECT coalesce(w.of_item, w.id), s.officer_id FROM signature s "
    "JOIN work_item w ON w.office_id = s.office_id AND w.id = s.work_item_id "
    "WHERE w.office_id = ? AND (w.id IN ({marks}) "
    "OR w.of_item IN ({marks}) AND w.kind = 'sign-after') ORDER BY s.at, s.number"
)
_PLAN = (
    "INSERT INTO later_signer (office_id, work_item_id, officer_id, at) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (office_id, work_item_id, officer_id) DO NOTHING"
)
_UNPLAN = "DELETE FROM later_signer WHERE office_id = ? AND work_item_id = ? AND officer_id = ?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """What one officer signed."""

    #: The step's work item, or the side item of a signer who was added.
    work_item: str
    officer: str
    #: The option chosen.
    choice: str
    at: datetime
    #: Whether it was of an earlier round: the step has come again since.
    is_past: bool


def keep_signature(work: Casework, item: Row, officer: str, choice: str) -> None:
    """Add a signature to those of a work item."""
    key = {"office_id": work.office_id, "work_item_id": item["id"]}
    last = work.wire.run(_LAST, work.office_id, item["id"]).fetchone()[0] or 0
    facts = {"case_id": item["case_id"], "officer_id": officer, "choice": choice}
    moments = {"at": work.now, "since": item["since"]}
    work.wire.insert(table, {**key, "number": last + 1, **facts, **moments})


def choices(work: Casework, item: Row) -> dict[str, str]:
    """Who signed what since the work item waits, oldest first."""
    since = work.wire.moment(item["since"])
    rows = work.wire.run(_CHOICES, work.office_id, item["id"], since).fetchall()
    return dict(rows)


def signers_of(wire: Wire, office_id: str, *item_ids: str) -> dict[str, tuple[str, ...]]:
    """By finished step: who signed it, or was asked to once it was finished (后加签)."""
    found: dict[str, dict[str, None]] = {item_id: {} for item_id in item_ids}
    if found:
        text = _SIGNERS.format(marks=", ".join("?" * len(found)))
        for item_id, officer in wire.run(text, office_id, *found, *found).fetchall():
            found[item_id][officer] = None
    return {item_id: tuple(officers) for item_id, officers in found.items()}


def signatures_of(connection: Connection, office_id: str, case_id: str) -> tuple[Signature, ...]:
    """Every signature of a case, oldest first."""
    query = (
        select(table, work_item.c.since.label("waits_since"))
        .join(work_item, _SIGNED)
        .where(table.c.office_id == office_id, table.c.case_id == case_id)
        .order_by(table.c.at, table.c.work_item_id, table.c.number)
    )
    return tuple(
        Signature(
            work_item=row.work_item_id,
            officer=row.officer_id,
            choice=row.choice,
            at=row.at,
            is_past=row.since != row.waits_since,
        )
        for row in connection.execute(query)
    )


def signers_so_far(
    connection: Connection, office_id: str, items: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """Who has signed each work item since it waits, oldest first; items without are left out."""
    rows = connection.execute(
        select(table.c.work_item_id, table.c.officer_id)
        .join(work_item, _SIGNED)
        .where(
            table.c.office_id == office_id,
            table.c.work_item_id.in_(set(items)),
            table.c.since == work_item.c.since,
        )
        .order_by(table.c.number)
    )
    return grouped((item, officer) for item, officer in rows)


def plan_signer(work: Casework, item_id: str, officer: str) -> None:
    """Note that an officer is to sign once the item's holder has finished it."""
    work.wire.run(_PLAN, work.office_id, item_id, officer, work.wire.moment(work.now))


def planned_signers(work: Casework, item_id: str) -> tuple[str, ...]:
    """The officers who are to sign later."""
    return later_signers(work.connection, work.office_id, item_id)


def later_signers(connection: Connection, office_id: str, item_id: str) -> tuple[str, ...]:
    """The officers who are to sign a work item later, in the order they were asked."""
    return tuple(
        connection.scalars(
            select(later_signer.c.officer_id)
            .where(later_signer.c.office_id == office_id, later_signer.c.work_item_id == item_id)
            .order_by(later_signer.c.at, later_signer.c.officer_id)
        )
    )


def unplan_signer(work: Casework, item_id: str, officer: str) -> bool:
    """Forget that an officer is to sign later; whether anybody had asked for it."""
    return bool(work.wire.run(_UNPLAN, work.office_id, item_id, officer).rowcount)
