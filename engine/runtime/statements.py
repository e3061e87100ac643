"""Statements of the steps, at driver level: the same text on both databases, no layer between.

Only what every step does is here; everything else is SQLAlchemy Core. The
connection and its transaction are SQLAlchemy's, so both may be mixed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import Boolean, Connection, Date, Table
from sqlalchemy.exc import DBAPIError

from engine.store import CHINA
from engine.store.columns import Moment
from engine.store.outbox import Outbox

Row = dict[str, Any]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

#: Most rows in one statement of PostgreSQL, which has to plan each number of rows apart.
MOST_TOGETHER = 8


class Wire:
    """The driver's connection under a transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        driver: Any = connection.connection.dbapi_connection
        self.is_sqlite = connection.dialect.name == "sqlite"
        self._failure: type[Exception] = driver.Error
        # On PostgreSQL a cursor for every statement costs half as much as the statement.
        self._driver = driver if self.is_sqlite else driver.cursor()
        self._outbox = None if self.is_sqlite else Outbox.of(connection)
        #: The moment bound last, and as what: most of a transaction's are the same.
        self._bound: tuple[object, object] = (None, None)

    def run(self, text: str, *values: object) -> Any:
        """Execute a statement with ``?`` for its values; a cursor, good until the next one.

        Raises
        ------
        DBAPIError
            As SQLAlchemy would have raised it.
        """
        if self._outbox is not None:
            self._outbox.send()
        try:
            return self._driver.execute(text if self.is_sqlite else _postgresql(text), values)
        except self._failure as error:
            raise self._error(text, error) from error

    def _error(self, text: str, error: Exception) -> Exception:
        return DBAPIError.instance(text, None, error, self._failure)

    def put(
        self, text: str, *values: object, missed: Callable[[], Exception] | None = None
    ) -> None:
        """Execute a statement whose outcome nobody waits for: at the latest with the commit.

        Parameters
        ----------
        missed : makes the error to raise where it does not change exactly one row.

        Raises
        ------
        DBAPIError
            Now or later, as SQLAlchemy would have raised it.
        """
        self._put(text, values, missed)

    def _put(
        self,
        text: str,
        values: Sequence[object],
        missed: Callable[[], Exception] | None = None,
    ) -> None:
        if self._outbox is not None:
            self._outbox.put(_postgresql(text), values, missed)
            return
        try:
            done = self._driver.execute(text, values)
        except self._failure as error:
            raise self._error(text, error) from error
        if missed is not None and done.rowcount != 1:
            raise missed()

    def insert(self, table: Table, *rows: Mapping[str, object]) -> None:
        """Insert rows; a column that is not named takes its default, the same in every row."""
        together = 1 if self.is_sqlite or len(rows) > MOST_TOGETHER else len(rows)
        text, moments = _insert(table, tuple(rows[0]), together)
        values = [list(row.values()) for row in rows]
        if self.is_sqlite:
            for place in moments:
                for bound in values:
                    bound[place] = self.moment(bound[place])
        if together == len(values):
            self._put(text, values[0] if together == 1 else [*chain.from_iterable(values)])
        elif self._outbox is not None:
            for bound in values:
                self._outbox.put(_postgresql(text), bound)
        else:
            try:
                self._driver.executemany(text, values)
            except self._failure as error:
                raise self._error(text, error) from error

    def update(self, table: Table, values: Mapping[str, object], key: Mapping[str, object]) -> None:
        """Change the row with this key; a statement without values is not sent."""
        if values:
            bound = [self.moment(v) if isinstance(v, date) else v for v in values.values()]
            self._put(_update(table, tuple(values), tuple(key)), [*bound, *key.values()])

    def moment(self, value: Any) -> object:
        """A moment or a day as the driver takes it."""
        if value is None or not self.is_sqlite:
            return value
        if not isinstance(value, datetime):
            return value.isoformat()
        if value is not self._bound[0]:
            naive = value.astimezone(UTC).replace(tzinfo=None)
            self._bound = value, naive.isoformat(" ", "microseconds")
        return self._bound[1]

    def rows(self, columns: "Columns", text: str, *values: object) -> list[Row]:
        """What a query of these columns finds."""
        found = self.run(text, *values).fetchall()
        return [columns.row(values, sqlite=self.is_sqlite) for values in found]


class Columns:
    """Columns a query asks for: of whole tables by alias, and others by expression."""

    def __init__(self, tables: Mapping[str, Table], **expressions: str) -> None:
        self._names: list[str] = []
        written: list[str] = []
        self._readers: list[tuple[str, Callable[[Any], object]]] = []
        for alias, table in tables.items():
            for column in table.c:
                if column.name in self._names:
                    continue
                self._names.append(column.name)
                written.append(f"{alias}.{column.name}")
                read = _READERS.get(type(column.type))
                if read is not None:
                    self._readers.append((column.name, read))
        for name, expression in expressions.items():
            self._names.append(name)
            written.append(expression)
        #: For the query's text.
        self.text = ", ".join(written)

    def __len__(self) -> int:
        return len(self._names)

    def row(self, values: Iterable[object], *, sqlite: bool) -> Row:
        """The values by name, as SQLAlchemy would give them."""
        row = dict(zip(self._names, values, strict=True))
        for name, read in self._readers:
            value = row[name]
            if value is not None:
                row[name] = read(value) if sqlite else _local(value)
        return row


def _read_moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(CHINA)


def _local(value: object) -> object:
    return value.astimezone(CHINA) if isinstance(value, datetime) else value


_READERS: dict[type, Callable[[Any], object]] = {
    Moment: _read_moment,
    Boolean: bool,
    Date: lambda text: datetime.fromisoformat(text).date(),
}


def grouped(pairs: Iterable[tuple[_Key, _Value]]) -> dict[_Key, tuple[_Value, ...]]:
    """The second of each pair by the first, in their order."""
    found: dict[_Key, list[_Value]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


@cache
def _postgresql(text: str) -> bytes:
    return text.replace("%", "%%").replace("?", "%s").encode()


@cache
def _insert(table: Table, names: tuple[str, ...], rows: int) -> tuple[str, tuple[int, ...]]:
    """The statement for so many rows, and which of these columns are moments."""
    marks = f"({', '.join('?' * len(names))})"
    text = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {', '.join([marks] * rows)}"
    return text, tuple(
        n for n, name in enumerate(names) if isinstance(table.c[name].type, Moment | Date)
    )


@cache
def _update(table: Table, names: tuple[str, ...], key: tuple[str, ...]) -> str:
    changes = ", ".join(f"{name} = ?" for name in names)
    return f"UPDATE {table.name} SET {changes} WHERE {' AND '.join(f'{k} = ?' for k in key)}"
