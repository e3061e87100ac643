"""Breadth-first exploration of a net's states, within limits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic

from .net import Move, Net
from .stubborn import Stubborn

#: States explored with every move before it is worth choosing moves.
PLAIN = 400
#: States explored after a token met another: what follows is not exact any more.
UNSAFE = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How far exploration goes before it says *unknown*."""

    #: Most states visited.
    states: int = 200_000
    #: Most seconds spent.
    seconds: float = 20.0


class TimeUp(Exception):
    """The seconds are over."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment at which work stops."""

    moment: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """So many seconds from now."""
        return cls(monotonic() + seconds)

    def check(self) -> None:
        """Raise :class:`TimeUp` once the moment has passed."""
        if monotonic() > self.moment:
            raise TimeUp


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
    #: What stopped exploration: ``states``, ``seconds``, ``unsafe`` or None.
    stopped_by: str | None = None

    @property
    def ways(self) -> list[list[int]]:
        """For each state: the states its moves lead to."""
        return [[there for _, there in out] for out in self.moves]

    def path(self, state: int) -> Iterator[Move]:
        """The moves that first reached a state."""
        found = []
        step = self.came[state]
        while step is not None:
            state, move = step
            found.append(move)
            step = self.came[state]
        return reversed(found)

    def is_lost_somewhere(self) -> bool:
        """Whether some state leads to none without moves: to an endless loop only."""
        before: list[list[int]] = [[] for _ in self.states]
        for here, out in enumerate(self.moves):
            for _, there in out:
                before[there].append(here)
        waiting = [number for number, out in enumerate(self.moves) if not out]
        ending = set(waiting)
        for there in waiting:
            new = [here for here in before[there] if here not in ending]
            ending.update(new)
            waiting.extend(new)
        return len(ending) < len(self.states)


def reach(net: Net, limits: Limits, deadline: Deadline) -> Graph:
    """The states reachable from the net's start: all, or as many as tell the same.

    Few states are explored one and all. Where there are more, only enough moves
    are played in each; should a case get lost in a loop there, what its other
    branches could have done meanwhile may be missing, and all are explored after all.
    """
    graph = play(net, min(limits.states, PLAIN), deadline)
    if graph.stopped_by != "states" or limits.states <= PLAIN:
        return graph
    reduced = play(net, limits.states, deadline, Stubborn(net).enough)
    if reduced.stopped_by is not None or not reduced.is_lost_somewhere():
        return reduced
    graph = play(net, limits.states, deadline)
    if graph.stopped_by is not None:
        reduced.stopped_by = graph.stopped_by
        return reduced
    return graph


Choose = Callable[[int, Sequence[Move]], Sequence[Move]]


def play(net: Net, most: int, deadline: Deadline, choose: Choose | None = None) -> Graph:
    """Explore at most so many states, in each all moves or those chosen."""
    graph = Graph(states=[net.start], came=[None])
    number = {net.start: 0}
    collided: set[object] = set()
    here = 0
    while here < len(graph.states):
        state = graph.states[here]
        if here % 64 == 0 and monotonic() > deadline.moment:
            graph.stopped_by = "seconds"
            break
        possible: Sequence[Move] = [*net.possible(state)]
        if choose is not None and possible:
            possible = choose(state, possible)
        out: list[tuple[Move, int]] = []
        for move in possible:
            kept = state & move.keeps
            if kept & move.puts & net.tokens and move.spot not in collided:
                collided.add(move.spot)
                graph.collisions.append((here, move))
                most = min(most, len(graph.states) + UNSAFE)
            then = kept | move.puts
            there = number.setdefault(then, len(graph.states))
            if there == len(graph.states):
                graph.states.append(then)
                graph.came.append((here, move))
            out.append((move, there))
        graph.moves.append(out)
        here += 1
        if len(graph.states) > most:
            graph.stopped_by = "unsafe" if graph.collisions else "states"
            break
    graph.explored = here
    graph.moves.extend([] for _ in range(len(graph.states) - len(graph.moves)))
    return graph
