"""Whoever waits at a terminal is told how far it has come; nobody else is."""

import io
from pathlib import Path

from engine.cli.progress import Progress
from engine.store import Store, auditing, chains
from engine.store.backup import back_up, restore
from tests.cases.conftest import Desk
from tests.cases.drawings import line, process, step

FILE = process("p", step("fill"), line("start", "fill", "end"), code="T-1")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_line_says_what_is_done_of_how_much_and_since_when() -> None:
    told = Progress(_Terminal())
    assert told.line(3) == ""
    told("pages", 0, 0)
    assert told.line(3.7) == "核对数据库文件（已用 3 秒）"
    told("rows", 1_234_000, 6_800_000)
    assert told.line(61) == "核对日志 1,234,000／6,800,000（18%，已用 61 秒）"


def test_line_is_put_over_the_one_before_and_taken_away_at_the_end() -> None:
    terminal = _Terminal()
    with Progress(terminal) as told:
        told.show("核对日志 10／20")
        told.show("核对引用")
    lines = terminal.getvalue().split("\r")
    assert lines == ["", "核对日志 10／20", "核对引用" + " " * 7, " " * 8, ""]


def test_nothing_is_said_where_no_terminal_is() -> None:
    file = io.StringIO()
    with Progress(file) as told:
        told("rows", 1, 2)
    assert file.getvalue() == ""


def test_backup_and_verification_tell_every_row_and_stage(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    desk.publish(FILE)
    desk.open()
    told: list[tuple[str, int, int]] = []

    def tell(*what: object) -> None:
        told.append(what)  # type: ignore[arg-type]

    back_up(store, tmp_path / "b.qdb", told=tell)
    last = {stage: (done, among) for stage, done, among in told}
    assert list(last) == ["copy", "pages", "references", "digests", "rows", "ends", "heads"]
    assert last["copy"][0] == last["copy"][1] > 0
    with store.read() as connection:
        _, rows = chains.extent(connection, "shifan")
        assert last["rows"] == (rows, rows)
        told.clear()
        assert list(auditing.all_breaches(connection, "shifan", told=tell, entries=rows)) == []
        assert ("rows", rows, rows) in told
    told.clear()
    restore(tmp_path / "b.qdb", f"sqlite:///{tmp_path / 'r.sqlite3'}", told=tell)
    assert {stage for stage, _, _ in told} == set(last)
