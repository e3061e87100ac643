"""Names inside shapes: one size for all nodes, the largest at which every name fits."""

from collections.abc import Iterable, Mapping
from math import sqrt

from engine.bpmn.layout.drawing import Box
from engine.model.procedure import Node

from .typesetting import Block, Room, largest, shape

#: Bold enough to read from two metres.
WEIGHT = 500
#: Names are set closer than running text.
LEADING = 1.17


def _far(size: float, line: int, count: int) -> float:
    """How far a line's ink reaches from the middle of the block, up or down."""
    top = (line * LEADING - (1 + LEADING * (count - 1)) / 2) * size
    return max(abs(top), abs(top + size))


def room_in(node: Node, box: Box, size: float, pad: float) -> Room:
    """How wide the lines of a name may be in the shape of a node."""
    half = box.height / 2

    def decision(line: int, count: int) -> float:
        return max(box.width * (1 - _far(size, line, count) / half) - 1.5 * pad, 0.01)

    def event(line: int, count: int) -> float:
        far = min(_far(size, line, count), half)
        return box.width - 2 * (half - sqrt(half**2 - far**2)) - pad

    if node.kind.is_gateway:
        return decision
    if node.kind.is_event:
        return event
    # Air on both sides in proportion to the letters, so that a full line does not touch the frame.
    return lambda _line, _count: box.width - (4 if node.called else 2) * pad - size / 2


def fit_names(
    nodes: Iterable[Node], shapes: Mapping[str, Box], *, most: float, least: float, pad: float
) -> dict[str, Block]:
    """Every name in lines, at the largest size from ``most`` to ``least`` that fits all.

    Where not even ``least`` does, at the largest size below it.
    """
    named = [node for node in nodes if node.name]

    def block(node: Node, size: float) -> Block | None:
        box = shapes[node.id]
        room = room_in(node, box, size, pad)
        high = box.height - max(pad, size * 0.32)
        return shape(node.name, size, room, high, weight=WEIGHT, leading=LEADING)

    steps = [most - (most - least) * i / 40 for i in range(41)]
    size = largest(steps, lambda size: all(block(node, size) for node in named)) or least
    while True:
        blocks = {node.id: block(node, size) for node in named}
        found = {name: block for name, block in blocks.items() if block is not None}
        if len(found) == len(blocks):
            return found
        size *= 0.97
