"""Hundreds of conflicts in one drawing: the first are told one by one, the rest are counted."""

from itertools import pairwise
from pathlib import Path

import pytest

from engine.verify import explore
from engine.verify.segregation import LISTED

EACH = 15
PAIRS = EACH * EACH
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:qd="urn:qingdan:bpmn:1.0" id="d" targetNamespace="x"><process id="p" name="多">'
)
ROSTER = 'office = "示范镇财政所"\n[[officer]]\nid = "wang"\nname = "王五"\nposts = ["所长", {}]\n'


def _drawn(path: Path, payer: str, more: str = "") -> Path:
    """Fifteen approvals and payments by turns, one after the other."""
    names = [f"{duty}{n}" for n in range(EACH) for duty in ("approve", "pay")]
    steps = "".join(
        f'<userTask id="{name}" name="{name}"><extensionElements>'
        f'<qd:step duty="{name.rstrip("0123456789")}"'
        f' post="{payer if name.startswith("pay") else "所长"}" limitUnit="immediate"/>'
        "</extensionElements></userTask>"
        for name in names
    )
    flows = "".join(
        f'<sequenceFlow id="to_{to}" sourceRef="{at}" targetRef="{to}"/>'
        for at, to in pairwise(["s", *names, "e"])
    )
    ends = '<startEvent id="s"/><endEvent id="e"/>'
    path.write_text(f"{HEAD}{more}{ends}{steps}{flows}</process></definitions>", "utf-8")
    return path


def _told(report, rule: str) -> tuple[int, list[str]]:
    """How many conflicts are told one by one, and what is said of the rest."""
    found = [finding for finding in report.findings if finding.rule == rule]
    rest = [finding.message for finding in found if not finding.witness]
    return len(found) - len(rest), rest


def test_conflicts_in_one_post_beyond_the_first_are_counted(judge, tmp_path):
    report = judge(_drawn(tmp_path / "many.bpmn", "所长"))
    listed, rest = _told(report, "same-post-conflict")

    assert (listed, len(rest)) == (LISTED, 1)
    assert f"另有 {PAIRS - LISTED} 处" in rest[0]


def test_conflicts_of_one_officer_beyond_the_first_are_counted(judge, tmp_path):
    roster = tmp_path / "roster.toml"
    roster.write_text(ROSTER.format('"出纳会计"'), "utf-8")
    report = judge(_drawn(tmp_path / "many.bpmn", "出纳会计"), roster=roster)
    listed, rest = _told(report, "same-officer-possible")

    assert (listed, len(rest)) == (LISTED, 1)
    assert f"另有 {PAIRS - LISTED} 处" in rest[0]


@pytest.mark.parametrize("posts", ['"所长"', '"资产管理"'])
def test_officer_of_one_of_the_posts_is_not_named(judge, tmp_path, posts):
    roster = tmp_path / "roster.toml"
    roster.write_text(ROSTER.format(posts), "utf-8")
    report = judge(_drawn(tmp_path / "many.bpmn", "出纳会计"), roster=roster)

    assert _told(report, "same-officer-possible") == (0, [])


def test_separated_steps_whose_duties_conflict_are_told_once(judge, tmp_path):
    separate = (
        '<extensionElements><qd:separate steps="approve0 pay0 approve1" reason="分开"/>'
        "</extensionElements>"
    )
    report = judge(_drawn(tmp_path / "many.bpmn", "所长", separate))
    messages = [f.message for f in report.findings if f.rule == "same-post-conflict"]

    assert sum(f"另有 {PAIRS - LISTED} 处" in message for message in messages) == 1
    assert sum("“approve0”和“approve1”" in message for message in messages) == 1
    assert sum("“approve0”和“pay0”" in message for message in messages) == 1


def test_pairs_are_counted_as_they_are_listed(judge, tmp_path):
    from engine.bpmn.reader import read_file

    behaviour = explore(read_file(_drawn(tmp_path / "many.bpmn", "所长")).procedures[0])
    pairs = behaviour.pairs

    for verdict in ("may", "never", "unknown"):
        assert pairs.count(verdict) == sum(found == verdict for found in pairs.values())


def _sharing(directory: Path, number: int, duty: str, post: str) -> Path:
    """An item about the contract all share, with many steps of one duty."""
    names = [f"{duty}{number}_{n}" for n in range(EACH)]
    steps = "".join(
        f'<userTask id="{name}" name="{name}"><extensionElements><qd:step duty="{duty}" '
        f'post="{post}" limitUnit="immediate"/></extensionElements></userTask>'
        for name in names
    )
    flows = "".join(
        f'<sequenceFlow id="to_{to}" sourceRef="{at}" targetRef="{to}"/>'
        for at, to in pairwise(["s", *names, "e"])
    )
    shared = '<extensionElements><qd:object kind="合同" key="contract"/></extensionElements>'
    ends = f'{shared}<startEvent id="s"/><endEvent id="e"/>'
    head = HEAD.replace('id="p"', f'id="p{number}"')
    path = directory / f"item{number}.bpmn"
    path.write_text(f"{head}{ends}{steps}{flows}</process></definitions>", "utf-8")
    return path


def test_conflicts_across_items_beyond_the_first_are_counted_by_kind(judge, tmp_path):
    approvals = [_sharing(tmp_path, number, "approve", "所长") for number in (1, 2)]
    report = judge(*approvals, _sharing(tmp_path, 3, "pay", "所长"))
    listed, rest = _told(report, "same-post-across-items")

    assert (listed, len(rest)) == (LISTED, 1)
    assert f"另有 {2 * PAIRS - LISTED} 处" in rest[0]


def test_conflicts_of_one_officer_across_items_beyond_the_first_are_counted(judge, tmp_path):
    roster = tmp_path / "roster.toml"
    roster.write_text(ROSTER.format('"出纳会计"'), "utf-8")
    approvals = [_sharing(tmp_path, number, "approve", "所长") for number in (1, 2)]
    report = judge(*approvals, _sharing(tmp_path, 3, "pay", "出纳会计"), roster=roster)
    listed, rest = _told(report, "same-officer-across-items")

    assert (listed, len(rest)) == (LISTED, 1)
    assert f"另有 {2 * PAIRS - LISTED} 处" in rest[0]
