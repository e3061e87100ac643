"""Editions of procedures: which file applies to new cases from when.

Rows are only added; one that has not taken effect may be called off. What applies at a
moment is, for each process, the latest edition that took effect by then.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from engine.model.case import RUNNING
from engine.model.procedure import Procedure
from engine.model.wording import say
from engine.store import journal, schema
from engine.store.version import edition as table

from .clock import day_of, start_of
from .errors import BadEffectiveDate, UnknownVersion

#: Shortest beginning of a digest that names a version.
SHORTEST = 6


class EditionState(StrEnum):
    """Where an edition stands."""

    #: A later one applies.
    PAST = "past"
    IN_FORCE = "in-force"
    #: Takes effect on a day to come.
    PLANNED = "planned"
    #: Withdrawn before it took effect.
    CALLED_OFF = "called-off"


@dataclass(frozen=True, kw_only=True, slots=True)
class Edition:
    """A file of a procedure, and from when until when new cases run on it."""

    process_id: str
    #: Code of the item; empty for a sub-procedure and where nothing applies any more.
    code: str
    title: str
    #: The item's version as its file has it, or empty.
    label: str
    #: SHA-256 of the file; None where no new cases were opened.
    digest: str | None
    since: datetime
    #: When the next one took or takes effect; None for none.
    until: datetime | None
    published_at: datetime
    state: EditionState
    #: Cases that run on it and have not ended; at the last of several editions of one file.
    running: int


def in_force(connection: Connection, office_id: str, at: datetime) -> dict[str, str]:
    """Digest of the file that applies at a moment, by process."""
    rows = connection.execute(
        select(table.c.process_id, table.c.digest)
        .where(
            table.c.office_id == office_id,
            table.c.since <= at,
            table.c.called_off_at.is_(None),
        )
        .order_by(table.c.process_id, table.c.since, table.c.number)
    )
    latest = {row.process_id: row.digest for row in rows}
    return {process: digest for process, digest in latest.items() if digest is not None}


def effective(day: date | None, now: datetime) -> datetime:
    """The moment from which a version published now for a day applies.

    Raises
    ------
    BadEffectiveDate
        The day is over: cases were opened since.
    """
    today = day_of(now)
    if day is None or day == today:
        return now
    if day < today:
        raise BadEffectiveDate(say("versions.past-day", day=day, today=today))
    return start_of(day)


def fit(procedures: Iterable[Procedure], day: date) -> None:
    """See that items may apply from a day on: neither before their files say so, nor after.

    Raises
    ------
    BadEffectiveDate
        A file says that it applies later, or no more; the one that applies last is named.
    """
    items = [(each.item, each.title) for each in procedures if each.item is not None]
    for item, title in sorted(items, key=lambda pair: pair[0].effective_from, reverse=True):
        own = {"name": title, "day": day}
        if day < item.effective_from:
            raise BadEffectiveDate(say("versions.too-early", own=item.effective_from, **own))
        if item.effective_to is not None and day > item.effective_to:
            raise BadEffectiveDate(say("versions.lapsed", own=item.effective_to, **own))


def put(
    connection: Connection,
    office_id: str,
    digests: Mapping[str, str],
    *,
    since: datetime,
    now: datetime,
) -> tuple[str, ...]:
    """Let these files, and no other processes, apply from a moment on; the processes changed.

    Raises
    ------
    BadEffectiveDate
        Another version of one of them is planned for that very day.
    """
    journal.hold(connection, office_id)
    current = in_force(connection, office_id, since)
    changed = [
        name for name in sorted({*current, *digests}) if current.get(name) != digests.get(name)
    ]
    if since > now:
        _must_be_unplanned(connection, office_id, changed, since)
    numbers = connection.execute(
        select(table.c.process_id, func.max(table.c.number).label("last"))
        .where(table.c.office_id == office_id)
        .group_by(table.c.process_id)
    )
    last = {row.process_id: row.last for row in numbers}
    rows = [
        {
            "office_id": office_id,
            "process_id": name,
            "number": last.get(name, 0) + 1,
            "digest": digests.get(name),
            "since": since,
            "published_at": now,
        }
        for name in changed
    ]
    if rows:
        connection.execute(insert(table), rows)
    return tuple(changed)


def _planned(
    office_id: str, processes: Iterable[str], since: datetime
) -> tuple[ColumnElement[bool], ...]:
    """Of some processes, the editions that are to take effect at a moment."""
    return (
        table.c.office_id == office_id,
        table.c.process_id.in_(tuple(processes)),
        table.c.since == since,
        table.c.called_off_at.is_(None),
    )


def _must_be_unplanned(
    connection: Connection, office_id: str, processes: Sequence[str], since: datetime
) -> None:
    planned = select(table.c.process_id).where(*_planned(office_id, processes, since))
    taken = connection.scalar(planned.limit(1))
    if taken is not None:
        raise BadEffectiveDate(say("versions.same-day", name=taken, day=since.date()))


def call_off(
    connection: Connection,
    office_id: str,
    processes: Sequence[str],
    day: date,
    now: datetime,
) -> tuple[str, ...]:
    """Withdraw what was to take effect on a day; the processes.

    Raises
    ------
    BadEffectiveDate
        It has taken effect, or nothing was planned for that day.
    """
    if start_of(day) <= now:
        raise BadEffectiveDate(say("versions.in-effect", day=day))
    planned = _planned(office_id, processes, start_of(day))
    gone = connection.scalars(select(table.c.process_id).where(*planned)).all()
    if not gone:
        raise BadEffectiveDate(say("versions.none-planned", day=day))
    connection.execute(update(table).where(*planned).values(called_off_at=now))
    return tuple(sorted(gone))


def rows_of(connection: Connection, office_id: str) -> Sequence[Row[tuple[Any, ...]]]:
    """All editions, those of each process in the order in which they apply."""
    query = select(table).where(table.c.office_id == office_id)
    return connection.execute(
        query.order_by(table.c.process_id, table.c.since, table.c.number)
    ).all()


def told(
    rows: Sequence[Row[tuple[Any, ...]]],
    procedures: Mapping[tuple[str, str], Procedure],
    running: Counter[tuple[str, str]],
    now: datetime,
) -> tuple[Edition, ...]:
    """Editions as people read them, in the order of the rows.

    Parameters
    ----------
    procedures : by process and digest.
    running : number of running cases by process and digest.
    """
    found: list[Edition] = []
    following: dict[str, Row[tuple[Any, ...]]] = {}
    counted: set[tuple[str, str]] = set()
    for row in reversed(rows):
        procedure = procedures.get((row.process_id, row.digest))
        later = following.get(row.process_id)
        key = row.process_id, row.digest
        alive = row.called_off_at is None and row.since <= now
        found.append(
            Edition(
                process_id=row.process_id,
                code=procedure.item.code if procedure and procedure.item else "",
                title=procedure.title if procedure else "",
                label=procedure.item.version if procedure and procedure.item else "",
                digest=row.digest,
                since=row.since,
                until=None if row.called_off_at or later is None else later.since,
                published_at=row.published_at,
                state=_state(row, later, now),
                running=running[key] if alive and key not in counted else 0,
            )
        )
        if row.called_off_at is None:
            following[row.process_id] = row
        if alive:
            counted.add(key)
    return tuple(found[::-1])


def _state(
    row: Row[tuple[Any, ...]], later: Row[tuple[Any, ...]] | None, now: datetime
) -> EditionState:
    if row.called_off_at is not None:
        return EditionState.CALLED_OFF
    if row.since > now:
        return EditionState.PLANNED
    is_over = later is not None and later.since <= now
    return EditionState.PAST if is_over else EditionState.IN_FORCE


def running_on(connection: Connection, office_id: str) -> Counter[tuple[str, str]]:
    """Number of running cases by process and digest."""
    case = schema.case_file
    rows = connection.execute(
        select(case.c.process_id, case.c.digest, func.count().label("cases"))
        .where(case.c.office_id == office_id, case.c.state.in_(RUNNING))
        .group_by(case.c.process_id, case.c.digest)
    )
    return Counter({(row.process_id, row.digest): row.cases for row in rows})


def chosen(editions: Sequence[Edition], name: str) -> Edition:
    """The edition somebody names: by the file's version, the beginning of its hash, or its day.

    Raises
    ------
    UnknownVersion
        None, or more than one file, is called so.
    """
    real = [each for each in editions if each.digest and each.state is not EditionState.CALLED_OFF]
    found = [
        each
        for each in real
        if name in (each.label, each.since.date().isoformat())
        or (len(name) >= SHORTEST and str(each.digest).startswith(name.lower()))
    ]
    if len({each.digest for each in found}) == 1:
        return found[-1]
    known = "；".join(
        say("versions.one", label=e.label or "—", day=e.since.date(), digest=str(e.digest)[:12])
        for e in real
    )
    key = "ambiguous" if found else "unknown"
    raise UnknownVersion(say(f"versions.{key}", name=name, known=known or "—"))
