"""Breadth-first exploration of a net's states, within limits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic

from .net import Move, Net


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How far exploration goes before it says *unknown*."""

    #: Most states visited.
    states: int = 200_000
    #: Most seconds spent.
    seconds: float = 20.0


@dataclass(slots=True)
class Graph:
    """The reachable states, in order of discovery."""

    states: list[int] = field(default_factory=list)
    #: For each state: the moves out of it and the number of the state each leads to.
    moves: list[list[tuple[Move, int]]] = field(default_factory=list)
    #: For each state: the number of the state, and the move, it was first reached by.
    came: list[tuple[int, Move] | None] = field(default_factory=list)
    #: State and move that put a token where one already was, the first of each spot.
    collisions: list[tuple[int, Move]] = field(default_factory=list)
    #: How many states, from the first, had their moves played.
    explored: int = 0
    #: Which limit stopped exploration: ``states``, ``seconds`` or None.
    stopped_by: str | None = None

    def path(self, state: int) -> Iterator[Move]:
        """The moves that first reached a state."""
        found = []
        step = self.came[state]
        while step is not None:
            state, move = step
            found.append(move)
            step = self.came[state]
        return reversed(found)


def reach(net: Net, limits: Limits) -> Graph:
    """Explore every state reachable from the net's start."""
    graph = Graph(states=[net.start], came=[None])
    number = {net.start: 0}
    deadline = monotonic() + limits.seconds
    collided: set[object] = set()
    here = 0
    while here < len(graph.states):
        state = graph.states[here]
        if here % 512 == 0 and monotonic() > deadline:
            graph.stopped_by = "seconds"
            break
        out: list[tuple[Move, int]] = []
        for move in net.possible(state):
            kept = state & move.keeps
            if kept & move.puts & net.tokens and move.spot not in collided:
                collided.add(move.spot)
                graph.collisions.append((here, move))
            then = kept | move.puts
            there = number.setdefault(then, len(graph.states))
            if there == len(graph.states):
                graph.states.append(then)
                graph.came.append((here, move))
            out.append((move, there))
        graph.moves.append(out)
        here += 1
        if len(graph.states) > limits.states:
            graph.stopped_by = "states"
            break
    graph.explored = here
    graph.moves.extend([] for _ in range(len(graph.states) - len(graph.moves)))
    return graph
