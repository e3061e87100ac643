"""An engine for a database URL: how each kind of database is set up and its transactions begin."""

import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from engine.model.wording import say

from .errors import StoreUnavailable
from .outbox import OUTBOX, Outbox

if TYPE_CHECKING:
    import psycopg

#: How long a writer waits for another before giving up, in milliseconds.
BUSY_TIMEOUT_MS = 10_000
#: How long to wait for the server to answer at all, in seconds.
CONNECT_TIMEOUT_S = 10
#: A connection that rested longer is asked whether it still lives, in seconds.
RESTED_S = 1.0
#: Execution option of a connection: whether its transaction writes.
WRITES = "qingdan_writes"
#: Another: its owner begins and ends its transactions by :func:`command`.
BY_HAND = "qingdan_by_hand"

#: What a failed statement carried stays out of the message, which ends up in the log.
_TELLING = {"hide_parameters": True}


def engine_at(url: URL, *, create: bool, writes: bool = True) -> Engine:
    """An engine for a database; an SQLite file that is not there is made only if ``create``.

    Unless it ``writes``, no byte of an SQLite file changes: it may lie where nothing can be
    written.

    Raises
    ------
    StoreUnavailable
        The SQLite file is missing.
    OSError
        Its folder cannot be made.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, create=create) if writes else _sqlite_to_read(url)
    return _postgresql(url)


def _sqlite(url: URL, *, create: bool) -> Engine:
    path = Path(url.database or "")
    if not create and not path.exists():
        raise StoreUnavailable(say("store.missing", path=path))
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, **_TELLING)
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _sqlite_to_read(url: URL) -> Engine:
    path = Path(url.database or "")
    if not path.exists():
        raise StoreUnavailable(say("store.missing", path=path))
    address = f"{path.resolve().as_uri()}?mode=ro"
    connect = partial(sqlite3.connect, address, uri=True, check_same_thread=False)
    engine = create_engine(url, creator=connect, **_TELLING)
    event.listen(engine, "connect", _leave_alone)
    event.listen(engine, "begin", _begin)
    return engine


def _leave_alone(connection: sqlite3.Connection, _record: object) -> None:
    # As below, without what is kept in the file itself.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _set_pragmas(connection: sqlite3.Connection, _record: object) -> None:
    # SQLAlchemy begins transactions itself (see _begin); the driver must not.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(BY_HAND):
        # A writer takes the lock first: two readers who both turn writers would deadlock.
        command(connection, "BEGIN IMMEDIATE" if options.get(WRITES, True) else "BEGIN")


def command(connection: Connection, text: str) -> None:
    """Run a statement without values on SQLite's driver: every step runs a few.

    Raises
    ------
    DBAPIError
        As SQLAlchemy would have raised it.
    """
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute(text)
    except sqlite3.Error as error:
        raise DBAPIError.instance(text, None, error, sqlite3.Error) from error


def _postgresql(url: URL) -> Engine:
    arguments = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        # Planned when it comes again: at the fifth time, every list's first ones were slow.
        "prepare_threshold": 1,
        # The queries go by keys and indexes whatever they ask for: one plan serves for all.
        "options": f"-c lock_timeout={BUSY_TIMEOUT_MS} -c timezone=UTC "
        "-c plan_cache_mode=force_generic_plan",
    }
    engine = create_engine(url, connect_args=arguments, **_TELLING)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "before_cursor_execute", _send_first)
        event.listen(engine, "checkin", _rest)
        event.listen(engine, "checkout", _wake)
    return engine


def _send_first(connection: Connection, *_: object) -> None:
    Outbox.of(connection).send()


def _rest(_connection: object, record: ConnectionPoolEntry) -> None:
    # A transaction that was undone may have left something in it.
    record.info.pop(OUTBOX, None)
    record.info["rests_since"] = time.monotonic()


def _wake(connection: "psycopg.Connection", record: ConnectionPoolEntry, _fairy: object) -> None:
    """Have the pool replace a connection whose server went away while it rested."""
    since = record.info.pop("rests_since", None)
    if since is None or time.monotonic() - since < RESTED_S:
        return
    try:
        connection.autocommit = True
        connection.execute("SELECT 1")
        connection.autocommit = False
    except connection.Error as error:
        raise InvalidatePoolError from error
