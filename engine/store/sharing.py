"""Writers of one SQLite file taking turns on one connection, and sharing its commits.

SQLite lets one transaction write at a time and waits for the disk at each
commit. Whoever finds others waiting when it is done leaves the transaction
open to them, each in a savepoint of its own; the last commits for all, and only
then does any of them go on. Writers in other processes wait as SQLite has it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import Connection, Engine

from engine.model.wording import say

from . import connecting
from .errors import StoreBusy

#: Most turns that share a commit.
MOST = 64
#: How long a commit may wait for more to share it, as part of what the last one took.
LINGER = 0.25
#: Longest time between two looks at who came, in seconds.
LOOK_S = 0.001
_BEGIN = "BEGIN IMMEDIATE"
_COMMIT = "COMMIT"
_SAVEPOINT = "SAVEPOINT turn"
_RELEASE = "RELEASE turn"
_UNDO = "ROLLBACK TO turn"


class _Group:
    """The turns that share one transaction."""

    def __init__(self) -> None:
        self.turns = 0
        #: Held until it is stored or undone.
        self.open = Lock()
        self.open.acquire()
        self.error: BaseException | None = None

    def end(self, error: BaseException | None = None) -> None:
        """Tell everybody."""
        self.error = error
        self.open.release()


class Sharing:
    """The writing connection of one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._group: _Group | None = None
        self._turn = Lock()
        self._counting = Lock()
        self._waiting = 0
        #: Turns that shared the last commit, and how long it took, in seconds.
        self._shared = 1
        self._took = 0.0

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        """The connection for one writer; stored when the block has ended without raising.

        Raises
        ------
        StoreBusy
            Another writer did not come to an end.
        DBAPIError
            The commit failed: nothing of the block is stored.
        """
        self._wait()
        try:
            connection = self._connection or self._connect()
            group = self._group or self._begin(connection)
            group.turns += 1
            alone = group.turns == 1
            try:
                if not alone:
                    connecting.command(connection, _SAVEPOINT)
                yield connection
                if not alone:
                    connecting.command(connection, _RELEASE)
            except BaseException as error:
                self._undo(connection, group, error, alone=alone)
                raise
        finally:
            self._pass_on()
        with group.open:
            # Stored with those who came after, or told why not.
            pass
        if group.error is not None:
            raise group.error

    def _wait(self) -> None:
        if self._turn.acquire(blocking=False):
            return
        with self._counting:
            self._waiting += 1
        taken = False
        try:
            taken = self._turn.acquire(timeout=connecting.BUSY_TIMEOUT_MS / 1000)
        finally:
            with self._counting:
                self._waiting -= 1
            if not taken:
                self._leave()
        if not taken:
            raise StoreBusy(say("store.busy"))

    def _leave(self) -> None:
        """Whoever counted on this writer to commit for them must not wait in vain."""
        if self._turn.acquire(blocking=False):
            self._pass_on()

    def _connect(self) -> Connection:
        connection = self._engine.connect().execution_options(**{connecting.BY_HAND: True})
        # To SQLAlchemy all is one transaction: its own beginnings and commits cost too much.
        connection.begin()
        self._connection = connection
        return connection

    def _begin(self, connection: Connection) -> _Group:
        connecting.command(connection, _BEGIN)
        self._group = _Group()
        return self._group

    def _undo(
        self, connection: Connection, group: _Group, error: BaseException, *, alone: bool
    ) -> None:
        driver = connection.connection.dbapi_connection
        if alone or driver is None or not driver.in_transaction:
            # Alone, or SQLite has undone it all by itself: a full disk.
            self._group = None
            self._give_back()
            group.end(error)
        else:
            connecting.command(connection, _UNDO)
            connecting.command(connection, _RELEASE)

    def _pass_on(self) -> None:
        """Commit, unless somebody waits who will."""
        group = self._group
        try:
            if group is not None and (group.turns >= MOST or not self._has_more(group)):
                self._group = None
                self._commit(group)
        finally:
            self._turn.release()

    def _has_more(self, group: _Group) -> bool:
        """Whether somebody waits; who shared the last commit gets a moment to come back."""
        if group.turns < self._shared:
            most = self._took * LINGER
            until = time.monotonic() + most
            while not self._waiting and time.monotonic() < until:
                time.sleep(min(most / 8, LOOK_S))
        return self._waiting > 0

    def _commit(self, group: _Group) -> None:
        assert self._connection is not None
        began = time.monotonic()
        try:
            connecting.command(self._connection, _COMMIT)
        except BaseException as error:
            self._give_back()
            group.end(error)
        else:
            self._shared, self._took = group.turns, time.monotonic() - began
            group.end()

    def close(self) -> None:
        """Give the connection back."""
        with self._turn:
            self._give_back()

    def _give_back(self) -> None:
        """Undo what is not committed, whatever state it was left in, and part with it."""
        if self._connection is not None:
            driver = self._connection.connection.dbapi_connection
            if driver is not None:
                driver.rollback()
            self._connection.close()
            self._connection = None
