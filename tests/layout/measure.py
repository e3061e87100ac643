"""What can be wrong with a drawing, found independently of how it was made."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from engine.bpmn.layout import Box, Drawing, Sizes
from engine.model.procedure import Node, NodeKind, Procedure

#: Sizes of a wall chart in mm, by landscape.
CHART = {
    False: Sizes(
        step=(55, 19), gateway=(58, 23), event=(44, 15), row_pitch=31, lane_width=72,
        lane_head=17, grid=1.5, clearance=3.2, tag=(21, 5.2), marker=9,
        label_height=6.4, label_character=5.0,
    ),
    True: Sizes(
        step=(55, 19), gateway=(58, 23), event=(44, 15), row_pitch=74, lane_width=36,
        lane_head=17, grid=1.5, clearance=3.2, tag=(21, 5.2), marker=9,
        label_height=6.4, label_character=5.0,
    ),
}  # fmt: skip
#: Lengths below this are rounding.
TINY = 1e-6


@dataclass
class Measures:
    """Beauty in numbers, and everything that must not be."""

    crossings: int = 0
    bends: int = 0
    faults: list[str] = field(default_factory=list)


def _segments(drawing):
    for edge in drawing.edges:
        for a, b in pairwise(edge.points):
            yield edge, a, b


def _span(a, b):
    return Box(
        x=min(a[0], b[0]), y=min(a[1], b[1]), width=abs(a[0] - b[0]), height=abs(a[1] - b[1])
    )


def _inside(inner: Box, outer: Box) -> bool:
    return (
        inner.x >= outer.x - TINY
        and inner.y >= outer.y - TINY
        and inner.right <= outer.right + TINY
        and inner.bottom <= outer.bottom + TINY
    )


def on_border(point, box: Box, node: Node) -> bool:
    """Whether a point lies on the outline of a shape (the diamond's too)."""
    x, y = point
    cx, cy = box.center
    if node.kind.is_gateway:
        return abs(abs(x - cx) / (box.width / 2) + abs(y - cy) / (box.height / 2) - 1) < 1e-6
    level = box.x - TINY <= x <= box.right + TINY
    upright = box.y - TINY <= y <= box.bottom + TINY
    on_x = min(abs(x - box.x), abs(x - box.right)) < TINY
    on_y = min(abs(y - box.y), abs(y - box.bottom)) < TINY
    return (on_x and upright) or (on_y and level)


def _things(procedure: Procedure, drawing: Drawing, sizes: Sizes) -> list[tuple[str, Box]]:
    """Everything with an area: shapes, markers, tags, labels, heads."""
    things = []
    for node_id, box in drawing.shapes.items():
        node = procedure.nodes[node_id]
        things.append((node_id, box))
        if node.kind.is_activity and sizes.marker:
            things.append((f"{node_id}!", sizes.marker_of(box)))
        if node.kind.is_activity and sizes.tag[0]:
            things.append((f"{node_id}#", sizes.tag_of(box)))
    things += [(f"{e.flow}?", e.label) for e in drawing.edges if e.label]
    things += [(f"^{band.name}", band.head) for band in drawing.bands]
    return things


def _may_touch(procedure: Procedure, one: str, other: str) -> bool:
    a, b = one.rstrip("!#"), other.rstrip("!#")
    if a == b:
        return True
    hosts = {procedure.nodes[i].attached_to for i in (a, b) if i in procedure.nodes}
    scopes = _scopes(procedure, {a, b})
    return bool({a, b} & (hosts | scopes))


def measure(procedure: Procedure, drawing: Drawing, sizes: Sizes) -> Measures:
    """Crossings, bends and faults of a drawing."""
    result = Measures(bends=sum(len(edge.points) - 2 for edge in drawing.edges))
    things = _things(procedure, drawing, sizes)
    faults = result.faults
    for (one, a), (other, b) in combinations(things, 2):
        if a.overlaps(b, -1e-4) and not _may_touch(procedure, one, other):
            faults.append(f"{one} overlaps {other}")
    page = Box(x=0, y=0, width=drawing.width, height=drawing.height)
    faults += [f"{name} leaves the page" for name, box in things if not _inside(box, page)]
    lanes = {band.name: band.box for band in drawing.bands}
    for node_id, box in drawing.shapes.items():
        node = procedure.nodes[node_id]
        guest = node.kind is NodeKind.BOUNDARY_EVENT
        if node.lane in lanes and not guest and not _inside(box, lanes[node.lane]):
            faults.append(f"{node_id} leaves its lane")
    _edges(procedure, drawing, things, faults)
    result.crossings = _crossings(procedure, drawing, faults)
    return result


def _edges(procedure, drawing, things, faults) -> None:
    for edge in drawing.edges:
        flow = procedure.flows[edge.flow]
        for end, point in ((flow.source, edge.points[0]), (flow.target, edge.points[-1])):
            if not on_border(point, drawing.shapes[end], procedure.nodes[end]):
                faults.append(f"{edge.flow} does not end on {end}")
    for edge, a, b in _segments(drawing):
        flow = procedure.flows[edge.flow]
        if min(abs(a[0] - b[0]), abs(a[1] - b[1])) > TINY or a == b:
            faults.append(f"{edge.flow} is slanted or doubled")
        own = {flow.source, flow.target}
        scopes = _scopes(procedure, own)
        for name, box in things:
            if name in scopes:
                continue
            if name in own and procedure.nodes[name].kind.is_gateway:
                through = _in_diamond(a, b, box)
            else:
                through = box.overlaps(_span(a, b), -1e-4)
            if through:
                faults.append(f"{edge.flow} runs through {name}")


def _scopes(procedure: Procedure, ids: set[str]) -> set[str]:
    """Every sub-process around the nodes."""
    found = set()
    for name in ids:
        node = procedure.nodes.get(name)
        while node is not None and node.scope:
            found.add(node.scope)
            node = procedure.nodes[node.scope]
    return found


def _in_diamond(a, b, box: Box) -> bool:
    """Whether a level or upright segment enters the diamond in a box."""
    span = _span(a, b)
    x = min(max(box.center[0], span.x), span.right)
    y = min(max(box.center[1], span.y), span.bottom)
    cx, cy = box.center
    return abs(x - cx) / (box.width / 2) + abs(y - cy) / (box.height / 2) < 1 - 1e-6


def _crossings(procedure, drawing, faults) -> int:
    found = Counter()
    for (one, a, b), (other, c, d) in combinations(list(_segments(drawing)), 2):
        if one.flow == other.flow:
            continue
        same = procedure.flows[one.flow].target == procedure.flows[other.flow].target
        first, second = _span(a, b), _span(c, d)
        if not first.overlaps(second, TINY):
            continue
        level_one, level_two = first.height < TINY, second.height < TINY
        if level_one == level_two:
            if not same:
                faults.append(f"{one.flow} and {other.flow} share a line")
            continue
        level, upright = (first, second) if level_one else (second, first)
        x, y = upright.x, level.y
        ends = (
            {round(v, 4) for v in (level.x, level.right)},
            {round(v, 4) for v in (upright.y, upright.bottom)},
        )
        if round(x, 4) in ends[0] or round(y, 4) in ends[1]:
            if not same:
                faults.append(f"{one.flow} and {other.flow} touch")
            continue
        if not same:
            found[(round(x, 3), round(y, 3))] += 1
    return len(found)
