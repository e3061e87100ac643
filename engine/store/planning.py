"""What SQLite is told its tables hold, so that it plans every query for a large office.

Without statistics it reads all cases for some questions; statistics taken while an office
is small, which is when it has just begun, have it read whole tables once they have grown.
So it is told the proportions of a large office once and for all, and plans the same on the
first day and with a million cases. PostgreSQL looks after its own.

Source: SQLite, "The SQLite Query Optimizer Overview", 3.3 Query Planner Stability Guarantee.
"""

from collections.abc import Iterator, Sequence
from math import prod

from sqlalchemy import Connection, Table, text

from .columns import metadata

_CASES = 1_000_000
#: Rows of a case in a table that has it in its key or belongs to it.
_OF_CASE = 5
#: Rows of any other table; more than there will be, so that none is read whole.
_OTHERS = 10_000
#: Of so many rows one is found by a condition of a partial index.
_PARTIAL = 50
#: How many values a column has within an office; of any other column :data:`_FEW`.
_VALUES = {
    "office_id": 2,
    "id": _CASES * _OF_CASE,
    "case_id": _CASES,
    "root_id": _CASES,
    "parent_id": _CASES // 100,
    "work_item_id": _CASES,
    "name": _CASES // 10,
    "title": _CASES // 10,
    "since": _CASES,
    "due": _CASES,
    "last": _CASES // 1000,
    "state": 2,
}
_FEW = 10


def expect_growth(connection: Connection) -> None:
    """Tell SQLite what the tables of the present schema will hold; nothing to PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return
    # The first makes the table of the statistics, the last has this connection read it.
    reading = text("ANALYZE sqlite_master")
    connection.execute(reading)
    connection.execute(text("DELETE FROM sqlite_stat1"))
    rows = [
        {"table": table.name, "index": name, "stat": " ".join(map(str, stat))}
        for table in metadata.sorted_tables
        for name, stat in _statistics(connection, table)
    ]
    connection.execute(text("INSERT INTO sqlite_stat1 VALUES (:table, :index, :stat)"), rows)
    connection.execute(reading)


def _statistics(connection: Connection, table: Table) -> Iterator[tuple[str, Sequence[int]]]:
    """For every index of a table how many rows it has, and how many share its first columns."""
    narrow = not table.dialect_options["sqlite"]["with_rowid"]
    for _, name, unique, origin, partial in connection.execute(
        text(f"PRAGMA index_list({table.name})")
    ).all():
        found = connection.execute(text(f"PRAGMA index_info({name})")).all()
        columns = [column for _, _, column in found]
        rows = _rows(table) // (_PARTIAL if partial else 1)
        shared = [
            max(1, rows // prod(_VALUES.get(column, _FEW) for column in columns[: end + 1]))
            for end in range(len(columns))
        ]
        if unique:
            shared[-1] = 1
        # A table without row ids is the index of its key.
        yield (table.name if narrow and origin == "pk" else name), (rows, *shared)


def _rows(table: Table) -> int:
    if table.name in ("case_file", "subject"):
        return _CASES
    return _CASES * _OF_CASE if "case_id" in table.c else _OTHERS
