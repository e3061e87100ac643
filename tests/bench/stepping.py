"""Steps of a case, against a bare commit in the same database settings."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

from engine.bpmn.library import Library
from engine.model.case import Applicant, WorkItemState
from engine.model.controls import load_controls
from engine.model.roster_file import load_roster
from engine.runtime import Office
from engine.store import open_store

from ..house import ROOT
from .row import Row, milliseconds

_NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
_ANSWERS = (
    (
        "sun",
        "register_question",
        {
            "asker": "何丽",
            "channel": "来访",
            "question": "如何申请补贴",
            "answer_way": "当场解答",
        },
    ),
    ("sun", "answer_directly", {"answer": "请到村委会登记"}),
    ("qian", "rate_service", {"satisfaction": "满意"}),
)


def rows() -> Iterator[Row]:
    """Figures of the durable step."""
    with tempfile.TemporaryDirectory() as directory:
        floor = _bare_commit(Path(directory) / "bare.sqlite3")
        yield Row(name="bare commit of a 2 KB row", value=floor, unit="ms")
        step = _step(Path(directory) / "cases.sqlite3")
        yield Row(
            name="claim or complete one step, durable",
            value=step,
            unit="ms",
            against="bare commit",
            ratio=step / floor,
        )


def _bare_commit(path: Path) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT)")

    def commit() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO row (text) VALUES (?)", ("x" * 2048,))
        connection.execute("COMMIT")

    taken = milliseconds(commit, times=200)
    connection.close()
    return taken[len(taken) // 2]


def _step(path: Path) -> float:
    controls = load_controls()
    store = open_store(f"sqlite:///{path.as_posix()}")
    office = Office(store, "bench", controls=controls, clock=lambda: _NOW)
    office.appoint(load_roster(ROOT / "processes/demo/shifan.toml", controls))
    office.publish(Library.load())
    taken = []
    for _ in range(20):
        case = office.open_case("CZ-ZX-038", by="sun", applicant=Applicant(name="何丽"))
        for officer, step, values in _ANSWERS:
            waiting = office.case(case.id).work_items
            item = next(w for w in waiting if w.step == step and w.state is WorkItemState.READY)
            start = time.perf_counter()
            office.claim(item.id, by=officer)
            office.complete(item.id, by=officer, values=values)
            taken.append((time.perf_counter() - start) * 1000 / 2)
    store.close()
    return sorted(taken)[len(taken) // 2]
