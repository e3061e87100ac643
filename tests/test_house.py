"""The house itself: layers, sizes, what is in the wheel, what the docs promise."""

import ast
import re
import shutil
import string
import subprocess
import sys
import tomllib
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

from .house import ROOT, files

MANDATED = ("engine", "processes/bpmn", "web", "tests", "setup.cfg", "README.md")


def _lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    command = [
        Path(sys.executable).with_name("lint-imports"),
        "--config",
        "setup.cfg",
        "--no-cache",
    ]
    return subprocess.run(
        command,
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(directory), "PATH": "", "PYTHONUTF8": "1"},
    )


def _copy_of_the_tree(directory: Path) -> Path:
    for path in files(""):
        target = directory / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return directory


def test_top_level_is_the_mandated_one():
    assert [name for name in MANDATED if not (ROOT / name).exists()] == []


@pytest.mark.parametrize(
    ("package", "line"),
    [
        ("engine/model", "import engine.bpmn.reader"),
        ("engine/bpmn", "import engine.verify"),
        ("engine/verify", "import engine.store"),
        ("engine/publish", "import engine.runtime"),
        ("engine/runtime", "import flask"),
        ("engine/publish", "import SpiffWorkflow"),
        ("engine/cli", "import web"),
    ],
)
def test_layers_refuse_an_import_upwards(package, line, tmp_path):
    tree = _copy_of_the_tree(tmp_path)
    (tree / package / "planted.py").write_text(line, "utf-8")

    assert _lint_imports(tree).returncode == 1


def test_layers_hold_in_the_tree():
    result = _lint_imports(ROOT)

    assert result.returncode == 0, result.stdout


def test_no_file_is_longer_than_400_lines():
    long = {
        str(path.relative_to(ROOT)): count
        for path in files(".py", ".js", ".html", ".css")
        if (count := len(path.read_text("utf-8").splitlines())) > 400
    }

    assert long == {}


def test_wheel_holds_items_templates_migrations_and_wording(tmp_path):
    tree = _copy_of_the_tree(tmp_path / "tree")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, tree],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())

    packaged = ("engine/", "web/", "processes/")
    suffixes = (".py", ".bpmn", ".toml", ".html", ".css", ".mako", ".svg", ".js")
    expected = {
        name
        for path in files(*suffixes)
        if (name := path.relative_to(ROOT).as_posix()).startswith(packaged)
    }
    assert expected - inside == set()
    assert {name for name in inside if name.startswith("tests/")} == set()


def test_every_dependency_is_locked_and_has_its_reason():
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", "utf-8")
    asked = (setup["options"]["install_requires"] + setup["options.extras_require"]["test"]).split(
        "\n"
    )
    names = {re.split(r"[ <>=;[]", line.strip())[0].lower() for line in asked if line.strip()}
    lock = (ROOT / "requirements-test.lock").read_text("utf-8").lower()
    reasons = (ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()

    assert {name for name in names if f"\n{name}==" not in "\n" + lock} == set()
    assert {name for name in names if f"| {name} |" not in reasons} == set()


def _said_keys() -> dict[str, list[str]]:
    """Constant keys given to ``say`` in the engine and the pages, with where."""
    found: dict[str, list[str]] = {}
    for path in files(".py"):
        if path.relative_to(ROOT).parts[0] not in ("engine", "web"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "say"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.setdefault(str(node.args[0].value), []).append(f"{path.name}:{node.lineno}")
    return found


def _entries(table: dict[str, object], prefix: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            flat |= _entries(value, f"{prefix}.{name}")
        else:
            flat[f"{prefix}.{name}"] = str(value)
    return flat


def _catalogue() -> dict[str, str]:
    pages = sorted((ROOT / "engine/model/wording").glob("*.toml"))
    entries: dict[str, str] = {}
    for page in pages:
        entries |= _entries(tomllib.loads(page.read_text("utf-8")), page.stem)
    return entries


def test_every_message_used_is_in_the_catalogue():
    catalogue = _catalogue()

    assert {key: where for key, where in _said_keys().items() if key not in catalogue} == {}


def test_every_message_of_the_catalogue_is_a_valid_template():
    for key, text in _catalogue().items():
        fields = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        assert all(name.isidentifier() for name in fields), key


def test_nothing_names_a_machine_or_leaves_work_undone():
    forbidden = re.compile(
        r"/work/|/tmp/bash|/opt/pypi|pypi\.org|files\.pythonhosted|registry\.npmjs"
        r"|\bTO"
        + r"DO\b|\bFIX"
        + r"ME\b|except Exception\b|pytest\.(skip|xfail)|mark\.(skip|xfail)"
    )
    guilty = {}
    for path in files(".py", ".toml", ".cfg", ".md", ".html", ".css", ".bpmn", ".lock", "Makefile"):
        if path == Path(__file__):
            continue
        match = forbidden.search(path.read_text("utf-8", errors="replace"))
        if match:
            guilty[str(path.relative_to(ROOT))] = match.group()

    assert guilty == {}


def test_whoever_reads_is_addressed_politely():
    """您, as the pages say; the tests' own Chinese and what statutes say are nobody's address."""
    familiar = "\u4f60"
    guilty = {
        str(path.relative_to(ROOT)): number
        for path in files(".py", ".toml", ".md", ".html", ".bpmn", ".typ")
        if path.relative_to(ROOT).parts[0] != "tests" and path.name != "statutes.toml"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if familiar in line
    }

    assert guilty == {}
