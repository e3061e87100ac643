"""An office's calendar in the store: revisions that are only ever added to."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select

from engine.model.calendar import Calendar, Override
from engine.model.clock import AUTOMATIC
from engine.store import clock as tables

from ..statements import Wire
from .announced import announced_year

_revision = tables.calendar_revision
_day = tables.calendar_day
# Asked for at every step that opens another: at driver level.
_LATEST = "SELECT max(revision) FROM calendar_revision WHERE office_id = ?"
_STANDING = (
    "SELECT max(revision), EXISTS (SELECT 1 FROM clock_pause WHERE office_id = ? "
    f"AND case_id IN (?, ?) AND until IS NULL AND by <> '{AUTOMATIC}') "
    "OR EXISTS (SELECT 1 FROM case_clock WHERE office_id = ? AND case_id IN (?, ?) "
    "AND corrections_asked_at IS NOT NULL AND corrected_at IS NULL AND accepted_at IS NULL "
    "AND refused_at IS NULL AND decided_at IS NULL) "
    "FROM calendar_revision WHERE office_id = ?"
)


class Calendars:
    """The calendar of one office, read again only when it was revised."""

    def __init__(self, office_id: str) -> None:
        self._office_id = office_id
        self._held = Calendar(announced_year)

    def at(self, connection: Connection) -> Calendar:
        """The present calendar."""
        return self._revised(connection, latest_revision(connection, self._office_id))

    def where_it_stands(self, wire: Wire, case_id: str, root_id: str) -> tuple[Calendar, bool]:
        """The present calendar, and whether the clock of either case may stand for its steps."""
        cases = self._office_id, case_id, root_id
        found = wire.run(_STANDING, *cases, *cases, self._office_id).fetchone()
        return self._revised(wire.connection, found[0] or 0), bool(found[1])

    def _revised(self, connection: Connection, revision: int) -> Calendar:
        if revision != self._held.revision:
            self._held = _load(connection, self._office_id, revision)
        return self._held


def latest_revision(connection: Connection, office_id: str) -> int:
    """Number of the office's last change; 0 where it made none."""
    return Wire(connection).run(_LATEST, office_id).fetchone()[0] or 0


def _load(connection: Connection, office_id: str, revision: int) -> Calendar:
    """The calendar after a revision: of two words on one day the later counts."""
    changes = connection.execute(
        select(_revision)
        .where(_revision.c.office_id == office_id, _revision.c.revision <= revision)
        .order_by(_revision.c.revision)
    ).all()
    notices = {change.year: change for change in changes if change.year is not None}
    superseded = {
        change.revision
        for change in changes
        if change.year is not None and change is not notices[change.year]
    }
    days = connection.execute(
        select(_day)
        .where(_day.c.office_id == office_id, _day.c.revision <= revision)
        .order_by(_day.c.revision, _day.c.day)
    ).all()
    return Calendar(
        announced_year,
        [
            Override(day=row.day, works=row.works, reason=row.reason)
            for row in days
            if row.revision not in superseded
        ],
        notices={year: change.title for year, change in notices.items()},
        revision=revision,
    )


def revise(
    connection: Connection,
    office_id: str,
    overrides: Iterable[Override],
    *,
    by: str,
    at: datetime,
    title: str = "",
    year: int | None = None,
) -> int:
    """Add a revision; its number. With ``year`` it is that year's holiday notice."""
    revision = latest_revision(connection, office_id) + 1
    key = {"office_id": office_id, "revision": revision}
    connection.execute(insert(_revision).values(**key, at=at, by=by, title=title, year=year))
    rows = [{**key, "day": o.day, "works": o.works, "reason": o.reason} for o in overrides]
    if rows:
        connection.execute(insert(_day), rows)
    return revision
