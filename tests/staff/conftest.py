"""Running the command, and small offices to run it on."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.cli.main import main

from ..house import ROOT


@dataclass(frozen=True)
class Done:
    """What a call of the command left."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def staff(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Call ``qingdan staff`` in a directory of its own."""

    def run(*words: object) -> Done:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["qingdan", "staff", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        return Done(int(left.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def answer(staff: Run) -> Callable[..., dict[str, Any]]:
    """The command's JSON."""

    def run(*words: object) -> dict[str, Any]:
        done = staff(*words, "--format", "json")
        assert done.returncode in (0, 1), done.stderr
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found

    return run


@pytest.fixture
def roster(tmp_path: Path) -> Callable[..., Path]:
    """A roster file: ``roster("甲：所长、出纳会计", …)``, and more TOML behind it."""

    def write(*officers: str, more: str = "") -> Path:
        rows = ['office = "试验镇财政所"']
        for officer in officers:
            name, _, posts = officer.partition("：")
            listed = json.dumps(posts.split("、") if posts else [], ensure_ascii=False)
            rows.append(f'[[officer]]\nid = "{name}"\nname = "{name}"\nposts = {listed}')
        path = tmp_path / "roster.toml"
        path.write_text("\n".join([*rows, more]), "utf-8")
        return path

    return write


SHIFAN = ROOT / "processes" / "demo" / "shifan.toml"
XIAOHE = ROOT / "processes" / "demo" / "xiaohe.toml"
ITEMS = ROOT / "processes" / "bpmn"
