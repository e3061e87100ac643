"""Is a database whole? Its bytes, its references, its chains and seals, its digests."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, ForeignKeyConstraint, Select, and_, func, select, text

from engine.model.wording import say

from . import schema
from .auditing import all_breaches
from .chains import Breach, extent
from .columns import metadata
from .copying import counts
from .journal import OFFICE_CHAIN
from .progress import Told, silent


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    """What an examination of a database found."""

    #: Rows by table.
    counts: dict[str, int]
    #: One Chinese line for each thing that is wrong.
    faults: tuple[str, ...]


def examine(connection: Connection, *, told: Told = silent) -> Examination:
    """Look at everything in a database of the present schema, in one consistent view."""
    told("pages", 0, 0)
    damage = tuple(damages(connection))
    if damage:
        # Nothing that is read from damaged pages can be relied upon.
        return Examination(counts={}, faults=damage)
    told("references", 0, 0)
    dangling = tuple(_dangling(connection))
    told("digests", 0, 0)
    faults = (*dangling, *_altered(connection), *_broken(connection, told))
    return Examination(counts=dict(counts(connection)), faults=faults)


def damages(connection: Connection) -> Iterator[str]:
    """What the database finds wrong with its own pages.

    PostgreSQL tells of a damaged page when the page is read, which the rest does.
    """
    if connection.dialect.name == "sqlite":
        for line in connection.scalars(text("PRAGMA integrity_check")):
            if line != "ok":
                yield say("db.damaged", problem=line)


def _dangling(connection: Connection) -> Iterator[str]:
    """Rows that refer to a row that is not there."""
    for table in metadata.sorted_tables:
        for constraint in table.foreign_key_constraints:
            number = connection.scalar(_orphans(constraint))
            if number:
                name = constraint.referred_table.name
                yield say("db.dangling", table=table.name, count=number, other=name)


def _orphans(constraint: ForeignKeyConstraint) -> Select[int]:
    child = constraint.table
    other = constraint.referred_table.alias("other")
    pairs = [(e.parent, other.c[e.column.name]) for e in constraint.elements]
    return (
        select(func.count())
        .select_from(child.outerjoin(other, and_(*(mine == theirs for mine, theirs in pairs))))
        .where(*(mine.is_not(None) for mine, _ in pairs), pairs[0][1].is_(None))
    )


def _altered(connection: Connection) -> Iterator[str]:
    """Published files and attachments that are not what their digest says."""
    version, attachment = schema.procedure_version, schema.attachment
    digests = (
        (version, version.c.digest, version.c.path),
        (attachment, attachment.c.sha256, attachment.c.id),
    )
    for table, digest, name in digests:
        query = select(table.c.office_id, digest, name, table.c.content)
        rows = connection.execute(query.execution_options(yield_per=4))
        for office_id, expected, label, content in rows:
            if hashlib.sha256(content).hexdigest() != expected:
                yield say(f"db.altered.{table.name}", office=office_id, name=label)


def _broken(connection: Connection, told: Told) -> Iterator[str]:
    for office_id in connection.scalars(select(schema.office.c.id)).all():
        _, entries = extent(connection, office_id)
        yield from map(spoken, all_breaches(connection, office_id, told=told, entries=entries))


def spoken(breach: Breach) -> str:
    """A breach of the journal as one Chinese line."""
    chain = (
        say("journal.office-chain")
        if breach.case_id == OFFICE_CHAIN
        else say("journal.case-chain", case=breach.case_id)
    )
    return say(
        f"journal.breach.{breach.flaw}",
        office=breach.office_id,
        chain=chain,
        sequence=breach.sequence,
        seal=breach.seal,
    )
