"""Which steps one run can execute together: one pass backwards over the condensation."""

from collections.abc import Iterator, Mapping

import networkx as nx

from .block import bits
from .net import Net
from .reach import Graph


def condense(graph: Graph) -> nx.DiGraph:
    """The graph of the strongly connected components of the states.

    Each component's ``members`` are numbers of states; ``mapping`` in the
    graph's own attributes leads back.
    """
    states = nx.DiGraph()
    states.add_nodes_from(range(len(graph.states)))
    states.add_edges_from((here, there) for here, out in enumerate(graph.moves) for _, there in out)
    return nx.condensation(states)


def together(net: Net, graph: Graph, condensed: nx.DiGraph) -> list[int]:
    """For each step, the mask of steps that some run executes as well as it.

    A step is in its own mask when some run executes it at all.
    """
    rows, executed = _atom_rows(net, graph, condensed)
    steps = [0] * len(net.plan.steps)
    for number in bits(executed):
        spot, others = net.atoms[number], 0
        for other in bits(rows[number] & ~(1 << number)):
            others |= net.atoms[other].block.steps
        if rows[number] >> number & 1:
            others |= spot.block.steps
        spot.block.mark(steps)
        for step in bits(spot.block.steps):
            steps[step] |= others | 1 << step
    return steps


def _atom_rows(net: Net, graph: Graph, condensed: nx.DiGraph) -> tuple[list[int], int]:
    """The same for atoms, and all those executed.

    An atom is in its own row when some run executes it twice.
    """
    component_of = condensed.graph["mapping"]
    ahead: dict[int, int] = {}
    for component in reversed(list(nx.topological_sort(condensed))):
        mask = 0
        for state in condensed.nodes[component]["members"]:
            for move, there in graph.moves[state]:
                mask |= move.atom | ahead.get(component_of[there], 0)
        ahead[component] = mask
    rows = [0] * len(net.atoms)
    for out in graph.moves:
        for move, there in out:
            if move.atom:
                rows[move.atom.bit_length() - 1] |= ahead[component_of[there]]
    for number, row in enumerate(list(rows)):
        for other in bits(row):
            rows[other] |= 1 << number
    return rows, ahead[component_of[0]]


class Pairs(Mapping[tuple[str, str], str]):
    """Verdict ``may``, ``never`` or ``unknown`` for each two steps, in either order."""

    def __init__(self, steps: tuple[str, ...], rows: list[int], *, complete: bool) -> None:
        self._steps = steps
        self._number = {step: number for number, step in enumerate(steps)}
        self._rows = rows
        self._otherwise = "never" if complete else "unknown"

    def __getitem__(self, pair: tuple[str, str]) -> str:
        first, second = pair
        met = self._rows[self._number[first]] >> self._number[second] & 1
        return "may" if met else self._otherwise

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for number, first in enumerate(self._steps):
            for second in self._steps[number + 1 :]:
                yield first, second

    def __len__(self) -> int:
        return len(self._steps) * (len(self._steps) - 1) // 2
