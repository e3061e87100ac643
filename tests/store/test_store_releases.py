"""Cases that earlier releases left in the middle of every construct come to their end.

The databases were written by those releases: by the first, whose states were kept whole, and
by the last that foresaw tasks (see :mod:`engine.runtime.live`).
"""

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.model.case import WorkItem
from engine.runtime import Office
from engine.runtime.vouching import unvouched
from engine.store import open_store
from engine.store.backup import restore
from engine.store.examination import examine
from tests.cases.conftest import CONTROLS, Clock

#: What is left to do of each case, in order; of what is open together the first by its name.
LEFT = {
    "T-inc": "b d",
    "T-call": "c/inner2 last",
    "T-subp": "b after",
    "T-msg": "objection handled",
    "T-mis": "sign sign last",
    "T-mip": "sign sign last",
    "T-mic": "vote vote z",
    "T-misub": "b z",
    "T-loop": "sign fill sign",
    "T-ploop": "c a b c a b c",
    "T-gate": "reply x",
    "T-kids": "check2 check check2 check check2 z",
    # When the seven days are over.
    "T-wait": "b",
}
VALUES = {"n": "3", "m": "2", "sum": "12.50", "opinion": "同意", "vote": "是"}


@pytest.fixture(params=["0002", "0015"])
def office(request: pytest.FixtureRequest, empty_database: str, tmp_path: Path) -> Iterator[Office]:
    """The office as a release left it, in a database of today."""
    written = Path(__file__).with_name(f"under_way_{request.param}.sql.gz")
    with closing(sqlite3.connect(tmp_path / "old.qdb")) as database:
        database.executescript(gzip.decompress(written.read_bytes()).decode())
    restore(tmp_path / "old.qdb", empty_database)
    store = open_store(empty_database)
    yield Office(store, "shifan", controls=CONTROLS, clock=Clock())
    store.close()


def _waiting(office: Office, case_id: str) -> list[WorkItem]:
    """What is open in a case and in those below it."""
    file = office.case(case_id)
    items = [item for item in file.work_items if item.state in ("ready", "claimed")]
    for child in file.case.children:
        items += _waiting(office, child)
    return sorted(items, key=lambda item: (item.case_id, item.step, item.id))


def _values(office: Office, item: WorkItem) -> dict[str, str]:
    """What is filled in; loops end with the third round."""
    done = [entry.step for entry in office.history(item.case_id) if entry.action == "completed"]
    answers = VALUES | {"stop": str(done.count(item.step) + 1)}
    return {field.name: answers[field.name] for field in item.fields}


def test_cases_under_way_come_to_their_end(office: Office) -> None:
    cases = {case.item_code: case.id for case in office.cases(top=True)}
    for code, steps in LEFT.items():
        done = []
        if code == "T-wait":
            office.clock.move(days=7)  # type: ignore[attr-defined]
            office.tick()
        while items := _waiting(office, cases[code]):
            office.claim(items[0].id, by="ding")
            office.complete(items[0].id, by="ding", values=_values(office, items[0]))
            done.append(items[0].step)
        assert (code, " ".join(done)) == (code, steps)
        assert office.case(cases[code]).case.state == "finished"
    with office.store.read() as connection:
        assert examine(connection).faults == ()
        assert list(unvouched(connection)) == []
