"""``qingdan calendar``, ``qingdan case clock`` and ``qingdan case handover``."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli.calendar import calendar as calendar_command
from engine.cli.case import case as case_command
from engine.model.errors import QingdanError
from engine.runtime import Office

from ..cases.conftest import Clock, Desk
from ..cases.drawings import step
from .conftest import at, item

Run = Callable[..., Result]


@pytest.fixture
def run(office: Office, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the office of the test, by the clock of the test."""
    for module in ("calendar", "options"):
        monkeypatch.setattr(f"engine.cli.{module}.office_at", lambda _db, _office_id: office)

    def invoke(*arguments: str) -> Result:
        first, *others = arguments
        command = calendar_command if first == "calendar" else case_command
        at_office = [*others, "--office", "shifan"]
        return CliRunner().invoke(command, at_office, catch_exceptions=False)

    return invoke


def test_calendar_tells_days_and_marks_the_provisional(run: Run) -> None:
    assert "2026-10-10 星期六：上班（国庆节）" in run("calendar", "check", "2026-10-10").output
    shown = run("calendar", "show", "2027").output
    assert "暂定：国务院尚未公布2027年放假安排" in shown
    facts = json.loads(run("calendar", "show", "2026", "--format", "json").output)
    assert (facts["provisional"], facts["working_days"]) == (False, 248)


def test_calendar_of_an_office_is_set_imported_and_counted_by_again(
    run: Run, tmp_path: Path
) -> None:
    own = ("set", "2026-12-24", "rest", "--reason", "停电", "--as", "zhang")
    assert "第1次修订" in run("calendar", *own).output
    assert "休息（停电，本所规定）" in run("calendar", "check", "2026-12-24").output
    notice = tmp_path / "notice.csv"
    notice.write_bytes("2027-01-01,放假,元旦\n2027-02-13,上班,春节\n".encode("gb18030"))
    imported = run("calendar", "import", str(notice), "--as", "zhang").output
    assert "1天放假，1天调休上班" in imported
    assert "暂定" not in run("calendar", "show", "2027").output
    assert "没有时限因日历变动" in run("calendar", "recount", "--as", "zhang").output


def test_notice_with_faults_changes_nothing(run: Run, office: Office, tmp_path: Path) -> None:
    notice = tmp_path / "notice.csv"
    notice.write_text("2027-01-01,放假,元旦\n2027-02-30,放假,春节\n", encoding="utf-8")
    with pytest.raises(QingdanError, match="第2行"):
        run("calendar", "import", str(notice), "--as", "zhang")
    with pytest.raises(QingdanError, match="none"):
        run("calendar", "import", str(tmp_path / "none.csv"), "--as", "zhang")
    assert office.calendar().revision == 0


def test_clock_from_receipt_to_delivery_with_a_handover(
    run: Run, desk: Desk, office: Office, clock: Clock
) -> None:
    desk.publish(item(step("work"), category="行政许可", promised=10))
    clock.now = at("2026-12-21")
    case_id = desk.open().id
    ding, head = ("--as", "ding"), ("--as", "zhang")
    asked = run("case", "clock", "ask", case_id, "--corrections", "缺申请书", *ding).output
    assert "等申请人补正" in asked
    run("case", "clock", "corrected", case_id, *ding)
    accepted = run("case", "clock", "accept", case_id, *ding).output
    assert "法定时限：20个工作日" in accepted
    assert "暂定" in accepted, "the limit reaches a year nobody has announced"
    why = ("--reason", "申请人要求")
    run("case", "clock", "pause", case_id, "--kind", "听证", *why, *ding)
    assert "暂停计时" in run("case", "clock", "show", case_id).output
    run("case", "clock", "resume", case_id, *ding)
    more = ("--days", "2", "--reason", "材料多", "--notice", "书面")
    extended = run("case", "clock", "extend", case_id, *more, *head).output
    assert "12个工作日（已延长2日）" in extended
    assert "延期：承诺时限延长2日，" in extended
    assert "告知补正的内容：缺申请书" in extended
    run("case", "handover", "offer", case_id, "--to", "hui", "--reason", "轮岗", *ding)
    run("case", "handover", "decline", case_id, "--as", "hui")
    run("case", "handover", "offer", case_id, "--to", "jian", "--reason", "轮岗", *ding)
    signed = run("case", "handover", "sign", case_id, "--as", "jian").output
    assert "首问责任人：ding同志；现责任人：jian同志" in signed
    run("case", "clock", "decide", case_id, *head)
    assert "已送达" in run("case", "clock", "deliver", case_id, *ding).output
    facts = json.loads(run("case", "clock", "show", case_id, "--format", "json").output)
    assert facts["clock"]["stage"] == "delivered"
    assert {line["standing"]["light"] for line in facts["clock"]["limits"]} == {"green"}


def test_refusal_is_recorded_with_its_reason(run: Run, desk: Desk) -> None:
    desk.publish(item(step("work")))
    case_id = desk.open().id
    told = ("--reason", "不属于本所职权", "--as", "ding")
    assert "不予受理" in run("case", "clock", "refuse", case_id, *told).output


def test_what_is_late_is_listed_with_who_owes_it(run: Run, desk: Desk, clock: Clock) -> None:
    late = {"limit": "5", "limitUnit": "working-day"}
    desk.publish(item(step("accept", duty="accept"), step("look", **late), promised=3))
    clock.now = at("2026-03-02")
    cases = [desk.open().id for _ in range(3)]
    for case_id in cases:
        desk.do(case_id, "accept", "ding")
    clock.now = at("2026-03-09")
    assert run("case", "due", "--of", "steps").output == "没有\n"
    near = run("case", "due", "--of", "steps", "--light", "yellow").output
    assert near.count("承诺时限 黄 今天到期") == 3
    clock.now = at("2026-03-10")
    first = run("case", "due", "--of", "steps", "--most", "2").output
    assert first.count("等受理窗口认领") == 2
    mark = first.rpartition('--after "')[2].partition('"')[0]
    second = run("case", "due", "--of", "steps", "--most", "2", "--after", mark).output
    assert [case_id in first for case_id in cases] != [case_id in second for case_id in cases]
    assert "--after" not in second
    assert run("case", "due").output.count("承诺时限 红 已超期3个工作日") == 3
    facts = json.loads(run("case", "due", "--of", "steps", "--format", "json").output)
    assert {one["case"]["id"] for one in facts["limits"]} == set(cases)
    assert len(json.loads(run("case", "due", "--format", "json").output)) == 3


def test_steps_that_stand_are_told_with_the_clock_and_in_lists(
    run: Run, desk: Desk, clock: Clock, office: Office
) -> None:
    limits = {"limit": "5", "statutory": "10", "statutoryUnit": "calendar-day"}
    desk.publish(item(step("work", limitUnit="working-day", **limits), promised=9))
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    office.accept(case_id, by="ding")
    shown = run("case", "clock", "show", case_id).output
    assert "环节“work”自己的时限：绿 还有5个工作日" in shown
    assert "法定时限：10日，自2026-03-02起，2026-03-12到期" in shown
    clock.now = at("2026-03-04")
    why = ("--kind", "等函复", "--reason", "待查", "--as", "ding")
    shown = run("case", "clock", "pause", case_id, *why).output
    assert "环节“work”自己的时限：灰 暂停计时" in shown
    assert "10日，自2026-03-02起，2026-03-12到期　绿" in shown
    stands = run("case", "due", "--of", "steps", "--light", "grey").output
    assert stands.startswith(f"{case_id}  —  承诺时限 灰 暂停计时  work")
    facts = json.loads(run("case", "clock", "show", case_id, "--format", "json").output)
    (told,) = facts["steps"]
    assert (told["step"], told["own"]["word"]) == ("work", "暂停计时")
    assert [line["last"] for line in told["by_law"]] == ["2026-03-12"]
    refused = run("case", "due", "--light", "grey")
    assert (refused.exit_code, "--of steps" in refused.output) == (2, True)
