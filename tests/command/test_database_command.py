"""``qingdan db`` and ``qingdan journal`` as an operator uses them, on both databases."""

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from engine.bpmn.library import shipped_directory
from engine.cli.db import db as db_command
from engine.cli.journal import journal as journal_command
from engine.model.controls import load_controls
from engine.model.errors import QingdanError
from engine.model.roster_file import load_roster
from engine.runtime import Office
from engine.store import open_store
from tests.journal.oracle import leaf, root_of, sha256

ROSTER = shipped_directory().parent / "demo" / "shifan.toml"
FIRST_RELEASE = Path(__file__).parents[1] / "store" / "first_release.sql"
Run = Callable[..., Result]


@pytest.fixture
def run(database: str) -> Run:
    """The commands at an office that has appointed its officers."""
    controls = load_controls()
    store = open_store(database)
    Office(store, "mysuo", controls=controls).appoint(load_roster(ROSTER, controls))
    store.close()

    def run(*arguments: object) -> Result:
        group, *words = [str(argument) for argument in arguments]
        command = {"db": db_command, "journal": journal_command}[group]
        return CliRunner().invoke(command, words, env={"QINGDAN_DATABASE_URL": database})

    return run


def _tamper(url: str, statement: str) -> None:
    store = open_store(url)
    with store.write() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER journal_refuses_update"))
            connection.execute(text("DROP TRIGGER journal_refuses_delete"))
        else:
            connection.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        connection.execute(text(statement))
    store.close()


def _said(result: Result, code: int = 0) -> str:
    assert (result.exit_code, type(result.exception)) in [
        (code, type(None)),
        (code, SystemExit),
    ], result.output
    return result.output


def test_office_is_backed_up_and_brought_back(run: Run, tmp_path: Path) -> None:
    backup, target = tmp_path / "b.qdb", f"sqlite:///{(tmp_path / 'r.sqlite3').as_posix()}"
    assert "最新结构" in _said(run("db", "upgrade"))
    assert "1 个单位、0 个办件、1 条日志" in _said(run("db", "backup", backup))
    assert "数据库完好" in _said(run("db", "verify", "--db", f"sqlite:///{backup.as_posix()}"))
    assert "已从" in _said(run("db", "restore", backup, "--db", target))
    assert "before-1" in _said(run("db", "restore", backup, "--db", target, "--force"))
    assert "数据库完好" in _said(run("db", "verify", "--db", target))
    assert isinstance(run("db", "backup", backup).exception, QingdanError)


def test_backup_is_not_changed_by_verifying_it(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "只读 #1"
    run("db", "backup", folder / "b.qdb")
    before = (folder / "b.qdb").read_bytes()
    assert "数据库完好" in _said(run("db", "verify", "--db", f"sqlite:///{folder / 'b.qdb'}"))
    assert [path.name for path in folder.iterdir()] == ["b.qdb"]
    assert (folder / "b.qdb").read_bytes() == before


def test_database_of_an_earlier_release_is_not_upgraded_by_verifying_it(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "old.qdb"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(FIRST_RELEASE.read_text("utf-8"))
    before = path.read_bytes()
    assert "不是现在的结构" in str(run("db", "verify", "--db", f"sqlite:///{path}").exception)
    assert path.read_bytes() == before


def test_seal_is_printed_and_known_again_from_paper(run: Run, database: str) -> None:
    assert "还没有封签" in _said(run("journal", "verify"))
    assert isinstance(run("journal", "seal", "--last").exception, QingdanError)
    first = _said(run("journal", "seal"))
    assert "第 1 号" in first
    assert "共 1 条日志链、1 条记录" in first
    assert _said(run("journal", "seal", "--last")) == first
    root = re.findall(r"SHA-256 根：([0-9a-f]{64})", first)[0]
    assert len(re.findall(r"SM3 根：([0-9a-f]{64})", first)) == 1
    assert f"上一号封签的 SHA-256 根：{root}" in _said(run("journal", "seal"))
    assert "第 1 号封签" in _said(run("journal", "verify", "--root", root[:12].upper()))
    assert "没有 00000000 开头的根" in _said(run("journal", "verify", "--root", "0" * 8), 1)
    assert run("journal", "verify", "--root", "根").exit_code == 2


def test_seal_of_one_office_is_known_among_several(run: Run, database: str) -> None:
    store = open_store(database)
    Office(store, "other", controls=load_controls()).appoint(load_roster(ROSTER, load_controls()))
    store.close()
    first = _said(run("journal", "seal", "--office", "mysuo"))
    root = re.findall(r"SHA-256 根：([0-9a-f]{64})", first)[0]
    assert "mysuo 第 1 号封签" in _said(run("journal", "verify", "--root", root[:12]))
    told = _said(run("journal", "verify", "--root", root, "--office", "other"), 1)
    assert f"单位 other 的封签里没有 {root} 开头的根" in told


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE journal SET actor = 'x' WHERE sequence = 1", "mysuo：单位日志第 1 条的内容被改过"),
        ("DELETE FROM journal WHERE sequence >= 2", "mysuo：单位日志从第 2 条起被截断，第 2 号"),
    ],
)
def test_first_bad_row_is_named(run: Run, database: str, statement: str, found: str) -> None:
    run("journal", "seal")
    run("journal", "seal")
    _tamper(database, statement)
    for words in (
        ("journal", "verify"),
        ("journal", "verify", "--office", "mysuo"),
        ("db", "verify"),
    ):
        assert found in _said(run(*words), 1)


def test_export_lets_anybody_check_the_chain(run: Run, tmp_path: Path) -> None:
    run("journal", "seal")
    path = tmp_path / "journal.jsonl"
    assert "2 条记录、1 号封签" in _said(run("journal", "export", "--out", path))
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["kind"] for line in lines] == ["entry", "entry", "seal", "head"]
    assert lines[1]["prev_hash"] == lines[0]["hash"]
    assert lines[1]["note"] == f"1 {lines[2]['root']}"
    said, head = lines[2], lines[3]
    names = ("version", "office_id", "number", "at", "chains", "entries", "previous")
    leaves = leaf(*map(said.get, names)), leaf("-", head["sequence"], head["hash"])
    assert root_of(leaves, sha256) == said["root"]
    assert (head["number"], head["hash"]) == (1, lines[0]["hash"])
    again = run("journal", "export", "--out", path).exception
    assert isinstance(again, QingdanError)
    assert "同名的文件已经存在；请另写" in str(again)
    _said(run("journal", "export", "--out", path, "--force"))


def test_what_changed_since_an_export_is_named(run: Run, database: str, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    run("journal", "export", "--out", path)
    run("journal", "seal")
    against = ("journal", "verify", "--against")
    assert "导出文件里的 1 条记录、0 号封签，库里都还在" in _said(run(*against, path))
    run("journal", "export", "--out", path, "--force")
    _tamper(database, "DELETE FROM journal WHERE sequence = 2")
    assert "mysuo：单位日志第 2 条导出时还在，现在没有了" in _said(run(*against, path), 1)
    assert isinstance(run(*against, tmp_path / "none").exception, QingdanError)


def test_chain_is_shown_row_by_row(run: Run) -> None:
    run("journal", "seal")
    shown = _said(run("journal", "show", "-"))
    assert "定岗" in shown
    assert "日志封签" in shown
    assert "系统（system）" in shown
    assert shown.count("SHA-256 ") == shown.count("SM3 ") == 2
    assert isinstance(run("journal", "show", "2026-000001").exception, QingdanError)
