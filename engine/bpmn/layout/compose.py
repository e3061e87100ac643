"""From a graph to a drawing: place, route, give the lines coordinates, set the labels."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product

from engine.model.procedure import Procedure

from .axis import SIDE, Axis, Cell, lane_lines, layer_lines
from .drawing import Band, Box, Drawing, Edge, Point, Sizes
from .graph import EAST, NORTH, SOUTH, WEST, Graph, Link, Spot, graph_of
from .label import Labels
from .place import Style, place
from .route import BEND, Router

#: Tracks per gap.
TRACKS = 3
#: Placements tried for a graph of ordinary size.
STYLES = (Style(), Style(spread=True))
#: Price of a row and of a column, in bends.
ROW, COLUMN = 1.2, 2.0
#: Sets of links tried apart.
TRIES = 12
#: More boxes than this are placed and routed once only.
LARGE = 150


def arrange(
    procedure: Procedure,
    sizes: Sizes,
    *,
    landscape: bool = False,
    bands: Sequence[str] | None = None,
    band_of: Mapping[str, str] | None = None,
    max_height: float | None = None,
) -> Drawing:
    """Lay a procedure out, sub-processes as closed boxes.

    Parameters
    ----------
    sizes : lengths, in any unit; the drawing is in the same.
    landscape : lanes as rows, read from left to right.
    bands : names of the lanes in reading order; the file's by default.
    band_of : lane by node id, where it is not the node's own.
    max_height : rows of a portrait drawing move together to stay below this, where they can.
    """
    graphs = [
        graph_of(procedure, sizes, bands=bands, band_of=band_of, late=late)
        for late in (False, True)
    ]
    return draw(graphs, sizes, landscape=landscape, max_height=max_height)


def draw(
    graphs: Sequence[Graph], sizes: Sizes, *, landscape: bool, max_height: float | None = None
) -> Drawing:
    """The best drawing among the styles tried on views of one graph."""
    if not graphs[0].spots:
        return Drawing(width=0.0, height=0.0, bands=(), shapes={}, edges=(), landscape=landscape)
    return _best(graphs, sizes, landscape).drawing(max_height)


def _best(graphs: Sequence[Graph], sizes: Sizes, landscape: bool) -> "_Sketch":
    """The cheapest sketch: all styles, then the best one with single links set apart."""
    if len(graphs[0].spots) > LARGE:
        return _Sketch(graphs[0], sizes, STYLES[0], landscape=landscape)
    first: list[_Sketch] = []
    for graph, style in product(graphs, STYLES):
        if not any(one.graph == graph and one.placement == place(graph, style) for one in first):
            first.append(_Sketch(graph, sizes, style, landscape=landscape))
    start = min(first, key=lambda sketch: sketch.price)
    best = start
    for apart in start.doubtful()[:TRIES]:
        style = replace(best.style, apart=best.style.apart | apart)
        other = _Sketch(best.graph, sizes, style, landscape=landscape)
        if other.price < best.price:
            best = other
    finalists = [best] if best is start else [best, start]
    for sketch in finalists:
        sketch.router.improve()
    return min(finalists, key=lambda sketch: sketch.price)


class _Sketch:
    """One placement, routed."""

    def __init__(self, graph: Graph, sizes: Sizes, style: Style, *, landscape: bool) -> None:
        self.graph, self.sizes, self.style = graph, sizes, style
        self.placement = placement = place(graph, style)
        self.landscape = landscape
        tracks = TRACKS
        columns, rows = self._cells()
        room = max(sizes.clearance * 2, sizes.grid * 4)
        lanes = Axis(columns, double=True, tracks=tracks, room=room)
        layers = Axis(rows, double=False, tracks=tracks, room=room)
        self.lanes, self.layers = lanes, layers
        self.xs, self.ys = (layers, lanes) if landscape else (lanes, layers)
        self.router = Router(
            graph,
            placement,
            self.xs,
            self.ys,
            landscape=landscape,
            unit=max(sizes.row_pitch, sizes.step[0]),
        )
        self.router.run()

    @property
    def price(self) -> float:
        """What routing cost, and a little for every row and column."""
        backs = sum(link.back for link in self.graph.links)
        size = ROW * self.placement.rows + COLUMN * len(self.placement.columns)
        return self.router.cost + size + backs

    def doubtful(self) -> list[frozenset[str]]:
        """Level links between bands whose ends have bent or crossing links, the worst first.

        Each alone, then with the links that leave its target.
        """
        trouble: dict[str, float] = dict.fromkeys(self.graph.spots, 0.0)
        onward: dict[str, list[str]] = {spot: [] for spot in self.graph.spots}
        for link in self.graph.links:
            worth = self.router.worth(link.flow)
            trouble[link.source] += worth
            trouble[link.target] += worth
            onward[link.source].append(link.flow)
        cells, spots = self.placement.cells, self.graph.spots
        level = [
            link
            for link in self.graph.links
            if cells[link.source][1] == cells[link.target][1]
            and spots[link.source].band != spots[link.target].band
            and not link.back
        ]
        level.sort(key=lambda link: -trouble[link.source] - trouble[link.target])
        found: list[frozenset[str]] = []
        for link in level:
            if trouble[link.source] + trouble[link.target] > BEND:
                found.append(frozenset({link.flow}))
                found.append(frozenset({link.flow, *onward[link.target]}))
        return found

    def _cells(self) -> tuple[list[Cell], list[Cell]]:
        """Room of every column and row, with lines for the ports that are needed."""
        columns: list[list[Spot]] = [[] for _ in self.placement.columns]
        rows: list[list[Spot]] = [[] for _ in range(self.placement.rows)]
        for spot in self.graph.spots.values():
            column, row = self.placement.cells[spot.id]
            columns[column].append(spot)
            rows[row].append(spot)
        busy = self._busy()
        wide = [_cell(spots, busy, upright=True) for spots in (rows if self.landscape else columns)]
        high = [
            _cell(spots, busy, upright=False) for spots in (columns if self.landscape else rows)
        ]
        return (high, wide) if self.landscape else (wide, high)

    def _busy(self) -> set[str]:
        """Spots with more links than four sides can take."""
        targets: dict[str, set[str]] = {spot: set() for spot in self.graph.spots}
        entered: dict[str, set[bool]] = {spot: set() for spot in self.graph.spots}
        for link in self.graph.links:
            if link.guest is None:
                targets[link.source].add(link.flow)
            entered[link.target].add(link.back)
        return {s for s in targets if len(targets[s]) + len(entered[s]) > 4}

    # -- geometry --------------------------------------------------------

    def drawing(self, max_height: float | None) -> Drawing:
        """Coordinates for everything; gaps grow until every label has its place."""
        wanted_lanes = [self.sizes.clearance] * len(self.lanes.gaps)
        wanted_layers = [self.sizes.clearance * 2] * len(self.layers.gaps)
        for _ in range(4):
            drawing = self._geometry(wanted_lanes, wanted_layers, max_height)
            labels = Labels(drawing, self.graph, self.sizes)
            placed = labels.place()
            if not labels.squeezed:
                break
            self._widen(labels.squeezed, drawing, wanted_lanes, wanted_layers)
        edges = tuple(
            replace(edge, label=placed[edge.flow][0], lines=placed[edge.flow][1])
            if edge.flow in placed
            else edge
            for edge in drawing.edges
        )
        return replace(drawing, edges=edges)

    def _widen(
        self,
        squeezed: Mapping[str, tuple[float, float]],
        drawing: Drawing,
        wanted_lanes: list[float],
        wanted_layers: list[float],
    ) -> None:
        """Ask for more room in the gaps behind the first segment of squeezed labels' edges."""
        for flow, (width, height) in squeezed.items():
            path = self.router.paths[flow]
            points = self.router.points[flow]
            nx = self.router.nx
            level = path.leave in (EAST, WEST)
            axis = self.xs if level else self.ys
            size = width if level else height
            lines = [(p % nx if level else p // nx) for p in points[:12]]
            gaps = list(
                dict.fromkeys(g for line in lines for g, gap in enumerate(axis.gaps) if line in gap)
            )[:2]
            if axis is self.layers:
                wanted, gaps = wanted_layers, gaps[:1]
            else:
                wanted = wanted_lanes
            for gap in gaps:
                wanted[gap] = max(wanted[gap] * 1.2, (size + 2 * self.sizes.grid) / len(gaps))

    def _geometry(
        self, wanted_lanes: list[float], wanted_layers: list[float], max_height: float | None
    ) -> Drawing:
        sizes = self.sizes
        lane_used, layer_used = self._used()
        spacing = max(2 * sizes.grid, sizes.clearance)
        lane_at, spans = lane_lines(
            self.lanes,
            self.placement.columns,
            lane_used,
            spacing=spacing,
            least=sizes.lane_width if self.graph.bands else 0.0,
            wanted=wanted_lanes,
        )
        head = sizes.lane_head if self.graph.bands else 0.0
        limit = None if self.landscape or max_height is None else max_height - head
        layer_at, length = layer_lines(
            self.layers,
            layer_used,
            spacing=spacing,
            pitch=sizes.row_pitch,
            wanted=wanted_layers,
            limit=limit,
        )
        layer_at = {line: at + head for line, at in layer_at.items()}
        length += head
        x_at, y_at = (layer_at, lane_at) if self.landscape else (lane_at, layer_at)
        shapes = self._shapes(x_at, y_at)
        across = spans[-1][1]
        return Drawing(
            width=length if self.landscape else across,
            height=across if self.landscape else length,
            bands=self._bands(spans, length),
            shapes=shapes,
            edges=tuple(self._edge(link, shapes, x_at, y_at) for link in self.graph.links),
            landscape=self.landscape,
        )

    def _used(self) -> tuple[list[list[int]], list[list[int]]]:
        xs: set[int] = set()
        ys: set[int] = set()
        for path in self.router.paths.values():
            for (ax, ay), (bx, by) in pairwise(path.turns):
                if ax == bx:
                    xs.add(ax)
                if ay == by:
                    ys.add(ay)
        lanes, layers = (ys, xs) if self.landscape else (xs, ys)
        return self.lanes.used(lanes), self.layers.used(layers)

    def _bands(self, spans: Sequence[tuple[float, float]], length: float) -> tuple[Band, ...]:
        bands = []
        for name, (begin, end) in zip(self.graph.bands, spans, strict=False):
            size = end - begin
            if self.landscape:
                box = Box(x=0.0, y=begin, width=length, height=size)
                head = Box(x=0.0, y=begin, width=self.sizes.lane_head, height=size)
            else:
                box = Box(x=begin, y=0.0, width=size, height=length)
                head = Box(x=begin, y=0.0, width=size, height=self.sizes.lane_head)
            bands.append(Band(name=name, box=box, head=head))
        return tuple(bands)

    def _shapes(self, x_at: Mapping[int, float], y_at: Mapping[int, float]) -> dict[str, Box]:
        shapes: dict[str, Box] = {}
        size = self.sizes.guest
        for spot in self.graph.spots.values():
            column, row = self.router.cell[spot.id]
            x, y = x_at[self.xs.middle[column]], y_at[self.ys.middle[row]]
            shapes[spot.id] = Box(
                x=x - spot.width / 2, y=y - spot.height / 2, width=spot.width, height=spot.height
            )
            for guest, side, offset in spot.guests:
                border = y + (spot.height / 2 if side == SOUTH else -spot.height / 2)
                shapes[guest] = Box(
                    x=x + offset - size / 2, y=border - size / 2, width=size, height=size
                )
        return shapes

    def _edge(
        self,
        link: Link,
        shapes: Mapping[str, Box],
        x_at: Mapping[int, float],
        y_at: Mapping[int, float],
    ) -> Edge:
        path = self.router.paths[link.flow]
        points = [(x_at[x], y_at[y]) for x, y in path.turns]
        source = shapes[link.guest or link.source]
        offset = points[0][0] - source.center[0]
        if link.guest is not None and offset:
            points = [(p[0] - offset if p[0] == points[0][0] else p[0], p[1]) for p in points]
        round_or_box = link.guest is not None
        points[0] = _border(
            source,
            points[0],
            path.leave,
            not round_or_box and self.graph.spots[link.source].diamond,
        )
        target = self.graph.spots[link.target]
        points[-1] = _border(shapes[link.target], points[-1], path.enter, target.diamond)
        return Edge(flow=link.flow, points=tuple(points), label=None, back=link.back)


def _cell(spots: Sequence[Spot], busy: set[str], *, upright: bool) -> Cell:
    """Room of a column (``upright``) or of a row of boxes."""
    before = after = 0.0
    smallest = float("inf")
    offsets = {0.0}
    for spot in spots:
        half = (spot.width if upright else spot.height) / 2
        before = max(before, half + spot.beyond[WEST if upright else NORTH])
        after = max(after, half + spot.beyond[EAST if upright else SOUTH])
        smallest = min(smallest, 2 * half)
        if upright:
            offsets.update(offset for _, _, offset in spot.guests)
    if any(spot.id in busy for spot in spots):
        offsets |= {-SIDE * smallest, SIDE * smallest}
    return Cell(before=before, after=after, offsets=tuple(sorted(offsets)))


def _border(box: Box, point: Point, side: int, diamond: bool) -> Point:
    """Where the line through ``point`` on the given side meets the shape's border."""
    x, y = point
    middle_x, middle_y = box.center
    inset = 0.0
    if side in (NORTH, SOUTH):
        if diamond:
            inset = box.height * abs(x - middle_x) / box.width
        return (x, box.y + inset if side == NORTH else box.bottom - inset)
    if diamond:
        inset = box.width * abs(y - middle_y) / box.height
    return (box.right - inset if side == EAST else box.x + inset, y)
