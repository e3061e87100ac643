"""Help and refusals are in Chinese, what click writes of itself too."""

import re
import sys

import click
import pytest
from click.testing import CliRunner

from engine.cli.main import COMMANDS, main, qingdan


def helps(command: click.Command, *words: str) -> list[str]:
    """The help of a command and of all below it."""
    found = [CliRunner().invoke(qingdan, [*words, "--help"], prog_name="qingdan").output]
    if isinstance(command, click.Group):
        with click.Context(command) as context:
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                found += helps(below, *words, name)
    return found


def test_no_help_has_a_word_of_click_s_own() -> None:
    texts = helps(qingdan)
    assert len(texts) > len(COMMANDS)
    for text in texts:
        for word in ("Usage", "Options", "Commands", "Show th", "[default", "[required", "OPTIONS"):
            assert word not in text, text


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("journal export", "用法：qingdan journal export [选项]"),
        ("case", "用法：qingdan case [选项] 命令 [参数]..."),
        ("journal export", "[必填]"),
        ("check", "[缺省：text]"),
    ],
)
def test_help_says_how_to_call_a_command(line: str, told: str) -> None:
    done = CliRunner().invoke(qingdan, [*line.split(), "--help"], prog_name="qingdan")
    assert told in done.output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("case list --limit 0", "--limit 的值不对（要写 1 以上的数）"),
        ("case list --limit many", "--limit 的值不对（要写 1 以上的数）"),
        ("case due --most 2000", "--most 的值不对（要写 1 到 1000 的整数）"),
        ("explore x.bpmn --seconds long", "--seconds 的值不对（要写 0 以上的数）"),
        ("calendar show soon", "YEAR 的值不对（要写整数）"),
        ("calendar check soon", "DATE 的值不对（“soon”不是日期；要写成 2026-12-07）"),
        ("office call-off home soon", "“soon”不是日期"),
        ("office stand-in home a --until soon --as b", "“soon”不是日期"),
        ("simulate T-1 --answers nowhere", "--answers 的值不对（没有这个文件或目录）"),
        ("journal export --out .", "--out 的值不对（这是目录，不是文件）"),
        ("serve --instance setup.cfg", "--instance 的值不对（这是文件，不是目录）"),
        ("check --preset lax", "--preset 的值不对（只能是 draft、recommended、strict）"),
        ("case list --limit", "选项 --limit 后面少写了值"),
        ("check --watch=3", "选项 --watch 后面不用写值"),
        ("rules more 再多", "多写了 more 再多"),
        ("rules --forma", "是不是要写 --format？"),
        ("schema", "缺少 FORM"),
    ],
)
def test_wrong_call_is_refused_in_one_chinese_line(line, told, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setup.cfg").touch()
    monkeypatch.setattr(sys, "argv", ["qingdan", *line.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert told in said
    assert not re.search("[A-Za-z]+ [a-z]+ [a-z]+", said), said
