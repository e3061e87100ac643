"""Shapes smaller than the layout's: gateways without a name, events on a step's border."""

from collections.abc import Mapping
from dataclasses import replace

from engine.bpmn.layout.drawing import Box, Drawing, Edge, Point
from engine.model.procedure import Node, NodeKind

#: Side of the small diamond and of the event's circle; mm on A2.
_GATEWAY = 14.0
_GUEST = 8.4


def is_guest(node: Node) -> bool:
    """Whether a node is an event on the border of a step."""
    return node.kind is NodeKind.BOUNDARY_EVENT


def with_small_shapes(drawing: Drawing, nodes: Mapping[str, Node], scale: float) -> Drawing:
    """The drawing with those shapes shrunk about their middles, and flows drawn on to them."""
    small: dict[str, Box] = {}
    for name, box in drawing.shapes.items():
        node = nodes[name]
        if is_guest(node):
            small[name] = _around(box, _GUEST * scale)
        elif node.kind.is_gateway and not node.name:
            small[name] = _around(box, min(_GATEWAY * scale, box.height, box.width))
    ends = {flow: node for node in small for flow in nodes[node].outgoing}
    starts = {flow: node for node in small for flow in nodes[node].incoming}

    def landed(edge: Edge) -> Edge:
        points = list(edge.points)
        for index, name in ((0, ends.get(edge.flow)), (-1, starts.get(edge.flow))):
            if name is not None:
                points[index] = _on_border(points[index], small[name], drawing.shapes[name])
        return replace(edge, points=tuple(points))

    edges = tuple(landed(edge) for edge in drawing.edges)
    return replace(drawing, shapes={**drawing.shapes, **small}, edges=edges)


def _around(box: Box, side: float) -> Box:
    x, y = box.center
    return Box(x=x - side / 2, y=y - side / 2, width=side, height=side)


def _on_border(at: Point, small: Box, box: Box) -> Point:
    """The end of a flow moved from the border of a shape to that of a smaller one in it."""
    (x, y), (middle_x, middle_y) = at, box.center
    across, down = (x - middle_x) / box.width, (y - middle_y) / box.height
    if abs(across) > abs(down):
        reach = max(0.0, small.width / 2 - abs(y - middle_y) * small.width / small.height)
        return (middle_x + (reach if across > 0 else -reach), y)
    reach = max(0.0, small.height / 2 - abs(x - middle_x) * small.height / small.width)
    return (x, middle_y + (reach if down > 0 else -reach))
