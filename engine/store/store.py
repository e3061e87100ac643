"""Opening a database, bringing it up to date, and its transactions."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine.model.errors import reason_of
from engine.model.wording import say

from .connecting import WRITES, engine_at
from .errors import StoreBusy, StoreUnavailable, is_overtaken, translated
from .outbox import Outbox
from .revisions import is_current, prepare
from .sharing import Sharing


class Store:
    """A database at its current schema."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        #: On SQLite, where one writes at a time, writers of this process share commits.
        self._sharing = Sharing(engine) if engine.dialect.name == "sqlite" else None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes; committed when the block ends, undone when it raises.

        Raises
        ------
        StoreBusy
            Others held what this needs for too long, both sides waited for each other, or
            somebody stored the same a moment earlier.
        StoreFull, StoreUnavailable
            The database failed; nothing of the block is stored.
        """
        try:
            with self._sharing.turn() if self._sharing else self._transaction() as connection:
                yield connection
                if self._sharing is None:
                    Outbox.of(connection).send()
        except IntegrityError as error:
            if is_overtaken(error):
                raise StoreBusy(say("store.overtaken")) from error
            raise
        except (DBAPIError, PoolTimeout) as error:
            raise translated(error) from error

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view.

        Raises
        ------
        StoreUnavailable
            The database failed.
        """
        options: dict[str, object] = {WRITES: False}
        if self.engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        try:
            with self._transaction(**options) as connection:
                yield connection
        except (DBAPIError, PoolTimeout) as error:
            raise translated(error) from error

    @contextmanager
    def _transaction(self, **options: object) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            connection.execution_options(**options)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give every connection back."""
        if self._sharing is not None:
            self._sharing.close()
        self.engine.dispose()


def upgrade(store: Store) -> bool:
    """Bring a database to the newest schema; whether there was anything to do.

    Raises
    ------
    NewerSchema
        This program does not know its schema.
    """
    with store.read() as connection:
        if is_current(connection):
            return False
    with store.write() as connection:
        return prepare(connection)


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
    store = connect(url, create=create)
    upgrade(store)
    return store


def connect(url: str, *, create: bool, writes: bool = True) -> Store:
    """The store at a database URL, with the schema it has.

    Parameters
    ----------
    writes : whether anything may be written, be it the marks of who reads.

    Raises
    ------
    StoreUnavailable
        The address cannot be used.
    """
    try:
        engine = engine_at(make_url(url), create=create, writes=writes)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreUnavailable(say("store.bad-url", url=url)) from error
    except OSError as error:
        raise StoreUnavailable(say("store.unavailable", reason=reason_of(error))) from error
    return Store(engine)
