"""Moving edge labels clear of what the layout does not know: discs and markers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product

from engine.bpmn.layout.drawing import Box, Edge, Point

#: How many steps a label may be moved in each direction.
_REACH = 15
#: Moves in steps, the shortest first; upwards before downwards.
_MOVES = sorted(
    product(range(-_REACH, _REACH + 1), repeat=2),
    key=lambda move: (move[0] ** 2 + move[1] ** 2, move[1], move[0]),
)


def _segment(start: Point, end: Point) -> Box:
    return Box(
        x=min(start[0], end[0]),
        y=min(start[1], end[1]),
        width=abs(start[0] - end[0]),
        height=abs(start[1] - end[1]),
    )


def _moved(box: Box, step: float) -> Iterator[Box]:
    return (replace(box, x=box.x + x * step, y=box.y + y * step) for x, y in _MOVES)


def settled(
    labels: Mapping[str, Box],
    edges: Iterable[Edge],
    obstacles: Sequence[Box],
    *,
    step: float,
    gap: float,
) -> dict[str, Box]:
    """Labels by flow, each moved as little as frees it of obstacles, labels and foreign flows.

    A label that is free nowhere near stays where the layout put it.
    """
    lines = {
        edge.flow: [_segment(start, end) for start, end in pairwise(edge.points)] for edge in edges
    }
    placed: dict[str, Box] = {}
    for flow, box in labels.items():
        foreign = [line for other, known in lines.items() if other != flow for line in known]
        others = [placed.get(other, known) for other, known in labels.items() if other != flow]
        hard = [*obstacles, *others]
        near = [one for one in hard if one.overlaps(box, (_REACH + 1) * step)]

        def is_clear(place: Box, blocks: Sequence[Box] = near) -> bool:
            return not any(place.overlaps(block, gap) for block in blocks)

        clear = (place for place in _moved(box, step) if is_clear(place))
        free = (place for place in clear if not any(place.overlaps(line) for line in foreign))
        placed[flow] = next(free, None) or next(filter(is_clear, _moved(box, step)), box)
    return placed
