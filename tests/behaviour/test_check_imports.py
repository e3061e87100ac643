"""What a check leaves alone: libraries that take longer to import than the check takes."""

import subprocess
import sys
from importlib.resources import files

import pytest

from engine.bpmn.library import shipped_directory

HEAVY = ("SpiffWorkflow", "alembic", "flask", "networkx", "openpyxl", "pysat", "sqlalchemy")
PROGRAM = """
import sys
from engine.cli.main import qingdan
qingdan.main(sys.argv[1:], standalone_mode=False)
print(*sys.modules, file=sys.stderr)
"""


@pytest.mark.parametrize("roster", [False, True], ids=["drawings", "roster"])
def test_check_imports_no_heavy_library(roster: bool) -> None:
    words = ["check", str(shipped_directory())]
    if roster:
        words += ["--roster", str(files("processes") / "demo" / "shifan.toml")]
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", PROGRAM, *words],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    modules = done.stderr.split()
    assert "engine.verify.check" in modules
    assert [name for name in HEAVY if name in modules] == []
