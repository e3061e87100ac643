"""The picture of a procedure for a page: one column a telephone can show, with its progress.

Belongs here: the screen's flow chart, in pixels, free of scripts and inline
styles. Does not: wall charts, which show lanes (:mod:`engine.publish.chart`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bpmn.layout import Box, Drawing, Edge, Sizes, arrange
from engine.bpmn.library import Library
from engine.model.procedure import Node, NodeKind, Procedure
from engine.model.wording import say

from . import style, symbols
from .canvas import Canvas, Ink
from .names import room_in
from .typesetting import Block, shape

DONE = "done"
CURRENT = "current"
WAITING = "waiting"

_FAMILY = "'Microsoft YaHei', 'PingFang SC', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"
_NAME = 17.0
_NOTE = 13.0
_STRIP = 24.0
_LINE = 1.8
_MARGIN = 8.0
_SIZES = Sizes(
    step=(172, 76),
    gateway=(168, 84),
    event=(132, 46),
    row_pitch=106,
    lane_width=0,
    lane_head=0,
    grid=6,
    clearance=12,
    label_height=22,
    label_character=15,
)
#: Fill of the strip, fill of the box, ink of outline and strip; by state.
_LOOKS = {
    DONE: ("#d5ecdb", "#f2faf4", "#17693a"),
    CURRENT: ("#ffe1a8", "#fff8e8", "#a8430a"),
    WAITING: ("#eef1f4", "#ffffff", "#5b6876"),
    "": ("#dbe7f3", "#ffffff", "#0f3460"),
}


def svg(
    procedure: Procedure,
    progress: Mapping[str, str] = {},
    library: Library | None = None,
) -> str:
    """The flow chart of a procedure as one SVG element.

    Parameters
    ----------
    progress : ``done``, ``current`` or ``waiting`` by node id; nodes not named are
        waiting. Empty for a picture without progress.
    library : where the names of called procedures are found; a call's own name
        stands where it has one.
    """
    one = dict.fromkeys(procedure.nodes, "")
    drawing = arrange(procedure, _SIZES, bands=("",), band_of=one)
    return _Picture(procedure, progress, library, drawing).draw()


@dataclass(frozen=True)
class _Picture:
    procedure: Procedure
    progress: Mapping[str, str]
    library: Library | None
    drawing: Drawing

    def draw(self) -> str:
        canvas = Canvas()
        name = f"flow-{self.procedure.id}"
        canvas.words(
            "title", say("publish.screen.title", title=self.procedure.title), id=f"{name}-title"
        )
        canvas.words("desc", self._described(), id=f"{name}-desc")
        with canvas.group(transform=f"translate({_MARGIN} {_MARGIN})"):
            for edge in self.drawing.edges:
                self._edge(canvas, edge)
            for node_id in self.drawing.shapes:
                self._node(canvas, self.procedure.nodes[node_id])
            for edge in self.drawing.edges:
                self._label(canvas, edge)
        return canvas.svg(
            self.drawing.width + 2 * _MARGIN,
            self.drawing.height + 2 * _MARGIN,
            **{
                "font-family": _FAMILY,
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-desc",
            },
        )

    def _state(self, node: Node) -> str:
        return self.progress.get(node.id, WAITING) if self.progress else ""

    def _described(self) -> str:
        steps = [
            n
            for i, n in self.procedure.nodes.items()
            if n.kind.is_activity and i in self.drawing.shapes
        ]
        told = "".join(
            say(f"publish.screen.{state}-list", names="、".join(names))
            for state in (DONE, CURRENT)
            if (names := [self._name(n) for n in steps if self.progress.get(n.id) == state])
        )
        title = self.procedure.title
        return say("publish.screen.desc", title=title, steps=len(steps), state=told)

    def _name(self, node: Node) -> str:
        if node.name or node.called is None or self.library is None:
            return node.label
        called = self.library.procedures.get(node.called)
        return node.label if called is None else called.title

    def _edge(self, canvas: Canvas, edge: Edge) -> None:
        look: Ink = {
            "stroke": style.RED if edge.back else style.FLOW,
            "stroke_width": 2.0,
            "stroke_dasharray": "7 4" if edge.back else None,
        }
        symbols.arrow(canvas, edge.points, 9, radius=6, **look)

    def _node(self, canvas: Canvas, node: Node) -> None:
        box, state = self.drawing.shapes[node.id], self._state(node)
        line = _LINE * (2 if state == CURRENT else 1)
        with canvas.group(class_=f"node {state}".strip()):
            canvas.words("title", self._hint(node, state))
            if node.kind.is_activity:
                self._step(canvas, node, box, line)
                box = Box(x=box.x, y=box.y + _STRIP, width=box.width, height=box.height - _STRIP)
            elif node.kind.is_gateway:
                symbols.decision(canvas, box, line)
            elif node.kind in (NodeKind.START_EVENT, NodeKind.END_EVENT):
                symbols.terminal(canvas, box, line)
            else:
                symbols.wait(canvas, box, line)
            self._words(canvas, node, box)

    def _hint(self, node: Node, state: str) -> str:
        parts = [self._name(node), self.procedure.post_of(node)]
        if state:
            parts.append(say(f"publish.screen.{state}"))
        return " ".join(part for part in parts if part)

    def _step(self, canvas: Canvas, node: Node, box: Box, line: float) -> None:
        state = self._state(node)
        strip, fill, ink = _LOOKS[state]
        canvas.rect(box, radius=5, fill=fill, stroke=ink, stroke_width=line)
        head = Box(x=box.x + line / 2, y=box.y + line / 2, width=box.width - line, height=_STRIP)
        canvas.rect(head, radius=4, fill=strip)
        if node.called is not None:
            for x in (box.x + 5, box.right - 5):
                canvas.path(
                    ((x, head.bottom), (x, box.bottom)), stroke=ink, stroke_width=_LINE * 0.7
                )
        self._strip(canvas, node, head, ink)
        if state == CURRENT:
            ring = Box(x=box.x - 5, y=box.y - 5, width=box.width + 10, height=box.height + 10)
            canvas.rect(ring, radius=9, fill="none", stroke=ink, stroke_width=2.4)

    def _strip(self, canvas: Canvas, node: Node, head: Box, ink: str) -> None:
        """The post, and the state as a sign and a word."""
        state, middle = self._state(node), head.center[1]
        right = head.right - 7
        if state in (DONE, CURRENT):
            word = say(f"publish.screen.{state}")
            canvas.text(right, middle, word, size=_NOTE, anchor="end", weight=700, fill=ink)
            right -= _NOTE * len(word) + 5
        if state == DONE:
            tick = f"M{right - 9:.1f} {middle:.1f}l3.5 4 6 -9"
            canvas.element("path", d=tick, fill="none", stroke=ink, stroke_width=2.4)
            right -= 13
        elif state == CURRENT:
            canvas.element("circle", cx=right - 4, cy=middle, r=4, fill=ink)
            right -= 13
        post = self.procedure.post_of(node)
        block = shape(post, _NOTE, lambda _line, _count: right - head.x - 7, _STRIP, most=1)
        while block is None and len(post) > 2:
            post = post.rstrip("…")[:-1] + "…"
            block = shape(post, _NOTE, lambda _line, _count: right - head.x - 7, _STRIP, most=1)
        canvas.text(head.x + 7, middle, post, size=_NOTE, fill=ink)

    def _words(self, canvas: Canvas, node: Node, box: Box) -> None:
        name, size = self._name(node), _NAME
        if not name or (node.kind.is_gateway and not node.name):
            return
        block: Block | None = None
        while block is None:
            room = room_in(node, box, size, 5)
            block = shape(name, size, room, box.height - 6, weight=500, leading=1.2)
            size -= 0.5
        symbols.words(canvas, block, box.center, 500, style.INK)

    def _label(self, canvas: Canvas, edge: Edge) -> None:
        if edge.label is None:
            return
        lines = edge.lines or (self.procedure.flows[edge.flow].name,)
        ink = style.RED if edge.back else style.NAVY
        look: Ink = {"fill": style.WHITE, "stroke": ink, "stroke_width": 0.8}
        canvas.rect(edge.label, radius=4, **look)
        symbols.words(canvas, Block(lines=lines, size=14), edge.label.center, 400, ink)
