"""What the store refuses, and what stops it.

PostgreSQL's driver is loaded by those who use it; its errors come from nobody else.
"""

import re
import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from engine.model.errors import QingdanError
from engine.model.wording import say


class StoreUnavailable(QingdanError):
    """The database cannot be opened, read or written just now."""


class StoreFull(StoreUnavailable):
    """No room left for the data; what was stored before is whole."""


class StoreBusy(StoreUnavailable):
    """Others held what was needed too long, or got in the way; doing it again is safe."""


class StoreCorrupt(StoreUnavailable):
    """The database's own bytes are damaged."""


class NewerSchema(QingdanError):
    """The database was written by a newer version of the program."""


#: Class and entry of the catalogue, by SQLite's result code or the primary one of it.
_SQLITE = {
    sqlite3.SQLITE_FULL: (StoreFull, "full"),
    # What a program just started meets first on a full disk.
    sqlite3.SQLITE_IOERR_SHMSIZE: (StoreFull, "full"),
    sqlite3.SQLITE_BUSY: (StoreBusy, "busy"),
    sqlite3.SQLITE_LOCKED: (StoreBusy, "busy"),
    sqlite3.SQLITE_CORRUPT: (StoreCorrupt, "corrupt"),
    sqlite3.SQLITE_NOTADB: (StoreUnavailable, "no-database"),
    sqlite3.SQLITE_CANTOPEN: (StoreUnavailable, "cannot-open"),
    sqlite3.SQLITE_READONLY: (StoreUnavailable, "read-only"),
    sqlite3.SQLITE_IOERR: (StoreUnavailable, "disk-error"),
}
#: How Python's driver begins to say that a text is none; it gives no code for it.
_NO_TEXT = "Could not decode to UTF-8"
#: The same by SQLSTATE of PostgreSQL, or its first two characters for a whole class.
_SQLSTATE = {
    "53100": (StoreFull, "full"),
    "40": (StoreBusy, "busy"),
    "55P03": (StoreBusy, "busy"),
    "57014": (StoreBusy, "busy"),
    "53": (StoreBusy, "crowded"),
    "XX001": (StoreCorrupt, "corrupt"),
    "XX002": (StoreCorrupt, "corrupt"),
    "3D": (StoreUnavailable, "no-such-database"),
    "28": (StoreUnavailable, "not-let-in"),
    "42501": (StoreUnavailable, "not-allowed"),
    "25006": (StoreUnavailable, "read-only"),
    "58": (StoreUnavailable, "disk-error"),
    "57P": (StoreUnavailable, "gone"),
    "08": (StoreUnavailable, "gone"),
}
#: Where PostgreSQL lets a file grow: a quota or a limit on files has no SQLSTATE of its own.
_GROWING = {"mdextend", "mdzeroextend"}

#: What a server says to one it does not let in, in English or Chinese: the driver has no
#: SQLSTATE before there is a connection.
_TURNED_AWAY = {
    "no-such-database": re.compile('(database|数据库) "[^"]*" (does not exist|不存在)'),
    "not-let-in": re.compile(
        "authentication failed|认证失败|pg_hba\\.conf|no password supplied"
        '|(role|角色) "[^"]*" (does not exist|不存在)'
    ),
}


def _known(origin: BaseException | None) -> tuple[type[StoreUnavailable], str] | None:
    match origin:
        case sqlite3.OperationalError() if str(origin).startswith(_NO_TEXT):
            return StoreCorrupt, "corrupt"
        case sqlite3.Error():
            code = getattr(origin, "sqlite_errorcode", None) or 0
            # The low byte is the primary code, the rest refines it.
            return _SQLITE.get(code) or _SQLITE.get(code & 0xFF)
    return _known_of_postgresql(origin)


def _known_of_postgresql(
    origin: BaseException | None,
) -> tuple[type[StoreUnavailable], str] | None:
    import psycopg

    match origin:
        case psycopg.Error() if origin.diag.source_function in _GROWING:
            return StoreFull, "full"
        case psycopg.Error(sqlstate=str(state)):
            found = (_SQLSTATE.get(state[:length]) for length in (5, 3, 2))
            return next((one for one in found if one), None)
        case psycopg.OperationalError():
            said = str(origin)
            entries = (entry for entry, words in _TURNED_AWAY.items() if words.search(said))
            return StoreUnavailable, next(entries, "gone")
    return None


def is_overtaken(error: IntegrityError) -> bool:
    """Whether a row with the same key was stored meanwhile: not a fault, a race that was lost."""
    match error.orig:
        case sqlite3.IntegrityError(sqlite_errorcode=code):
            return code in (sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE)
    from psycopg.errors import UniqueViolation

    return isinstance(error.orig, UniqueViolation)


def translated(error: SQLAlchemyError) -> StoreUnavailable:
    """The error to raise for a failure of the database itself."""
    if not isinstance(error, DBAPIError):
        return StoreBusy(say("store.crowded"))
    known = _known(error.orig)
    if known is not None:
        kind, entry = known
        return kind(say(f"store.{entry}"))
    reason = str(error.orig).strip().splitlines()
    return StoreUnavailable(
        say("store.unavailable", reason=reason[0] if reason else type(error.orig).__name__)
    )
