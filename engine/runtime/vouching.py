"""What people filled in and wrote, held against the digests the journal has of it.

The journal itself holds no personal data: a form that was changed behind it still shows.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from engine.model.wording import say
from engine.store import schema
from engine.store.dealing import remark
from engine.store.progress import Told, silent, telling
from engine.store.version import case_migration

from .values import digest, from_store

#: Cases looked at together.
_AT_ONCE = 200


def unvouched(connection: Connection, *, told: Told = silent) -> Iterator[str]:
    """One Chinese line for whatever the journal's digests do not vouch for, case by case."""
    case = schema.case_file
    keys = connection.execute(
        select(case.c.office_id, case.c.id).order_by(case.c.office_id, case.c.id)
    ).all()
    parts = (keys[first : first + _AT_ONCE] for first in range(0, len(keys), _AT_ONCE))
    for part in telling(parts, told, "forms", len(keys)):
        for office_id in sorted({key.office_id for key in part}):
            cases = [key.id for key in part if key.office_id == office_id]
            yield from _in_cases(connection, office_id, cases)


def _in_cases(connection: Connection, office_id: str, cases: Sequence[str]) -> Iterator[str]:
    forms = list(_forms(connection, office_id, cases))
    kept = {(case_id, sealed) for case_id, _, sealed in forms}
    for table, text in ((remark, remark.c.content), (case_migration, case_migration.c.reason)):
        for row in _of(connection, table, office_id, cases, table.c.salt, text.label("text")):
            kept.add((row.case_id, hashlib.sha256(f"{row.salt}\n{row.text}".encode()).hexdigest()))
    files = _of(connection, schema.attachment, office_id, cases, schema.attachment.c.sha256)
    kept |= {(row.case_id, row.sha256) for row in files}
    journal = schema.journal
    entries = _of(connection, journal, office_id, cases, journal.c.sequence, journal.c.form_digest)
    held = {(row.case_id, row.form_digest): row.sequence for row in entries if row.form_digest}
    changed = {(case_id, held[case_id, sealed]) for case_id, sealed in held.keys() - kept}
    for case_id, sequence in sorted(changed):
        yield say("vouching.changed", office=office_id, case=case_id, sequence=sequence)
    told = {case_id for case_id, _ in changed}
    for case_id, number, sealed in forms:
        if (case_id, sealed) not in held and case_id not in told:
            yield say("vouching.unknown", office=office_id, case=case_id, number=number)


def _of(
    connection: Connection,
    table: Table,
    office_id: str,
    cases: Sequence[str],
    *columns: ColumnElement[Any],
) -> Sequence[Any]:
    """Rows of some cases."""
    query = select(table.c.case_id, *columns)
    return connection.execute(
        query.where(table.c.office_id == office_id, table.c.case_id.in_(cases))
    ).all()


def _forms(
    connection: Connection, office_id: str, cases: Sequence[str]
) -> Iterator[tuple[str, int, str]]:
    """Case, number and digest of every form handed in, worked out from what is stored.

    Of a file that belongs to no field earlier releases did not keep the name it was handed in
    by: such a form has the digest it says itself.
    """
    entry, value, file = schema.form_entry, schema.form_value, schema.attachment
    names = (entry.c.number, entry.c.work_item_id, entry.c.at, entry.c.salt, entry.c.digest)
    of_values = (value.c[name] for name in ("number", "field", "type", "fen", "content"))
    values: dict[tuple[str, int], dict[str, object]] = {}
    for row in _of(connection, value, office_id, cases, *of_values):
        filled = values.setdefault((row.case_id, row.number), {})
        filled[row.field] = _read(row)
    files: dict[tuple[object, ...], dict[str, str]] = {}
    columns = (file.c.work_item_id, file.c.added_at, file.c.field, file.c.sha256)
    for row in _of(connection, file, office_id, cases, *columns):
        of_item = files.setdefault((row.case_id, row.work_item_id, row.added_at), {})
        of_item[row.field] = row.sha256
    for row in _of(connection, entry, office_id, cases, *names):
        attached = files.get((row.case_id, row.work_item_id, row.at), {})
        form = values.get((row.case_id, row.number), {})
        # A file kept while signatures are still gathered is no part of the form that comes after.
        of_form = {name: sha256 for name, sha256 in attached.items() if name in form}
        found = [digest(form, held, row.salt) for held in (of_form, attached)]
        sealed = row.digest if "" in attached or row.digest in found else found[0]
        yield row.case_id, row.number, sealed


def _read(row: Any) -> object:
    """A stored value; something else where it is none of its type any more."""
    try:
        return from_store(row.type, row.fen, row.content)
    except (ValueError, ArithmeticError, TypeError, AttributeError):
        return [row.type, row.content]
