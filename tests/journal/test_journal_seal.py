"""A seal shows what a chain alone cannot: rows cut off its end, and whole chains gone."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from engine.store import Store, auditing, chains, journal, open_store, seal, sealing
from engine.store.chains import Breach, Flaw
from tests.cases.conftest import Clock, Desk

NOW = Clock().now


def _seal(store: Store, days: int = 0) -> sealing.Seal:
    with store.write() as connection:
        at = NOW + timedelta(days=days)
        return sealing.put_seal(connection, "shifan", at=at, actor="zhang")


def _breaches(store: Store) -> list[Breach]:
    with store.read() as connection:
        return list(auditing.all_breaches(connection, "shifan"))


def test_seals_are_numbered_and_each_hangs_on_the_one_before(
    store: Store, desk: Desk, case_id: str
) -> None:
    first = _seal(store)
    desk.open()
    second = _seal(store, days=1)
    assert (first.number, second.number) == (1, 2)
    assert (first.chains, second.chains) == (2, 3)
    assert second.entries == first.entries + 2  # The case opened, and the first seal itself.
    assert len({first.root, second.root, first.sm3_root, second.sm3_root}) == 4
    with store.read() as connection:
        assert sealing.seals(connection, "shifan") == (first, second)
    assert _breaches(store) == []


def test_seal_holds_though_cases_went_on_while_it_was_worked_out(
    store: Store, desk: Desk, case_id: str
) -> None:
    with store.read() as connection:
        drafted = sealing.draft(connection, "shifan", at=NOW)
    desk.open()
    made = []
    for _ in range(2):
        with store.write() as connection:
            made.append(
                sealing.put_seal(connection, "shifan", at=NOW, actor="zhang", drafted=drafted)
            )
    assert made[0] == drafted.seal
    assert [(seal.number, seal.chains) for seal in made] == [(1, 2), (2, 3)]
    assert _breaches(store) == []


def test_sm3_may_come_and_go_with_the_platform(
    store: Store, desk: Desk, case_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for days, has_sm3 in enumerate((True, False, True, False)):
        with monkeypatch.context() as platform:
            if not has_sm3:
                platform.setattr(journal, "_SM3", None)
                for module in (journal, chains, sealing, auditing):
                    platform.setattr(module, "HAS_SM3", False)
            desk.open()
            made.append(_seal(store, days))
            desk.open()
            assert _breaches(store) == []
    assert [bool(seal.sm3_root) for seal in made] == [True, False, True, False]
    assert _breaches(store) == []


def test_seal_is_journalled(store: Store, case_id: str) -> None:
    made = _seal(store)
    with store.read() as connection:
        last = journal.entries(connection, "shifan", journal.OFFICE_CHAIN)[-1]
    assert (last.action, last.actor, last.note) == ("sealed", "zhang", f"1 {made.root}")


@pytest.mark.parametrize("change", [update(seal.seal).values(chains=1), delete(seal.sealed_head)])
def test_database_refuses_to_change_a_seal(store: Store, case_id: str, change: object) -> None:
    _seal(store)
    with pytest.raises(IntegrityError, match="append-only"), store.write() as connection:
        connection.execute(change)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM journal WHERE case_id != '-' AND sequence > 3", (4, Flaw.TRUNCATED, 1)),
        ("DELETE FROM journal WHERE case_id != '-'", (1, Flaw.TRUNCATED, 1)),
        ("DELETE FROM seal WHERE number = 2", (0, Flaw.SEAL, 2)),
        ("UPDATE seal SET chains = 9 WHERE number = 1", (0, Flaw.SEAL, 1)),
        ("UPDATE seal SET at = '2020-01-01 00:00:00' WHERE number = 1", (0, Flaw.SEAL, 1)),
        ("UPDATE seal SET root = sm3_root WHERE number = 1", (0, Flaw.SEAL, 1)),
        ("UPDATE seal SET sm3_root = root WHERE number = 2", (0, Flaw.SEAL, 2)),
        ("DELETE FROM sealed_head WHERE case_id != '-'", (0, Flaw.SEAL, 1)),
    ],
)
def test_what_the_chain_hides_the_seal_shows(
    store: Store,
    case_id: str,
    tamper: Callable[[str], None],
    statement: str,
    found: tuple[int, Flaw, int],
) -> None:
    _seal(store)
    _seal(store, days=1)
    if statement.startswith("DELETE FROM seal "):
        tamper("DELETE FROM sealed_head WHERE number = 2")
    tamper(statement)
    breach = _breaches(store)[0]
    assert (breach.sequence, breach.flaw, breach.seal) == found
    assert breach.case_id == ("-" if breach.flaw is Flaw.SEAL else case_id)


def test_chain_written_anew_is_found(
    store: Store, case_id: str, tamper: Callable[[str], None]
) -> None:
    _seal(store)
    tamper("DELETE FROM journal WHERE case_id != '-'")
    entry = journal.Entry(at=NOW, actor="ding", action="opened")
    with store.write() as connection:
        journal.append(connection, "shifan", case_id, *[entry] * 9)
        assert chains.breaches(connection, "shifan") == []
    (breach,) = _breaches(store)
    assert (breach.case_id, breach.flaw) == (case_id, Flaw.RESEALED)


def test_flipped_byte_of_the_file_is_named(sqlite_database: str, tmp_path: Path) -> None:
    store = open_store(sqlite_database)
    entry = journal.Entry(at=NOW, actor="ding", action="claimed", note="marked-note")
    with store.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO office (id, name) VALUES ('shifan', '示范镇财政所')"
        )
        journal.append(connection, "shifan", "2026-000001", entry, entry)
    store.close()
    path = Path(str(store.engine.url.database))
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    # Rows lie in a page from its end to its start: the last one found is the first written.
    content[content.rindex(b"marked-note")] ^= 1
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(content)
    broken = _breaches(open_store(f"sqlite:///{copy}"))
    assert [(b.case_id, b.sequence, b.flaw) for b in broken] == [("2026-000001", 1, Flaw.CONTENT)]
    assert _breaches(store) == []
