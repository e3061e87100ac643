"""Conflicts planted in a copy of an item in six ways: each is found, with a run that shows it."""

from pathlib import Path

import pytest

from ..house import ROOT

ITEM = ROOT / "processes" / "bpmn" / "treasury_payment.bpmn"
END = '<bpmn:endEvent id="payment_closed"'
LAST = 'sourceRef="archive_payment" targetRef="payment_closed"'
LANE = '<bpmn:lane id="lane_{}" name="{}">'


def _step(name: str, duty: str) -> str:
    return (
        f'<bpmn:userTask id="{name}" name="{name}"><bpmn:extensionElements>'
        f'<qd:step duty="{duty}" limitUnit="immediate" offClock="true">'
        '<qd:risk level="高" form="串通" measure="抽查"/></qd:step>'
        "</bpmn:extensionElements></bpmn:userTask>"
    )


ONE, OTHER = _step("confirm", "approve"), _step("pay_again", "pay")


def _flows(*pairs: str) -> str:
    return "".join(
        f'<bpmn:sequenceFlow id="x{n}" sourceRef="{source}" targetRef="{target}"/>'
        for n, (source, target) in enumerate(pair.split(">") for pair in pairs)
    )


def _gates(kind: str, *names: str) -> str:
    return "".join(f'<bpmn:{kind} id="{name}" name="{name}"/>' for name in names)


#: What is drawn behind the last step; the first word is where it begins.
WAYS = {
    "sequence": (
        "confirm",
        ONE + OTHER + _flows("confirm>pay_again", "pay_again>payment_closed"),
    ),
    "parallel": (
        "split",
        ONE
        + OTHER
        + _gates("parallelGateway", "split", "join")
        + _flows(
            "split>confirm",
            "split>pay_again",
            "confirm>join",
            "pay_again>join",
            "join>payment_closed",
        ),
    ),
    "loop": (
        "merge",
        ONE
        + OTHER
        + '<bpmn:exclusiveGateway id="merge" name="m" default="x0"/>'
        + '<bpmn:exclusiveGateway id="again" name="a" default="x2"/>'
        + _flows("merge>confirm", "confirm>again", "again>payment_closed")
        + '<bpmn:sequenceFlow id="y0" sourceRef="merge" targetRef="pay_again">'
        "<bpmn:conditionExpression>amount &gt; 1</bpmn:conditionExpression></bpmn:sequenceFlow>"
        '<bpmn:sequenceFlow id="y1" sourceRef="again" targetRef="merge">'
        "<bpmn:conditionExpression>amount &gt; 1</bpmn:conditionExpression></bpmn:sequenceFlow>"
        '<bpmn:sequenceFlow id="y2" sourceRef="pay_again" targetRef="again"/>',
    ),
    "boundary event": (
        "confirm",
        ONE
        + OTHER
        + '<bpmn:boundaryEvent id="late" attachedToRef="confirm"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition>"
        "</bpmn:boundaryEvent>"
        + _flows("confirm>payment_closed", "late>pay_again", "pay_again>payment_closed"),
    ),
    "call activity": (
        "confirm",
        ONE
        + '<bpmn:callActivity id="call" name="call" calledElement="extra"/>'
        + _flows("confirm>call", "call>payment_closed"),
    ),
}
CALLED = f"""\
  <bpmn:process id="extra" name="extra" isExecutable="true">
    <bpmn:laneSet id="extra_lanes">{LANE.format("extra", "出纳会计")}
      <bpmn:flowNodeRef>extra_start</bpmn:flowNodeRef><bpmn:flowNodeRef>pay_again</bpmn:flowNodeRef>
      <bpmn:flowNodeRef>extra_end</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="extra_start"/>{OTHER}<bpmn:endEvent id="extra_end"/>
    <bpmn:sequenceFlow id="z1" sourceRef="extra_start" targetRef="pay_again"/>
    <bpmn:sequenceFlow id="z2" sourceRef="pay_again" targetRef="extra_end"/>
  </bpmn:process>
"""


def _planted(directory: Path, way: str, lanes: dict[str, str]) -> Path:
    begins, drawn = WAYS[way]
    text = ITEM.read_text("utf-8").replace(LAST, LAST.replace("payment_closed", begins))
    for step, lane in lanes.items():
        head = text[text.index(f'<bpmn:lane id="{lane}"') :].partition(">")[0] + ">"
        text = text.replace(head, f"{head}<bpmn:flowNodeRef>{step}</bpmn:flowNodeRef>", 1)
    path = directory / "item.bpmn"
    path.write_text(text.replace(END, drawn + END, 1), "utf-8")
    if "calledElement" in drawn:
        head = text[: text.index("<bpmn:process")]
        called = head.replace("treasury_payment", "extra") + CALLED + "</bpmn:definitions>"
        (directory / "extra.bpmn").write_text(called, "utf-8")
    return path


@pytest.mark.parametrize("way", WAYS)
def test_conflict_planted_in_one_lane_is_found_with_a_run(way, judge, tmp_path):
    lanes = dict.fromkeys(("confirm", "pay_again"), "lane_cashier")
    if way == "call activity":
        lanes.pop("pay_again")
    report = judge(_planted(tmp_path, way, lanes))
    other = "call/pay_again" if way == "call activity" else "pay_again"

    (found,) = (
        f
        for f in report.findings
        if f.rule == "same-post-conflict" and set(f.elements) == {"confirm", other}
    )

    assert report.fails
    assert found.fails
    assert {"confirm", other} <= set(found.witness)
    assert found.witness[0] == "payment_due"


def test_conflict_through_one_person_on_two_posts_is_found_with_a_run(judge, tmp_path):
    path = _planted(tmp_path, "sequence", {"confirm": "lane_director", "pay_again": "lane_cashier"})
    shipped = ROOT / "processes" / "demo" / "shifan.toml"
    conflicts = {"same-post-conflict", "incompatible-appointment", "same-officer-possible"}
    before = judge(path, roster=shipped).findings
    assert [f for f in before if f.rule in conflicts and f.officers == ("zhang",)] == []
    roster = tmp_path / "roster.toml"
    text = shipped.read_text("utf-8")
    roster.write_text(text.replace('posts = ["所长"]', 'posts = ["所长", "出纳会计"]'), "utf-8")

    report = judge(path, roster=roster)
    found = {f.elements: f for f in report.findings if f.rule == "same-officer-possible"}
    steps = ("confirm", "pay_again")

    assert report.fails
    assert found[steps].officers == ("zhang",)
    assert set(steps) <= set(found[steps].witness)
