"""Writers of one SQLite file share commits: each is undone alone, stored only with the commit."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, text

from engine.store import Store, StoreUnavailable, connecting, open_store


def _enter(connection: Connection, name: str) -> None:
    connection.execute(text("INSERT INTO office (id, name) VALUES (:name, :name)"), {"name": name})


def _spoil(connection: Connection) -> None:
    _enter(connection, "bad")
    raise ZeroDivisionError


def _names(store: Store) -> list[str]:
    with store.read() as connection:
        return list(connection.scalars(text("SELECT id FROM office ORDER BY id")))


@contextmanager
def _others_waiting(store: Store, *works: Callable[[], None]) -> Iterator[None]:
    """A first writer at work while all these wait for their turn."""
    threads = [threading.Thread(target=work) for work in works]
    try:
        with store.write() as connection:
            _enter(connection, "first")
            for thread in threads:
                thread.start()
            while store._sharing is not None and store._sharing._waiting < len(threads):
                pass
            yield
    finally:
        for thread in threads:
            thread.join()


@pytest.fixture
def sharing_store(sqlite_database: str) -> Iterator[Store]:
    store = open_store(sqlite_database)
    yield store
    store.close()


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    found: list[object] = []
    _at_commit(monkeypatch, found.append)
    return found


def _at_commit(monkeypatch: pytest.MonkeyPatch, call: Callable[[Connection], object]) -> None:
    """Do something before every commit of a shared transaction."""
    run = connecting.command

    def command(connection: Connection, text: str) -> None:
        if text == "COMMIT":
            call(connection)
        run(connection, text)

    monkeypatch.setattr(connecting, "command", command)


def test_waiting_writers_share_one_commit(sharing_store: Store, commits: list[object]) -> None:
    def work(name: str) -> Callable[[], None]:
        def enter() -> None:
            with sharing_store.write() as connection:
                _enter(connection, name)

        return enter

    with _others_waiting(sharing_store, *map(work, "abc")):
        pass
    assert len(commits) == 1
    assert _names(sharing_store) == ["a", "b", "c", "first"]


def test_commit_waits_a_moment_for_who_shared_the_last(
    sharing_store: Store, commits: list[object]
) -> None:
    sharing = sharing_store._sharing
    assert sharing is not None
    # As if two had shared a commit that took a very long time.
    sharing._shared, sharing._took = 2, 400.0

    def work(name: str) -> threading.Thread:
        def enter() -> None:
            with sharing_store.write() as connection:
                _enter(connection, name)

        thread = threading.Thread(target=enter)
        thread.start()
        return thread

    first = work("first")
    while sharing._group is None:
        pass
    second = work("second")
    first.join()
    second.join()
    assert len(commits) == 1
    assert _names(sharing_store) == ["first", "second"]


def test_writer_that_fails_is_undone_alone(sharing_store: Store) -> None:
    def fail() -> None:
        with pytest.raises(ZeroDivisionError), sharing_store.write() as connection:
            _spoil(connection)

    with _others_waiting(sharing_store, fail):
        pass
    assert _names(sharing_store) == ["first"]


def test_first_writer_that_fails_takes_nobody_with_it(sharing_store: Store) -> None:
    def work() -> None:
        with sharing_store.write() as connection:
            _enter(connection, "second")

    with pytest.raises(ZeroDivisionError), _others_waiting(sharing_store, work):
        raise ZeroDivisionError
    assert _names(sharing_store) == ["second"]


def test_failed_commit_is_told_to_everybody(
    sharing_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[StoreUnavailable] = []

    def work() -> None:
        try:
            with sharing_store.write() as connection:
                _enter(connection, "second")
        except StoreUnavailable as error:
            told.append(error)

    def close(connection: Connection) -> None:
        connection.exec_driver_sql("SELECT nothing")

    with monkeypatch.context() as patched:
        _at_commit(patched, close)
        with pytest.raises(StoreUnavailable), _others_waiting(sharing_store, work):
            pass
    assert len(told) == 1
    assert _names(sharing_store) == []
    work()
    assert _names(sharing_store) == ["second"]
