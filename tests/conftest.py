"""Databases for tests: what opens a store can be run on SQLite and on PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.model.office import Waiver
from engine.runtime.atwork import AtHand, item_at_work
from engine.runtime.desk import Desk
from engine.runtime.family import Deeds, load_deeds
from engine.runtime.ledger import Ledger
from engine.runtime.statements import Row, Wire
from engine.store import open_store

from .postgresql import Server


@pytest.fixture(autouse=True)
def _what_is_kept_is_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold what is kept in memory between steps against the store: claims, verdicts, deeds."""
    is_still_so, judged, deeds_of = AtHand.is_still_so, Desk._judged, Ledger.deeds_of

    def compared(kept: AtHand, wire: Wire) -> bool:
        still = is_still_so(kept, wire)
        if still:
            read = item_at_work(wire, kept.case["office_id"], kept.item["id"])
            assert kept.item.items() ^ read.item.items() == set()
            assert kept.case.items() ^ read.case.items() == set()
        return still

    def judged_twice(desk: Desk) -> tuple[Waiver, ...]:
        waivers = judged(desk)
        assert desk.judge.judge(desk.officer, desk.item, desk.case) == waivers
        return waivers

    def read_again(ledger: Ledger, case: Row) -> Deeds:
        is_first = case["root_id"] not in ledger.deeds
        found = deeds_of(ledger, case)
        if is_first:
            assert found == load_deeds(ledger.wire, ledger.office_id, case["root_id"])
        return found

    monkeypatch.setattr(AtHand, "is_still_so", compared)
    monkeypatch.setattr(Ledger, "deeds_of", read_again)
    monkeypatch.setattr(Desk, "_judged", judged_twice)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server, one for all workers of a run; none means failing, not skipping."""
    with Server(os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))) as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file of the present schema, to be copied: migrations take their time."""
    path = tmp_path_factory.mktemp("template") / "q.sqlite3"
    open_store(_address(path)).close()
    return path


def _address(path: Path) -> str:
    return f"sqlite:///{path.as_posix()}"


def _database(
    kind: str, request: pytest.FixtureRequest, folder: Path, *, empty: bool
) -> Iterator[str]:
    if kind == "sqlite":
        path = folder / "store" / "q.sqlite3"
        if not empty:
            path.parent.mkdir()
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield _address(path)
        return
    server: Server = request.getfixturevalue("postgresql")
    name = server.create(empty=empty)
    yield server.url(name)
    server.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database of the test's own; the test runs once on each kind."""
    yield from _database(request.param, request, tmp_path, empty=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same without a single table in it yet."""
    yield from _database(request.param, request, tmp_path, empty=True)


@pytest.fixture
def sqlite_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an SQLite database, for what only that kind does."""
    yield from _database("sqlite", request, tmp_path, empty=False)
