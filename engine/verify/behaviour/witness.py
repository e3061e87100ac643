"""Shortest runs that execute given steps."""

from collections.abc import Callable, Sequence
from heapq import heappop, heappush

from .block import Run, single_bits
from .net import Move
from .reach import Graph
from .stubborn import Stubborn

#: Most moves looked at while a run of the unreduced net is looked for.
MAX_LOOKED = 20_000

Ways = Sequence[tuple[Move, int]]
#: By state and steps still wanted: the moves worth playing, and how many were looked at.
Successors = Callable[[int, int], tuple[Ways, int]]
_At = tuple[int, int]


def in_graph(graph: Graph, wanted: int) -> Run | None:
    """A short run of an explored graph that executes all ``wanted`` steps, or None.

    Blocks are passed whole, so it may do more than it has to.
    """
    return _shortest(0, lambda state, _: (graph.moves[state], 0), wanted)


def in_net(chooser: Stubborn, wanted: int) -> Run | None:
    """A run with the fewest nodes in an unreduced net; None where none was found in time."""

    def successors(state: int, missing: int) -> tuple[Ways, int]:
        moves, looked = chooser.towards(state, (missing & -missing).bit_length() - 1)
        return [(move, state & move.keeps | move.puts) for move in moves], looked

    return _shortest(chooser.net.start, successors, wanted)


def _shortest(start: int, successors: Successors, wanted: int) -> Run | None:
    """Dijkstra over (state, steps still wanted); a move counts its nodes."""
    first = (start, wanted)
    queue = [(0, 0, *first)]
    best = {first: 0}
    came: dict[_At, tuple[_At, Run]] = {}
    left = MAX_LOOKED
    while queue and left > 0:
        cost, _, state, missing = heappop(queue)
        here = (state, missing)
        if not missing:
            return _trace(came, here)
        if cost > best[here]:
            continue
        ways, looked = successors(state, missing)
        left -= looked
        for move, there in ways:
            for done in _subsets(missing & move.block.steps):
                run = move.block.run(done)
                if run is None:
                    continue
                then = (there, missing & ~done)
                total = cost + len(run)
                if total < best.get(then, total + 1):
                    best[then] = total
                    came[then] = (here, run)
                    heappush(queue, (total, len(best), *then))
    return None


def _subsets(mask: int) -> list[int]:
    subsets = [0]
    for bit in single_bits(mask):
        subsets += [subset | bit for subset in subsets]
    return subsets


def _trace(came: dict[_At, tuple[_At, Run]], at: _At) -> Run:
    runs = []
    while at in came:
        at, run = came[at]
        runs.append(run)
    return tuple(node for run in reversed(runs) for node in run)
