"""SQLite plans for a large office from the first day on, whatever it holds."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from engine.store import Store, open_store
from engine.store.backup import back_up, restore
from engine.store.columns import metadata
from tests.cases.conftest import Desk
from tests.cases.drawings import line, process, step

FILE = process("p", step("fill"), line("start", "fill", "end"), code="T-1")
#: What the to-do list asks of timers, and the table of a case's children: each with the index
#: it has to be read off, which SQLite does not find by itself.
ASKED = {
    "SELECT 1 FROM timer t JOIN case_file c ON c.office_id = t.office_id AND c.id = t.case_id "
    "WHERE t.office_id = 'o' AND c.root_id = '1'": "ix_case_file_office_id_root_id",
    "SELECT id FROM case_file WHERE office_id = 'o' AND parent_id = '1' "
    "ORDER BY id": "ix_case_file_office_id_parent_id_parent_task_state",
}


@pytest.fixture
def fresh(sqlite_database: str) -> Store:
    return open_store(sqlite_database)


def _plan(connection: Connection, query: str) -> str:
    return "\n".join(row[3] for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}")))


def test_every_index_is_told_of(fresh: Store) -> None:
    with fresh.read() as connection:
        told = {tuple(row) for row in connection.execute(text("SELECT tbl, idx FROM sqlite_stat1"))}
        indexes = connection.execute(
            text("SELECT tbl_name, name FROM sqlite_master WHERE type = 'index'")
        )
        ours = {(table, name) for table, name in indexes if table in metadata.tables}
    # A table without row ids is the index of its own key.
    narrow = {
        (name, name)
        for name, table in metadata.tables.items()
        if not table.dialect_options["sqlite"]["with_rowid"]
    }
    assert told == ours | narrow


@pytest.mark.parametrize("query", ASKED)
def test_empty_office_is_planned_for_as_a_large_one(fresh: Store, query: str) -> None:
    with fresh.read() as connection:
        assert ASKED[query] in _plan(connection, query)
    with fresh.write() as connection:
        connection.execute(text("DELETE FROM sqlite_stat1"))
    fresh.close()
    with fresh.read() as connection:
        assert ASKED[query] not in _plan(connection, query), "it needs not be told any more"


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_restored_office_is_planned_for_as_a_large_one(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    desk.publish(FILE)
    desk.open()
    back_up(store, tmp_path / "b.qdb")
    restore(tmp_path / "b.qdb", f"sqlite:///{tmp_path / 'r.sqlite3'}")
    restored = open_store(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    with restored.read() as connection:
        for query, index in ASKED.items():
            assert index in _plan(connection, query)
    restored.close()
