"""One mistake in the flow is one finding that counts what follows; two mistakes are two."""

import pytest

from .plants import LOST, PARALLEL, _inserted
from .test_rule_planting import ITEMS

ITEM = (ITEMS / "treasury_payment.bpmn").read_text("utf-8")
FLOW = 'sourceRef="reconcile_payment" targetRef="archive_payment"'


@pytest.fixture
def found(judge, tmp_path):
    """Messages of findings of some rules, for the item with patterns replaced."""
    import re

    def find(rules, *changes):
        text = ITEM
        for pattern, replacement in changes:
            text, count = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
            assert count == 1, pattern
        path = tmp_path / "item.bpmn"
        path.write_text(text, "utf-8")
        report = judge(path)
        assert report.fails
        return [f for f in report.findings if f.rule in rules]

    return find


def test_wrong_gateway_is_one_finding_that_counts_the_others(found):
    (finding,) = found({"lack-of-synchronisation"}, *PARALLEL)

    assert "连带 10 处" in finding.message


def test_steps_behind_a_deadlock_are_counted_there(found):
    join = '<bpmn:parallelGateway id="join"/>'
    (finding,) = found(
        {"deadlock", "dead-step"},
        ('targetRef="approve_payment"', 'targetRef="join"'),
        ('targetRef="approve_payment"', 'targetRef="join"'),
        _inserted(
            f'{join}<bpmn:sequenceFlow id="joined" sourceRef="join" targetRef="approve_payment"/>'
        ),
    )

    assert finding.rule == "deadlock"
    assert "连带 6 处" in finding.message


def test_dead_chain_is_told_by_its_first_step(found):
    (finding,) = found({"dead-step"}, (FLOW, FLOW.replace('"archive_payment"', '"payment_closed"')))

    assert finding.elements == ("archive_payment",)
    assert "连带" not in finding.message


def test_two_mistakes_are_two_findings(found):
    both = found(
        {"dead-step"},
        _inserted(LOST + LOST.replace('"lost', '"gone').replace('"lost"', '"gone"')),
    )

    assert {f.elements for f in both} == {("lost",), ("gone",)}


def test_forks_that_are_not_joined_on_two_branches_are_both_found(judge, tmp_path):
    def branch(name):
        flows = "".join(
            f'<sequenceFlow id="{name}{n}" sourceRef="{source}" targetRef="{target}"/>'
            for n, (source, target) in enumerate(
                [
                    ("which", f"{name}_fork"),
                    (f"{name}_fork", f"{name}_merge"),
                    (f"{name}_fork", f"{name}_merge"),
                    (f"{name}_merge", f"{name}_step"),
                    (f"{name}_step", "end"),
                ]
            )
        )
        return (
            f'<parallelGateway id="{name}_fork"/><exclusiveGateway id="{name}_merge"/>'
            f'<userTask id="{name}_step"/>{flows}'
        )

    path = tmp_path / "item.bpmn"
    path.write_text(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" '
        'targetNamespace="x"><process id="p"><startEvent id="start"/><endEvent id="end"/>'
        '<exclusiveGateway id="which"/><sequenceFlow id="s" sourceRef="start" targetRef="which"/>'
        f"{branch('one')}{branch('other')}</process></definitions>",
        "utf-8",
    )
    found = [f for f in judge(path).findings if f.rule == "lack-of-synchronisation"]

    assert {f.elements for f in found} == {("one_step",), ("other_step",)}
    assert all("连带" in f.message for f in found)
