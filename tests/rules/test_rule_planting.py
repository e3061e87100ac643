"""Every rule's fault, planted in a copy of a real item, is found on its line."""

import re

import pytest

from engine.model.finding import Severity
from engine.verify.check import Preset
from engine.verify.rules import all_rules

from ..house import ROOT
from .plants import PLANTS, Plant

ITEMS = ROOT / "processes" / "bpmn"
PLANTED_IN_TWO = {"duplicate-process", "same-post-across-items", "same-officer-across-items"}
RULES = {rule.id: rule for rule in all_rules()}


def _planted(plant: Plant) -> str:
    text = (ITEMS / f"{plant.item}.bpmn").read_text("utf-8")
    for pattern, replacement in plant.changes:
        text, count = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
        assert count == 1, pattern
    return text


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.rule)
def test_planted_fault_is_found_on_its_line(plant, judge, tmp_path):
    text = _planted(plant)
    path = tmp_path / f"{plant.item}.bpmn"
    path.write_text(text, "utf-8")
    found = re.search(plant.at, text) if plant.at else None
    line = text.count("\n", 0, found.start()) + 1 if found else None

    report = judge(path, today=plant.today)

    assert (str(path), line) in {(f.file, f.line) for f in report.findings if f.rule == plant.rule}
    if RULES[plant.rule].severity in (Severity.ERROR, Severity.UNKNOWN):
        assert report.fails
    elif RULES[plant.rule].severity is Severity.WARNING:
        assert judge(path, today=plant.today, preset=Preset.STRICT).fails


def test_copy_of_an_item_is_found_beside_the_original(judge, tmp_path):
    copy = tmp_path / "copy.bpmn"
    copy.write_bytes((ITEMS / "treasury_payment.bpmn").read_bytes())

    report = judge(ITEMS / "treasury_payment.bpmn", copy)
    found = {f.file: f.message for f in report.findings if f.rule == "duplicate-process"}

    assert set(found) == {str(ITEMS / "treasury_payment.bpmn"), str(copy)}
    assert str(copy) in found[str(ITEMS / "treasury_payment.bpmn")]
    assert report.fails


def _sharing_an_object(directory):
    """The consultation made about a voucher, its 审定 in the lane that pays; and the payment."""
    text = (ITEMS / "policy_consultation.bpmn").read_text("utf-8")
    text = text.replace("</qd:item>", '</qd:item><qd:object kind="支付凭证" key="1"/>')
    step = re.search(r'<bpmn:lane [^>]*name="所长"', text)
    assert step
    consultation = directory / "policy_consultation.bpmn"
    consultation.write_text(text.replace(step[0], step[0].replace("所长", "出纳会计")), "utf-8")
    payment = directory / "treasury_payment.bpmn"
    payment.write_bytes((ITEMS / payment.name).read_bytes())
    return [consultation, payment]


def test_conflict_planted_across_two_items_is_found_with_a_run(judge, tmp_path):
    found = {
        f.elements: f
        for f in judge(*_sharing_an_object(tmp_path)).findings
        if f.rule == "same-post-across-items"
    }
    steps = ("approve_answer", "make_payment")

    assert found[steps].posts == ("出纳会计",)
    assert set(steps) <= set(found[steps].witness)


def test_officer_who_could_act_in_two_items_is_found(judge, tmp_path):
    paths = [*_sharing_an_object(tmp_path), ITEMS / "note_issue.bpmn"]
    roster = tmp_path / "roster.toml"
    text = (ROOT / "processes" / "demo" / "shifan.toml").read_text("utf-8")
    roster.write_text(text.replace('"出纳会计",', '"出纳会计", "补贴资金发放管理",'), "utf-8")

    found = [
        f for f in judge(*paths, roster=roster).findings if f.rule == "same-officer-across-items"
    ]

    assert found


ROSTER_PLANTS = {
    "bad-roster": (r'posts = \["所长"\]', 'posts = ["所张"]'),
    "incompatible-appointment": (r'posts = \["所长"\]', 'posts = ["所长", "出纳会计"]'),
    "same-officer-possible": (r'posts = \["所长"\]', 'posts = ["所长", "出纳会计"]'),
    "same-officer-forced": (
        r'posts = \["所长"\]([\s\S]*?)posts = \["出纳会计", ',
        r'posts = ["所长", "出纳会计"]\1posts = [',
    ),
    "unstaffable-item": (r'posts = \["出纳会计", ', "posts = ["),
    "relative-under-leader": (
        r'(?=id = "wang")',
        'relative = [{ name = "张建国", relation = "兄弟" }]\n',
    ),
    "relatives-under-one-leader": (r"\Z", '\n[[avoid]]\nofficers = ["wang", "li"]\n'),
    "expired-waiver": (
        r"\Z",
        '\n[[waiver]]\nbetween = ["所长", "出纳会计"]\napproved_by = "县财政局"\n'
        'reason = "编制"\ncontrol = "抽审"\nuntil = 2020-12-31\n',
    ),
}


@pytest.mark.parametrize("rule", ROSTER_PLANTS)
def test_fault_planted_in_a_roster_is_found(rule, judge, tmp_path):
    pattern, replacement = ROSTER_PLANTS[rule]
    text = (ROOT / "processes" / "demo" / "shifan.toml").read_text("utf-8")
    roster = tmp_path / "roster.toml"
    roster.write_text(re.sub(pattern, replacement, text, count=1), "utf-8")

    found = [f for f in judge(ITEMS, roster=roster).findings if f.rule == rule]

    assert found
    assert all(f.line for f in found)


def test_no_rule_is_left_unplanted():
    planted = {plant.rule for plant in PLANTS} | ROSTER_PLANTS.keys() | PLANTED_IN_TWO

    assert RULES.keys() - planted == set()


def test_shipped_items_fail_no_rule(judge):
    assert [f for f in judge(ITEMS).findings if f.fails] == []
