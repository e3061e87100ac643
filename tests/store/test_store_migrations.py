"""Databases of every earlier schema come up to date and keep what is in them."""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table

from engine.model.case import CaseState
from engine.runtime import Office
from engine.store import Store, open_store
from engine.store.backup import RETIRED, restore
from engine.store.columns import metadata
from engine.store.examination import examine
from engine.store.revisions import bring_to, revisions
from engine.store.store import connect, upgrade
from tests.cases.conftest import CONTROLS, Clock, Desk
from tests.postgresql import Server

#: A database the first release wrote: one case finished, one between two parallel branches.
FIRST_RELEASE = (Path(__file__).parent / "first_release.sql").read_text("utf-8")


#: Every schema there was, oldest first.
REVISIONS = [
    script.revision
    for script in ScriptDirectory(str(files("engine.store") / "migrations")).walk_revisions()
][::-1]


def _first_release(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(FIRST_RELEASE)
    return path


def _state() -> str:
    """An execution state as the first release kept it."""
    found = re.search(
        r"INSERT INTO \"case_state\" VALUES\('shifan','2026-000001','(.+)'\);", FIRST_RELEASE
    )
    assert found
    return found[1].replace("''", "'")


def _value(table: Table, column: sa.Column[object]) -> object:
    """Something that fits a column, and is not what it has by default."""
    if (table.name, column.name) == ("case_state", "content"):
        return _state()
    match column.type:
        case sa.Boolean():
            return True
        case sa.Integer():
            return 7
        case sa.Date():
            return date(2026, 3, 2)
        case sa.DateTime():
            return datetime(2026, 3, 2, 1, 0, tzinfo=UTC if column.type.timezone else None)
        case sa.LargeBinary():
            return "清单".encode()
        case _:
            return f"{table.name}.{column.name}"[: getattr(column.type, "length", None) or 200]


def _row(table: Table, above: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    row = {column.name: _value(table, column) for column in table.columns}
    for constraint in table.foreign_key_constraints:
        parent = above.get(constraint.referred_table.name)
        for element in constraint.elements:
            # A row may stand under itself.
            row[element.parent.name] = (parent or row)[element.column.name]
    return row


#: Columns that told what others tell as well.
DERIVED = {"is_current"}


def _fill(connection: Connection) -> dict[str, dict[str, object]]:
    """One row in every table of whatever schema there is; the rows."""
    schema = MetaData()
    schema.reflect(connection)
    rows: dict[str, dict[str, object]] = {}
    for table in schema.sorted_tables:
        if table.name != "alembic_version":
            rows[table.name] = _row(table, rows)
            connection.execute(table.insert().values(rows[table.name]))
    return rows


def _kept(connection: Connection) -> Iterator[tuple[str, dict[str, object]]]:
    schema = MetaData()
    schema.reflect(connection)
    for table in schema.sorted_tables:
        for row in connection.execute(table.select()).mappings():
            yield table.name, dict(row)


def test_schemas_are_told_by_the_names_of_their_files() -> None:
    assert list(revisions()) == REVISIONS


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_earlier_schema_comes_up_to_date(empty_database: str, revision: str) -> None:
    store = connect(empty_database, create=True)
    with store.write() as connection:
        bring_to(connection, revision)
        before = _fill(connection)
    assert upgrade(store) is (revision != REVISIONS[-1])
    with store.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []
        after = dict(_kept(connection))
    left = {name: row for name, row in before.items() if name in after}
    assert before.keys() - left.keys() <= {"case_state", "published"}
    for name, row in left.items():
        assert row.keys() - after[name].keys() <= DERIVED
        assert after[name].items() >= {k: row[k] for k in row.keys() - DERIVED}.items()
    store.close()


def test_upgrade_that_fails_changes_nothing(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = connect(empty_database, create=True)
    with store.write() as connection:
        bring_to(connection, REVISIONS[1])
        _fill(connection)
        before = dict(_kept(connection))

    def fail(*_: object, **__: object) -> None:
        raise OSError("断电")

    monkeypatch.setattr("alembic.op.create_table", fail)
    with pytest.raises(OSError, match="断电"):
        upgrade(store)
    with store.read() as connection:
        assert dict(_kept(connection)) == before
    store.close()


def test_forms_begun_for_what_is_no_more_are_forgotten(empty_database: str) -> None:
    store = connect(empty_database, create=True)
    with store.write() as connection:
        bring_to(connection, "0023")
        rows = _fill(connection)
        schema = MetaData()
        schema.reflect(connection)
        item, draft = schema.tables["work_item"], schema.tables["draft"]
        for state in ("ready", "claimed", "done", "cancelled"):
            connection.execute(
                item.insert().values(rows["work_item"] | {"id": state, "state": state})
            )
            connection.execute(draft.insert().values(rows["draft"] | {"work_item_id": state}))
    upgrade(store)
    with store.read() as connection:
        kept = set(connection.scalars(sa.select(draft.c.work_item_id)))
    assert kept - {rows["draft"]["work_item_id"]} == {"ready", "claimed"}
    store.close()


def _go_on(store: Store, tmp_path: Path) -> None:
    """The first release's cases, worked on by this one."""
    desk = Desk(Office(store, "shifan", controls=CONTROLS, clock=Clock()), tmp_path)
    assert desk.office.case("2026-000001").case.state is CaseState.FINISHED
    assert desk.steps("2026-000002") == ["right"]
    desk.do("2026-000002", "right", "ding")
    done = desk.do("2026-000002", "sign", "ding", opinion="同意")
    assert done.state is CaseState.FINISHED
    assert len(desk.office.history("2026-000002")) == 10
    with store.read() as connection:
        assert examine(connection).faults == ()


def test_cases_of_the_first_release_go_on(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{_first_release(tmp_path / 'q.sqlite3')}")
    _go_on(store, tmp_path)
    store.close()


def test_backup_of_the_first_release_is_restored(empty_database: str, tmp_path: Path) -> None:
    backup = _first_release(tmp_path / "b.qdb")
    restored = restore(backup, empty_database)
    assert (restored.examination.faults, restored.examination.counts["case_file"]) == ((), 2)
    store = open_store(empty_database)
    _go_on(store, tmp_path)
    store.close()


def test_restoring_replaces_a_database_of_the_first_release(
    postgresql: Server, sqlite_template: Path
) -> None:
    name = postgresql.create(empty=True)
    store = connect(postgresql.url(name), create=True)
    with store.write() as connection:
        bring_to(connection, REVISIONS[1])
        _fill(connection)
    restored = restore(sqlite_template, postgresql.url(name), force=True)
    assert restored.examination.counts == dict.fromkeys(metadata.tables, 0)
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    store.close()
    postgresql.drop(name)


def test_every_table_that_is_no_more_is_known() -> None:
    """Restoring drops those of any earlier schema."""
    versions = Path(str(files("engine.store") / "migrations" / "versions"))
    text = "".join(path.read_text("utf-8") for path in versions.glob("*.py"))
    assert set(re.findall(r"drop_table\((\S+)\)", text)) == {f'"{name}"' for name in RETIRED}


def test_every_key_begins_with_the_office() -> None:
    """But those of tables that say who somebody is before an office is known."""
    keys = {name: [c.name for c in table.primary_key] for name, table in metadata.tables.items()}
    strange = {name: key for name, key in keys.items() if key[0] != "office_id"}
    assert strange == {"office": ["id"], "session": ["token_hash"]}
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            if constraint.referred_table.name != "office":
                assert constraint.elements[0].column.name == "office_id", constraint.name
        for index in table.indexes:
            assert next(iter(index.columns)).name == "office_id", index.name


def test_no_key_is_given_out_by_the_database() -> None:
    """A restored PostgreSQL would give it out again."""
    given = [t.name for t in metadata.tables.values() if t.autoincrement_column is not None]
    assert given == []
