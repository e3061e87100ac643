"""What commands leave alone: libraries that take longer to import than the command takes."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from engine.bpmn.library import shipped_directory
from engine.store import open_store

HEAVY = ("SpiffWorkflow", "alembic", "flask", "networkx", "openpyxl", "pysat", "sqlalchemy")
PROGRAM = """
import sys
from engine.cli.main import qingdan
qingdan.main(sys.argv[1:], standalone_mode=False)
print(*sys.modules, file=sys.stderr)
"""


def loaded(*words: str) -> set[str]:
    """Modules a command has imported when it is done."""
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", PROGRAM, *words],
        check=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    return set(done.stderr.split())


@pytest.mark.parametrize("roster", [False, True], ids=["drawings", "roster"])
def test_check_imports_no_heavy_library(roster: bool) -> None:
    words = ["check", str(shipped_directory())]
    if roster:
        words += ["--roster", str(files("processes") / "demo" / "shifan.toml")]
    modules = loaded(*words)
    assert "engine.verify.check" in modules
    assert modules.isdisjoint(HEAVY)


def test_database_of_the_newest_schema_needs_no_migrations_nor_another_driver(
    tmp_path: Path,
) -> None:
    database = f"sqlite:///{(tmp_path / 'q.sqlite3').as_posix()}"
    open_store(database).close()
    words = ("db", "upgrade", "--db", database)
    modules = loaded(*words)
    assert "engine.store.revisions" in modules
    assert modules.isdisjoint({"alembic", "psycopg"})
