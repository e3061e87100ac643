"""Captions of shapes that are too small to hold their name: events and gateways."""

from collections.abc import Iterable, Iterator, Mapping

from .drawing import Box, Drawing, Sizes
from .label import broken, text_width, thin

#: Full-width characters of one line of a caption.
LINE = 7


def captions(
    drawing: Drawing, names: Mapping[str, str], around: Iterable[str], sizes: Sizes
) -> dict[str, Box]:
    """Box of every name, beside its shape and on as little else as may be.

    Parameters
    ----------
    names : name by node id, of the shapes that need a caption.
    around : ids of shapes that contain others; their borders are lines, not areas.
    """
    outer = set(around)
    solid = [box for node, box in drawing.shapes.items() if node not in outer]
    solid += [edge.label for edge in drawing.edges if edge.label is not None]
    solid += [band.head for band in drawing.bands]
    lines = [
        thin(a, b)
        for edge in drawing.edges
        for a, b in zip(edge.points, edge.points[1:], strict=False)
    ]
    for node in outer:
        lines += _borders(drawing.shapes[node])
    for band in drawing.bands:
        lines += _borders(band.box)
    found: dict[str, Box] = {}
    for node, name in names.items():
        texts = broken(name, LINE)
        width = (max(map(text_width, texts)) + 0.4) * sizes.label_character
        height = sizes.label_height * len(texts)
        best = min(
            _candidates(drawing.shapes[node], width, height, drawing.landscape),
            key=lambda one: (
                one[0]
                + 50.0 * sum(one[1].overlaps(box) for box in solid)
                + 20.0 * sum(one[1].overlaps(line) for line in lines)
            ),
        )[1]
        found[node] = best
        solid.append(best)
    return found


def _candidates(
    shape: Box, width: float, height: float, landscape: bool
) -> Iterator[tuple[float, Box]]:
    """(price, box), best first: below and above a level flow, beside a falling one."""
    gap = 4.0
    middle, below, above = shape.center[0] - width / 2, shape.bottom + gap, shape.y - gap - height
    right, left = shape.right + gap / 2, shape.x - gap / 2 - width
    half = shape.center[0] + gap
    beside = shape.center[1]
    spots = [
        (middle, below),
        (middle, above),
        (half, below),
        (half, above),
        (half - 2 * gap - width, below),
        (half - 2 * gap - width, above),
        (right, beside + gap),
        (right, beside - gap - height),
        (left, beside + gap),
        (left, beside - gap - height),
    ]
    if not landscape:
        spots = [(right, beside - height / 2), (left, beside - height / 2), *spots[6:], *spots[:6]]
    for price, (x, y) in enumerate(spots):
        yield float(price), Box(x=x, y=y, width=width, height=height)


def _borders(box: Box) -> list[Box]:
    corners = [(box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom)]
    return [thin(a, b) for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)]
