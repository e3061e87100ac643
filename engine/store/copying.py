"""All rows of one database into another of the same schema, whatever kind either is.

Rows go from driver to driver: only what the two kinds write differently is touched.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Select,
    Table,
    func,
    select,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NullType

from . import schema
from .columns import Moment, metadata
from .progress import Told, silent

#: Rows read and written at a time; fewer where a row may be a file of many megabytes.
_AT_ONCE = 500
_HEAVY_AT_ONCE = 4
_HEAVY = frozenset({"attachment", "procedure_version"})
_Reader = Callable[[Any], object]


def _query(table: Table) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [type_coerce(column, NullType()) for column in table.c]
    query = select(*columns).execution_options(yield_per=_rows_at_once(table))
    if table is schema.case_file:
        # A case names its parent, whose path of calls is always shorter.
        return query.order_by(func.length(table.c.trail))
    return query


def _rows_at_once(table: Table) -> int:
    """How many rows of a table may be held in memory."""
    return _HEAVY_AT_ONCE if table.name in _HEAVY else _AT_ONCE


def _for_sqlite(column: Column[Any]) -> _Reader | None:
    """How a value of PostgreSQL is written for SQLite; None where as it is."""
    match column.type:
        case Moment():
            return _written
        case Date():
            return date.isoformat
    return None


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _for_postgresql(column: Column[Any]) -> _Reader | None:
    """How a value of SQLite is written for PostgreSQL; None where as it is."""
    match column.type:
        case Moment():
            return lambda text: datetime.fromisoformat(text).replace(tzinfo=UTC)
        case Boolean():
            return bool
    return None


def copy_rows(source: Connection, target: Connection, told: Told = silent) -> None:
    """Copy every row of every table, those that others refer to first.

    Parameters
    ----------
    source : a transaction that sees one moment.
    target : a transaction on empty tables of the other kind.
    """
    among, before = sum(number for _, number in counts(source)), 0
    is_sqlite = target.dialect.name == "sqlite"
    reader, write = (_for_sqlite, _insert) if is_sqlite else (_for_postgresql, _copy_in)
    for table in metadata.sorted_tables:
        readers = [
            (place, read) for place, read in enumerate(map(reader, table.c)) if read is not None
        ]
        for rows in source.execute(_query(table)).partitions():
            write(target, table, [_read(row, readers) for row in rows])
            before += len(rows)
            told("copy", before, among)


def _read(row: Sequence[Any], readers: Sequence[tuple[int, _Reader]]) -> tuple[Any, ...]:
    if not readers:
        return tuple(row)
    values = list(row)
    for place, read in readers:
        if values[place] is not None:
            values[place] = read(values[place])
    return tuple(values)


def _insert(target: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(table.c))
    target.exec_driver_sql(f"INSERT INTO {table.name} ({_names(table)}) VALUES ({marks})", rows)


def _copy_in(target: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    text = f"COPY {table.name} ({_names(table)}) FROM STDIN"
    driver: Any = target.connection.dbapi_connection
    try:
        with driver.cursor() as cursor, cursor.copy(text) as copy:
            for row in rows:
                copy.write_row(row)
    except driver.Error as error:
        raise DBAPIError.instance(text, None, error, driver.Error) from error


def _names(table: Table) -> str:
    return ", ".join(column.name for column in table.c)


def counts(connection: Connection) -> Iterator[tuple[str, int]]:
    """How many rows each table has."""
    for table in metadata.sorted_tables:
        number = connection.scalar(select(func.count()).select_from(table))
        yield table.name, int(number or 0)
