"""Help is in Chinese, what click writes around it too."""

import click
import pytest
from click.testing import CliRunner

from engine.cli.main import COMMANDS, qingdan


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
