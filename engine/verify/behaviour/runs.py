"""The maximal step sets of completed runs."""

import networkx as nx

from .block import TooMany, maximal
from .reach import Graph

#: Most maximal step sets that are listed.
MAX_RUNS = 10_000


def maximal_runs(graph: Graph, condensed: nx.DiGraph) -> frozenset[int] | None:
    """Step masks no completed run exceeds, or None where they are too many.

    Inside a strongly connected component a run can execute everything there
    before it leaves, so one family of sets per component is enough.
    """
    component_of = condensed.graph["mapping"]
    families: dict[int, frozenset[int]] = {}
    try:
        for component in reversed(list(nx.topological_sort(condensed))):
            inside, ends = 0, False
            sets: list[int] = []
            for state in condensed.nodes[component]["members"]:
                ends = ends or graph.states[state] == 0
                for move, there in graph.moves[state]:
                    if component_of[there] == component:
                        inside |= move.block.steps
                        continue
                    done = move.block.family(MAX_RUNS)
                    after = families[component_of[there]]
                    if len(done) * len(after) + len(sets) > 4 * MAX_RUNS:
                        sets = [*maximal(sets, MAX_RUNS)]
                    if len(done) * len(after) > 20 * MAX_RUNS:
                        raise TooMany
                    sets += [a | b for a in done for b in after]
            if ends:
                sets.append(0)
            families[component] = maximal((inside | mask for mask in sets), MAX_RUNS)
    except TooMany:
        return None
    return families[component_of[0]]
