"""Which sets of steps runs execute: the maximal ones, and whether a given one is."""

from .block import Block, TooMany, maximal, single_bits
from .condensation import Condensation
from .reach import Deadline, Graph

#: Most maximal step sets that are listed.
MAX_RUNS = 10_000


def maximal_runs(
    graph: Graph, condensed: Condensation, deadline: Deadline
) -> frozenset[int] | None:
    """Step masks no completed run exceeds, or None where they are too many.

    Inside a strongly connected component a run can execute everything there
    before it leaves, so one family of sets per component is enough.
    """
    component_of = condensed.component_of
    families: list[frozenset[int]] = []
    try:
        for component, members in enumerate(condensed.members):
            deadline.check()
            inside, ends = 0, False
            sets: list[int] = []
            for state in members:
                ends = ends or graph.states[state] == 0
                for move, there in graph.moves[state]:
                    if component_of[there] == component:
                        inside |= move.block.steps
                        continue
                    done = move.block.family(MAX_RUNS)
                    after = families[component_of[there]]
                    if len(done) * len(after) + len(sets) > 4 * MAX_RUNS:
                        sets = [*maximal(sets, MAX_RUNS)]
                    if len(done) * len(after) > 4 * MAX_RUNS:
                        raise TooMany
                    sets += [a | b for a in done for b in after]
            if ends:
                sets.append(0)
            families.append(maximal((inside | mask for mask in sets), MAX_RUNS))
    except TooMany:
        return None
    return families[component_of[0]]


def is_executed(graph: Graph, condensed: Condensation, wanted: int) -> bool:
    """Whether some run, completed or not, executes all ``wanted`` steps.

    Exact however many runs there are: only what they execute of ``wanted`` is kept,
    so a state is passed with at most a few sets.
    """
    component_of = condensed.component_of
    done: dict[int, frozenset[int]] = {component_of[0]: frozenset({0})}
    for component, members in reversed([*enumerate(condensed.members)]):
        if component not in done:
            continue
        leaving: list[tuple[Block, int]] = []
        inside = 0
        for state in members:
            for move, there in graph.moves[state]:
                if component_of[there] == component:
                    inside |= move.block.steps & wanted
                else:
                    leaving.append((move.block, component_of[there]))
        here = frozenset(mask | inside for mask in done[component])
        if wanted in here:
            return True
        for block, then in leaving:
            after = {mask | more for mask in here for more in _parts(block, wanted & ~mask)}
            if wanted in after:
                return True
            done[then] = maximal(after | done.get(then, frozenset()), 1 << wanted.bit_count())
    return False


def _parts(block: Block, wanted: int) -> frozenset[int]:
    """The largest subsets of ``wanted`` that one pass through a block executes."""
    wanted &= block.steps
    if block.does(wanted):
        return frozenset({wanted})
    return frozenset(part for bit in single_bits(wanted) for part in _parts(block, wanted & ~bit))
