"""Diagram interchange: complete, well referenced, and nothing else in the file changed."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn.layout.interchange import AlreadyDrawn, FaultyFile, lay_out
from engine.bpmn.library import shipped_directory
from engine.bpmn.reader import read

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DI = "{http://www.omg.org/spec/DD/20100524/DI}"
FILES = sorted(shipped_directory().glob("*.bpmn"))
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'targetNamespace="urn:t">\n'
)
NESTED = """  <bpmn:collaboration id="both">
    <bpmn:participant id="inside" name="财政所" processRef="p"/>
    <bpmn:participant id="outside" name="银行"/>
    <bpmn:messageFlow id="call" sourceRef="pay" targetRef="outside"/>
  </bpmn:collaboration>
  <bpmn:process id="p">
    <bpmn:laneSet id="set">
      <bpmn:lane id="office" name="财政所">
        <bpmn:childLaneSet id="inner">
          <bpmn:lane id="clerk" name="出纳会计">
            <bpmn:flowNodeRef>begin</bpmn:flowNodeRef><bpmn:flowNodeRef>pay</bpmn:flowNodeRef>
          </bpmn:lane>
          <bpmn:lane id="head" name="所长">
            <bpmn:flowNodeRef>sub</bpmn:flowNodeRef><bpmn:flowNodeRef>stop</bpmn:flowNodeRef>
          </bpmn:lane>
        </bpmn:childLaneSet>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="begin" name="开始"/>
    <bpmn:userTask id="pay" name="支付"/>
    <bpmn:subProcess id="sub" name="复核">
      <bpmn:startEvent id="in"/><bpmn:userTask id="look" name="看"/><bpmn:endEvent id="out"/>
      <bpmn:sequenceFlow id="s1" sourceRef="in" targetRef="look"/>
      <bpmn:sequenceFlow id="s2" sourceRef="look" targetRef="out"/>
    </bpmn:subProcess>
    <bpmn:boundaryEvent id="late" name="超时" attachedToRef="sub">
      <bpmn:timerEventDefinition id="timer">
        <bpmn:timeDuration>P3D</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:endEvent id="stop" name="办结"/>
    <bpmn:sequenceFlow id="f1" sourceRef="begin" targetRef="pay"/>
    <bpmn:sequenceFlow id="f2" sourceRef="pay" targetRef="sub"/>
    <bpmn:sequenceFlow id="f3" sourceRef="sub" targetRef="stop"/>
    <bpmn:sequenceFlow id="f4" sourceRef="late" targetRef="pay"/>
  </bpmn:process>
</bpmn:definitions>
"""


def plain(content: bytes) -> bytes:
    """A file's bytes without the interchange and collaboration we add."""
    text = re.sub(
        rb"\s*<bpmndi:BPMNDiagram .*?</bpmndi:BPMNDiagram>", b"", content, flags=re.DOTALL
    )
    return re.sub(
        rb'\s*<bpmn:collaboration id="collaboration">.*?</bpmn:collaboration>',
        b"",
        text,
        flags=re.DOTALL,
    )


def drawn_elements(root: etree._Element) -> list[str]:
    return [e.get("bpmnElement") for e in root.iter(f"{BPMNDI}BPMNShape", f"{BPMNDI}BPMNEdge")]


def assert_complete(content: bytes) -> None:
    root = etree.fromstring(content)
    ids = [e.get("id") for e in root.iter("*") if e.get("id")]
    assert len(ids) == len(set(ids))
    drawn = drawn_elements(root)
    assert len(drawn) == len(set(drawn))
    document = read(content)
    assert document.faults == ()
    wanted = {i for p in document.procedures for i in (*p.nodes, *p.flows)}
    wanted |= {lane.id for p in document.procedures for lane in p.lanes}
    assert wanted <= set(drawn) <= set(ids)


def bounds(root: etree._Element, element: str) -> tuple[float, float, float, float]:
    shape = next(e for e in root.iter(f"{BPMNDI}BPMNShape") if e.get("bpmnElement") == element)
    box = shape.find(f"{DC}Bounds")
    x, y, width, height = (float(box.get(n)) for n in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def inside(inner: tuple[float, ...], outer: tuple[float, ...]) -> bool:
    return (
        inner[0] >= outer[0]
        and inner[1] >= outer[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


@pytest.mark.parametrize("landscape", [True, False], ids=["landscape", "portrait"])
@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_shipped_file_gets_complete_interchange_and_keeps_every_other_byte(file, landscape):
    before = plain(file.read_bytes())
    after = lay_out(before, landscape=landscape)
    assert plain(after) == before
    assert_complete(after)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_waypoints_are_orthogonal_and_start_and_end_at_their_shapes(file):
    root = etree.fromstring(lay_out(plain(file.read_bytes())))
    flows = {e.get("id"): e for e in root.iter(f"{MODEL}sequenceFlow")}
    for edge in root.iter(f"{BPMNDI}BPMNEdge"):
        flow = flows[edge.get("bpmnElement")]
        points = [(float(w.get("x")), float(w.get("y"))) for w in edge.iter(f"{DI}waypoint")]
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points))
        for end, (x, y) in (("sourceRef", points[0]), ("targetRef", points[-1])):
            left, top, right, bottom = bounds(root, flow.get(end))
            assert left - 1 <= x <= right + 1
            assert top - 1 <= y <= bottom + 1


@pytest.mark.parametrize("landscape", [True, False], ids=["landscape", "portrait"])
def test_nested_lanes_pools_sub_processes_and_messages_are_drawn(landscape):
    before = (HEAD + NESTED).encode()
    after = lay_out(before, landscape=landscape)
    assert plain(after) == before
    assert_complete(after)
    root = etree.fromstring(after)
    assert {"inside", "outside", "call"} <= set(drawn_elements(root))
    assert inside(bounds(root, "office"), bounds(root, "inside"))
    assert inside(bounds(root, "clerk"), bounds(root, "office"))
    assert inside(bounds(root, "pay"), bounds(root, "clerk"))
    assert inside(bounds(root, "sub"), bounds(root, "head"))
    assert inside(bounds(root, "look"), bounds(root, "sub"))


def test_several_processes_get_a_pool_each():
    process = '<bpmn:process id="{0}"><bpmn:userTask id="t_{0}"/></bpmn:process>'
    body = process.format("a") + process.format("b") + "</bpmn:definitions>"
    after = lay_out((HEAD + body).encode())
    assert_complete(after)
    root = etree.fromstring(after)
    assert [p.get("processRef") for p in root.iter(f"{MODEL}participant")] == ["a", "b"]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "GB18030"])
def test_encoding_and_line_ends_are_kept(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>\r\n' + HEAD + NESTED
    text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    before = text.encode(encoding)
    after = lay_out(before)
    assert read(after).encoding == encoding
    decoded = after.decode(encoding)
    assert decoded.startswith(text[: text.index("</bpmn:definitions>")].rstrip())
    assert "\n" not in decoded.replace("\r\n", "")


def test_interchange_is_replaced_only_on_request():
    once = lay_out((HEAD + NESTED).encode())
    with pytest.raises(AlreadyDrawn, match="--force"):
        lay_out(once)
    assert lay_out(once, replace=True) == once


@pytest.mark.parametrize(
    "body",
    [
        '<bpmn:process id="p"><bpmn:task id="a"/>'
        '<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b"/></bpmn:process>',
        '<bpmn:process id="p"/>',
        "",
    ],
    ids=["dangling", "nothing to draw", "no process"],
)
def test_faulty_file_is_refused(body):
    with pytest.raises(FaultyFile):
        lay_out((HEAD + body + "</bpmn:definitions>").encode(), path="x.bpmn")


def test_file_of_another_tool_can_be_drawn_anew():
    tools = Path(__file__).parents[1] / "format" / "tools"
    drawn = 0
    for file in sorted(tools.glob("*.bpmn")):
        if not read(file.read_bytes()).faults:
            assert_complete(lay_out(file.read_bytes(), replace=True))
            drawn += 1
    assert drawn > 0


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_shipped_file_has_current_interchange(file):
    """A changed item is drawn anew with ``qingdan layout --force``."""
    assert_complete(file.read_bytes())
