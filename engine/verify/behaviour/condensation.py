"""The condensation of a graph: its strongly connected components, in an order of their own.

From each state of a component a run can come to every other, so what is known of one
holds for all. What can still happen is carried backwards from component to component,
and what has happened forwards, each component seen once.

Written here and not taken from networkx: a list of ways goes in and two lists come out,
with no object per state and without a library every check would wait for.

Source: R. Tarjan, Depth-First Search and Linear Graph Algorithms, SIAM Journal on
Computing 1(2), 1972; without recursion, for runs are longer than Python's stack is deep.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condensation:
    """The components of a graph; every way out of one leads to one with a lower number."""

    #: By component: its states, ascending.
    members: Sequence[Sequence[int]]
    #: By state: the number of its component.
    component_of: Sequence[int]


def condense(ways: Sequence[Collection[int]]) -> Condensation:
    """The condensation of a graph.

    Parameters
    ----------
    ways : by state, the states it leads to.

    Examples
    --------
    >>> condense([[1], [2, 3], [1], []])
    Condensation(members=[[3], [1, 2], [0]], component_of=[2, 1, 1, 0])
    """
    members: list[list[int]] = []
    component_of = [-1] * len(ways)
    beyond = len(ways) + 1
    #: By state: when it was first come to, counted from 1; 0 before.
    came = [0] * len(ways)
    #: By state: when the earliest state it leads back to was come to; beyond all once
    #: its component is complete, for no other state belongs to that.
    back = [0] * len(ways)
    moment = 0
    pending: list[int] = []
    for root in range(len(ways)):
        trail = [] if came[root] else [(root, iter(ways[root]))]
        while trail:
            here, ahead = trail[-1]
            if not came[here]:
                moment += 1
                came[here] = back[here] = moment
                pending.append(here)
            for there in ahead:
                if not came[there]:
                    trail.append((there, iter(ways[there])))
                    break
                back[here] = min(back[here], back[there])
            else:
                trail.pop()
                if back[here] == came[here]:
                    members.append(_take(pending, here))
                    for state in members[-1]:
                        component_of[state] = len(members) - 1
                        back[state] = beyond
                elif trail:
                    before, _ = trail[-1]
                    back[before] = min(back[before], back[here])
    return Condensation(members, component_of)


def _take(pending: list[int], last: int) -> list[int]:
    """Take states from the end of a list, down to ``last``."""
    taken = [pending.pop()]
    while taken[-1] != last:
        taken.append(pending.pop())
    return sorted(taken)
