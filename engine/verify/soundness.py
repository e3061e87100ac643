"""Soundness: can every case be finished, properly, with every step of use.

Judged on the explored states of a procedure: option to complete, proper
completion, no dead step, no second token where one already is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Literal

from engine.model.procedure import NodeKind
from engine.model.wording import say

from .behaviour.block import EMPTY, bits
from .behaviour.condensation import Condensation
from .behaviour.net import Move, Net, labels
from .behaviour.plan import Role, Scope, Spot
from .behaviour.reach import Graph

Kind = Literal[
    "no-start",
    "deadlock",
    "or-join-cycle",
    "lack-of-synchronisation",
    "dead-step",
    "no-proper-completion",
    "cannot-complete",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One way a procedure is unsound."""

    kind: Kind
    #: Ids of the elements where it shows; those of a called process as ``callId/id``.
    elements: tuple[str, ...]
    #: Node ids of a shortest run that shows it; empty for what never happens.
    witness: tuple[str, ...]
    #: Line in the procedure's file: of the element, or of the call it is inside.
    line: int | None

    @property
    def message(self) -> str:
        """What is wrong and how to mend it, in Chinese."""
        return say(f"behaviour.fault.{self.kind}", element="、".join(self.elements))


@dataclass(frozen=True, kw_only=True, slots=True)
class Soundness:
    """The verdict on a procedure."""

    sound: bool | Literal["unknown"]
    faults: tuple[Fault, ...]


def judge(net: Net, graph: Graph, condensed: Condensation, *, complete: bool) -> Soundness:
    """The soundness of a procedure; ``complete`` tells whether every state was explored."""
    if net.plan.root.entry is None:
        return Soundness(sound=False, faults=tuple(_startless(net)))
    faults = [*_startless(net), *_stuck(net, graph), *_collisions(net, graph)]
    faults += [*_endless(net, graph, condensed), *_twice(net, graph)]
    if graph.stopped_by is None:
        faults += _dead(net, graph)
    verdict: bool | Literal["unknown"] = False if faults else (True if complete else "unknown")
    return Soundness(sound=verdict, faults=tuple(dict.fromkeys(faults)))


def _fault(net: Net, kind: Kind, elements: tuple[str, ...], run: tuple[str, ...] = ()) -> Fault:
    lines = [net.plan.lines[e] for e in elements if e in net.plan.lines]
    return Fault(kind=kind, elements=elements, witness=run, line=min(lines, default=None))


def _run(graph: Graph, state: int, *more: Move) -> tuple[str, ...]:
    """Node ids of the first run that reached a state, and then did ``more``."""
    return tuple(n for move in (*graph.path(state), *more) for n in move.block.shortest)


def _startless(net: Net) -> Iterator[Fault]:
    for label in net.plan.startless:
        yield _fault(net, "no-start", (label,))


def _stuck(net: Net, graph: Graph) -> Iterator[Fault]:
    """States in which nothing can move although the case is not finished."""
    seen = set()
    for number, state in enumerate(graph.states):
        if not state or graph.moves[number] or number >= graph.explored:
            continue
        spots = net.waiting(state)
        cycle = any(spot.role is Role.GATHER for spot in spots)
        elements = labels(spots)
        if elements not in seen:
            seen.add(elements)
            kind: Kind = "or-join-cycle" if cycle else "deadlock"
            yield _fault(net, kind, elements, _run(graph, number))


def _collisions(net: Net, graph: Graph) -> Iterator[Fault]:
    """Moves that put a token where one already was."""
    for number, move in graph.collisions:
        double = graph.states[number] & move.keeps & move.puts & net.tokens
        elements = labels(net.waiting(double))
        yield _fault(net, "lack-of-synchronisation", elements, _run(graph, number, move))


def _endless(net: Net, graph: Graph, condensed: Condensation) -> Iterator[Fault]:
    """Sets of states the case wanders in for ever."""
    for component, members in enumerate(condensed.members):
        state = members[0]
        ways = [way for member in members for way in graph.moves[member]]
        if not ways or any(condensed.component_of[there] != component for _, there in ways):
            continue
        moves = [move for move, _ in ways]
        done = reduce(or_, (move.block.steps for move in moves), 0)
        elements = tuple(net.plan.steps[s] for s in bits(done))
        elements = (
            elements
            or labels(m.spot for m in moves if m.spot)
            or labels(net.waiting(graph.states[state]))
        )
        yield _fault(net, "cannot-complete", elements, _run(graph, state))


def _twice(net: Net, graph: Graph) -> Iterator[Fault]:
    """End events one life of their scope comes to twice."""
    fired: dict[Spot, list[tuple[int, Move, int]]] = {}
    for here, out in enumerate(graph.moves):
        for move, there in out:
            if move.spot and move.spot.node and move.spot.node.kind is NodeKind.END_EVENT:
                fired.setdefault(move.spot, []).append((here, move, there))
    spared = {
        spot
        for scope in net.plan.scopes()
        for boundary in scope.spots
        if boundary.role is Role.BOUNDARY and boundary.node and not boundary.node.interrupting
        for spot in net.ahead(boundary)
    }
    for spot, ends in fired.items():
        again = None if spot in spared else _again(net, graph, spot, ends)
        if again is not None:
            yield _fault(net, "no-proper-completion", (spot.label,), again)


def _again(
    net: Net, graph: Graph, spot: Spot, ends: list[tuple[int, Move, int]]
) -> tuple[str, ...] | None:
    """A run that comes to an end event twice before its scope is over, or None."""
    alive, host = net.alive(spot.scope), spot.scope.host
    came = {there: (here, move) for here, move, there in reversed(ends)}
    firsts = dict(came)
    waiting = list(came)
    for here in waiting:
        for move, there in graph.moves[here]:
            if move.spot is spot:
                return _twice_over(graph, came, firsts, here, move)
            if move.spot is host is not None or not graph.states[there] & alive or there in came:
                continue
            came[there] = (here, move)
            waiting.append(there)
    return None


def _twice_over(
    graph: Graph,
    came: dict[int, tuple[int, Move]],
    firsts: dict[int, tuple[int, Move]],
    here: int,
    last: Move,
) -> tuple[str, ...]:
    """The run to a first end and from there to ``here``, then ``last``."""
    moves = [last]
    while True:
        before, move = came[here]
        moves.append(move)
        if here in firsts:
            return _run(graph, before, *reversed(moves))
        here = before


def _dead(net: Net, graph: Graph) -> Iterator[Fault]:
    """Activities no run executes; what is inside a dead one is not listed again."""
    fired = {move.spot for out in graph.moves for move, _ in out if move.block is not EMPTY}
    waiting: list[Scope] = [net.plan.root]
    while waiting:
        scope = waiting.pop()
        waiting.extend(handler.body for handler in scope.handlers)
        for spot in scope.spots:
            if spot in fired:
                if spot.body is not None:
                    waiting.append(spot.body)
                continue
            steps = [net.plan.steps[s] for s in bits(spot.block.steps)]
            if not steps and spot.node is not None and spot.node.kind.is_activity:
                steps = [spot.label]
            for label in steps:
                yield _fault(net, "dead-step", (label,))
