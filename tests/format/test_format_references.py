"""References lead to what they may lead to, on their own side of every border."""

import pytest

from engine.bpmn.reader import read

from .samples import MODEL, process

NODES = '<startEvent id="s"/><task id="a"/><task id="b"/><endEvent id="e"/>'
SUB = '<subProcess id="sub"><task id="in"/><task id="in2"/></subProcess>'


def _found(body: str, outside: str = "") -> list[tuple[str, object, str | None]]:
    """Rule, problem (or attribute) and element of every fault of a file."""
    return [
        (f.rule, f.facts.get("problem", f.facts.get("attribute")), f.element)
        for f in read(process(body, outside=outside)).faults
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<sequenceFlow id="f" sourceRef="a" targetRef="x"/>', ("dangling-reference", "targetRef")),
        ('<sequenceFlow id="f" sourceRef="x" targetRef="a"/>', ("dangling-reference", "sourceRef")),
        ('<sequenceFlow id="f" sourceRef="f" targetRef="a"/>', ("misplaced-reference", "kind")),
        ('<sequenceFlow id="f" sourceRef="P" targetRef="a"/>', ("misplaced-reference", "kind")),
        ('<sequenceFlow id="f" sourceRef="a" targetRef="in"/>', ("misplaced-reference", "scope")),
        ('<sequenceFlow id="f" sourceRef="in" targetRef="in2"/>', ("misplaced-reference", "scope")),
        ('<boundaryEvent id="f" attachedToRef="s"/>', ("misplaced-reference", "kind")),
        ('<boundaryEvent id="f" attachedToRef="in"/>', ("misplaced-reference", "host")),
        ('<boundaryEvent id="f" attachedToRef="x"/>', ("dangling-reference", "attachedToRef")),
        ('<task id="f" default="x"/>', ("dangling-reference", "default")),
        ('<task id="f" default="a"/>', ("misplaced-reference", "default")),
        ('<task id="f"><incoming>x</incoming></task>', ("dangling-reference", "incoming")),
        ('<task id="f"><outgoing>a</outgoing></task>', ("misplaced-reference", "outgoing")),
        ('<receiveTask id="f" messageRef="x"/>', ("dangling-reference", "messageRef")),
        ('<receiveTask id="f" messageRef="er"/>', ("misplaced-reference", "kind")),
        (
            '<endEvent id="f"><errorEventDefinition errorRef="m"/></endEvent>',
            ("misplaced-reference", "kind"),
        ),
        (
            '<endEvent id="f"><signalEventDefinition signalRef="x"/></endEvent>',
            ("dangling-reference", "signalRef"),
        ),
        ('<dataObjectReference id="f" dataObjectRef="a"/>', ("misplaced-reference", "kind")),
    ],
)
def test_reference_that_must_not_be_is_reported_once(body: str, expected: tuple[str, str]) -> None:
    outside = '<message id="m"/><error id="er"/><signal id="si"/>'
    assert _found(NODES + SUB + body, outside) == [(*expected, "f")]


def test_flow_into_a_start_or_out_of_an_end_is_reported() -> None:
    body = (
        f'{NODES}<sequenceFlow id="f" sourceRef="a" targetRef="s"/>'
        '<sequenceFlow id="g" sourceRef="e" targetRef="b"/>'
    )
    assert _found(body) == [
        ("misplaced-reference", "arrives", "s"),
        ("misplaced-reference", "leaves", "e"),
    ]


def test_flow_into_another_process_is_reported() -> None:
    other = '<process id="Q"><task id="q"/></process>'
    body = '<task id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="q"/>'
    assert _found(body, other) == [("misplaced-reference", "pool", "f")]
    (_, procedure) = read(process(body, outside=other)).procedures
    assert procedure.flows == {}


def test_flow_inside_its_sub_process_is_fine() -> None:
    body = SUB.replace(
        "</subProcess>", '<sequenceFlow id="f" sourceRef="in" targetRef="in2"/></subProcess>'
    )
    assert _found(body) == []


def test_flow_touching_an_event_sub_process_or_boundary_event_is_reported() -> None:
    body = (
        '<task id="a"/><subProcess id="by" triggeredByEvent="1"/>'
        '<boundaryEvent id="bo" attachedToRef="a"/>'
        '<sequenceFlow id="f" sourceRef="a" targetRef="by"/>'
        '<sequenceFlow id="g" sourceRef="by" targetRef="a"/>'
        '<sequenceFlow id="h" sourceRef="a" targetRef="bo"/>'
    )
    assert sorted(map(str, _found(body))) == [
        "('misplaced-reference', 'arrives', 'bo')",
        "('misplaced-reference', 'arrives', 'by')",
        "('misplaced-reference', 'leaves', 'by')",
    ]


def test_event_gateway_leads_to_awaited_events_only() -> None:
    body = (
        '<eventBasedGateway id="g"/><task id="a"/><receiveTask id="r"/>'
        '<intermediateCatchEvent id="c"/>'
        '<sequenceFlow id="f1" sourceRef="g" targetRef="r"/>'
        '<sequenceFlow id="f2" sourceRef="g" targetRef="c"/>'
        '<sequenceFlow id="f3" sourceRef="g" targetRef="a"/>'
    )
    assert _found(body) == [("misplaced-reference", "awaited", "f3")]


def test_list_that_leaves_a_flow_out_is_reported() -> None:
    body = (
        '<task id="a"/><task id="b"><incoming>f</incoming></task><task id="c"/>'
        '<sequenceFlow id="f" sourceRef="a" targetRef="b"/>'
        '<sequenceFlow id="g" sourceRef="c" targetRef="b"/>'
    )
    assert _found(body) == [("misplaced-reference", "not-incoming", "b")]


def _lane(name: str, *nodes: str, inner: str = "") -> str:
    refs = "".join(f"<flowNodeRef>{node}</flowNodeRef>" for node in nodes)
    inner = f'<childLaneSet id="of_{name}">{inner}</childLaneSet>' if inner else ""
    return f'<lane id="{name}" name="{name}">{refs}{inner}</lane>'


def test_nested_lanes_name_the_innermost_post() -> None:
    lanes = _lane("财政所", "a", "b", inner=_lane("出纳会计", "a") + _lane("所长", "b"))
    document = read(process(f'<laneSet id="l">{lanes}</laneSet><task id="a"/><task id="b"/>'))
    assert document.faults == ()
    nodes = document.procedures[0].nodes
    assert (nodes["a"].lane, nodes["b"].lane) == ("出纳会计", "所长")


def test_lane_holds_nodes_of_its_process_once() -> None:
    lanes = _lane("l1", "a", "q", "x", "P") + _lane("l2", "a")
    found = _found(
        f'<laneSet id="l">{lanes}</laneSet><task id="a"/>',
        '<process id="Q"><task id="q"/></process>',
    )
    assert found == [
        ("misplaced-reference", "lane-process", "l1"),
        ("dangling-reference", "flowNodeRef", "l1"),
        ("misplaced-reference", "kind", "l1"),
        ("misplaced-reference", "lane-twice", "l2"),
    ]


def test_reference_into_another_file_is_left_alone() -> None:
    content = process('<receiveTask id="r" xmlns:o="urn:other" messageRef="o:m"/>')
    assert read(content).faults == ()
    content = process('<receiveTask id="r" xmlns:o="urn:test" messageRef="o:m"/>')
    assert [f.rule for f in read(content).faults] == ["dangling-reference"]


def test_shape_of_nothing_is_reported_on_its_line() -> None:
    shapes = (
        '\n<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI"><d:BPMNPlane>'
        '\n<d:BPMNShape bpmnElement="a"/>\n<d:BPMNShape bpmnElement="gone"/>'
        "</d:BPMNPlane></d:BPMNDiagram></definitions>"
    )
    content = process('<task id="a"/>').replace(b"</definitions>", shapes.encode())
    (fault,) = read(content).faults
    assert (fault.rule, fault.facts["target"], fault.line) == ("dangling-reference", "gone", 6)


def test_events_read_their_reference_and_timer() -> None:
    outside = (
        '<message id="m" name="到账"/><error id="er" name="退票" errorCode="R1"/>'
        '<escalation id="es" escalationCode="E1"/><signal id="si"/>'
    )
    events = {
        "m": '<messageEventDefinition messageRef="m"/>',
        "er": '<errorEventDefinition errorRef="er"/>',
        "es": '<escalationEventDefinition escalationRef="es"/>',
        "si": '<signalEventDefinition signalRef="si"/>',
        "any": "<errorEventDefinition/>",
        "t": "<timerEventDefinition><timeDuration> P7D </timeDuration></timerEventDefinition>",
        "two": "<signalEventDefinition/><errorEventDefinition/>",
    }
    body = '<task id="a"/>' + "".join(
        f'<boundaryEvent id="on_{key}" attachedToRef="a" cancelActivity="0">{value}</boundaryEvent>'
        for key, value in events.items()
    )
    document = read(process(body, outside=outside))
    assert document.faults == ()
    nodes = document.procedures[0].nodes
    assert not nodes["on_m"].interrupting
    read_events = {key: nodes[f"on_{key}"].event for key in events}
    assert {key: event and event.reference for key, event in read_events.items()} == {
        "m": "到账", "er": "R1", "es": "E1", "si": "si", "any": None, "t": None, "two": None
    }  # fmt: skip
    timer = read_events["t"]
    assert timer is not None
    assert (timer.timer_kind, timer.expression) == ("duration", "P7D")


def test_loops_are_read() -> None:
    body = (
        '<task id="a"><multiInstanceLoopCharacteristics isSequential="1">'
        "<loopCardinality>count(rows)</loopCardinality><completionCondition>ok</completionCondition>"
        "</multiInstanceLoopCharacteristics></task>"
        '<task id="b"><standardLoopCharacteristics><loopCondition>again</loopCondition>'
        "</standardLoopCharacteristics></task>"
    )
    nodes = read(process(body)).procedures[0].nodes
    one, other = nodes["a"].loop, nodes["b"].loop
    assert one is not None
    assert other is not None
    assert (one.mode, one.cardinality, one.condition) == ("sequential", "count(rows)", "ok")
    assert (other.mode, other.condition) == ("standard", "again")


def test_two_processes_of_a_file_are_read_apart() -> None:
    other = '<process id="Q" name="付款">\n<task id="q"/></process>'
    document = read(process('<task id="a"/>' + SUB, outside=other))
    assert [(p.id, p.title, list(p.nodes)) for p in document.procedures] == [
        ("Q", "付款", ["q"]),
        ("P", "P", ["a", "sub", "in", "in2"]),
    ]
    scopes = {n.id: n.scope for n in document.procedures[1].nodes.values()}
    assert scopes == {"a": None, "sub": None, "in": "sub", "in2": "sub"}


def test_file_without_a_process_is_reported() -> None:
    document = read(f'<definitions xmlns="{MODEL}" targetNamespace="urn:test"/>'.encode())
    assert [(f.rule, f.facts["problem"]) for f in document.faults] == [("missing-part", "process")]
