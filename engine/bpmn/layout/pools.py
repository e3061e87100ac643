"""Pools of a file: which processes get one, their lanes as a tree, and where they stand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from engine.bpmn.xml import BPMN
from engine.model.procedure import Procedure

from .drawing import Box
from .sheet import Sheet, moved_box, sheet_of, shifted

_B = f"{{{BPMN}}}"
#: Thickness of the band with a pool's or a lane's name.
HEAD = 30.0
#: Between two pools, and from the origin to the first.
BETWEEN = 60.0
ORIGIN = (160.0, 80.0)
#: Size of a pool without a process inside.
CLOSED = (600.0, 60.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneNode:
    """A lane of the file; ``leaves`` are the ids of the innermost lanes inside it, or its own."""

    id: str
    depth: int
    leaves: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """One process, or one closed participant, in its place."""

    #: Id of the participant; None for a process drawn without a pool.
    participant: str | None
    box: Box
    sheet: Sheet | None
    lanes: Mapping[str, Box] = field(default_factory=dict)


def lane_tree(process: etree._Element) -> list[LaneNode]:
    """The lanes that have an id, outer before inner, in document order."""
    found: list[LaneNode] = []
    for lanes in process.iterchildren(f"{_B}laneSet"):
        for lane in lanes.iterchildren(f"{_B}lane"):
            found += _lane(lane, 0)
    return found


def _lane(lane: etree._Element, depth: int) -> Iterator[LaneNode]:
    identifier = lane.get("id")
    if not identifier:
        return
    inner = [
        node
        for child in lane.iterfind(f"{_B}childLaneSet/{_B}lane")
        for node in _lane(child, depth + 1)
    ]
    leaves = [node.id for node in inner if node.leaves == (node.id,)]
    yield LaneNode(id=identifier, depth=depth, leaves=tuple(leaves) or (identifier,))
    yield from inner


def pool_of(
    procedure: Procedure,
    process: etree._Element,
    participant: str | None,
    *,
    landscape: bool,
) -> Pool:
    """A process with its pool at the origin."""
    tree = lane_tree(process)
    leaves = [node.id for node in tree if node.leaves == (node.id,)]
    first = {node.id: node.leaves[0] for node in tree}
    band_of = {
        node: first[lane.id] for lane in procedure.lanes if lane.id in first for node in lane.nodes
    }
    sheet = sheet_of(procedure, landscape=landscape, bands=leaves, band_of=band_of)
    head = HEAD if participant is not None else 0.0
    nested = HEAD * max((node.depth for node in tree), default=0)
    inset = head + nested
    dx, dy = (inset, 0.0) if landscape else (0.0, inset)
    drawing = shifted(sheet.drawing, dx, dy)
    captions = {node: moved_box(box, dx, dy) for node, box in sheet.captions.items()}
    boxes = {band.name: band.box for band in drawing.bands}
    lanes = {node.id: _lane_box(node, boxes, head + HEAD * node.depth, landscape) for node in tree}
    box = Box(x=0.0, y=0.0, width=drawing.width + dx, height=drawing.height + dy)
    return Pool(
        participant=participant,
        box=box,
        sheet=Sheet(drawing=drawing, captions=captions),
        lanes=lanes,
    )


def _lane_box(node: LaneNode, bands: Mapping[str, Box], begin: float, landscape: bool) -> Box:
    parts = [bands[leaf] for leaf in node.leaves]
    x, y = min(p.x for p in parts), min(p.y for p in parts)
    right, bottom = max(p.right for p in parts), max(p.bottom for p in parts)
    if landscape:
        return Box(x=begin, y=y, width=right - begin, height=bottom - y)
    return Box(x=x, y=begin, width=right - x, height=bottom - begin)


def stacked(pools: Sequence[Pool], *, landscape: bool) -> list[Pool]:
    """The pools one below (portrait: beside) the other, all equally long."""
    longest = max(p.box.width if landscape else p.box.height for p in pools)
    x, y = ORIGIN
    placed = []
    for pool in pools:
        pool = _moved(_lengthened(pool, longest, landscape), x, y)
        placed.append(pool)
        if landscape:
            y += pool.box.height + BETWEEN
        else:
            x += pool.box.width + BETWEEN
    return placed


def _lengthened(pool: Pool, length: float, landscape: bool) -> Pool:
    def longer(box: Box, by: float) -> Box:
        return (
            replace(box, width=box.width + by)
            if landscape
            else replace(box, height=box.height + by)
        )

    more = length - (pool.box.width if landscape else pool.box.height)
    lanes = {lane: longer(box, more) for lane, box in pool.lanes.items()}
    return replace(pool, box=longer(pool.box, more), lanes=lanes)


def _moved(pool: Pool, dx: float, dy: float) -> Pool:
    sheet = pool.sheet
    if sheet is not None:
        sheet = Sheet(
            drawing=shifted(sheet.drawing, dx, dy),
            captions={node: moved_box(box, dx, dy) for node, box in sheet.captions.items()},
        )
    lanes = {lane: moved_box(box, dx, dy) for lane, box in pool.lanes.items()}
    return replace(pool, box=moved_box(pool.box, dx, dy), sheet=sheet, lanes=lanes)


def closed(participant: str, *, landscape: bool) -> Pool:
    """A participant of which the file shows no process."""
    long, high = CLOSED
    box = Box(x=0.0, y=0.0, width=long, height=high)
    if not landscape:
        box = Box(x=0.0, y=0.0, width=high, height=long)
    return Pool(participant=participant, box=box, sheet=None)
