"""Conflicts by design and by appointment: what counts, what a waiver or an excuse can do."""

from pathlib import Path

import pytest

DIAGRAMS = Path(__file__).parent / "diagrams"
RIGHT = DIAGRAMS / "same-post-conflict" / "valid-right.bpmn"
WRONG = DIAGRAMS / "same-post-conflict" / "invalid-wrong.bpmn"
ROSTER = """\
office = "示范镇财政所"
[[officer]]
id = "zhang"
name = "张三"
posts = ["所长", "出纳会计"]
"""
WAIVER = """
[[waiver]]
id = "豁免甲"
between = ["{}", "{}"]
approved_by = "县财政局"
reason = "编制三人"
control = "县局按月抽审"
until = {}-12-31
"""


@pytest.fixture
def found(judge, tmp_path):
    """Findings of one rule for a diagram with texts replaced, and a roster or none."""

    def find(rule, source, *changes, roster=None):
        text = source.read_text("utf-8")
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / "item.bpmn"
        path.write_text(text, "utf-8")
        file = None
        if roster is not None:
            file = tmp_path / "roster.toml"
            file.write_text(roster, "utf-8")
        report = judge(path, roster=file)
        return [f for f in report.findings if f.rule == rule]

    return find


def _moved(step, lane):
    """A step drawn in another lane."""
    reference = f"<bpmn:flowNodeRef>{step}</bpmn:flowNodeRef>"
    return (reference, ""), (f"{lane}>", f"{lane}>{reference}")


def test_conflict_names_both_steps_the_post_and_the_shortest_run(found):
    (finding,) = found("same-post-conflict", WRONG)

    assert finding.elements == ("approve", "pay")
    assert finding.posts == ("所长",)
    assert finding.witness == ("start", "accept", "examine", "complete", "approve", "pay")
    assert finding.fails


def test_alias_of_a_post_is_the_same_post(found):
    changes = [('name="出纳会计"', 'name="财政所所长"')]

    assert [f.posts for f in found("same-post-conflict", RIGHT, *changes)] == [("所长",)]


def test_external_steps_never_conflict(found):
    changes = [('<qd:step duty="pay"', '<qd:step duty="pay" external="true" recorder="所长"')]

    assert found("same-post-conflict", WRONG, *changes) == []


def test_waiver_in_force_turns_the_conflict_into_a_counted_warning(found):
    roster = ROSTER + WAIVER.format("approve", "pay", 2026)
    (finding,) = found("same-post-conflict", WRONG, roster=roster)

    assert (finding.severity, finding.waived_by, finding.fails) == ("warning", "豁免甲", False)
    assert "已豁免" in finding.message


@pytest.mark.parametrize(
    "waiver", [WAIVER.format("approve", "pay", 2020), WAIVER.format("approve", "inspect", 2026)]
)
def test_waiver_that_is_over_or_for_others_waives_nothing(found, waiver):
    (finding,) = found("same-post-conflict", WRONG, roster=ROSTER + waiver)

    assert finding.fails


@pytest.mark.parametrize(
    ("scope", "waives"),
    [
        ('scope = "item"\nitem = "T-1"', True),
        ('scope = "item"\nitem = "T-2"', False),
        ('scope = "case"\ncase = "T-1"', False),
    ],
)
def test_waiver_of_an_item_waives_in_that_item_only(scope, waives, found):
    waiver = WAIVER.format("approve", "pay", 2026) + scope
    (finding,) = found("same-post-conflict", WRONG, roster=ROSTER + waiver)

    assert finding.fails is not waives


def test_waiver_of_an_item_covers_no_appointment(found):
    waiver = WAIVER.format("所长", "出纳会计", 2026)
    limited = f'{waiver}scope = "item"\nitem = "T-1"'

    assert found("incompatible-appointment", RIGHT, roster=ROSTER + waiver)[0].waived_by
    assert found("incompatible-appointment", RIGHT, roster=ROSTER + limited)[0].fails


def test_suppression_covers_a_conflict_no_statute_forbids(found):
    excuse = '<qd:suppress rule="same-post-conflict" element="pay" reason="试点"/>'
    changes = [("<qd:object", f"{excuse}<qd:object")]

    assert found("same-post-conflict", WRONG, *changes) == []
    assert found("unused-suppression", WRONG, *changes) == []


def test_suppression_cannot_cover_what_a_statute_forbids(found):
    excuse = '<qd:suppress rule="same-post-conflict" reason="试点"/>'
    changes = [("<qd:object", f"{excuse}<qd:object"), ('duty="approve"', 'duty="record"')]
    (finding,) = found("same-post-conflict", WRONG, *changes)

    assert finding.statutory
    assert finding.fails
    assert len(found("unused-suppression", WRONG, *changes)) == 1


def test_conflict_inside_a_called_procedure_is_reported_there_alone(judge, tmp_path):
    payment = (DIAGRAMS / "call-cycle" / "valid-payment.bpmn").read_text("utf-8")
    step = payment[payment.index("    <bpmn:userTask") : payment.index("    <bpmn:endEvent")]
    twice = step.replace('"pay_out"', '"enter"').replace('"pay"', '"record"') + step
    called = tmp_path / "payment.bpmn"
    called.write_text(
        payment.replace(step, twice)
        .replace('targetRef="pay_out"', 'targetRef="enter"')
        .replace(
            '<bpmn:sequenceFlow id="g2"',
            '<bpmn:sequenceFlow id="g3" sourceRef="enter" targetRef="pay_out"/>'
            '<bpmn:sequenceFlow id="g2"',
        )
        .replace(
            "<bpmn:flowNodeRef>pay_out</bpmn:flowNodeRef>",
            "<bpmn:flowNodeRef>pay_out</bpmn:flowNodeRef>"
            "<bpmn:flowNodeRef>enter</bpmn:flowNodeRef>",
        ),
        "utf-8",
    )
    caller = tmp_path / "claim.bpmn"
    caller.write_bytes((DIAGRAMS / "call-cycle" / "valid-right.bpmn").read_bytes())

    def conflicts(*paths):
        return [
            (f.file, f.elements) for f in judge(*paths).findings if f.rule == "same-post-conflict"
        ]

    assert conflicts(caller, called) == [(str(called), ("enter", "pay_out"))]
    assert conflicts(caller) == [(str(caller), ("pay/enter", "pay/pay_out"))]


def test_officer_of_two_posts_could_do_both_steps(found):
    (finding,) = found("same-officer-possible", RIGHT, roster=ROSTER)

    assert finding.officers == ("zhang",)
    assert finding.posts == ("所长", "出纳会计")
    assert finding.elements == ("approve", "pay")
    assert not finding.fails


@pytest.mark.parametrize(
    ("posts", "severity"),
    [
        (["所长", "出纳会计"], "error"),
        (["财政所所长", "出纳"], "error"),
        (["所长", "资产管理"], None),
        (["出纳会计", "档案管理"], "error"),
    ],
)
def test_thirteen_pairs_bind_appointments_by_any_name(found, posts, severity):
    roster = ROSTER.replace('["所长", "出纳会计"]', str(posts).replace("'", '"'))
    findings = found("incompatible-appointment", RIGHT, roster=roster)

    assert [f.severity for f in findings] == [severity] * (severity is not None)


def test_officer_on_a_substitute_post_that_ended_is_free_again(found):
    ended = """\
[[officer.appointment]]
post = "出纳会计"
kind = "substitute"
from = 2026-01-01
to = 2026-02-28
"""
    roster = ROSTER.replace(', "出纳会计"', "") + ended

    assert found("incompatible-appointment", RIGHT, roster=roster) == []
    later = roster.replace("02-28", "03-02")
    assert len(found("incompatible-appointment", RIGHT, roster=later)) == 1
