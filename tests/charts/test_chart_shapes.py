"""Shapes the shipped items may not use: parallel ways, events on a border, waits, two risks."""

from dataclasses import replace

from engine.bpmn.reader import read
from engine.publish.chart import Chart, compose
from engine.publish.paper import PAPERS

from .conftest import CODES
from .inspection import Inspection, inside, overlaps

HEAD = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:qd="urn:qingdan:bpmn:1.0" targetNamespace="x"><process id="p" name="并行事项">"""
LANES = """<laneSet id="l"><lane id="l1" name="受理窗口"><flowNodeRef>s</flowNodeRef>
<flowNodeRef>a</flowNodeRef><flowNodeRef>f</flowNodeRef><flowNodeRef>b</flowNodeRef>
<flowNodeRef>j</flowNodeRef><flowNodeRef>e</flowNodeRef><flowNodeRef>t</flowNodeRef></lane>
<lane id="l2" name="所长"><flowNodeRef>c</flowNodeRef><flowNodeRef>w</flowNodeRef>
<flowNodeRef>h</flowNodeRef></lane>
<lane id="l3" name="档案管理"/></laneSet>"""
RISK = '<qd:risk level="{}" form="形式" measure="措施"/>'
STEP = (
    '<userTask id="a" name="受理登记"><extensionElements>'
    '<qd:step duty="accept" limit="5" limitUnit="working-day" persons="2">'
    + RISK.format("高")
    + RISK.format("低")
    + "</qd:step></extensionElements></userTask>"
)
NODES = """<startEvent id="s" name="收到申请"/><parallelGateway id="f"/>
<userTask id="b" name="现场核查"/><userTask id="c" name="资料审查"/>
<boundaryEvent id="t" name="超时" attachedToRef="a"><timerEventDefinition>
<timeDuration>P5D</timeDuration></timerEventDefinition></boundaryEvent>
<userTask id="h" name="催办督办"/>
<intermediateCatchEvent id="w" name="公示期满"><timerEventDefinition>
<timeDuration>P7D</timeDuration></timerEventDefinition></intermediateCatchEvent>
<parallelGateway id="j"/>
<endEvent id="e" name="办结"/>"""
PAIRS = ("sa", "af", "fb", "fc", "cw", "wj", "bj", "je", "th", "he")


def _inspected(edition_of) -> tuple[Chart, Inspection]:
    flows = "".join(
        f'<sequenceFlow id="{x}{y}" sourceRef="{x}" targetRef="{y}"/>' for x, y in PAIRS
    )
    document = read((HEAD + LANES + STEP + NODES + flows + "</process></definitions>").encode())
    assert document.faults == ()
    chart = Chart(replace(edition_of(CODES[0]), procedure=document.procedures[0]), PAPERS["A2"])
    return chart, Inspection(chart.sheet().svg)


def test_every_node_is_drawn_and_a_lane_without_one_is_dropped(edition_of):
    chart, seen = _inspected(edition_of)
    assert set(seen.nodes) == set("safbcthwje")
    assert [band.name for band in chart.picture.drawing.bands] == ["受理窗口", "所长"]


def test_only_the_event_on_the_border_touches_another_box(edition_of):
    _, seen = _inspected(edition_of)
    assert {frozenset(pair) for pair in overlaps(list(seen.nodes.items()))} == {frozenset("at")}


def test_two_risk_points_get_two_markers_clear_of_the_time_limit(edition_of):
    _, seen = _inspected(edition_of)
    risks = seen.marks("risk")
    assert len(risks) == 2
    assert overlaps([(str(i), box) for i, box in enumerate(risks)]) == []
    limit = next(text for text in seen.texts if "2人" in text.words)
    assert [box for box in (*risks, *seen.marks("disc")) if box.overlaps(limit.box, -0.3)] == []


def test_flows_end_on_the_small_shapes_they_lead_to(edition_of):
    chart, seen = _inspected(edition_of)
    flows = chart.edition.procedure.flows
    for edge in chart.picture.drawing.edges:
        for (x, y), name in (
            (edge.points[0], flows[edge.flow].source),
            (edge.points[-1], flows[edge.flow].target),
        ):
            box = seen.nodes[name]
            assert box.x - 0.1 <= x <= box.right + 0.1
            assert box.y - 0.1 <= y <= box.bottom + 0.1


def test_the_event_on_the_border_is_named_beside_it(edition_of):
    _, seen = _inspected(edition_of)
    text = next(text for text in seen.texts if text.words == "超时")
    assert any(inside(text.box, label) for label in seen.marks("label"))


def test_a_long_risk_table_makes_everything_smaller_rather_than_overlap(edition_of):
    edition = edition_of("CZ-JF-001")
    nodes = dict(edition.procedure.nodes)
    for name, node in nodes.items():
        if node.step is not None and node.step.risks:
            risks = tuple(r for r in node.step.risks for _ in range(3))
            nodes[name] = replace(node, step=replace(node.step, risks=risks))
    crowded = replace(edition, procedure=replace(edition.procedure, nodes=nodes))
    seen = Inspection(compose(crowded, PAPERS["A2"]).svg)
    assert len(seen.marks("risk")) == 36
    assert overlaps(list(seen.nodes.items())) == []
    assert [t.words for t in seen.texts if not inside(t.box, seen.page)] == []
    words = [(t.words, t.box) for t in seen.texts if len(t.words) > 4]
    assert overlaps(words) == []
