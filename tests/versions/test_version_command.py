"""``qingdan case migrate`` and ``qingdan office versions``: the plan first, then the move."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.bpmn.library import Library
from engine.bpmn.renumbering import renumbered
from engine.cli.main import qingdan
from engine.cli.version import published_text
from engine.model.errors import QingdanError
from engine.runtime import Office, RepeatedKey
from engine.store import open_store
from tests.cases.conftest import CONTROLS, ROSTER, Desk

from .conftest import straight

Run = Callable[..., Result]


@pytest.fixture
def desk(database: str, tmp_path: Path) -> Iterator[Desk]:
    """The office by the clock on the wall: the command has no other."""
    folder = tmp_path / "bpmn"
    folder.mkdir()
    store = open_store(database)
    office = Office(store, "shifan", controls=CONTROLS)
    office.appoint(ROSTER)
    yield Desk(office, folder)
    store.close()


@pytest.fixture
def run(database: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("QINGDAN_DATABASE_URL", database)

    def run(line: str, *more: str) -> Result:
        result = CliRunner().invoke(qingdan, [*line.split(), *more])
        assert not isinstance(result.exception, QingdanError), result.exception
        return result

    return run


def outcomes(result: Result) -> list[str]:
    return [report["outcome"] for report in json.loads(result.stdout)]


def test_plan_of_an_item_is_shown_and_nothing_changes(
    run: Run, desk: Desk, cases: list[str]
) -> None:
    result = run("case migrate --item T-1")
    assert result.exit_code == 1
    assert "可以换 2 件，已换 0 件，不能换 1 件，已是这个版本 0 件" in result.stdout
    assert "“b”办完以后，新版本要先办“new”" in result.stdout
    assert "什么也没有改动" in result.stderr
    assert desk.office.cases_on("T-1") == tuple(cases)
    assert outcomes(run("case migrate --item T-1 --format json")) == [
        "possible",
        "possible",
        "refused",
    ]


def test_moves_go_past_what_is_refused(run: Run, desk: Desk, cases: list[str]) -> None:
    line = "case migrate --item T-1 --apply --reason 新办法 --as zhang --format json"
    result = run(line)
    assert (result.exit_code, outcomes(result)) == (1, ["moved", "moved", "refused"])
    assert desk.office.cases_on("T-1") == (cases[2],)
    assert outcomes(run(line)) == ["refused"]
    named = " ".join(cases)
    again = run(f"case migrate {named} --apply --reason 新办法 --format json")
    assert outcomes(again) == ["current", "current", "refused"]


def test_plan_of_one_case_is_told_in_full(run: Run, cases: list[str]) -> None:
    result = run(f"case migrate {cases[1]}")
    assert result.exit_code == 0
    assert "已办：a" in result.stdout
    assert "在办：b（受理窗口） → b（受理窗口）" in result.stdout
    assert "往后新增：new" in result.stdout


@pytest.mark.parametrize("which", ["--item T-1", "{}"])
def test_steps_taken_for_the_same_are_told_once(
    run: Run, desk: Desk, cases: list[str], which: str
) -> None:
    desk.publish(renumbered(straight("a", "b", "c"), {"a": "a2"}))
    result = run(f"case migrate {which.format(cases[0])}")
    assert result.stdout.count("环节“a”的编号由 a 改为 a2，视为同一环节") == 1
    assert result.exit_code == 0


def test_only_cases_of_a_version_are_taken(run: Run, desk: Desk, cases: list[str]) -> None:
    desk.open()
    digest = desk.office.editions("T-1")[0].digest
    assert len(outcomes(run(f"case migrate --item T-1 --from {digest} --format json"))) == 3
    newest = desk.office.editions("T-1")[-1].digest
    assert "没有要换版本的" in run(f"case migrate --item T-1 --from {newest}").stdout


def test_move_needs_a_reason_and_either_cases_or_an_item(run: Run, cases: list[str]) -> None:
    assert run("case migrate --item T-1 --apply").exit_code == 2
    assert run("case migrate").exit_code == 2
    assert run(f"case migrate {cases[0]} --from 2026-01-01").exit_code == 2
    assert run(f"case migrate {cases[0]} --item T-1").exit_code == 2


def test_unknown_case_does_not_stop_the_others(run: Run, cases: list[str]) -> None:
    line = f"case migrate 2026-999999 {cases[0]} --apply --reason 新办法 --format json"
    assert outcomes(run(line)) == ["refused", "moved"]


def test_refused_officer_is_told_for_every_case(run: Run, cases: list[str]) -> None:
    line = f"case migrate {cases[0]} --apply --reason 新办法 --as ding"
    result = run(line)
    assert result.exit_code == 1
    assert "换版本由所长或维护人员办理" in result.stdout


def test_versions_are_listed_and_saved(
    run: Run, desk: Desk, cases: list[str], tmp_path: Path
) -> None:
    listed = run("office versions shifan T-1").stdout
    assert "已停用" in listed
    assert "现行" in listed
    old = json.loads(run("office versions shifan T-1 --format json").stdout)[0]
    assert (old["running"], old["state"]) == (3, "past")
    target = tmp_path / "old.bpmn"
    run(f"office versions shifan T-1 --save {old['digest'][:12]}", str(target))
    assert target.read_bytes() == straight("a", "b", "c")
    assert run("office versions shifan --save 1 x").exit_code == 2


def test_planned_version_is_listed_and_called_off(run: Run, desk: Desk, cases: list[str]) -> None:
    (desk.folder / "0.bpmn").write_bytes(straight("a"))
    desk.office.publish(Library.load([desk.folder]), effective=date(2099, 1, 1))
    day = json.loads(run("office versions shifan T-1 --format json").stdout)[-1]["since"][:10]
    assert "待生效" in run("office versions shifan").stdout
    assert "已撤销" in run(f"office call-off shifan {day} T-1").stdout
    assert "待生效" not in run("office versions shifan").stdout


def test_nobody_is_behind_for_what_is_to_come(desk: Desk) -> None:
    desk.publish(straight("a", "b"))
    desk.open()
    (desk.folder / "0.bpmn").write_bytes(straight("a"))
    desk.office.publish(Library.load([desk.folder]), effective=date(2099, 1, 1))
    assert len(published_text(desk.office, date(2099, 1, 1))) == 1
    desk.office.publish(Library.load([desk.folder]))
    assert "在办 1 件" in published_text(desk.office, None)[0]


def test_round_of_moves_is_kept_and_its_key_tells_it_again(desk: Desk, cases: list[str]) -> None:
    office, request = desk.office, {"apply": True, "by": "zhang", "reason": "新办法", "key": "k-1"}
    first = [*office.migrate_all([*cases, "2026-999999"], **request)]  # type: ignore[arg-type]
    (kept,) = office.migration_rounds()

    assert (kept.officer, kept.reason) == ("zhang", "新办法")
    assert kept.counts == {"moved": 2, "refused": 2}
    again = [*office.migrate_all([*cases, "2026-999999"], **request)]  # type: ignore[arg-type]
    assert again == [replace(report, plan=None) for report in first]
    assert office.migration_rounds() == (kept,)
    with pytest.raises(RepeatedKey):
        list(office.migrate_all(cases, **request))  # type: ignore[arg-type]


def test_round_that_was_cut_off_goes_on_with_its_key(desk: Desk, cases: list[str]) -> None:
    office, request = desk.office, {"apply": True, "by": "zhang", "reason": "新办法", "key": "k-1"}
    whole = office.migrate_all(cases, **request)  # type: ignore[arg-type]
    assert next(whole).outcome == "moved"
    del whole

    again = [*office.migrate_all(cases, **request)]  # type: ignore[arg-type]
    assert [report.outcome for report in again] == ["moved", "moved", "refused"]
    assert again[0].old != again[0].new
    assert office.migration_rounds()[0].counts == {"moved": 2, "refused": 1}


def test_cases_behind_are_counted_by_process(desk: Desk, cases: list[str]) -> None:
    assert desk.office.cases_behind() == {"p": 3}
    list(desk.office.migrate_all(cases, apply=True, reason="新办法"))
    desk.open()
    assert desk.office.cases_behind() == {"p": 1}
