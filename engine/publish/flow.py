"""Fitting the flow of an item into an area of a chart.

Belongs here: the sizes a layout is asked for, and filling the area with it.
Does not: routing (:mod:`engine.bpmn.layout`) or drawing (:mod:`engine.publish.picture`).
"""

from dataclasses import dataclass
from functools import cached_property

from engine.bpmn.layout import arrange
from engine.bpmn.layout.drawing import Box, Drawing, Sizes
from engine.model.procedure import Procedure

from . import style
from .edition import Edition
from .picture import Picture
from .small import with_small_shapes
from .stretch import stretched

#: Least room under a step for the flow's head and the next step's marks; mm on A2.
_GAP = 8.0
#: No step is wider than this share of the distance of two rows.
_ASPECT = 1.9


def shown_lanes(procedure: Procedure) -> dict[str, str]:
    """Lane of every top node as displayed: the group of its step, else its lane."""
    return {
        node.id: (node.step.group if node.step and node.step.group else node.lane)
        for node in procedure.nodes.values()
        if node.scope is None and node.lane
    }


def _mark(pitch: float, scale: float) -> float:
    """Scale of marks, lines and labels, which grow where there is room."""
    return scale * min(max(pitch / (style.MARK_PITCH * scale), 1.0), style.MARK_GROWTH)


def _sizes(step_width: float, pitch: float, scale: float, lane: float = 0.0) -> Sizes:
    """Lengths for a width of step and a distance of rows; tags stand inside the steps."""
    mark = _mark(pitch, scale)
    high = pitch - max(_GAP * scale, pitch * 0.28)
    return Sizes(
        step=(step_width, high),
        gateway=(step_width + 5 * scale, min(pitch - 4.5 * scale, max(high * 1.2, 27 * scale))),
        event=(step_width, high * 0.86),
        row_pitch=pitch,
        lane_width=lane,
        lane_head=style.LANE_HEAD * scale,
        grid=1.1 * scale,
        clearance=2.2 * mark,
        marker=(style.MARKER - 2 * style.MARK_INSET) * mark,
        label_height=style.EDGE_TEXT * 1.36 * mark,
        label_character=style.EDGE_TEXT * mark,
    )


@dataclass(frozen=True)
class Flow:
    """A flow laid out for a width, not yet for a height."""

    edition: Edition
    drawing: Drawing
    sizes: Sizes
    scale: float
    #: Width it was meant for.
    width: float

    @classmethod
    def of(cls, edition: Edition, total: float, scale: float) -> "Flow":
        """A first layout, whose rows are as close as they may be."""
        lanes = len(set(shown_lanes(edition.procedure).values())) or 1
        step = min(total / lanes * 0.7, style.STEP_MOST * scale)
        sizes = _sizes(step, style.PITCH_LEAST * scale, scale)
        return cls(edition, _arranged(edition.procedure, sizes), sizes, scale, total)

    @property
    def _rows(self) -> float:
        """Rows of the first layout; not whole where a row is taller than the pitch."""
        head = self.sizes.lane_head if self.drawing.bands else 0.0
        return (self.drawing.height - head) / self.sizes.row_pitch

    def height_at(self, pitch: float) -> float:
        """Height of the flow for a distance of rows."""
        return self.drawing.height + self._rows * (pitch - self.sizes.row_pitch)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Ids of the visible nodes in reading order."""
        return _reading_order(self.drawing, self.edition.procedure, self.sizes.row_pitch)

    def fitted(self, area: Box) -> Picture:
        """The flow laid out anew so that it fills an area of the page."""
        lanes = len(self.drawing.bands) or 1
        wider = (self.width - self.drawing.width) / (lanes + 0.5)
        pitch = self.sizes.row_pitch + (area.height - self.drawing.height) / self._rows
        pitch = min(pitch, style.PITCH_MOST * self.scale)
        most = min(style.STEP_MOST * self.scale, _ASPECT * pitch)
        step = max(self.sizes.step[0] + wider, 20 * self.scale)
        # Boxes as wide as may be leave the lanes to take up what is left of the page.
        lane, step = (self.width / lanes if step > most else 0.0), min(step, most)
        sizes = _sizes(step, pitch, self.scale, lane)
        drawing = _arranged(self.edition.procedure, sizes, area.height)
        if drawing.height > area.height * 1.01:
            # Labels or lines asked for more rows than the first layout had.
            pitch *= area.height / drawing.height
            sizes = _sizes(step, pitch, self.scale, lane)
            drawing = _arranged(self.edition.procedure, sizes, area.height)
        order = _reading_order(drawing, self.edition.procedure, pitch)
        mark = _mark(pitch, self.scale)
        filled = stretched(drawing, area, style.LANE_HEAD * self.scale)
        nodes = self.edition.procedure.nodes
        return Picture(
            self.edition, with_small_shapes(filled, nodes, mark), order, self.scale, mark
        )


def _arranged(procedure: Procedure, sizes: Sizes, most: float | None = None) -> Drawing:
    lanes = shown_lanes(procedure)
    place = {lane.name: i for i, lane in enumerate(procedure.lanes)}
    bands = sorted(set(lanes.values()), key=lambda name: place.get(name, 0))
    return arrange(procedure, sizes, bands=bands or None, band_of=lanes or None, max_height=most)


def _reading_order(drawing: Drawing, procedure: Procedure, pitch: float) -> tuple[str, ...]:
    """Each step after those that lead to it; else row by row, left to right."""
    shapes = drawing.shapes
    place: dict[str, tuple[int, float, str]] = {}
    row, last = 0, -pitch
    for name in sorted(shapes, key=lambda n: (shapes[n].center[1], n)):
        if shapes[name].center[1] > last + pitch / 4:
            row += 1
            last = shapes[name].center[1]
        place[name] = (row, shapes[name].center[0], name)
    forward = [procedure.flows[edge.flow] for edge in drawing.edges if not edge.back]
    order: list[str] = []
    waiting = set(shapes)
    while waiting:
        held = {flow.target for flow in forward if flow.source in waiting}
        order.append(min(waiting - held or waiting, key=place.__getitem__))
        waiting.remove(order[-1])
    return tuple(order)
