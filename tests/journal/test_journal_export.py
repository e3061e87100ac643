"""An export taken once says later which row is not what it was, also to who forged all the rest."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.store import Store, auditing, export, journal, sealing
from engine.store.chains import Breach, Flaw
from engine.store.export import Export, UnusableExport
from engine.store.journal import Entry
from tests.cases.conftest import Clock, Desk

OFFICE = "shifan"
NOW = Clock().now


def _seal(store: Store) -> None:
    with store.write() as connection:
        sealing.put_seal(connection, OFFICE, at=NOW, actor="zhang")


def _lines(store: Store) -> list[bytes]:
    with store.read() as connection:
        return [json.dumps(line).encode() for line in export.lines(connection, OFFICE)]


def _taken(store: Store) -> Export:
    return export.read(_lines(store), OFFICE)


def _differences(store: Store, taken: Export) -> list[Breach]:
    with store.read() as connection:
        return list(export.differences(connection, taken))


def test_journal_that_only_went_on_is_as_exported(store: Store, desk: Desk, case_id: str) -> None:
    _seal(store)
    taken = _taken(store)
    assert (len(taken.chains), len(taken.roots)) == (2, 1)
    desk.open()
    _seal(store)
    assert _differences(store, taken) == []


def test_forger_who_writes_everything_anew_is_named_row_by_row(
    store: Store, desk: Desk, case_id: str, tamper: Callable[[str], None]
) -> None:
    """The chains and the seal hold by themselves: only what was taken away tells."""
    _seal(store)
    taken = _taken(store)
    for table in ("sealed_head", "seal"):
        tamper(f"DELETE FROM {table}")
    tamper("DELETE FROM journal WHERE action = 'sealed'")
    tamper("DELETE FROM journal WHERE case_id != '-' AND sequence > 2")
    with store.write() as connection:
        forged = Entry(at=NOW, actor="ding", action="finished")
        journal.append(connection, OFFICE, case_id, forged)
    _seal(store)
    with store.read() as connection:
        assert list(auditing.all_breaches(connection, OFFICE)) == []
    named = {(b.case_id, b.sequence, b.flaw, b.seal) for b in _differences(store, taken)}
    assert named >= {(case_id, 3, Flaw.OTHER, 0), ("-", 0, Flaw.OTHER_SEAL, 1)}


def test_rows_and_chains_that_are_gone_are_named(
    store: Store, case_id: str, tamper: Callable[[str], None]
) -> None:
    taken = _taken(store)
    tamper("DELETE FROM journal WHERE case_id != '-' AND sequence > 4")
    (cut,) = _differences(store, taken)
    assert (cut.case_id, cut.sequence, cut.flaw) == (case_id, 5, Flaw.LOST)
    tamper("DELETE FROM journal WHERE case_id != '-'")
    (gone,) = _differences(store, taken)
    assert (gone.case_id, gone.sequence, gone.flaw) == (case_id, 1, Flaw.LOST)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"action": "claimed"', '"action": "completed"'),
        ('"office_id": "shifan"', '"office_id": "other"'),
        ('"sequence": 2', '"sequence": 3'),
        ('"kind": "entry"', '"kind": "else"'),
        ("{", "["),
    ],
)
def test_file_that_was_changed_is_refused_by_line(
    store: Store, case_id: str, old: str, new: str
) -> None:
    lines = _lines(store)
    number = next(n for n, line in enumerate(lines) if old.encode() in line)
    lines[number] = lines[number].replace(old.encode(), new.encode(), 1)
    with pytest.raises(UnusableExport, match=f"第 {number + 1} 行"):
        export.read(lines, OFFICE)


def test_file_with_a_line_left_out_is_refused(store: Store, case_id: str) -> None:
    lines = _lines(store)
    with pytest.raises(UnusableExport, match="第 3 行"):
        export.read([*lines[:2], *lines[3:]], OFFICE)
    with pytest.raises(UnusableExport, match="没有日志记录"):
        export.read([], OFFICE)


def test_file_need_not_be_small(store: Store, case_id: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"\n".join(_lines(store)))
    with path.open("rb") as file:
        assert export.read(file, OFFICE) == _taken(store)
