"""A backup made while others write restores whole, into either kind of database."""

import multiprocessing
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.runtime import NewerSchema, Office, Upload
from engine.store import Store, StoreUnavailable, open_store, sealing
from engine.store.backup import BackupRefused, back_up, restore
from engine.store.examination import examine
from tests.cases.conftest import APPLICANT, CONTROLS, Clock, Desk
from tests.cases.drawings import field, line, process, step

FILE = process(
    "p",
    step("fill", field("n", "number"), field("sum", "money")),
    step("sign", field("opinion")),
    line("start", "fill", "sign", "end"),
    code="T-1",
)
PAPER = Upload(filename="扫描.pdf", media_type="application/pdf", content=b"%PDF" * 999)


def _url(store: Store) -> str:
    return store.engine.url.render_as_string(hide_password=False)


def _contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, as the engine reads it."""
    from engine.store.columns import metadata

    with store.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
            for table in metadata.sorted_tables
        }


def _played(desk: Desk, clock: Clock) -> str:
    """A case with a form, an attachment and a seal."""
    desk.publish(FILE)
    case = desk.open()
    item = desk.waiting(case.id)["fill"]
    desk.office.claim(item.id, by="ding")
    values = {"n": "7", "sum": "1234.50"}
    desk.office.complete(item.id, by="ding", values=values, files={"scan": PAPER})
    with desk.office.store.write() as connection:
        sealing.put_seal(connection, "shifan", at=clock.now, actor="ding")
    return case.id


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of another, empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{(tmp_path / 'elsewhere' / 'q.sqlite3').as_posix()}"
        return
    server = request.getfixturevalue("postgresql")
    name = server.create(empty=True)
    yield server.url(name)
    server.drop(name)


def test_restored_database_is_the_same_and_goes_on(
    desk: Desk, store: Store, clock: Clock, elsewhere: str, tmp_path: Path
) -> None:
    case_id = _played(desk, clock)
    found = back_up(store, tmp_path / "b.qdb")
    assert found
    assert found.faults == ()
    assert restore(tmp_path / "b.qdb", elsewhere).examination == found
    other = open_store(elsewhere)
    assert _contents(other) == _contents(store)
    later = Clock()
    later.now += timedelta(days=1)
    again = Desk(Office(other, "shifan", controls=CONTROLS, clock=later), desk.folder)
    again.do(case_id, "sign", "ding", opinion="同意")
    assert again.office.case(case_id).data["n"] == desk.office.case(case_id).data["n"]
    assert again.open().id == "2026-000002"
    with other.read() as connection:
        assert examine(connection).faults == ()
        if connection.dialect.name == "postgresql":
            known = text("SELECT reltuples FROM pg_class WHERE relname = 'case_file'")
            assert connection.scalar(known) == 1, "the server plans by what it held before"
    other.close()


def _write(url: str, ready: "multiprocessing.synchronize.Event") -> None:
    office = Office(open_store(url), "shifan", controls=CONTROLS, clock=Clock())
    while True:
        case = office.open_case("T-1", by="ding", applicant=APPLICANT)
        (item,) = office.case(case.id).work_items
        office.claim(item.id, by="ding")
        office.complete(item.id, by="ding", values={"n": "1"}, files={"scan": PAPER})
        ready.set()


def test_backup_under_load_is_one_moment(
    desk: Desk, store: Store, clock: Clock, database: str, tmp_path: Path
) -> None:
    _played(desk, clock)
    ready = multiprocessing.Event()
    writer = multiprocessing.Process(target=_write, args=(database, ready), daemon=True)
    writer.start()
    try:
        cases = []
        for number in range(3):
            ready.clear()
            assert ready.wait(30)
            found = back_up(store, tmp_path / f"{number}.qdb")
            assert found
            assert found.faults == ()
            cases.append(found.counts["case_file"])
        assert writer.is_alive()
    finally:
        writer.kill()
        writer.join()
    assert cases == sorted(set(cases))
    target = f"sqlite:///{tmp_path / 'r.sqlite3'}"
    assert restore(tmp_path / "2.qdb", target).examination == found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_backup_is_one_file_and_reads_from_a_protected_place(
    desk: Desk, store: Store, clock: Clock, tmp_path: Path
) -> None:
    _played(desk, clock)
    folder = tmp_path / "shelf"
    back_up(store, folder / "b.qdb")
    assert [path.name for path in folder.iterdir()] == ["b.qdb"]
    (folder / "b.qdb").chmod(stat.S_IRUSR)
    before = (folder / "b.qdb").read_bytes()
    restore(folder / "b.qdb", f"sqlite:///{tmp_path / 'r.sqlite3'}")
    assert [path.name for path in folder.iterdir()] == ["b.qdb"]
    assert (folder / "b.qdb").read_bytes() == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_is_overwritten_unless_asked(
    desk: Desk, store: Store, clock: Clock, elsewhere: str, tmp_path: Path
) -> None:
    _played(desk, clock)
    backup = tmp_path / "b.qdb"
    back_up(store, backup)
    with pytest.raises(BackupRefused, match="--force"):
        back_up(store, backup)
    restore(backup, elsewhere)
    desk.open()
    back_up(store, backup, force=True)
    with pytest.raises(BackupRefused, match="--force"):
        restore(backup, elsewhere)
    other = open_store(elsewhere)
    assert len(_contents(other)["case_file"]) == 1
    other.close()
    restored = restore(backup, elsewhere, force=True)
    assert restored.examination.counts["case_file"] == 2
    if restored.kept:
        kept = open_store(f"sqlite:///{restored.kept}")
        assert len(_contents(kept)["case_file"]) == 1
        kept.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_backup_and_database_are_never_one_file(desk: Desk, store: Store, clock: Clock) -> None:
    _played(desk, clock)
    path = Path(store.engine.url.database or "")
    before = path.stat().st_ino
    with pytest.raises(BackupRefused, match="同一个文件"):
        back_up(store, path, force=True)
    with pytest.raises(BackupRefused, match="同一个文件"):
        restore(path, _url(store), force=True)
    assert path.stat().st_ino == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_restoring_under_a_running_program_is_refused(
    desk: Desk, store: Store, clock: Clock, tmp_path: Path
) -> None:
    _played(desk, clock)
    back_up(store, tmp_path / "b.qdb")
    target = f"sqlite:///{tmp_path / 'r.sqlite3'}"
    running = open_store(target)
    with running.read() as connection:
        connection.execute(text("SELECT 1 FROM office")).all()
        with pytest.raises(BackupRefused, match="正在使用"):
            restore(tmp_path / "b.qdb", target, force=True)
    assert _contents(running)["case_file"] == []
    running.close()
    assert restore(tmp_path / "b.qdb", target, force=True).kept


def _damage(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute(statement)
        database.commit()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("elsewhere", "statement", "problem"),
    [
        (
            "sqlite",
            "UPDATE journal SET note = 'x' WHERE case_id != '-' AND sequence = 2",
            "第 2 条的内容",
        ),
        ("sqlite", "DELETE FROM journal WHERE case_id != '-' AND sequence = 3", "第 3 条起被截断"),
        ("postgresql", "UPDATE attachment SET content = x'00'", "附件"),
        ("sqlite", "UPDATE procedure_version SET content = x'00'", "流程文件 0.bpmn"),
        ("postgresql", "DELETE FROM case_file", "行指向 case_file"),
    ],
    indirect=["elsewhere"],
)
def test_broken_backup_is_not_restored_and_leaves_the_target_alone(
    desk: Desk,
    store: Store,
    clock: Clock,
    elsewhere: str,
    tmp_path: Path,
    statement: str,
    problem: str,
) -> None:
    _played(desk, clock)
    backup = tmp_path / "b.qdb"
    back_up(store, backup)
    restore(backup, elsewhere)
    _damage(backup, statement)
    with pytest.raises(BackupRefused, match=problem):
        restore(backup, elsewhere, force=True)
    other = open_store(elsewhere)
    assert _contents(other) == _contents(store)
    other.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_flipped_bytes_in_a_backup_are_found(
    desk: Desk, store: Store, clock: Clock, tmp_path: Path
) -> None:
    _played(desk, clock)
    backup = tmp_path / "b.qdb"
    back_up(store, backup)
    content = bytearray(backup.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 8] = bytes(8)
    backup.write_bytes(content)
    with pytest.raises(BackupRefused, match="这份备份不完好"):
        restore(backup, f"sqlite:///{tmp_path / 'r.sqlite3'}")
    assert not (tmp_path / "r.sqlite3").exists()


@pytest.mark.parametrize("content", [None, b"a letter" * 999, b""])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "b.qdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BackupRefused, match="备份"):
        restore(path, f"sqlite:///{tmp_path / 'r.sqlite3'}")
    assert not (tmp_path / "r.sqlite3").exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_backup_of_a_newer_version_is_refused(
    desk: Desk, store: Store, clock: Clock, elsewhere: str, tmp_path: Path
) -> None:
    _played(desk, clock)
    back_up(store, tmp_path / "b.qdb")
    _damage(tmp_path / "b.qdb", "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerSchema):
        restore(tmp_path / "b.qdb", elsewhere)
    other = open_store(elsewhere)
    assert _contents(other)["office"] == []
    other.close()


def test_backup_that_fails_half_way_leaves_nothing(
    desk: Desk, store: Store, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _played(desk, clock)
    backup = tmp_path / "shelf" / "b.qdb"
    back_up(store, backup)
    before = backup.read_bytes()

    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailable("断电")

    monkeypatch.setattr("engine.store.backup.examine", fail)
    with pytest.raises(StoreUnavailable):
        back_up(store, backup, force=True)
    assert [path.name for path in backup.parent.iterdir()] == ["b.qdb"]
    assert backup.read_bytes() == before
