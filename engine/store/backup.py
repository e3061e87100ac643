"""Backups: one portable file for every kind of database, made while the office works.

A backup is an SQLite database of ours: it can be looked into, examined and restored
into SQLite or PostgreSQL alike, and so an office can move from one to the other.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from engine.model.errors import QingdanError, UnreadablePath, reason_of
from engine.model.wording import say

from . import schema
from .columns import metadata
from .copying import copy_rows
from .errors import StoreCorrupt, StoreUnavailable, translated
from .examination import Examination, damages, examine
from .progress import Told, silent
from .revisions import is_current, prepare
from .store import Store, connect, open_store, upgrade

#: How the files of an SQLite database besides the main one end.
_BESIDES = ("-wal", "-shm", "-journal")
#: Pages copied between two tellings.
_PAGES = 4096
#: Tables of earlier schemas that are no more.
RETIRED = {"case_state", "published"}


class BackupRefused(QingdanError):
    """A backup or a restoration that would overwrite something, or bring back something broken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restored:
    """What came back."""

    examination: Examination
    #: Where the database that stood there before lies now; None where none did.
    kept: Path | None


def _url(path: Path) -> str:
    return f"sqlite:///{path.as_posix()}"


def _clear(path: Path) -> None:
    for ending in ("", *_BESIDES):
        path.with_name(path.name + ending).unlink(missing_ok=True)


@contextmanager
def _in_the_making(path: Path) -> Iterator[Path]:
    """A file beside ``path`` that takes its place when all went well, and else leaves no trace."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear(part)
        try:
            yield part
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            _clear(part)
    except OSError as error:
        raise UnreadablePath(reason_of(error), path=path) from error


def back_up(
    store: Store, path: Path, *, force: bool = False, told: Told = silent
) -> Examination | None:
    """Copy a database as it stands at this moment into a file; others may go on writing.

    Returns
    -------
    What an examination of the copy found, or None where its schema is an older one.

    Raises
    ------
    BackupRefused
        The file is there already, or is the database itself, or that is an old PostgreSQL one.
    UnreadablePath, StoreUnavailable
        The file cannot be written, the database cannot be read.
    """
    if path.exists() and not force:
        raise BackupRefused(say("db.exists"), path=path)
    if store.engine.dialect.name == "sqlite":
        _refuse_same(path, Path(store.engine.url.database or ""))
    with _in_the_making(path) as part:
        if store.engine.dialect.name == "sqlite":
            _copy_file(Path(store.engine.url.database or ""), part, mode="rw", told=told)
        else:
            _copy_to_file(store, part, told)
        copy = connect(_url(part), create=False)
        try:
            with copy.read() as connection:
                found = examine(connection, told=told) if is_current(connection) else None
        finally:
            copy.close()
        _settle(part)
    return found


def _refuse_same(path: Path, database: Path) -> None:
    """A copy in place of its original: programs at work would go on writing what is gone."""
    if path.exists() and database.exists() and path.samefile(database):
        raise BackupRefused(say("db.itself"), path=path)


def _copy_file(source: Path, part: Path, *, mode: str, told: Told) -> None:
    """A copy by SQLite's online backup of what the database holds at this moment."""
    address = f"{source.resolve().as_uri()}?mode={mode}"
    try:
        with (
            closing(sqlite3.connect(address, uri=True)) as old,
            closing(sqlite3.connect(part)) as new,
        ):
            # A view of our own, kept to the end: no writer can make the copy start anew.
            # It begins with the first reading; this one asks nothing of damaged tables.
            old.execute("BEGIN")
            old.execute("PRAGMA user_version").fetchone()
            old.backup(
                new, pages=_PAGES, progress=lambda _, left, all_: told("copy", all_ - left, all_)
            )
    except sqlite3.Error as error:
        raise translated(OperationalError(None, None, error)) from error


def _copy_to_file(store: Store, part: Path, told: Told) -> None:
    copy = open_store(_url(part))
    try:
        with store.read() as source, copy.write() as target:
            if not is_current(source):
                raise BackupRefused(say("db.upgrade-first"))
            copy_rows(source, target, told)
    finally:
        copy.close()


def _settle(path: Path) -> None:
    """Leave a database in one single file."""
    with closing(sqlite3.connect(path, timeout=1)) as database:
        database.execute("PRAGMA journal_mode=DELETE")


def restore(path: Path, url: str, *, force: bool = False, told: Told = silent) -> Restored:
    """Bring a backup back, wholly or not at all.

    Parameters
    ----------
    path : a file made by :func:`back_up`, by this version or an older one.
    url : where to; an SQLite database that is there is put aside if ``force``, the
        contents of a PostgreSQL database are replaced.

    Raises
    ------
    BackupRefused
        There is something already, somebody is using it, or the backup is not whole.
    NewerSchema
        The backup was made by a newer version.
    """
    if not path.is_file():
        raise BackupRefused(say("db.no-backup"), path=path)
    if make_url(url).get_backend_name() == "sqlite":
        return _restore_file(path, Path(make_url(url).database or ""), force, told)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy, _ = _brought_up_to_date(path, Path(folder) / "copy.sqlite3", told)
        target = connect(url, create=False)
        try:
            return _restore_rows(copy, target, force, told)
        finally:
            copy.close()
            target.close()


def _brought_up_to_date(path: Path, copy: Path, told: Told) -> tuple[Store, Examination]:
    """A copy of a backup at the present schema, found whole."""
    try:
        _copy_file(path, copy, mode="ro", told=told)
    except StoreUnavailable as error:
        raise BackupRefused(say("db.not-a-backup"), path=path) from error
    store = connect(_url(copy), create=False)
    try:
        found = _found(store, path, told)
    except StoreCorrupt:
        found = Examination(counts={}, faults=(say("db.unreadable"),))
    if found.faults:
        store.close()
        raise BackupRefused(say("db.backup-damaged", problem=found.faults[0]), path=path)
    return store, found


def _found(store: Store, path: Path, told: Told) -> Examination:
    """What an examination finds in a copy of a backup, which it brings up to date first."""
    with store.read() as connection:
        damage = tuple(damages(connection))
        if damage:
            return Examination(counts={}, faults=damage)
        if not inspect(connection).has_table("alembic_version"):
            raise BackupRefused(say("db.not-a-backup"), path=path)
    upgrade(store)
    with store.read() as connection:
        return examine(connection, told=told)


def _restore_file(path: Path, target: Path, force: bool, told: Told) -> Restored:
    if target.exists() and not force:
        raise BackupRefused(say("db.occupied"), path=target)
    _refuse_same(path, target)
    with _in_the_making(target) as part:
        store, found = _brought_up_to_date(path, part, told)
        store.close()
        _settle(part)
        kept = _put_aside(target)
    return Restored(examination=found, kept=kept)


def _put_aside(target: Path) -> Path | None:
    """Rename a database that is in the way; it may be damaged, but nobody may be using it."""
    if target.exists():
        try:
            _settle(target)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                raise BackupRefused(say("db.in-use"), path=target) from error
    aside = next(
        name
        for name in (target.with_name(f"{target.name}.before-{n}") for n in range(1, 10_000))
        if not name.exists()
    )
    for ending in ("", *_BESIDES):
        old = target.with_name(target.name + ending)
        if old.exists():
            old.rename(aside.with_name(aside.name + ending))
    return aside if aside.exists() else None


def _restore_rows(copy: Store, target: Store, force: bool, told: Told) -> Restored:
    with copy.read() as source, target.write() as connection:
        if _is_occupied(connection) and not force:
            raise BackupRefused(say("db.occupied"))
        _empty(connection)
        prepare(connection)
        copy_rows(source, connection, told)
        # What the server knows of the tables is from when they were empty.
        connection.execute(text("ANALYZE"))
        found = examine(connection, told=told)
    return Restored(examination=found, kept=None)


def _is_occupied(connection: Connection) -> bool:
    if not inspect(connection).has_table(schema.office.name):
        return False
    return bool(connection.scalar(select(func.count()).select_from(schema.office)))


def _empty(connection: Connection) -> None:
    """Drop every table of ours, of this schema or an older one."""
    present = set(inspect(connection).get_table_names())
    for name in present & {*metadata.tables, *RETIRED, "alembic_version"}:
        connection.execute(text(f"DROP TABLE {name} CASCADE"))
    connection.execute(text("DROP FUNCTION IF EXISTS journal_is_append_only() CASCADE"))
