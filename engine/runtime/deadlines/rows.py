"""Clocks as rows: read from the store and written back whole."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from engine.model.clock import CaseClock, Deadline, DeadlineKind, Extension, Pause
from engine.model.item import LimitUnit, TimeLimit
from engine.model.regime import regime
from engine.store import clock as tables

_clock = tables.case_clock
_FACTS = (
    "received_at",
    "corrections_asked_at",
    "corrections",
    "corrected_at",
    "accepted_at",
    "deemed",
    "refused_at",
    "refusal",
    "decided_at",
    "delivered_at",
)
_PAUSE = ("number", "kind", "reason", "basis", "statutory", "since", "until", "by", "ended_by")


def _of(connection: Connection, table: Table, office_id: str, case_ids: Iterable[str]) -> list[Any]:
    query = select(table).where(table.c.office_id == office_id, table.c.case_id.in_(set(case_ids)))
    return list(connection.execute(query.order_by(*table.primary_key.columns)))


def load_clocks(
    connection: Connection, office_id: str, case_ids: Iterable[str]
) -> dict[str, CaseClock]:
    """Clocks by case; sub-procedures and cases older than the clock have none."""
    wanted = tuple(case_ids)
    rows = _of(connection, _clock, office_id, wanted)
    deadlines = _of(connection, tables.deadline, office_id, wanted)
    pauses = _of(connection, tables.clock_pause, office_id, wanted)
    order = list(DeadlineKind)
    return {
        row.case_id: CaseClock(
            case_id=row.case_id,
            regime=regime(row.regime),
            deadlines=tuple(
                sorted(
                    (_deadline(d) for d in deadlines if d.case_id == row.case_id),
                    key=lambda found: order.index(found.kind),
                )
            ),
            pauses=tuple(
                Pause(**{name: getattr(p, name) for name in _PAUSE})
                for p in pauses
                if p.case_id == row.case_id
            ),
            **{name: getattr(row, name) for name in _FACTS},
        )
        for row in rows
    }


def _deadline(row: Any) -> Deadline:
    extension = None
    if row.extra_days:
        extension = Extension(
            days=row.extra_days,
            by=row.extended_by,
            at=row.extended_at,
            reason=row.extension_reason,
            notice=row.extension_notice,
        )
    return Deadline(
        kind=DeadlineKind(row.kind),
        limit=TimeLimit(days=row.days, unit=LimitUnit(row.unit)),
        basis=row.basis,
        since=row.since,
        last=row.last,
        moves=row.moves,
        extension=extension,
        met_at=row.met_at,
        account=row.account,
        provisional=row.provisional,
        counted_at=row.counted_at,
        work_item_id=row.work_item_id,
    )


def deadline_row(office_id: str, case_id: str, deadline: Deadline) -> dict[str, object]:
    """A limit as the store keeps it."""
    extension = deadline.extension
    return {
        "office_id": office_id,
        "case_id": case_id,
        "work_item_id": deadline.work_item_id,
        "kind": deadline.kind.value,
        "days": deadline.limit.days,
        "unit": deadline.limit.unit.value,
        "basis": deadline.basis,
        "moves": deadline.moves,
        "since": deadline.since,
        "last": deadline.last,
        "extra_days": extension.days if extension else 0,
        "extended_at": extension.at if extension else None,
        "extended_by": extension.by if extension else None,
        "extension_reason": extension.reason if extension else "",
        "extension_notice": extension.notice if extension else "",
        "met_at": deadline.met_at,
        "account": deadline.account,
        "provisional": deadline.provisional,
        "counted_at": deadline.counted_at,
    }


def save_clock(connection: Connection, office_id: str, clock: CaseClock) -> None:
    """Write a clock in place of what was stored of it."""
    key = {"office_id": office_id, "case_id": clock.case_id}
    facts = {name: getattr(clock, name) for name in _FACTS}
    row = {**key, "regime": clock.regime.id if clock.regime else "", **facts}
    deadlines = [deadline_row(office_id, clock.case_id, d) for d in clock.deadlines]
    pauses = [{**key, **{name: getattr(p, name) for name in _PAUSE}} for p in clock.pauses]
    written = ((_clock, [row]), (tables.deadline, deadlines), (tables.clock_pause, pauses))
    for table, rows in written:
        connection.execute(
            delete(table).where(table.c.office_id == office_id, table.c.case_id == clock.case_id)
        )
        if rows:
            connection.execute(insert(table), rows)
