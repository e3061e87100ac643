"""What the store refuses, and what stops it."""

import sqlite3

from sqlalchemy.exc import DBAPIError

from engine.model.errors import QingdanError
from engine.model.wording import say


class StoreUnavailable(QingdanError):
    """The database cannot be opened, read or written just now."""


class StoreFull(StoreUnavailable):
    """No room left for the data; what was stored before is whole."""


class NewerSchema(QingdanError):
    """The database was written by a newer version of the program."""


#: PostgreSQL's SQLSTATE for disk_full.
_DISK_FULL = "53100"


def translated(error: DBAPIError) -> StoreUnavailable:
    """The error to raise for a failure of the database itself."""
    origin = error.orig
    reason = str(origin).strip().splitlines()[0] if str(origin).strip() else type(origin).__name__
    full = (
        isinstance(origin, sqlite3.Error)
        and getattr(origin, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    ) or getattr(origin, "sqlstate", None) == _DISK_FULL
    if full:
        return StoreFull(say("store.full"))
    return StoreUnavailable(say("store.unavailable", reason=reason))
