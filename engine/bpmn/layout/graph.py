"""What is to be laid out: boxes, links and bands of one scope of a procedure.

Belongs here: which nodes are drawn, how much room each needs, which band it
stands in, and which flows lead back. Does not: coordinates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from engine.model.procedure import Node, NodeKind, Procedure

from .drawing import Sizes

#: Sides of a box in the order the router numbers its directions.
NORTH, EAST, SOUTH, WEST = range(4)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """One box to be placed, with the room its tag, markers and events take."""

    id: str
    width: float
    height: float
    #: Room needed beyond the box, by side: north, east, south, west.
    beyond: tuple[float, float, float, float]
    diamond: bool
    #: Index of the band it stands in.
    band: int
    #: Boundary events on its border: (node id, side, offset of its middle from the box's).
    guests: tuple[tuple[str, int, float], ...] = ()
    #: Whether its tag takes the right half of its south side.
    tagged: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One flow to be routed."""

    flow: str
    source: str
    target: str
    name: str
    back: bool
    #: Boundary event it starts from, or None.
    guest: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """Everything a placement and a router need to know."""

    spots: Mapping[str, Spot]
    #: In document order of the flows.
    links: tuple[Link, ...]
    #: Names of the bands; empty for a procedure without lanes.
    bands: tuple[str, ...]
    #: Spot ids such that every forward link leads from earlier to later.
    order: tuple[str, ...]


def graph_of(
    procedure: Procedure,
    sizes: Sizes,
    *,
    scope: str | None = None,
    bands: Sequence[str] | None = None,
    band_of: Mapping[str, str] | None = None,
    inner: Mapping[str, tuple[float, float]] | None = None,
    late: bool = False,
) -> Graph:
    """The graph of one scope.

    Parameters
    ----------
    scope : id of the sub-process whose contents are meant; None for the process.
    bands, band_of : lanes to use instead of the file's; see :func:`arrange`.
    inner : size of a sub-process drawn with its contents, by node id.
    late : walk the last branch of a gateway first; finds other links to call back.
    """
    nodes = {n.id: n for n in procedure.nodes.values() if n.scope == scope}
    hosted: dict[str, list[Node]] = {}
    for node in nodes.values():
        if node.kind is NodeKind.BOUNDARY_EVENT and node.attached_to in nodes:
            hosted.setdefault(node.attached_to, []).append(node)
    guest_of = {guest.id: host for host, guests in hosted.items() for guest in guests}
    placed = {i: n for i, n in nodes.items() if i not in guest_of}
    names = _bands(procedure, placed, bands, band_of) if scope is None else ()
    links = _links(procedure, nodes, guest_of)
    band = _band_indices(placed, names, band_of or {}, links)
    spots = {
        i: _spot(n, sizes, band[i], hosted.get(i, []), (inner or {}).get(i))
        for i, n in placed.items()
    }
    backs = _backs(spots, links, [i for i in placed if _is_entry(placed[i])], late)
    marked = tuple(
        replace(link, back=True) if index in backs else link for index, link in enumerate(links)
    )
    return Graph(spots=spots, links=marked, bands=names, order=_order(spots, marked))


def _is_entry(node: Node) -> bool:
    return node.kind is NodeKind.START_EVENT


def _bands(
    procedure: Procedure,
    nodes: Mapping[str, Node],
    bands: Sequence[str] | None,
    band_of: Mapping[str, str] | None,
) -> tuple[str, ...]:
    if bands is not None:
        return tuple(dict.fromkeys(bands))
    if band_of:
        return tuple(dict.fromkeys(band_of[i] for i in nodes if i in band_of))
    used = {node.lane for node in nodes.values()}
    return tuple(dict.fromkeys(lane.name for lane in procedure.lanes if lane.name in used))


def _links(
    procedure: Procedure, nodes: Mapping[str, Node], guest_of: Mapping[str, str]
) -> list[Link]:
    return [
        Link(
            flow=flow.id,
            source=guest_of.get(flow.source, flow.source),
            target=guest_of.get(flow.target, flow.target),
            name=flow.name,
            back=False,
            guest=flow.source if flow.source in guest_of else None,
        )
        for flow in procedure.flows.values()
        if flow.source in nodes and flow.target in nodes
    ]


def _band_indices(
    nodes: Mapping[str, Node],
    names: Sequence[str],
    band_of: Mapping[str, str],
    links: Sequence[Link],
) -> dict[str, int]:
    """Band of every node; those without one stand where their neighbours stand."""
    index = {name: i for i, name in enumerate(names)}
    found: dict[str, int] = {}
    for node in nodes.values():
        name = band_of.get(node.id, node.lane)
        if name in index:
            found[node.id] = index[name]
    while len(found) < len(nodes):
        near: dict[str, int] = {}
        for link in links:
            for one, other in ((link.source, link.target), (link.target, link.source)):
                if one not in found and other in found:
                    near.setdefault(one, found[other])
        if not near:
            near = {i: 0 for i in nodes if i not in found}
        found.update(near)
    return found


def _spot(
    node: Node, sizes: Sizes, band: int, guests: list[Node], inner: tuple[float, float] | None
) -> Spot:
    diamond = node.kind.is_gateway
    if inner is not None:
        width, height = inner
    elif diamond:
        width, height = sizes.gateway
    elif node.kind.is_event:
        width, height = sizes.event
    else:
        width, height = sizes.step
    step = node.kind.is_activity
    tag_width, tag_height = sizes.tag if step else (0.0, 0.0)
    tagged = tag_width > 0 and tag_height > 0
    marker = sizes.marker / 2 if step else 0.0
    seats = _seats(width, sizes.guest, guests, tagged)
    event = sizes.guest / 2
    north = max([marker, *(event for _, side, _ in seats if side == NORTH)])
    south = max([tag_height, *(event for _, side, _ in seats if side == SOUTH)])
    overhang = max(0.0, tag_width + sizes.clearance / 2 - width / 2) if tagged else 0.0
    return Spot(
        id=node.id,
        width=width,
        height=height,
        beyond=(north, max(marker, overhang), south, 0.0),
        diamond=diamond,
        band=band,
        guests=seats,
        tagged=tagged,
    )


def _seats(
    width: float, side_length: float, guests: list[Node], tagged: bool
) -> tuple[tuple[str, int, float], ...]:
    """Where boundary events sit: south-left first, where neither tag nor marker is."""
    quarter = width / 4
    free = [(SOUTH, -quarter), (NORTH, -quarter), (NORTH, quarter)]
    if not tagged:
        free.insert(1, (SOUTH, quarter))
    seats = []
    for number, guest in enumerate(guests):
        side, offset = free[number % len(free)]
        lap = number // len(free)
        seats.append((guest.id, side, offset + lap * side_length * 0.6))
    return tuple(seats)


def _backs(
    spots: Mapping[str, Spot], links: Sequence[Link], entries: list[str], late: bool
) -> set[int]:
    """Indices of the links that close a cycle, met in a depth-first walk from the entries."""
    out: dict[str, list[int]] = {i: [] for i in spots}
    entered = set()
    for index, link in enumerate(links):
        out[link.source].append(index)
        entered.add(link.target)
    if late:
        for leaving in out.values():
            leaving.reverse()
    backs: set[int] = set()
    done: set[str] = set()
    active: set[str] = set()
    starts = [*entries, *(i for i in spots if i not in entered), *spots]
    for start in starts:
        if start in done:
            continue
        active.add(start)
        stack = [(start, iter(out[start]))]
        while stack:
            node, rest = stack[-1]
            index = next(rest, -1)
            if index < 0:
                stack.pop()
                active.discard(node)
                done.add(node)
                continue
            target = links[index].target
            if target in active:
                backs.add(index)
            elif target not in done:
                active.add(target)
                stack.append((target, iter(out[target])))
    return backs


def _order(spots: Mapping[str, Spot], links: Sequence[Link]) -> tuple[str, ...]:
    """Topological order: by layer, then the node with the longest way ahead, then the file's."""
    forward = [link for link in links if not link.back]
    waiting = dict.fromkeys(spots, 0)
    out: dict[str, list[str]] = {i: [] for i in spots}
    for link in forward:
        waiting[link.target] += 1
        out[link.source].append(link.target)
    plain: list[str] = [i for i in spots if not waiting[i]]
    layer = dict.fromkeys(spots, 0)
    for node in plain:
        for target in out[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                plain.append(target)
    ahead = dict.fromkeys(spots, 0)
    for node in reversed(plain):
        ahead[node] = max((ahead[target] + 1 for target in out[node]), default=0)
    rank = {node: index for index, node in enumerate(spots)}
    heap: list[tuple[int, int, int, str]] = []
    for node in spots:
        heappush(heap, (layer[node], -ahead[node], rank[node], node))
    return tuple(heappop(heap)[3] for _ in range(len(heap)))
