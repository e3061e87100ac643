"""The condensation, held against networkx on random graphs."""

from collections.abc import Sequence
from random import Random

import networkx as nx

from engine.verify.behaviour.condensation import condense


def graph(seed: int) -> list[list[int]]:
    """A random graph: by state, the states it leads to; some with loops, doubles and islands."""
    random = Random(seed)
    size = random.randint(0, 30)
    ways = round(random.choice((0.5, 1, 1.5, 3)) * size)
    found: list[list[int]] = [[] for _ in range(size)]
    for _ in range(ways):
        found[random.randrange(size)].append(random.randrange(size))
    return found


def problems(ways: Sequence[Sequence[int]]) -> list[str]:
    """What the condensation of a graph has other than networkx says, or than it promises."""
    found = condense(ways)
    drawn = nx.DiGraph({here: list(out) for here, out in enumerate(ways)})
    wanted = {frozenset(members) for members in nx.strongly_connected_components(drawn)}
    wrong = []
    if len(found.members) != len(wanted) or set(map(frozenset, found.members)) != wanted:
        wrong.append(f"components {found.members}")
    for component, members in enumerate(found.members):
        if list(members) != sorted(members):
            wrong.append(f"{members} out of order")
        wrong += [f"{s} told wrong" for s in members if found.component_of[s] != component]
    for here, out in enumerate(ways):
        for there in out:
            if found.component_of[there] > found.component_of[here]:
                wrong.append(f"{here} to {there} leads to a later component")
    return wrong


def test_components_are_those_of_networkx_in_reverse_order() -> None:
    wrong = {seed: found for seed in range(1_000) if (found := problems(graph(seed)))}
    assert wrong == {}


def test_long_ways_need_no_deep_stack() -> None:
    states = range(20_000)
    ring = [[(state + 1) % len(states)] for state in states]
    assert condense(ring).members == [[*states]]
    chain = [[state + 1] for state in states[:-1]] + [[]]
    assert condense(chain).members == [[state] for state in reversed(states)]
