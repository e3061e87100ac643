"""A day in an office, played with the command alone: every operation once, on both databases."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from engine.bpmn.library import Library
from engine.cli.main import qingdan
from engine.model.controls import load_controls
from engine.model.roster_file import load_roster
from engine.runtime import Office
from engine.store import open_store
from tests.cases.conftest import Clock
from tests.cases.drawings import line, step

from .day import FILE, FILES, ROSTER, Run


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def run(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> Iterator[Run]:
    """The command, in an office that has just been set up.

    Nothing that was written in somebody's own words has come into the journal.
    """
    (tmp_path / "bpmn").mkdir()
    for name, file in FILES.items():
        (tmp_path / "bpmn" / f"{name}.bpmn").write_bytes(file)
    (tmp_path / "roster.toml").write_text(ROSTER, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QINGDAN_DATABASE_URL", database)
    monkeypatch.setattr("engine.cli.options.Office", partial(Office, clock=clock))

    store = open_store(database)
    controls = load_controls()
    office = Office(store, "home", controls=controls, clock=clock)
    office.appoint(load_roster(tmp_path / "roster.toml", controls))
    office.publish(Library.load([tmp_path / "bpmn"]))
    run = Run()
    yield run
    with store.read() as connection:
        written = connection.scalars(text("SELECT note FROM journal")).all()
    store.close()
    words = {word for word in run.said if not word.isascii()}
    assert [word for word in words if any(word in note for note in written)] == []


def opened(run: Run, applicant: str = "钱二水", item: str = "T-1") -> str:
    found = json.loads(run(f"case open {item} --applicant {applicant} --as ding --format json"))
    return str(found["id"])


def examined(run: Run, applicant: str = "钱二水") -> str:
    """A case whose examination 简二 holds."""
    case = opened(run, applicant)
    run(f"case claim {case}/accept --as ding")
    run(f"case complete {case}/accept --as ding --set note=齐全")
    run(f"case claim {case}/examine --as jian")
    return case


def state(run: Run, case: str) -> str:
    return str(json.loads(run(f"case show {case} --format json"))["case"]["state"])


def told(run: Run, case: str) -> str:
    """The history as an officer reads it; every deed has its word."""
    run(f"journal show {case}")
    return run(f"case history {case}")


def actions(run: Run, case: str) -> list[str]:
    return [row["action"] for row in json.loads(run(f"case history {case} --format json"))]


DEALT = ["delegated", "given-back", "reassigned", "urged", "copied"]


def test_morning_work_changes_hands(run: Run) -> None:
    case = examined(run)
    assert "丁一" not in run("case todo --as jian")
    run(f"case release {case}/examine --as jian")
    run(f"case claim {case}/examine --as jian --key k1")
    run(f"case claim {case}/examine --as jian --key k1")
    run(f"case draft {case}/examine --as jian --set sum=1")
    assert "sum=1" in run(f"case draft {case}/examine --as jian")
    assert "relative-applicant" in run.refused(
        f"case reassign {examined(run, '赵大田')}/examine --to bro --as jian --reason 忙"
    )
    run(f"case delegate {case}/examine --to dong --as jian --reason 核数")
    run(f"case give-back {case}/examine --as dong --reason 没空")
    run(f"case reassign {case}/examine --to dong --as jian --reason 下村")
    run(f"case urge {case}/examine --as ding --text 请尽快")
    assert "已经催办过" in run.refused(f"case urge {case}/examine --as ding --text 请尽快")
    run(f"case free {case}/examine --as zhang --reason 请假")
    run(f"case copy {case} --to zhang --as ding --text 请知悉")
    assert "未阅" in run("case copies --as zhang")
    assert "已阅" in run(f"case copies --as zhang --read {case}")
    assert [action for action in actions(run, case) if action in DEALT] == DEALT


def test_the_clock_is_kept_and_answerability_handed_over(run: Run) -> None:
    case = opened(run, item="T-5")
    run(f"case clock ask {case} --as ding --corrections 缺身份证复印件")
    run(f"case clock corrected {case} --as ding")
    run(f"case clock accept {case} --as ding")
    run(f"case clock pause {case} --as ding --kind 鉴定 --reason 送检")
    assert "送检" in run(f"case clock show {case}")
    run(f"case clock resume {case} --as ding")
    run(f"case clock extend {case} --days 2 --as zhang --reason 疑难 --notice 书面告知")
    run(f"case clock decide {case} --as zhang")
    run(f"case clock deliver {case} --as jian")
    assert {"受理", "暂停计时", "延期", "登记送达"} <= set(told(run, case).split())
    assert "丁一" in run(f"case clock show {case}")
    run(f"case handover offer {case} --to jian --as ding --reason 轮岗")
    run(f"case handover sign {case} --as jian")
    assert "简二" in run(f"case clock show {case}")
    refused = opened(run)
    run(f"case clock refuse {refused} --as ding --reason 不属于本所")
    assert "accept" in run.refused(f"case clock accept {opened(run)} --as ding")
    run("calendar set 2026-12-24 rest --as zhang --reason 本镇庙会")
    assert "庙会" in run("calendar check 2026-12-24")


def test_the_evening_seal_finds_what_a_night_changed(run: Run, database: str) -> None:
    case = examined(run)
    run(f"case complete {case}/examine --as jian --set sum=12")
    run(f"case claim {case}/approve --as zhang")
    run(f"case complete {case}/approve --as zhang")
    run("journal seal")
    run("journal verify")
    run("db backup night.qdb")
    run("db verify")

    store = open_store(database)
    postgresql = store.engine.dialect.name == "postgresql"
    with store.write() as connection:
        if postgresql:
            connection.execute(text("ALTER TABLE journal DISABLE TRIGGER USER"))
        else:
            names = connection.execute(
                text(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"
                )
            )
            for (name,) in names.all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        change = "UPDATE journal SET actor = 'dinG' WHERE case_id = :case AND sequence = 2"
        connection.execute(text(change), {"case": case})
    store.close()

    result = CliRunner().invoke(qingdan, ["journal", "verify"])
    assert result.exit_code == 1
    assert case in result.output
    assert "2" in result.output


def test_work_goes_back_is_put_right_and_taken_back(run: Run) -> None:
    case = examined(run)
    assert "accept" in run(f"case targets {case}/examine")
    run(f"case return {case}/examine --to accept --come-back --as jian --reason 说明太短")
    assert "accept" in run("case todo --as ding")
    run(f"case claim {case}/accept --as ding")
    run(f"case complete {case}/accept --as ding --set note=补全了")
    run(f"case complete {case}/examine --as jian --set sum=12")
    run(f"case withdraw {case}/examine --as jian --reason 金额写错")
    run(f"case return {case}/examine --to accept --as jian --reason 材料不对")
    run(f"case claim {case}/accept --as ding")
    run(f"case complete {case}/accept --as ding --set note=换了材料")
    assert "examine" in run("case todo --as jian")

    shown = json.loads(run(f"case show {case} --format json"))
    assert shown["data"]["note"] == "换了材料"
    assert {"退回补正", "补正", "撤回", "退回重办"} <= set(told(run, case).split())


def test_cases_rest_go_on_and_end_early(run: Run) -> None:
    case, mistaken = examined(run), opened(run)
    run(f"case suspend {case} --as zhang --reason 等上级批复")
    assert "已挂起" in run.refused(f"case complete {case}/examine --as jian --set sum=1")
    run(f"case resume {case} --as zhang --reason 已批复")
    run(f"case complete {case}/examine --as jian --set sum=1")
    run(f"case terminate {case} --as zhang --reason 项目取消")
    run(f"case void {mistaken} --as zhang --reason 开错了")

    states = {row["id"]: row["state"] for row in json.loads(run("case list --format json"))}
    assert states == {case: "terminated", mistaken: "void"}
    assert {"挂起", "恢复", "终止"} <= set(told(run, case).split())
    assert "作废" in told(run, mistaken)


def test_signatures_are_added_dropped_and_given(run: Run) -> None:
    case = examined(run)
    run(f"case add-signer {case}/examine --to dong --as jian --reason 请核")
    assert "加签" in run.refused(f"case complete {case}/examine --as jian --set sum=1")
    run(f"case drop-signer {case}/examine --to dong --as jian --reason 不用了")
    run(f"case complete {case}/examine --as jian --set sum=1")
    run(f"case claim {case}/approve --as zhang")
    run(f"case add-signer {case}/approve --to ding --after --as zhang --reason 会审")
    run(f"case complete {case}/approve --as zhang")
    assert "approve" in run("case todo --as ding")
    assert state(run, case) == "open"
    run(f"case sign {case}/approve --choice 同意 --as ding")
    assert state(run, case) == "finished"


def test_paper_signed_is_recorded_with_its_scan(run: Run, tmp_path: Path) -> None:
    case = examined(run)
    (tmp_path / "批件.pdf").write_bytes(b"%PDF-1.4")
    run(f"case complete {case}/examine --as jian --set sum=1")
    run(f"case record-paper {case}/approve --signer zhang --as ding --scan 批件.pdf")

    assert state(run, case) == "finished"


def accepted(run: Run, item: str) -> str:
    case = opened(run, item=item)
    run(f"case claim {case}/accept --as ding")
    run(f"case complete {case}/accept --as ding")
    return case


def test_several_sign_as_the_step_says(run: Run) -> None:
    case = accepted(run, "T-2")
    run(f"case sign {case}/examine --choice 同意 --as jian")
    assert "已经签过" in run.refused(f"case sign {case}/examine --choice 同意 --as jian")
    assert "jian" in run(f"case signatures {case}")
    run(f"case sign {case}/examine --choice 同意 --as dong")
    assert state(run, case) == "finished"

    case = accepted(run, "T-3")
    run(f"case sign {case}/examine --choice 不同意 --as jian")
    assert state(run, case) == "finished"

    case = accepted(run, "T-4")
    run(f"case sign {case}/examine --choice 不同意 --as jian")
    run(f"case sign {case}/examine --choice 同意 --as dong")
    assert state(run, case) == "open"
    run(f"case sign {case}/examine --choice 同意 --as bro")
    assert state(run, case) == "finished"
    assert json.loads(run(f"case show {case} --format json"))["data"]["opinion"] == "同意"


def test_one_stands_in_for_another_who_is_away(run: Run) -> None:
    days = "--from 2026-03-02 --until 2026-03-04"
    case = opened(run)
    assert "post-not-held" in run.refused(f"case claim {case}/accept --as jian")
    run(f"office stand-in home ding --to jian {days} --as zhang")
    assert "absent" in run.refused(f"case claim {case}/accept --as ding")
    run(f"case claim {case}/accept --as jian")
    run(f"case release {case}/accept --as jian")
    run("office stand-in home ding --end --as ding")
    assert "post-not-held" in run.refused(f"case claim {case}/accept --as jian")
    run(f"case claim {case}/accept --as ding")


def test_an_emergency_is_reviewed_before_the_case_can_end(run: Run) -> None:
    case = opened(run, item="T-2")
    run(f"case emergency-claim {case}/accept --as zhang --reason 汛情紧急")
    run(f"case complete {case}/accept --as zhang")
    run(f"case sign {case}/examine --choice 同意 --as jian")
    assert "事后审核" in run.refused(f"case sign {case}/examine --choice 同意 --as dong")

    run(f"case claim {case}/accept --as ding")
    run(f"case sign {case}/accept --choice 不同意 --text 应先请示 --as ding")
    run(f"case sign {case}/examine --choice 同意 --as dong")
    assert state(run, case) == "finished"
    assert "事后审核" in told(run, case)


def test_the_version_of_tomorrow_takes_over_what_runs(
    run: Run, database: str, tmp_path: Path, clock: Clock
) -> None:
    store = open_store(database)
    office = Office(store, "home", controls=load_controls(), clock=clock)
    (tmp_path / "bpmn" / "p.bpmn").write_bytes(
        FILE.replace(b"</process>", step("check", post="所长").encode() + b"</process>")
        .replace(b'targetRef="approve"', b'targetRef="check"')
        .replace(b"</process>", line("check", "approve").encode() + b"</process>")
    )
    tomorrow = (clock() + timedelta(days=1)).date()
    office.publish(Library.load([tmp_path / "bpmn"]), effective=tomorrow)
    store.close()
    assert "待生效" in run("office versions home T-1")

    case = opened(run)
    run(f"case claim {case}/accept --as ding")
    run(f"case complete {case}/accept --as ding --set note=齐全")
    assert "已是这个版本 1 件" in run(f"case migrate {case}")
    clock.move(days=1)
    assert "往后新增：check" in run(f"case migrate {case}")
    run("case migrate --item T-1 --apply --reason 新办法 --as zhang --key k")
    assert "没有要换版本的" in run("case migrate --item T-1")

    run(f"case claim {case}/examine --as jian")
    run(f"case complete {case}/examine --as jian --set sum=1")
    for last in ("check", "approve"):
        run(f"case claim {case}/{last} --as zhang")
        run(f"case complete {case}/{last} --as zhang")
    assert state(run, case) == "finished"
    assert "换版本" in told(run, case)
    run("db verify")
