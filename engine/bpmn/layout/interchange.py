"""Diagram interchange (BPMNDI) for files that have none.

Belongs here: pools, shapes, edges and labels as XML. Artifacts (text
annotations, data objects) are left undrawn. Everything else in the file stays
byte for byte as it is: what is added stands before ``</definitions>``.
"""

from collections.abc import Iterator
from math import floor

from lxml import etree

from engine.bpmn.reader import read
from engine.bpmn.splice import Splice, quoted
from engine.bpmn.xml import BPMN, BPMNDI, DC, DI, decode
from engine.model.errors import QingdanError
from engine.model.procedure import Document, Procedure
from engine.model.wording import say

from .drawing import Box, Point
from .pools import Pool, closed, pool_of, stacked

_B = f"{{{BPMN}}}"


class FaultyFile(QingdanError):
    """A file with faults: what would be drawn is not what is meant."""

    exit_code = 1


class AlreadyDrawn(QingdanError):
    """A file that already has diagram interchange, which nobody asked to replace."""


def lay_out(
    content: bytes, *, path: str = "", landscape: bool = True, replace: bool = False
) -> bytes:
    """The bytes of a BPMN file, with diagram interchange added.

    Parameters
    ----------
    path : quoted in messages only.
    landscape : pools lie and are read from left to right, as most tools do it.
    replace : drop the interchange that is there.

    Raises
    ------
    FaultyFile
        The reader finds a fault, or there is nothing to draw.
    AlreadyDrawn
        There is interchange already, and ``replace`` is False.
    """
    document = read(content, path=path)
    if document.faults:
        fault = document.faults[0]
        key = "layout.faulty"
        raise FaultyFile(say(key, count=len(document.faults)), path=path, line=fault.line)
    splice = Splice(content)
    for diagram in splice.root.findall(f"{{{BPMNDI}}}BPMNDiagram"):
        if not replace:
            raise AlreadyDrawn(say("layout.drawn"), path=path, line=diagram.sourceline)
        splice.remove(diagram)
    newline = "\r\n" if "\r\n" in decode(content).text else "\n"
    sheet = _Interchange(document, splice, newline, landscape)
    if not sheet.processes:
        raise FaultyFile(say("layout.empty"), path=path)
    sheet.add()
    return splice.written()


class _Interchange:
    """What is written into one file."""

    def __init__(self, document: Document, splice: Splice, newline: str, landscape: bool) -> None:
        self.splice = splice
        self.root = splice.root
        self.newline = newline
        self.landscape = landscape
        self.taken = {e.get("id") for e in self.root.iter(f"{_B}*")}
        elements = {e.get("id"): e for e in self.root.findall(f"{_B}process")}
        self.processes: dict[str, tuple[Procedure, etree._Element]] = {
            p.id: (p, elements[p.id]) for p in document.procedures if p.nodes
        }
        self.prefixes = self._prefixes()

    def add(self) -> None:
        """Write a collaboration where one is missing, then the diagrams."""
        anchor = self._anchor()
        text: list[str] = []
        collaboration = self.root.find(f"{_B}collaboration")
        rest = dict(self.processes)
        if collaboration is not None:
            members = [
                (p.get("id", ""), p.get("processRef", "").rpartition(":")[2])
                for p in collaboration.findall(f"{_B}participant")
            ]
            pools = [self._pool(i, rest.pop(ref, None)) for i, ref in members]
            text += self._diagram(collaboration.get("id", ""), pools, collaboration)
        elif len(rest) > 1 or any(procedure.lanes for procedure, _ in rest.values()):
            name, members = self._collaboration(text)
            pools = [self._pool(i, rest.pop(ref)) for i, ref in members]
            text += self._diagram(name, pools, None)
        for process, pair in rest.items():
            text += self._diagram(process, [self._pool(None, pair)], None)
        self.splice.insert(self.root, self._joined(text), after=anchor)

    def _anchor(self) -> etree._Element:
        """The last child that may stand before a diagram."""
        late = {f"{{{BPMNDI}}}BPMNDiagram", f"{_B}relationship"}
        return [e for e in self.root.iterchildren("*") if e.tag not in late][-1]

    def _joined(self, lines: list[str]) -> str:
        return (self.newline + "  ").join(lines)

    def _prefixes(self) -> dict[str, str]:
        """Prefixes the file has for our namespaces, or new ones."""
        known = {uri: prefix for prefix, uri in self.root.nsmap.items() if prefix}
        return {
            uri: known.get(uri, wish) for uri, wish in ((BPMNDI, "bpmndi"), (DC, "dc"), (DI, "di"))
        }

    def _new_id(self, wish: str) -> str:
        name, number = wish, 1
        while name in self.taken:
            number += 1
            name = f"{wish}_{number}"
        self.taken.add(name)
        return name

    def _pool(self, participant: str | None, pair: tuple[Procedure, etree._Element] | None) -> Pool:
        if pair is None:
            return closed(participant or "", landscape=self.landscape)
        procedure, process = pair
        return pool_of(procedure, process, participant, landscape=self.landscape)

    def _collaboration(self, text: list[str]) -> tuple[str, list[tuple[str, str]]]:
        """A collaboration with a pool for every process: its id, (participant, process)."""
        tag = self.splice.prefixed(self.root, "collaboration")
        member = self.splice.prefixed(self.root, "participant")
        name = self._new_id("collaboration")
        text.append(f'<{tag} id="{name}">')
        members = []
        for process, (procedure, _) in self.processes.items():
            participant = self._new_id(f"{process}_pool")
            members.append((participant, process))
            text.append(
                f'  <{member} id="{participant}" name="{quoted(procedure.title)}" '
                f'processRef="{quoted(process)}"/>'
            )
        text.append(f"</{tag}>")
        return name, members

    # -- one diagram -----------------------------------------------------

    def _diagram(
        self, plane: str, pools: list[Pool], collaboration: etree._Element | None
    ) -> Iterator[str]:
        """Lines of a BPMNDiagram; indented below the definitions' children."""
        b = self.prefixes[BPMNDI]
        new = "".join(
            f' xmlns:{prefix}="{uri}"'
            for uri, prefix in self.prefixes.items()
            if uri not in self.root.nsmap.values()
        )
        yield f'<{b}:BPMNDiagram id="{self._new_id(f"{plane}_diagram")}"{new}>'
        yield f'  <{b}:BPMNPlane id="{self._new_id(f"{plane}_plane")}" bpmnElement="{plane}">'
        boxes: dict[str, Box] = {}
        for pool in stacked(pools, landscape=self.landscape):
            yield from (f"    {line}" for line in self._drawn(pool, boxes))
        if collaboration is not None:
            for flow in collaboration.findall(f"{_B}messageFlow"):
                ends = [flow.get(end, "").rpartition(":")[2] for end in ("sourceRef", "targetRef")]
                if all(end in boxes for end in ends) and flow.get("id"):
                    points = _message(boxes[ends[0]], boxes[ends[1]])
                    yield from (f"    {line}" for line in self._edge(flow.get("id"), points, None))
        yield f"  </{b}:BPMNPlane>"
        yield f"</{b}:BPMNDiagram>"

    def _drawn(self, pool: Pool, boxes: dict[str, Box]) -> Iterator[str]:
        level = f' isHorizontal="{str(self.landscape).lower()}"'
        if pool.participant is not None:
            boxes[pool.participant] = pool.box
            yield from self._shape(pool.participant, pool.box, level)
        for lane, box in pool.lanes.items():
            yield from self._shape(lane, box, level)
        if pool.sheet is None:
            return
        drawing = pool.sheet.drawing
        boxes.update(drawing.shapes)
        for node, box in drawing.shapes.items():
            yield from self._shape(node, box, self._extra(node), pool.sheet.captions.get(node))
        for edge in drawing.edges:
            yield from self._edge(edge.flow, edge.points, edge.label)

    def _extra(self, node: str) -> str:
        """Attributes some kinds of nodes want on their shape."""
        kind = next(p.nodes[node].kind for p, _ in self.processes.values() if node in p.nodes)
        if kind.is_container:
            return ' isExpanded="true"'
        return ' isMarkerVisible="true"' if kind.value == "exclusiveGateway" else ""

    def _shape(
        self, element: str, box: Box, extra: str = "", caption: Box | None = None
    ) -> Iterator[str]:
        b = self.prefixes[BPMNDI]
        identifier = self._new_id(f"{element}_di")
        yield f'<{b}:BPMNShape id="{identifier}" bpmnElement="{element}"{extra}>'
        yield f"  {self._bounds(box)}"
        yield from self._label(caption)
        yield f"</{b}:BPMNShape>"

    def _edge(self, element: str, points: tuple[Point, ...], label: Box | None) -> Iterator[str]:
        b, d = self.prefixes[BPMNDI], self.prefixes[DI]
        identifier = self._new_id(f"{element}_di")
        yield f'<{b}:BPMNEdge id="{identifier}" bpmnElement="{element}">'
        for x, y in points:
            yield f'  <{d}:waypoint x="{_px(x)}" y="{_px(y)}"/>'
        yield from self._label(label)
        yield f"</{b}:BPMNEdge>"

    def _label(self, box: Box | None) -> Iterator[str]:
        if box is not None:
            b = self.prefixes[BPMNDI]
            yield f"  <{b}:BPMNLabel>{self._bounds(box)}</{b}:BPMNLabel>"

    def _bounds(self, box: Box) -> str:
        left, top = _px(box.x), _px(box.y)
        wide, high = _px(box.width), _px(box.height)
        tag = f"{self.prefixes[DC]}:Bounds"
        return f'<{tag} x="{left}" y="{top}" width="{wide}" height="{high}"/>'


def _px(length: float) -> int:
    """Whole px; halves up, so that equal distances stay equal."""
    return floor(length + 0.5)


def _message(source: Box, target: Box) -> tuple[Point, ...]:
    """A message flow between two pools, out of the side that faces the other."""
    (ax, ay), (bx, by) = source.center, target.center
    start = (ax, source.bottom if by > ay else source.y)
    end = (bx, target.y if by > ay else target.bottom)
    if target.x <= ax <= target.right:
        return (start, (ax, end[1]))
    if source.x <= bx <= source.right:
        return ((bx, start[1]), end)
    middle = (start[1] + end[1]) / 2
    return (start, (ax, middle), (bx, middle), end)
