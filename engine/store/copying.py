"""All rows of one database into another of the same schema, whatever kind either is."""

from collections.abc import Iterator

from sqlalchemy import Connection, Select, Table, func, insert, select

from . import schema
from .columns import metadata
from .progress import Told, silent

#: Rows read and written at a time; fewer where a row may be a file of many megabytes.
ROWS_AT_ONCE = 500
_HEAVY_AT_ONCE = 4
_HEAVY = frozenset({"attachment", "procedure_version"})


def _query(table: Table) -> Select[tuple[object, ...]]:
    query = select(table).execution_options(yield_per=rows_at_once(table))
    if table is schema.case_file:
        # A case names its parent, whose path of calls is always shorter.
        return query.order_by(func.length(table.c.trail))
    return query


def rows_at_once(table: Table) -> int:
    """How many rows of a table may be held in memory."""
    return _HEAVY_AT_ONCE if table.name in _HEAVY else ROWS_AT_ONCE


def copy_rows(source: Connection, target: Connection, told: Told = silent) -> None:
    """Copy every row of every table, those that others refer to first.

    Parameters
    ----------
    source : a transaction that sees one moment.
    target : a transaction on empty tables.
    """
    among, before = sum(number for _, number in counts(source)), 0
    for table in metadata.sorted_tables:
        for rows in source.execute(_query(table)).mappings().partitions():
            target.execute(insert(table), [dict(row) for row in rows])
            before += len(rows)
            told("copy", before, among)


def counts(connection: Connection) -> Iterator[tuple[str, int]]:
    """How many rows each table has."""
    for table in metadata.sorted_tables:
        number = connection.scalar(select(func.count()).select_from(table))
        yield table.name, int(number or 0)
