"""Work that was done and does not count any more: written by returns, read with the case."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, select

from engine.model.case import Undone, WorkItemKind
from engine.store import schema
from engine.store.undoing import undone as table

from .ledger import Ledger

_DONE = (
    "SELECT id, of_item FROM work_item "
    "WHERE office_id = ? AND case_id = ? AND state = 'done' AND kind <> 'clock'"
)


def mark_undone(
    ledger: Ledger, case_id: str, tasks: Collection[str], officer: str, action: str
) -> None:
    """Mark the work items done at these tasks of a case, and what was done beside them."""
    done = ledger.wire.run(_DONE, ledger.office_id, case_id).fetchall()
    gone = {id_ for id_, _ in done if id_.partition("-")[0] in tasks}
    gone |= {id_ for id_, of_item in done if of_item in gone}
    facts = {"case_id": case_id, "officer_id": officer, "action": action, "at": ledger.now}
    rows = [{"office_id": ledger.office_id, "work_item_id": id_, **facts} for id_ in sorted(gone)]
    if rows:
        ledger.wire.insert(table, *rows)


def undone_now(ledger: Ledger, case_id: str) -> Sequence[tuple[str, datetime]]:
    """Path and moment of the steps of a case that this transaction has marked."""
    item = schema.work_item
    rows = ledger.connection.execute(
        select(item.c.step, item.c.done_at)
        .join(table, (table.c.office_id == item.c.office_id) & (table.c.work_item_id == item.c.id))
        .where(
            table.c.office_id == ledger.office_id,
            table.c.case_id == case_id,
            table.c.at == ledger.now,
            item.c.kind == WorkItemKind.STEP.value,
        )
    )
    return [(step, done_at) for step, done_at in rows]


def undone_in(connection: Connection, office_id: str, case_id: str) -> Mapping[str, Undone]:
    """What was undone in a case, by work item."""
    rows = connection.execute(
        select(table).where(table.c.office_id == office_id, table.c.case_id == case_id)
    )
    return {
        row.work_item_id: Undone(officer=row.officer_id, at=row.at, action=row.action)
        for row in rows
    }


def undone_fields(
    connection: Connection, office_id: str, case_id: str, undone: Mapping[str, Undone]
) -> Mapping[str, Undone]:
    """Fields of a case's form whose value as it stands was given by work undone since."""
    if not undone:
        return {}
    entry, value = schema.form_entry, schema.form_value
    later = value.alias()
    is_replaced = exists().where(
        later.c.office_id == value.c.office_id,
        later.c.case_id == value.c.case_id,
        later.c.field == value.c.field,
        later.c.number > value.c.number,
    )
    rows = connection.execute(
        select(value.c.field, entry.c.work_item_id)
        .join(
            entry,
            (entry.c.office_id == value.c.office_id)
            & (entry.c.case_id == value.c.case_id)
            & (entry.c.number == value.c.number),
        )
        .where(
            value.c.office_id == office_id,
            value.c.case_id == case_id,
            ~is_replaced,
            entry.c.work_item_id.in_(undone),
        )
        .order_by(value.c.field)
    )
    return {field: undone[work_item] for field, work_item in rows}
