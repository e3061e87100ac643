"""Stretching a drawing to fill an area."""

from dataclasses import replace

from engine.bpmn.layout.drawing import Band, Box, Drawing, Edge, Point


def stretched(drawing: Drawing, area: Box, head: float) -> Drawing:
    """The drawing moved and stretched to fill an area; lane heads keep their height."""
    across = area.width / drawing.width
    old = max((band.head.height for band in drawing.bands), default=0.0)
    new = head if drawing.bands else 0.0
    down = (area.height - new) / (drawing.height - old)

    def point(at: Point) -> Point:
        y = at[1] - old
        return (area.x + at[0] * across, area.y + new + y * down)

    def box(old_box: Box) -> Box:
        x, y = point((old_box.x, old_box.y))
        return Box(x=x, y=y, width=old_box.width * across, height=old_box.height * down)

    def band(lane: Band) -> Band:
        x, wide = area.x + lane.box.x * across, lane.box.width * across
        whole = Box(x=x, y=area.y, width=wide, height=area.height)
        return Band(name=lane.name, box=whole, head=replace(whole, height=head))

    edges = tuple(
        Edge(
            flow=edge.flow,
            points=tuple(point(p) for p in edge.points),
            label=None if edge.label is None else box(edge.label),
            lines=edge.lines,
            back=edge.back,
        )
        for edge in drawing.edges
    )
    return Drawing(
        width=area.width,
        height=area.height,
        bands=tuple(band(lane) for lane in drawing.bands),
        shapes={name: box(old_box) for name, old_box in drawing.shapes.items()},
        edges=edges,
        landscape=drawing.landscape,
    )
