"""Drawing a flow in its place on a chart: lanes, steps, flows and their marks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from engine.bpmn.layout.drawing import Band, Box, Drawing, Edge, Point
from engine.model.procedure import Node, NodeKind
from engine.model.wording import say

from . import style, symbols
from .canvas import Canvas, Ink, Lettering, toward
from .edition import Edition
from .fonts import width
from .labels import settled
from .names import WEIGHT, fit_names
from .risks import Risk
from .small import is_guest
from .typesetting import LEADING, Block, shape

#: Length of an arrow's head; mm on A2.
_HEAD = 3.6


def tag_text(node: Node) -> str:
    """Time limit of a step, and how many must do it together; empty for neither."""
    step = node.step
    if step is None:
        return ""
    limit = str(step.limit) if step.limit else ""
    persons = say("publish.chart.persons", persons=step.persons) if step.persons > 1 else ""
    if limit and persons:
        return say("publish.chart.tag", limit=limit, persons=persons)
    return limit or persons


@dataclass(frozen=True)
class Picture:
    """A flow in its place on the page."""

    edition: Edition
    drawing: Drawing
    #: Ids of the visible nodes in reading order.
    order: tuple[str, ...]
    scale: float
    #: Scale of marks, lines and labels.
    mark: float

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """The visible nodes in reading order."""
        return tuple(self.edition.procedure.nodes[name] for name in self.order)

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Number of every visible step."""
        steps = (node.id for node in self.nodes if node.kind.is_activity)
        return {name: number for number, name in enumerate(steps, start=1)}

    @cached_property
    def _steps(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.kind.is_activity)

    def _strip_room(self, node: Node) -> tuple[float, float]:
        """From where to where the marks on a step's strip leave room."""
        box = self.drawing.shapes[node.id]
        risks = max(1, len(node.step.risks) if node.step else 0)
        right = style.MARKER * (1.1 * risks - 0.6) + style.MARK_INSET
        return box.x + style.DISC * 0.98 * self.mark, box.right - right * self.mark

    def _strip_width(self, node: Node) -> float:
        start, end = self._strip_room(node)
        return end - start

    @cached_property
    def tags(self) -> dict[str, str]:
        """Time limits by step, in few words where one would not fit in full."""
        least = style.LEAST_TEXT * self.scale
        full = {node.id: tag_text(node) for node in self._steps if tag_text(node)}
        rooms = {node.id: self._strip_width(node) for node in self._steps}
        if all(width(text, least, 500) <= rooms[name] for name, text in full.items()):
            return full
        long, short = say("publish.chart.shorter").split()
        return {name: text.replace(long, short) for name, text in full.items()}

    @cached_property
    def tag_size(self) -> float:
        """Size of the time limits: larger in large boxes."""
        tall = min((self.drawing.shapes[node.id].height for node in self._steps), default=0.0)
        rooms = [
            self._strip_width(node) / width(self.tags[node.id], 1, 500)
            for node in self._steps
            if node.id in self.tags
        ]
        size = min([max(style.TAG_TEXT * self.scale, tall * 0.15), *rooms])
        return min(max(size, style.LEAST_TEXT * self.scale), style.TAG_MOST * self.scale)

    def _tag_middle(self, node: Node, strip: Box) -> Point:
        """Middle of a time limit: of its strip, or of what the marks leave of it."""
        start, end = self._strip_room(node)
        half = width(self.tags[node.id], self.tag_size, 500) / 2
        return (max(start + half, min(strip.center[0], end - half)), strip.center[1])

    def strip(self, node: Node) -> Box | None:
        """The strip at the top of a step that carries its number, time limit and risks."""
        if not node.kind.is_activity:
            return None
        box = self.drawing.shapes[node.id]
        high = max(self.tag_size * 1.42, (style.MARKER / 2 + style.MARK_INSET) * self.mark)
        return replace(box, height=high)

    def name_box(self, node: Node) -> Box:
        """The part of a shape that its name may fill."""
        box, strip = self.drawing.shapes[node.id], self.strip(node)
        if strip is None:
            return box
        return replace(box, y=strip.bottom, height=box.height - strip.height)

    @cached_property
    def names(self) -> dict[str, Block]:
        """Every name in lines, all of one size."""
        inside = [node for node in self.nodes if not is_guest(node)]
        return fit_names(
            inside,
            {node.id: self.name_box(node) for node in inside},
            most=style.STEP_NAME_MOST * self.scale,
            least=style.STEP_NAME_LEAST * self.scale,
            pad=1.2 * self.scale,
        )

    @property
    def name_size(self) -> float:
        """Size of the names."""
        return min((block.size for block in self.names.values()), default=0.0)

    def draw(self, canvas: Canvas, risks: Sequence[Risk]) -> None:
        """Draw lanes, flows, nodes, marks and labels, back to front."""
        for index, band in enumerate(self.drawing.bands):
            self._lane(canvas, band, index)
        for edge in self.drawing.edges:
            self._edge(canvas, edge)
        for node in self.nodes:
            with canvas.group(class_="node", id=f"node-{node.id}"):
                self._node(canvas, node)
        for node in self.nodes:
            self._marks(canvas, node, [risk for risk in risks if risk.node is node])
        backs = {edge.flow for edge in self.drawing.edges if edge.back}
        for name in self._labels:
            self._label(canvas, name, back=name in backs)

    def _lane(self, canvas: Canvas, band: Band, index: int) -> None:
        outside = self.edition.is_outside(band.name)
        line: Ink = {"stroke": style.RULE, "stroke_width": 0.35 * self.scale}
        canvas.rect(band.box, fill=style.LANE_OUTSIDE if outside else style.LANE[index % 2], **line)
        canvas.rect(band.head, fill=style.HEAD_OUTSIDE if outside else style.HEAD, **line)
        pad, note = 2 * self.scale, style.LEAST_TEXT * self.scale
        room = replace(band.head, height=band.head.height - note * 1.2) if outside else band.head
        block, size = None, style.LANE_NAME * self.scale
        while block is None:
            wide, high = room.width - pad, room.height - pad / 2
            block = shape(band.name, size, lambda *_, wide=wide: wide, high, weight=700, most=2)
            size *= 0.96
        if outside:
            room = replace(room, y=room.y + note * 0.3)
            middle = band.head.bottom - note * 0.85
            look: Lettering = {"size": note, "anchor": "middle", "fill": style.QUIET}
            canvas.text(band.head.center[0], middle, say("publish.title.outside"), **look)
        symbols.words(canvas, block, room.center, 700, style.NAVY)

    def _edge(self, canvas: Canvas, edge: Edge) -> None:
        scale = self.mark
        points = edge.points
        with canvas.group(class_="edge", data_flow=edge.flow):
            dash = f"{3.2 * scale:.2f} {1.8 * scale:.2f}" if edge.back else None
            symbols.arrow(
                canvas,
                points,
                _HEAD * scale,
                radius=2.0 * scale,
                stroke=style.RED if edge.back else style.FLOW,
                stroke_width=style.FLOW_LINE * scale,
                stroke_dasharray=dash,
                stroke_linejoin="round",
            )

    def _node(self, canvas: Canvas, node: Node) -> None:
        box, line = self.drawing.shapes[node.id], style.STEP_LINE * self.mark
        if node.kind.is_gateway:
            symbols.decision(canvas, box, line)
            if not node.name:
                self._sign(canvas, node, box)
        elif node.kind in (NodeKind.START_EVENT, NodeKind.END_EVENT):
            symbols.terminal(canvas, box, line)
        elif is_guest(node):
            symbols.guest(canvas, box, line)
        elif node.kind.is_event:
            symbols.wait(canvas, box, line)
        else:
            outside = node.step is not None and node.step.external
            strip = self.strip(node)
            assert strip is not None
            called = node.called is not None
            symbols.step(
                canvas, box, line, strip, called=called, outside=outside, timed=node.id in self.tags
            )
            if node.id in self.tags:
                symbols.tag(
                    canvas, self.tags[node.id], self._tag_middle(node, strip), self.tag_size
                )
        if node.id in self.names:
            symbols.words(
                canvas, self.names[node.id], self.name_box(node).center, WEIGHT, style.INK
            )

    def _sign(self, canvas: Canvas, node: Node, box: Box) -> None:
        """The sign of a parallel or inclusive gateway."""
        x, y = box.center
        reach = 3.2 * self.scale
        look: Ink = {"stroke": style.DECISION[1], "stroke_width": 1.2 * self.scale}
        if node.kind is NodeKind.PARALLEL_GATEWAY:
            canvas.path(((x - reach, y), (x + reach, y)), **look)
            canvas.path(((x, y - reach), (x, y + reach)), **look)
        elif node.kind is NodeKind.INCLUSIVE_GATEWAY:
            canvas.element("circle", cx=x, cy=y, r=reach, fill="none", **look)

    def _disc(self, node: Node) -> Box:
        box, size = self.drawing.shapes[node.id], style.DISC * self.mark
        middle = (box.x + size * 0.46, box.y + style.MARK_INSET * self.mark)
        return symbols.around(middle, size, size)

    def _markers(self, node: Node) -> Sequence[Box]:
        """Where the risk markers of a step go, in the order of its risk points."""
        box, size = self.drawing.shapes[node.id], style.MARKER * self.mark
        inset, count = style.MARK_INSET * self.mark, len(node.step.risks) if node.step else 0
        return [
            symbols.around((box.right - inset - place * size * 1.1, box.y + inset), size, size)
            for place in reversed(range(count))
        ]

    def _marks(self, canvas: Canvas, node: Node, risks: Sequence[Risk]) -> None:
        if node.id in self.numbers:
            disc = self._disc(node)
            with canvas.group(class_="disc"):
                symbols.disc(canvas, str(self.numbers[node.id]), disc.center, disc.width)
        for risk, box in zip(risks, self._markers(node), strict=True):
            with canvas.group(class_="risk"):
                level, number = risk.point.level, str(risk.number)
                symbols.risk(canvas, level, number, box.center, box.width)

    def _taken(self, node: Node) -> Sequence[Box]:
        """What a node covers: its box, or a diamond in steps."""
        box = self.drawing.shapes[node.id]
        if not node.kind.is_gateway:
            return (box,)
        parts = 12
        return [
            symbols.around(
                box.center, box.width * (parts + 1 - part) / parts, box.height * part / parts
            )
            for part in range(1, parts + 1)
        ]

    def _head(self, edge: Edge) -> Box:
        """The head of a flow's arrow."""
        size = _HEAD * self.mark
        tip = edge.points[-1]
        return symbols.around(toward(tip, edge.points[-2], size / 2), size * 0.8, size * 0.8)

    @cached_property
    def _labels(self) -> dict[str, tuple[Block, Box]]:
        """Labels of flows and of events on a border, by id, clear of boxes and marks."""
        flows, size = self.edition.procedure.flows, style.EDGE_TEXT * self.mark
        blocks: dict[str, Block] = {}
        wanted: dict[str, Box] = {}
        for edge in self.drawing.edges:
            if edge.label is None:
                continue
            block = Block(lines=edge.lines or (flows[edge.flow].name,), size=size)
            wide = max(width(line, size, 500) for line in block.lines) + size * 0.5
            high = size * (LEADING * len(block.lines) + 0.1)
            blocks[edge.flow] = block
            wanted[edge.flow] = symbols.around(edge.label.center, wide, high)
        for node in filter(is_guest, self.nodes):
            if node.name:
                block = Block(lines=(node.name,), size=size)
                wide, box = width(node.name, size, 500) + size * 0.5, self.drawing.shapes[node.id]
                blocks[node.id] = block
                place = (box.x - wide / 2, box.bottom + size)
                wanted[node.id] = symbols.around(place, wide, size * (LEADING + 0.1))
        obstacles = [
            *(box for node in self.nodes for box in self._taken(node)),
            *(self._disc(node) for node in self._steps),
            *(box for node in self._steps for box in self._markers(node)),
            *(self._head(edge) for edge in self.drawing.edges),
        ]
        gap = 0.3 * self.scale
        placed = settled(wanted, self.drawing.edges, obstacles, step=gap * 2, gap=gap)
        return {flow: (block, placed[flow]) for flow, block in blocks.items()}

    def _label(self, canvas: Canvas, name: str, *, back: bool) -> None:
        block, box = self._labels[name]
        fill, ink = style.LABEL_BACK if back else (style.WHITE, style.NAVY)
        with canvas.group(class_="label"):
            look: Ink = {"fill": fill, "stroke": ink, "stroke_width": block.size * 0.06}
            canvas.rect(box, radius=block.size * 0.25, **look)
            symbols.words(canvas, block, box.center, 500, ink)
