"""A process as other tools draw it: sub-processes open, small shapes with captions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from engine.model.procedure import Procedure

from .caption import captions
from .compose import draw
from .drawing import Box, Drawing, Edge, Sizes
from .graph import graph_of
from .label import text_width

#: Room around the contents of an open sub-process, and above them for its name.
PADDING = 20.0
TITLE = 30.0
#: Widths of a task, the narrowest first, and of a character of its name, in px.
WIDTHS = (100, 120, 140, 160)
CHARACTER = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A drawing in px with everything diagram interchange needs."""

    drawing: Drawing
    #: Box of a node's name outside its shape, by node id.
    captions: Mapping[str, Box]


def sizes_for(procedure: Procedure, *, landscape: bool) -> Sizes:
    """BPMN's usual sizes; tasks wider where names are long."""
    longest = max((text_width(n.name) for n in procedure.nodes.values()), default=0.0)
    wide = next((w for w in WIDTHS if longest * CHARACTER <= 4 * (w - 10)), WIDTHS[-1])
    return Sizes(
        step=(wide, 80),
        gateway=(50, 50),
        event=(36, 36),
        row_pitch=wide + 60 if landscape else 130,
        lane_width=130 if landscape else wide + 80,
        lane_head=30,
        grid=6,
        clearance=14,
        label_height=14,
        label_character=12,
    )


def sheet_of(
    procedure: Procedure,
    *,
    landscape: bool,
    bands: Sequence[str] = (),
    band_of: Mapping[str, str] | None = None,
) -> Sheet:
    """Draw a process; ``bands`` and ``band_of`` name lanes by id."""
    sizes = sizes_for(procedure, landscape=landscape)
    drawing = _opened(procedure, sizes, None, landscape, bands, band_of)
    small = {
        node.id: node.name
        for node in procedure.nodes.values()
        if node.name and (node.kind.is_event or node.kind.is_gateway)
    }
    containers = [n.id for n in procedure.nodes.values() if n.kind.is_container]
    return Sheet(drawing=drawing, captions=captions(drawing, small, containers, sizes))


def _opened(
    procedure: Procedure,
    sizes: Sizes,
    scope: str | None,
    landscape: bool,
    bands: Sequence[str],
    band_of: Mapping[str, str] | None,
) -> Drawing:
    """One scope with the contents of its sub-processes inside them."""
    contents = {
        node.id: _opened(procedure, sizes, node.id, landscape, (), None)
        for node in procedure.nodes.values()
        if node.scope == scope and node.kind.is_container
    }
    inner = {
        node: (
            max(sizes.step[0], _even(drawing.width + 2 * PADDING)),
            max(sizes.step[1], _even(drawing.height + TITLE + PADDING)),
        )
        for node, drawing in contents.items()
    }
    graphs = [
        graph_of(
            procedure, sizes, scope=scope, bands=bands, band_of=band_of, inner=inner, late=late
        )
        for late in (False, True)
    ]
    outer = draw(graphs, sizes, landscape=landscape)
    shapes = dict(outer.shapes)
    edges = list(outer.edges)
    for node, drawing in contents.items():
        box = outer.shapes[node]
        moved = shifted(drawing, box.x + PADDING, box.y + TITLE)
        shapes.update(moved.shapes)
        edges += moved.edges
    return replace(outer, shapes=shapes, edges=tuple(edges))


def _even(size: float) -> float:
    """Up to an even number of px, so that middles stay whole."""
    return 2.0 * ceil(size / 2)


def moved_box(box: Box, dx: float, dy: float) -> Box:
    """The box elsewhere."""
    return replace(box, x=box.x + dx, y=box.y + dy)


def shifted(drawing: Drawing, dx: float, dy: float) -> Drawing:
    """The drawing elsewhere."""

    def edge(old: Edge) -> Edge:
        points = tuple((x + dx, y + dy) for x, y in old.points)
        label = None if old.label is None else moved_box(old.label, dx, dy)
        return replace(old, points=points, label=label)

    bands = tuple(
        replace(b, box=moved_box(b.box, dx, dy), head=moved_box(b.head, dx, dy))
        for b in drawing.bands
    )
    shapes = {node: moved_box(box, dx, dy) for node, box in drawing.shapes.items()}
    return replace(drawing, bands=bands, shapes=shapes, edges=tuple(map(edge, drawing.edges)))
