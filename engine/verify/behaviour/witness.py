"""Shortest runs that execute given steps."""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush

from .block import Run, single_bits
from .net import Move, Net
from .reach import Graph

#: Most (state, steps wanted) visited while a shorter run is looked for.
MAX_VISITS = 4_000
#: Most moves looked at meanwhile: one state of a wide parallel split has thousands.
MAX_MOVES = 20_000

Successors = Callable[[int], Iterable[tuple[Move, int]]]
_At = tuple[int, int]


def in_graph(graph: Graph, wanted: int) -> Run | None:
    """A short run of an explored graph that executes all ``wanted`` steps, or None.

    Blocks are passed whole, so it may do more than it has to.
    """
    return _shortest(0, graph.moves.__getitem__, wanted, limited=False)


def in_net(net: Net, wanted: int) -> Run | None:
    """A run with the fewest nodes in an unreduced net; None where none was found in time."""

    def successors(state: int) -> Iterable[tuple[Move, int]]:
        return ((move, state & move.keeps | move.puts) for move in net.possible(state))

    return _shortest(net.start, successors, wanted, limited=True)


def _shortest(start: int, successors: Successors, wanted: int, *, limited: bool) -> Run | None:
    """Dijkstra over (state, steps still wanted); a move counts its nodes."""
    first = (start, wanted)
    queue = [(0, 0, *first)]
    best = {first: 0}
    came: dict[_At, tuple[_At, Run]] = {}
    looked = 0
    while queue and not (limited and (len(best) >= MAX_VISITS or looked >= MAX_MOVES)):
        cost, _, state, missing = heappop(queue)
        here = (state, missing)
        if not missing:
            return _trace(came, here)
        if cost > best[here]:
            continue
        for move, there in successors(state):
            looked += 1
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
