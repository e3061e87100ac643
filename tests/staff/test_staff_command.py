"""``qingdan staff`` as a director calls it."""

import re

import pytest

from .conftest import ITEMS, SHIFAN, XIAOHE

ON = ("--on", "2026-03-02")
#: 甲 and 乙, who is written last, are relatives.
RELATIVES = (
    '[[avoid]]\nofficers = ["甲", "乙"]\n',
    '[[officer.relative]]\nname = "甲"\nrelation = "兄弟"\n',
)


@pytest.mark.parametrize("more", RELATIVES, ids=["entered", "declared"])
def test_relatives_who_must_both_act_leave_an_item_undone(staff, roster, more):
    officers = ("甲：受理窗口、财政票据管理、档案管理", "乙：所长、资金监管")
    alone = staff("CZ-PJ-011", "--roster", roster(*officers), *ON)
    related = staff("CZ-PJ-011", "--roster", roster(*officers, more=more), *ON)

    assert "能办　　CZ-PJ-011" in alone.stdout
    assert "办不完　CZ-PJ-011" in related.stdout
    assert "回避" in related.stdout


def test_demonstration_office_can_do_every_item(staff):
    done = staff("--roster", SHIFAN, *ON)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("能办　　CZ-") == 5
    assert "办不完" not in done.stdout


def test_an_officer_nobody_can_replace_is_named_with_the_items(answer):
    found = answer("CZ-PJ-011", "--roster", SHIFAN, *ON)

    assert {"officers": ["wang"], "items": ["note_issue"]} in found["absences"]
    assert found["items"][0]["verdict"] == "staffed"


def test_two_who_stand_in_for_each_other_stop_an_item_only_together(answer):
    found = answer("CZ-JF-001", "--roster", SHIFAN, "--absent", "2", *ON)

    stopping = [row["officers"] for row in found["absences"]]
    assert ["zhao", "sun"] in stopping
    assert ["zhao"] not in stopping
    assert not any({"zhang", "li"} <= set(officers) for officers in stopping)


def test_leave_stops_what_only_the_absent_officer_can_do(staff):
    done = staff("CZ-PJ-011", "--roster", XIAOHE, "--on", "2026-11-20")

    assert done.returncode == 1
    assert "刘桂芳（至2026-12-04）" in done.stdout
    assert "没有人能办：刘桂芳请假" in done.stdout
    assert staff("CZ-PJ-011", "--roster", XIAOHE, "--on", "2026-12-07").returncode == 0


def test_an_item_that_cannot_be_done_says_which_steps_who_and_which_rule(staff, tmp_path):
    bare = tmp_path / "bare.toml"
    bare.write_text(
        XIAOHE.read_text("utf-8").replace('资金监管"]\nscope', '档案管理"]\nscope'), "utf-8"
    )
    done = staff("CZ-ZF-019", "--roster", bare, *ON)

    assert done.returncode == 1
    assert re.search("“审核指标”（总预算会计）只有刘桂芳能办", done.stdout)
    assert re.search("“复核支付要素”（资金监管）只有刘桂芳能办", done.stdout)
    assert re.search("“审核指标”与“复核支付要素”不能由同一人办：.*许昌", done.stdout)
    assert "怎么办：" in done.stdout


def test_without_the_waiver_the_same_office_is_worse_off(answer, tmp_path):
    text = XIAOHE.read_text("utf-8")
    bare = tmp_path / "bare.toml"
    bare.write_text(text[: text.index("[[waiver]]")], "utf-8")

    def pairs(path):
        return answer("--roster", path, "--propose", *ON)["advice"]

    assert pairs(XIAOHE)["posts"]["fewest"] == 3
    assert pairs(bare)["posts"]["fewest"] == 4


def test_a_file_and_a_folder_and_a_code_name_the_same_items(answer):
    one = ITEMS / "treasury_payment.bpmn"

    def ids(*names):
        return [item["id"] for item in answer(*names, "--roster", SHIFAN, *ON)["items"]]

    assert ids(one) == ids("CZ-ZF-019") == ids("国库集中支付") == ["treasury_payment"]
    assert len(ids(ITEMS)) == len(ids()) == 5


def test_graph_holds_every_post_with_its_officer(staff, tmp_path):
    done = staff("--roster", SHIFAN, "--graph", "图.svg", *ON)

    assert done.stderr.strip() == "图.svg"
    drawn = (tmp_path / "图.svg").read_text("utf-8")
    assert all(word in drawn for word in ("出纳会计", "张建国", "孙丽华", "档案管理"))
