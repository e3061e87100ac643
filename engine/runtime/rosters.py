"""The roster (定岗) in the store."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from engine.model.office import (
    Appointment,
    AppointmentKind,
    Avoidance,
    Officer,
    Relative,
    Roster,
    Waiver,
)
from engine.store import Store, schema

from .statements import Wire, grouped

_REVISION = "SELECT roster_revision FROM office WHERE id = ?"
_WAIVER = ("id", "scope", "approved_by", "reason", "control", "until", "reach")
_CHANGED = "UPDATE office SET roster_revision = roster_revision + 1 WHERE id = ?"


def office_name(connection: Connection, office_id: str) -> str | None:
    """The office's name, or None where it is not in the store yet."""
    return connection.execute(
        select(schema.office.c.name).where(schema.office.c.id == office_id)
    ).scalar()


def offices(store: Store) -> tuple[tuple[str, str], ...]:
    """Id and name of every office in a store, by id."""
    table = schema.office
    with store.read() as connection:
        rows = connection.execute(select(table.c.id, table.c.name).order_by(table.c.id))
        return tuple((row.id, row.name) for row in rows)


def name_office(connection: Connection, office_id: str, name: str) -> None:
    """Enter the office, or change its name."""
    known = office_name(connection, office_id)
    if known is None:
        connection.execute(insert(schema.office).values(id=office_id, name=name))
    elif known != name:
        connection.execute(
            update(schema.office).where(schema.office.c.id == office_id).values(name=name)
        )


def revision(connection: Connection, office_id: str) -> int:
    """How often the roster was changed: as long as it is the same, so is the roster."""
    found = Wire(connection).run(_REVISION, office_id).fetchone()
    return int(found[0]) if found else 0


def touch(connection: Connection, office_id: str) -> None:
    """The roster changes in this transaction: nobody may go on with one read before."""
    Wire(connection).put(_CHANGED, office_id)


def _rows(connection: Connection, office_id: str, table: Table) -> list[Row[tuple[object, ...]]]:
    query = select(table).where(table.c.office_id == office_id).order_by(table.c.position)
    return list(connection.execute(query))


def _by_officer(
    connection: Connection, office_id: str, table: Table
) -> Mapping[str, tuple[Row[tuple[object, ...]], ...]]:
    return grouped((row.officer_id, row) for row in _rows(connection, office_id, table))


def names(connection: Connection, office_id: str) -> dict[str, str]:
    """The names of an office's officers by id, of those who left too."""
    return {row.id: row.name for row in _rows(connection, office_id, schema.officer)}


def _officers(connection: Connection, office_id: str) -> tuple[Officer, ...]:
    """Those who are there, in the order of the roster."""
    appointments = _by_officer(connection, office_id, schema.appointment)
    relatives = _by_officer(connection, office_id, schema.relative)
    absences = _by_officer(connection, office_id, schema.absence)
    return tuple(
        Officer(
            id=row.id,
            name=row.name,
            id_card=row.id_card,
            appointments=tuple(
                Appointment(post=a.post, kind=AppointmentKind(a.kind), since=a.since, until=a.until)
                for a in appointments.get(row.id, ())
            ),
            relatives=tuple(
                Relative(name=r.name, relation=r.relation, id_card=r.id_card)
                for r in relatives.get(row.id, ())
            ),
            absences=tuple((a.first_day, a.last_day) for a in absences.get(row.id, ())),
        )
        for row in _rows(connection, office_id, schema.officer)
        if not row.departed
    )


def load_roster(connection: Connection, office_id: str) -> Roster:
    """The office's present roster."""
    return Roster(
        office=office_name(connection, office_id) or office_id,
        officers=_officers(connection, office_id),
        avoidances=tuple(
            Avoidance(officers=(row.one, row.other), reason=row.reason)
            for row in _rows(connection, office_id, schema.avoidance)
        ),
        waivers=tuple(
            Waiver(
                between=frozenset((row.one, row.other)),
                **{name: getattr(row, name) for name in _WAIVER},
            )
            for row in _rows(connection, office_id, schema.waiver)
        ),
    )


def save_roster(connection: Connection, office_id: str, roster: Roster) -> None:
    """Put a roster in place of the present one; officers who left keep their name."""
    name_office(connection, office_id, roster.office)
    touch(connection, office_id)
    for table in (
        schema.appointment,
        schema.relative,
        schema.absence,
        schema.avoidance,
        schema.waiver,
    ):
        connection.execute(delete(table).where(table.c.office_id == office_id))
    officers = schema.officer
    mine = officers.c.office_id == office_id
    connection.execute(update(officers).where(mine).values(departed=True))
    known = set(connection.scalars(select(officers.c.id).where(mine)))
    for position, officer in enumerate(roster.officers):
        values = {
            "position": position,
            "name": officer.name,
            "id_card": officer.id_card,
            "departed": False,
        }
        if officer.id in known:
            where = (mine, officers.c.id == officer.id)
            connection.execute(update(officers).where(*where).values(**values))
        else:
            connection.execute(
                insert(officers).values(office_id=office_id, id=officer.id, **values)
            )
    for table, rows in _details(roster):
        if rows:
            connection.execute(insert(table).values(office_id=office_id), rows)


def _details(roster: Roster) -> Iterator[tuple[Table, list[dict[str, object]]]]:
    """The rows of a roster besides those of the officers, by table."""
    yield (
        schema.appointment,
        [
            _numbered(officer, at, post=a.post, kind=a.kind.value, since=a.since, until=a.until)
            for officer in roster.officers
            for at, a in enumerate(officer.appointments)
        ],
    )
    yield (
        schema.relative,
        [
            _numbered(officer, at, name=r.name, relation=r.relation, id_card=r.id_card)
            for officer in roster.officers
            for at, r in enumerate(officer.relatives)
        ],
    )
    yield (
        schema.absence,
        [
            _numbered(officer, at, first_day=first, last_day=last)
            for officer in roster.officers
            for at, (first, last) in enumerate(officer.absences)
        ],
    )
    yield (
        schema.avoidance,
        [
            {"position": at, **_pair(avoidance.officers), "reason": avoidance.reason}
            for at, avoidance in enumerate(roster.avoidances)
        ],
    )
    yield (
        schema.waiver,
        [
            {
                "position": at,
                **_pair(sorted(waiver.between)),
                **{name: getattr(waiver, name) for name in _WAIVER},
            }
            for at, waiver in enumerate(roster.waivers)
        ],
    )


def _numbered(officer: Officer, position: int, **facts: object) -> dict[str, object]:
    return {"officer_id": officer.id, "position": position, **facts}


def _pair(names: Sequence[str]) -> dict[str, object]:
    one, other = names
    return {"one": one, "other": other}
