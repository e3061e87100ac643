"""Opening a database, bringing it up to date, and its transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError

from engine.model.errors import reason_of
from engine.model.wording import say

from .errors import NewerSchema, StoreUnavailable, translated

#: How long a writer waits for another before giving up, in milliseconds.
BUSY_TIMEOUT_MS = 10_000
_WRITES = "qingdan_writes"


class Store:
    """A database at its current schema."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; committed when the block ends, undone when it raises.

        Raises
        ------
        StoreFull, StoreUnavailable
            The database failed; nothing of the block is stored.
        """
        with self._transaction(writes=True) as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view.

        Raises
        ------
        StoreUnavailable
            The database failed.
        """
        with self._transaction(writes=False) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                connection.execution_options(**{_WRITES: writes})
                with connection.begin():
                    yield connection
        except IntegrityError:
            raise
        except DatabaseError as error:
            raise translated(error) from error

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # SQLAlchemy begins transactions itself (see _on_begin); the driver must not.
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


def _on_begin(connection: Connection) -> None:
    # A writer takes the lock first: two readers who both turn writers would deadlock.
    writes = connection.get_execution_options().get(_WRITES, True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _engine(url: URL, *, create: bool) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    path = Path(url.database or "")
    if not create and not path.exists():
        raise StoreUnavailable(say("store.missing", path=path))
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _configuration(connection: Connection) -> Config:
    configuration = Config()
    location = str(files("engine.store").joinpath("migrations"))
    configuration.set_main_option("script_location", location.replace("%", "%%"))
    configuration.attributes["connection"] = connection
    return configuration


def _upgrade(connection: Connection) -> None:
    configuration = _configuration(connection)
    current = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(configuration)
    if current is not None:
        try:
            scripts.get_revision(current)
        except CommandError as error:
            raise NewerSchema(say("store.newer-schema", revision=current)) from error
    if current != scripts.get_current_head():
        command.upgrade(configuration, "head")


def open_store(url: str, *, create: bool = True) -> Store:
    """The store at a database URL, created or brought up to date first.

    Parameters
    ----------
    url : ``sqlite:///instance/qingdan.sqlite3`` or ``postgresql+psycopg://…``.
    create : whether an SQLite file that does not exist yet is made.

    Raises
    ------
    NewerSchema
        The database was written by a newer version.
    StoreUnavailable
        It cannot be opened, or it is not a database of ours.
    """
    try:
        engine = _engine(make_url(url), create=create)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreUnavailable(say("store.bad-url", url=url)) from error
    except OSError as error:
        raise StoreUnavailable(say("store.unavailable", reason=reason_of(error))) from error
    store = Store(engine)
    with store.write() as connection:
        _upgrade(connection)
    return store
