"""Databases for tests: what opens a store can be run on SQLite and on PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .postgresql import Server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server, one for all workers of a run; none means failing, not skipping."""
    with Server(os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))) as server:
        yield server


def _database(
    kind: str, request: pytest.FixtureRequest, folder: Path, *, empty: bool
) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{(folder / 'store' / 'q.sqlite3').as_posix()}"
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
def sqlite_database(tmp_path: Path) -> str:
    """Address of an SQLite database, for what only that kind does."""
    return f"sqlite:///{(tmp_path / 'store' / 'q.sqlite3').as_posix()}"
