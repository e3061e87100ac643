"""``qingdan check --watch``: what is said after each save, and how it ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.cli import watching
from engine.cli.main import qingdan

from ..house import ROOT

ITEM = ROOT / "processes" / "bpmn" / "treasury_payment.bpmn"
RIGHT = ITEM.read_text("utf-8")
WRONG = RIGHT.replace('duty="pay"', 'duty="pya"')


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Watch a file through its successive contents (None: removed) until Ctrl-C."""
    path = tmp_path / "item.bpmn"

    def run(first: str, *saved: str | None):
        def changes(_asked: object) -> Iterator[object]:
            for content in saved:
                if content is None:
                    path.unlink()
                else:
                    path.write_text(content, "utf-8")
                yield {}
            raise KeyboardInterrupt

        path.write_text(first, "utf-8")
        monkeypatch.setattr(watching, "_changes", changes)
        return CliRunner().invoke(qingdan, ["check", "--watch", str(path)], standalone_mode=False)

    return run


def test_only_what_is_new_or_gone_is_said_after_a_save(watched):
    result = watched(RIGHT, WRONG, WRONG + "\n", RIGHT)
    said = result.stdout.splitlines()

    assert [line.split()[0] for line in said if "unknown-duty" in line] == ["新增", "不再有"]
    assert result.stderr.count("新增 0，消去 0；") == 1


@pytest.mark.parametrize(
    ("saved", "code"), [((), 0), ((WRONG,), 1), ((WRONG, RIGHT), 0), ((WRONG, None), 2)]
)
def test_ctrl_c_ends_with_the_code_of_the_last_check(watched, saved, code):
    result = watched(RIGHT, *saved)

    assert result.return_value == code


def test_file_that_is_gone_is_said_and_watched_on(watched):
    result = watched(RIGHT, None, WRONG)

    assert result.return_value == 1
    assert "item.bpmn 打不开这个文件" in result.stderr


def test_moved_lines_are_not_news(watched):
    assert "新增 0，消去 0；" in watched(WRONG, WRONG.replace("?>", "?>\n\n\n", 1)).stderr


def test_watching_goes_with_text_only():
    result = CliRunner().invoke(qingdan, ["check", "--watch", "--format", "json"])

    assert result.exit_code == 2
    assert "--watch 只用于文字输出" in result.output
