"""``qingdan demo``: the first run makes everything, the second keeps it."""

import os
import shutil
import socket
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from engine.bpmn.library import Library, shipped_directory
from engine.model.case import CaseState
from engine.model.controls import load_controls
from engine.runtime import Office
from engine.store import open_store
from web import demo as demo_module


def _demo(directory, *options):
    return subprocess.run(
        [sys.executable, "-m", "engine.cli", "demo", *options],
        cwd=directory,
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    directory = tmp_path_factory.mktemp("demo")
    result = _demo(directory, "--no-serve")
    assert result.returncode == 0, result.stderr
    return directory, result.stdout


@pytest.fixture
def store(instance):
    directory, _ = instance
    opened = open_store(f"sqlite:///{(directory / 'instance/qingdan.sqlite3').as_posix()}")
    yield opened
    opened.close()


def test_addresses_and_accounts_are_printed(instance):
    _, said = instance

    assert "http://127.0.0.1:8000/" in said
    for login in ("zhang@shifan", "sun@shifan", "liu@xiaohe"):
        assert login in said


def test_is_not_called_ready_on_a_port_somebody_else_has(instance):
    directory, _ = instance
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = _demo(directory, "--port", port)
    assert result.returncode == 2
    assert f"127.0.0.1:{port} 不能用来开网页" in result.stderr
    assert "清单已就绪" not in result.stdout


def test_a_chart_of_every_item_and_both_graphs_are_published(instance):
    directory, _ = instance
    published = sorted(path.name for path in (directory / "out").glob("*.pdf"))

    assert len([name for name in published if name.startswith("CZ-")]) == 5
    assert len([name for name in published if "关系图" in name]) == 2


def test_first_office_holds_every_post_and_has_three_cases_under_way(store):
    controls = load_controls()
    office = Office(store, "shifan", controls=controls)
    held = {a.post for officer in office.roster().officers for a in officer.appointments}
    top = [case for case in office.cases(state=CaseState.OPEN, limit=100) if case.parent is None]

    assert held == {
        post.name for post in controls.posts.values() if not (post.external or post.oversees)
    }
    assert len(office.roster().officers) == 6
    assert len(top) == 3


def test_second_office_has_the_two_waivers_it_needs_and_one_officer_on_leave(store):
    office = Office(store, "xiaohe", controls=load_controls())
    roster = office.roster()

    assert [waiver.between for waiver in roster.waivers] == [
        frozenset({"所长", "出纳会计"}),
        frozenset({"总预算会计", "资金监管"}),
    ]
    assert [officer.name for officer in roster.officers if officer.absences] == ["刘桂芳"]


def test_a_second_run_keeps_the_data_and_prints_no_chart_again(instance, store):
    directory, _ = instance
    office = Office(store, "shifan", controls=load_controls())
    before = [(case.id, case.version) for case in office.cases(limit=100)]
    stamps = {path: path.stat().st_mtime_ns for path in (directory / "out").glob("*.pdf")}

    assert _demo(directory, "--no-serve").returncode == 0

    assert [(case.id, case.version) for case in office.cases(limit=100)] == before
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


def test_a_run_after_a_file_was_changed_publishes_it(store, monkeypatch, tmp_path):
    """In this process, on the office of the first run: its own items stay as they are."""
    url = store.engine.url.render_as_string(hide_password=False)
    folder = tmp_path / "bpmn"
    shutil.copytree(shipped_directory(), folder)
    path = folder / "note_issue.bpmn"
    path.write_text(path.read_text("utf-8").replace("受理领用申请", "收下领用申请"), "utf-8")
    runner = CliRunner()
    before = Office(store, "shifan", controls=load_controls()).editions("note_issue")[-1].digest

    def again(library):
        @click.command()
        def run():
            demo_module._open_offices(url, library, load_controls())

        return runner.invoke(run).output

    assert again(Library.load()) == ""
    assert "新办件按改过的办：财政票据领用；" in again(Library.load([folder]))
    office = Office(store, "shifan", controls=load_controls())
    assert office.editions("note_issue")[-1].digest != before
    path.write_text(
        path.read_text("utf-8").replace('effectiveFrom="2026', 'effectiveFrom="2099'), "utf-8"
    )
    assert "改过的流程没有换上去" in again(Library.load([folder]))
