"""Shortest runs of the explored graph that execute given steps."""

from heapq import heappop, heappush

from .block import Run, single_bits
from .reach import Graph


def shortest(graph: Graph, wanted: int) -> Run | None:
    """A run with the fewest nodes that executes all ``wanted`` steps, or None.

    Dijkstra over (state, steps still wanted); a move counts its nodes.
    """
    queue = [(0, 0, wanted)]
    best = {(0, wanted): 0}
    came: dict[tuple[int, int], tuple[tuple[int, int], Run]] = {}
    while queue:
        cost, state, missing = heappop(queue)
        here = (state, missing)
        if not missing:
            return _trace(came, here)
        if cost > best[here]:
            continue
        for move, there in graph.moves[state]:
            for done in _subsets(missing & move.block.steps):
                run = move.block.run(done)
                if run is None:
                    continue
                then = (there, missing & ~done)
                total = cost + len(run)
                if total < best.get(then, total + 1):
                    best[then] = total
                    came[then] = (here, run)
                    heappush(queue, (total, *then))
    return None


def _subsets(mask: int) -> list[int]:
    subsets = [0]
    for bit in single_bits(mask):
        subsets += [subset | bit for subset in subsets]
    return subsets


def _trace(came: dict[tuple[int, int], tuple[tuple[int, int], Run]], at: tuple[int, int]) -> Run:
    runs = []
    while at in came:
        at, run = came[at]
        runs.append(run)
    return tuple(node for run in reversed(runs) for node in run)
