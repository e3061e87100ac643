"""Statements nobody waits for, sent to PostgreSQL together: each journey there and back costs
more than what most of them do.

They are sent before anything else is asked on the same connection, and before the commit.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    import psycopg

#: Most statements that wait.
MOST = 200
#: Under which a connection keeps its own, for one transaction.
OUTBOX = "qingdan_outbox"


class Outbox:
    """The statements that wait on one connection."""

    def __init__(self, driver: "psycopg.Connection") -> None:
        self._driver = driver
        self._waiting: list[tuple[bytes, Sequence[object], Callable[[], Exception] | None]] = []

    @classmethod
    def of(cls, connection: Connection) -> "Outbox":
        """The one of a connection to PostgreSQL."""
        found: Outbox | None = connection.info.get(OUTBOX)
        if found is None:
            driver: Any = connection.connection.dbapi_connection
            found = connection.info[OUTBOX] = cls(driver)
        return found

    def put(
        self, text: bytes, values: Sequence[object], missed: Callable[[], Exception] | None = None
    ) -> None:
        """Have a statement sent later; ``missed`` makes the error where it changes no row."""
        self._waiting.append((text, values, missed))
        if len(self._waiting) >= MOST:
            self.send()

    def send(self) -> None:
        """Send what waits.

        Raises
        ------
        DBAPIError
            As SQLAlchemy would have raised it.
        """
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        watched = []
        try:
            with self._driver.pipeline():
                common = self._driver.cursor()
                for text, values, missed in waiting:
                    cursor = common if missed is None else self._driver.cursor()
                    cursor.execute(text, values)
                    if missed is not None:
                        watched.append((cursor, missed))
        except self._driver.Error as error:
            for cursor, missed in watched:
                if cursor.rowcount == 0:
                    # What failed later failed because of it.
                    raise missed() from error
            raise DBAPIError.instance(None, None, error, self._driver.Error) from error
        for cursor, missed in watched:
            if cursor.rowcount != 1:
                raise missed()
