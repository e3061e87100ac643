"""Every command the documentation shows is run, in a copy of the tree's data."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .house import ROOT, files

_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def _pages() -> list[Path]:
    return [path for path in files(".md") if "tests" not in path.parts]


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", _pages(), ids=_named)
def test_commands_shown_run(page, tmp_path):
    shutil.copytree(ROOT / "processes", tmp_path / "processes")
    here = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": here + os.pathsep + os.environ["PATH"]}
    for block in _BLOCK.findall(page.read_text("utf-8")):
        result = subprocess.run(
            ["sh", "-euc", block],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, block + result.stdout + result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize("page", _pages(), ids=_named)
def test_links_lead_somewhere(page):
    broken = [
        link for link in _LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()
    ]

    assert broken == []


def test_every_command_is_documented():
    from engine.cli.main import COMMANDS

    text = "".join(page.read_text("utf-8") for page in _pages())

    assert [name for name in COMMANDS if f"qingdan {name}" not in text] == []
