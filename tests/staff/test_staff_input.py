"""What is wrong with a roster, an item or the call is said in Chinese, never passed over."""

import re

import pytest

from .conftest import ITEMS, SHIFAN

ON = ("--on", "2026-03-02")
WAIVER = (
    '[[waiver]]\nbetween = ["所长", "出纳会计"]\napproved_by = "县财政局"\n'
    'reason = "编制"\ncontrol = "抽审"\nuntil = 2020-12-31\n'
)
TWICE = '[[officer.appointment]]\npost = "所长"\nfrom = 2026-01-01\n'
STRANGER = '[[avoid]]\nofficers = ["甲", "丙"]\n'


@pytest.mark.parametrize(
    ("officers", "more", "said"),
    [
        (["甲：所张"], "", "没有“所张”这个岗位；是不是“所长”"),
        (["甲：代发银行"], "", "是外单位"),
        (["甲：所长"], TWICE, "任职时间重叠"),
        (["甲：所长"], STRANGER, "没有编号为“丙”的人员"),
        (["甲：所长", "甲：资产管理"], "", "写了两次"),
        (["甲：所长"], "posts = 3\n[[officer", "读不了这份定岗文件"),
    ],
    ids=["post", "party", "overlap", "stranger", "twice", "toml"],
)
def test_faulty_roster_is_a_finding_and_nothing_is_judged(staff, roster, officers, more, said):
    done = staff("--roster", roster(*officers, more=more), *ON)

    assert done.returncode == 1
    assert said in done.stdout
    assert "先不往下判断" in done.stdout
    assert "能办" not in done.stdout


def test_expired_waiver_is_told_and_does_not_count(staff, roster):
    officers = ("甲：所长、出纳会计", "乙：总预算会计", "丙：资金监管", "丁：档案管理")
    done = staff("CZ-ZF-019", "--roster", roster(*officers, more=WAIVER), *ON)

    assert done.returncode == 1
    assert "2020-12-31" in done.stdout
    assert "“审批支付”与“办理支付”不能由同一人办" in done.stdout


def test_an_office_of_nobody_can_do_nothing(staff, roster):
    done = staff("--roster", roster(), "--propose", *ON)

    assert done.returncode == 1
    assert done.stdout.count("没有一个人在岗") == 5


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--absent", "7"], "本所只有 6 人"),
        (["--absent", "-1"], "0 以上的整数"),
        (["--absent", "两个"], "0 以上的整数"),
        (["--on", "明天"], "“明天”不是日期"),
        (["--graph", "posts.bmp"], "不是 .svg、.pdf 或 .png 文件"),
        (["CZ-XX-999"], "CZ-XX-999"),
        (["none.bpmn"], "none.bpmn"),
        (["--graph", "roster.toml/posts.svg"], "写不进"),
    ],
)
def test_wrong_call_is_one_chinese_line(staff, tmp_path, words, said):
    (tmp_path / "roster.toml").write_bytes(SHIFAN.read_bytes())
    done = staff("--roster", "roster.toml", *ON, *words)

    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_roster_that_is_not_there_is_one_chinese_line(staff):
    done = staff("--roster", "none.toml")

    assert (done.returncode, done.stdout) == (2, "")
    assert "none.toml" in done.stderr


def test_item_file_with_a_fault_is_not_passed_over(staff, tmp_path):
    text = (ITEMS / "note_issue.bpmn").read_text("utf-8")
    path = tmp_path / "note_issue.bpmn"
    path.write_text(text.replace('duty="review"', 'duty="reveiw"', 1), "utf-8")
    assert path.read_text("utf-8") != text

    done = staff(path, "--roster", SHIFAN, *ON)

    assert done.returncode == 1
    assert "流程文件有" in done.stdout
    assert "reveiw" in done.stdout


def test_broken_item_file_is_a_finding(staff, tmp_path):
    path = tmp_path / "broken.bpmn"
    path.write_text("<bpmn:definitions", "utf-8")

    done = staff(path, "--roster", SHIFAN, *ON)

    assert done.returncode == 1
    assert "broken.bpmn:1" in done.stdout
    assert "没有事项可以判断" in done.stdout


def test_an_item_whose_callee_is_missing_is_unknown(staff, tmp_path):
    text = (ITEMS / "expense_claim.bpmn").read_text("utf-8")
    path = tmp_path / "claim.bpmn"
    path.write_text(
        text.replace('calledElement="treasury_payment"', 'calledElement="gone"'), "utf-8"
    )

    done = staff(path, "--roster", SHIFAN, *ON)

    assert done.returncode == 1
    assert "说不准　CZ-BZ-020" in done.stdout


def test_item_without_a_step_of_the_office_needs_nobody(staff, tmp_path, roster):
    text = (ITEMS / "policy_consultation.bpmn").read_text("utf-8")
    path = tmp_path / "outside.bpmn"
    path.write_text(
        re.sub(r"<qd:step\b(?![^>]*external)", '<qd:step external="true"', text), "utf-8"
    )

    done = staff(path, "--roster", roster("甲：所长"), *ON)

    assert "能办　　CZ-ZX-038" in done.stdout
