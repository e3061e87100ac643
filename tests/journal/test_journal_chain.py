"""The journal cannot be changed, breaks where it is tampered with, and names nobody."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import IntegrityError

from engine.runtime import Office
from engine.store import Store, StoreBusy, chains, journal, schema, sealing
from tests.cases.conftest import CONTROLS, Clock, Desk

from .conftest import SECRETS


@pytest.mark.parametrize(
    "change", [update(schema.journal).values(note="x"), delete(schema.journal)], ids=str
)
def test_database_refuses_to_change_the_journal(store: Store, case_id: str, change: object) -> None:
    with pytest.raises(IntegrityError, match="append-only"), store.write() as connection:
        connection.execute(change)  # type: ignore[call-overload]


def test_untouched_chain_is_whole(store: Store, case_id: str) -> None:
    with store.read() as connection:
        assert chains.breaches(connection, "shifan") == []


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE journal SET actor = 'zhang' WHERE case_id != '-' AND sequence = 3", 3),
        ("UPDATE journal SET at = '2020-01-01 00:00:00' WHERE case_id != '-' AND sequence = 2", 2),
        ("UPDATE journal SET note = '豁免 W-1' WHERE case_id != '-' AND sequence = 5", 5),
        ("UPDATE journal SET form_digest = '' WHERE case_id != '-' AND sequence = 3", 3),
        ("DELETE FROM journal WHERE case_id != '-' AND sequence = 4", 4),
        ("UPDATE journal SET sequence = 40 WHERE case_id != '-' AND sequence = 4", 4),
        ("UPDATE journal SET sm3 = hash WHERE case_id != '-' AND sequence = 2", 2),
    ],
)
def test_first_tampered_row_is_named(
    store: Store, case_id: str, tamper: Callable[[str], None], statement: str, row: int
) -> None:
    tamper(statement)
    with store.read() as connection:
        (breach,) = chains.breaches(connection, "shifan")
    assert (breach.case_id, breach.sequence) == (case_id, row)


def test_chain_of_sm3_may_begin_late(store: Store, case_id: str) -> None:
    assert journal.HAS_SM3
    entry = journal.Entry(at=Clock().now, actor="ding", action="noted")
    with store.write() as connection:
        rows, _ = journal.linked("shifan", "late", [entry], journal.START)
        connection.execute(insert(schema.journal), [{**rows[0], "sm3": ""}])
        head = journal.append(connection, "shifan", "late", entry)
        assert chains.breaches(connection, "shifan") == []
    assert (head.sequence, len(head.sm3)) == (2, 64)


def test_held_head_is_where_the_chain_ends(store: Store, case_id: str) -> None:
    entry = journal.Entry(at=Clock().now, actor="ding", action="noted")
    with store.write() as connection:
        head = journal.head_of(connection, "shifan", case_id)
        after = journal.append(connection, "shifan", case_id, entry, entry, head=head)
        assert after == journal.head_of(connection, "shifan", case_id)
        assert after.sequence == head.sequence + 2
        assert chains.breaches(connection, "shifan") == []
    with pytest.raises(StoreBusy, match="同时办了"), store.write() as connection:
        journal.append(connection, "shifan", case_id, entry, head=head)


def test_many_who_write_the_office_chain_at_once_make_one_chain(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(schema.office).values(id="shifan", name="示范镇财政所"))
    entry = journal.Entry(at=Clock().now, actor="ding", action="noted")

    def write() -> None:
        for _ in range(10):
            with store.write() as connection:
                journal.append(connection, "shifan", journal.OFFICE_CHAIN, entry)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(write) for _ in range(4)]:
            done.result()
    with store.read() as connection:
        assert chains.extent(connection, "shifan") == (1, 40)
        assert chains.breaches(connection, "shifan") == []


def test_journal_holds_no_personal_data(store: Store, case_id: str) -> None:
    with store.write() as connection:
        sealing.put_seal(connection, "shifan", at=Clock().now, actor="ding")
        rows = [
            row
            for table in ("journal", "seal", "sealed_head")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    written = "\n".join(str(value) for row in rows for value in row)
    assert [secret for secret in SECRETS if secret in written] == []
    assert len(rows) > 8


def test_execution_state_holds_no_personal_data(store: Store, case_id: str) -> None:
    with store.read() as connection:
        content = connection.execute(text("SELECT content FROM case_change")).scalars().all()
    assert content
    assert [secret for secret in SECRETS if secret in "".join(content)] == []


def test_equal_forms_have_different_digests(store: Store, tmp_path: Path, case_id: str) -> None:
    office = Office(store, "shifan", controls=CONTROLS, clock=Clock())
    desk = Desk(office, tmp_path / "bpmn")
    digests = set()
    for _ in range(2):
        case = desk.open()
        desk.do(case.id, "fill", "ding", note="同样的话")
        digests |= {e.form_digest for e in office.history(case.id) if e.action == "completed"}
    assert len(digests) == 2
