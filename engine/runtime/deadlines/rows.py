"""Clocks as rows: read from the store and written back whole."""

from collections.abc import Iterator

from sqlalchemy import Table

from engine.model.clock import CaseClock, Deadline, DeadlineKind, Extension, Pause
from engine.model.item import LimitUnit, TimeLimit
from engine.model.regime import regime
from engine.store import clock as tables

from ..statements import Columns, Row, Wire

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


_KEY = "WHERE t.office_id = ? AND t.case_id = ?"
_DROP = "DELETE FROM {table} WHERE office_id = ? AND case_id = ?"


def _reading(table: Table) -> tuple[Columns, str]:
    columns = Columns({"t": table})
    order = ", ".join(f"t.{column.name}" for column in table.primary_key)
    return columns, f"SELECT {columns.text} FROM {table.name} t {_KEY} ORDER BY {order}"


_CLOCKS, _DEADLINES, _PAUSES = map(_reading, (_clock, tables.deadline, tables.clock_pause))


def load_clock(wire: Wire, office_id: str, case_id: str) -> CaseClock | None:
    """The clock of a case; sub-procedures and cases older than the clock have none."""
    asked = (office_id, case_id)
    rows = wire.rows(*_CLOCKS, *asked)
    if not rows:
        return None
    (row,) = rows
    return CaseClock(
        case_id=case_id,
        regime=regime(row["regime"]),
        deadlines=load_deadlines(wire, office_id, case_id),
        pauses=tuple(
            Pause(**{name: pause[name] for name in _PAUSE}) for pause in wire.rows(*_PAUSES, *asked)
        ),
        **{name: row[name] for name in _FACTS},
    )


def load_deadlines(wire: Wire, office_id: str, case_id: str) -> tuple[Deadline, ...]:
    """The limits of a case and of its steps, in the order pages show them."""
    order = list(DeadlineKind)
    found = map(_deadline, wire.rows(*_DEADLINES, office_id, case_id))
    return tuple(sorted(found, key=lambda deadline: order.index(deadline.kind)))


def _deadline(row: Row) -> Deadline:
    extension = None
    if row["extra_days"]:
        extension = Extension(
            days=row["extra_days"],
            by=row["extended_by"],
            at=row["extended_at"],
            reason=row["extension_reason"],
            notice=row["extension_notice"],
        )
    return Deadline(
        kind=DeadlineKind(row["kind"]),
        limit=TimeLimit(days=row["days"], unit=LimitUnit(row["unit"])),
        basis=row["basis"],
        since=row["since"],
        last=row["last"],
        moves=row["moves"],
        extension=extension,
        met_at=row["met_at"],
        account=row["account"],
        provisional=row["provisional"],
        counted_at=row["counted_at"],
        work_item_id=row["work_item_id"],
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


def save_clock(
    wire: Wire, office_id: str, clock: CaseClock, before: CaseClock | None = None
) -> None:
    """Write a clock in place of what was stored of it.

    ``before`` is what is known to be stored: then only the difference is written.
    """
    known = dict(_stored(office_id, before)) if before is not None else None
    for table, rows in _stored(office_id, clock):
        if known is not None and rows == known[table]:
            continue
        if known is None or known[table]:
            wire.put(_DROP.format(table=table.name), office_id, clock.case_id)
        if rows:
            wire.insert(table, *rows)


def _stored(office_id: str, clock: CaseClock) -> Iterator[tuple[Table, list[Row]]]:
    """The rows of a clock, by table."""
    key = {"office_id": office_id, "case_id": clock.case_id}
    facts = {name: getattr(clock, name) for name in _FACTS}
    yield _clock, [{**key, "regime": clock.regime.id if clock.regime else "", **facts}]
    yield tables.deadline, [deadline_row(office_id, clock.case_id, d) for d in clock.deadlines]
    yield (
        tables.clock_pause,
        [{**key, **{name: getattr(p, name) for name in _PAUSE}} for p in clock.pauses],
    )
