"""What can befall a database: each is one clear Chinese error, loses nothing, and passes."""

import os
import resource
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import IntegrityError

from engine.model.wording import say
from engine.runtime import NewerSchema, Office, StoreFull, StoreUnavailable, Upload
from engine.store import Store, StoreBusy, StoreCorrupt, chains, connecting, open_store, schema
from tests.cases.conftest import CONTROLS, ROSTER, Clock, Desk
from tests.cases.drawings import field, line, process, step
from tests.postgresql import Server

FILE = process(
    "p",
    step("fill", field("n", "number")),
    step("sign"),
    line("start", "fill", "sign", "end"),
    code="T-1",
)
PAPER = Upload(filename="扫描.pdf", media_type="application/pdf", content=bytes(500_000))


@pytest.fixture
def sqlite_store(sqlite_database: str) -> Iterator[Store]:
    store = open_store(sqlite_database)
    yield store
    store.close()


def _path(store: Store) -> Path:
    return Path(str(store.engine.url.database))


def _run(store: Store, *statements: str) -> None:
    with store.write() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _fill_disk(store: Store) -> None:
    """Let the database refuse to grow, as on a full disk."""
    if store.engine.dialect.name == "sqlite":
        event.listen(store.engine, "connect", _forbid_growth)
        store.close()
        return
    _limit_files(store, str(_outgrown(store)))


def _outgrown(store: Store) -> int:
    """Bytes that no file may grow beyond: the papers' has them, the log's never will."""
    columns = [column.name for column in schema.attachment.c]
    copied = ", ".join("id || '-' || n" if name == "id" else name for name in columns)
    _run(
        store,
        "ALTER TABLE attachment ALTER content SET STORAGE EXTERNAL",
        f"INSERT INTO attachment ({', '.join(columns)}) "
        f"SELECT {copied} FROM attachment, generate_series(1, 40) n",
    )
    size = "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'attachment'"
    with store.read() as connection:
        return int(connection.execute(text(size)).scalar_one())


def _limit_files(store: Store, most: str) -> None:
    """Have the system itself refuse the server's processes longer files."""
    pids = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    with store.read() as connection:
        found = connection.scalars(text(pids)).all()
    told = "; ".join(f"prlimit --pid {pid} --fsize={most}:" for pid in found)
    # By the server's own user, who alone may.
    _run(store, f"COPY (SELECT 1) TO PROGRAM '{told}'")


def _forbid_growth(connection: sqlite3.Connection, _record: object) -> None:
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages + 3}")


def _empty_disk(store: Store) -> None:
    if store.engine.dialect.name == "sqlite":
        event.remove(store.engine, "connect", _forbid_growth)
        store.close()
        return
    _limit_files(store, "unlimited")


def test_full_disk_loses_nothing_and_passes(desk: Desk, store: Store) -> None:
    desk.publish(FILE)
    case, other = desk.open(), desk.open()
    before = desk.office.claim(desk.waiting(other.id)["fill"].id, by="ding")
    desk.office.complete(before.id, by="ding", values={"n": "1"}, files={"scan": PAPER})
    item = desk.waiting(case.id)["fill"]
    desk.office.claim(item.id, by="ding")
    _fill_disk(store)
    with pytest.raises(StoreFull, match="磁盘已满"):
        desk.office.complete(item.id, by="ding", values={"n": "1"}, files={"scan": PAPER})
    _empty_disk(store)
    assert desk.actions(case.id) == ["opened", "claimed"]
    assert desk.office.case(case.id).data == {}
    desk.office.complete(item.id, by="ding", values={"n": "1"}, files={"scan": PAPER})
    (attachment,) = desk.office.case(case.id).attachments
    assert desk.office.attachment(attachment.id)[1] == PAPER.content


def test_program_started_on_a_full_disk_says_so(sqlite_store: Store) -> None:
    sqlite_store.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # No file of this process may become longer, nor what processes share of a database.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, hard))
    try:
        with pytest.raises(StoreFull, match="磁盘已满"):
            open_store(f"sqlite:///{_path(sqlite_store)}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    open_store(f"sqlite:///{_path(sqlite_store)}").close()


def test_database_locked_by_another_is_one_clear_error(
    desk: Desk, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish(FILE)
    desk.open()
    monkeypatch.setattr(connecting, "BUSY_TIMEOUT_MS", 20)
    other = open_store(store.engine.url.render_as_string(hide_password=False))
    office = Office(other, "shifan", controls=CONTROLS, clock=Clock())
    with store.write() as connection:
        connection.execute(text("UPDATE counter SET value = value"))
        with pytest.raises(StoreBusy, match="还没轮到"):
            Desk(office, desk.folder).open()
    assert Desk(office, desk.folder).open().id == "2026-000002"
    other.close()


def test_of_two_who_wait_for_each_other_one_does_it_again(postgresql: Server) -> None:
    name = postgresql.create()
    store = open_store(postgresql.url(name))
    _run(store, "INSERT INTO office (id, name) VALUES ('a', 'a'), ('b', 'b')")
    both, outcomes = threading.Barrier(2), []
    change = text("UPDATE office SET name = 'x' WHERE id = :id")

    def work(first: str, second: str) -> None:
        try:
            with store.write() as connection:
                connection.execute(text("SET LOCAL deadlock_timeout = '10ms'"))
                connection.execute(change, {"id": first})
                both.wait()
                connection.execute(change, {"id": second})
            outcomes.append("done")
        except StoreBusy as busy:
            outcomes.append(busy.message)

    threads = [threading.Thread(target=work, args=order) for order in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", say("store.busy")]
    store.close()
    postgresql.drop(name)


def test_of_two_who_store_the_same_one_is_told(store: Store) -> None:
    outcomes: list[str] = []

    def enter() -> None:
        try:
            _run(store, "INSERT INTO office (id, name) VALUES ('new', '新所')")
        except StoreBusy as busy:
            outcomes.append(busy.message)

    thread = threading.Thread(target=enter)
    with store.write() as connection:
        connection.execute(text("INSERT INTO office (id, name) VALUES ('new', '新所')"))
        thread.start()
    thread.join()
    assert outcomes == [say("store.overtaken")]


def test_failed_statement_tells_the_log_nothing_of_what_it_carried(store: Store) -> None:
    statement = text("INSERT INTO office (id, name) VALUES ('new', nullif(:name, :name))")
    statement = statement.bindparams(name="刘玉芬")
    with store.write() as connection, pytest.raises(IntegrityError) as failed:
        connection.execute(statement)
    assert "刘玉芬" not in str(failed.value)


def test_reader_sees_one_moment_while_others_write(store: Store) -> None:
    count = text("SELECT count(*) FROM office")
    with store.read() as connection:
        before = connection.scalar(count)
        _run(store, "INSERT INTO office (id, name) VALUES ('new', '新所')")
        assert connection.scalar(count) == before
    with store.read() as connection:
        assert connection.scalar(count) == before + 1


def test_database_of_a_newer_version_is_left_alone(store: Store) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    _run(store, "UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(NewerSchema, match="9999"):
        open_store(url)


@pytest.mark.parametrize("content", [b"not a database at all, but a letter" * 200, None])
def test_what_is_no_database_is_one_clear_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "q.sqlite3"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(StoreUnavailable, match="数据库用不了"):
        open_store(f"sqlite:///{path}")


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"database": "nosuch"}, "没有这个库"),
        ({"username": "nobody"}, "不让登录"),
        ({"query": {"host": "/nowhere"}}, "连不上"),
    ],
)
def test_wrong_address_of_a_server_says_which_part_is_wrong(
    postgresql: Server, part: dict[str, Any], told: str
) -> None:
    url = make_url(postgresql.url("postgres")).set(**part)
    with pytest.raises(StoreUnavailable, match=told):
        open_store(url.render_as_string(hide_password=False))


def test_damaged_page_is_one_clear_error(sqlite_store: Store) -> None:
    _run(sqlite_store, "INSERT INTO office (id, name) VALUES ('a', 'a')")
    sqlite_store.close()
    content = bytearray(_path(sqlite_store).read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    _path(sqlite_store).write_bytes(content)
    with pytest.raises(StoreCorrupt, match="qingdan db restore"), sqlite_store.read() as connection:
        connection.execute(text("SELECT * FROM office")).all()


@pytest.mark.parametrize("url", ["nonsense", "oracle://x", "sqlite+nothing://"])
def test_unusable_address_is_one_clear_error(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="写得不对"):
        open_store(url)


def test_database_nobody_made_is_one_clear_error(postgresql: Server) -> None:
    with pytest.raises(StoreUnavailable, match="没有这个库"):
        open_store(postgresql.url("nobody_made_it"))


def test_server_that_went_away_is_missed_and_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(f"restarted-{os.getpid()}") as server:
        store = open_store(server.url(server.create()))
        office = Office(store, "shifan", controls=CONTROLS, clock=Clock())
        office.appoint(ROSTER)
        desk = Desk(office, tmp_path)
        desk.publish(FILE)
        for rested in (False, True):
            monkeypatch.setattr(connecting, "RESTED_S", 0.0 if rested else 1e9)
            case = desk.open()
            item = desk.waiting(case.id)["fill"]
            server.stop()
            for _ in range(2):
                with pytest.raises(StoreUnavailable, match="连不上数据库服务器"):
                    office.claim(item.id, by="ding")
            server.start()
            office.claim(item.id, by="ding")
            server.stop()
            server.start()
            if not rested:
                with pytest.raises(StoreUnavailable, match="连不上数据库服务器"):
                    office.case(case.id)
            assert desk.actions(case.id) == ["opened", "claimed"]
        with store.read() as connection:
            assert chains.breaches(connection, "shifan") == []
        store.close()
