"""From a run, as node ids, back to the moves it is made of: what a replay has to do.

Belongs here: which exits a gateway takes, which steps are begun before they are
done, what happens between the nodes a run names. Does not: doing it
(:mod:`engine.runtime.replaying`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import heappop, heappush

from engine.model.procedure import NodeKind, Procedure, Trigger

from .build import build
from .moves import compile_plan
from .net import Move, Net, labels
from .plan import Role, Spot

#: Most (state, place in the run) looked at before a run is given up.
MAX_VISITS = 60_000


_At = tuple[int, int]
#: Stands for the state after a move that put a token where one was.
_MET = -1


class Ending(StrEnum):
    """What holds at the end of a run."""

    ANY = "any"
    #: Nothing more is possible.
    STUCK = "stuck"
    #: Its last move puts a token where one is.
    MET = "met"


class Act(StrEnum):
    """What happens at a node."""

    #: A step is done.
    DO = "do"
    #: A step begins that something may happen beside; a call or sub-process begins.
    OPEN = "open"
    #: A call or sub-process is over.
    CLOSE = "close"
    #: An activity for each of several things has none to be done for.
    SKIP = "skip"
    #: An event occurs.
    FIRE = "fire"
    #: Starts, ends, throw events and gateways: what happens by itself.
    PASS = "pass"


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """One thing a run does at one node."""

    act: Act
    #: Path of the node: ``callId/nodeId``.
    label: str
    kind: NodeKind
    #: Ids of the flows taken out of a gateway.
    exits: tuple[str, ...] = ()


def retrace(
    procedure: Procedure,
    library: Mapping[str, Procedure],
    run: tuple[str, ...],
    ending: Ending = Ending.ANY,
    at: tuple[str, ...] = (),
) -> tuple[Passage, ...] | None:
    """A shortest run that comes to the nodes of ``run`` in this order.

    Nodes between them are added, as few as possible: none for a witness.

    Parameters
    ----------
    library : process id → procedure, for call activities.
    at : labels of the nodes it gets stuck at, or where the tokens meet.

    Returns
    -------
    tuple of Passage
        None where there is no such run, or none is found in reasonable time.
    """
    plan = build(procedure, library)
    net = compile_plan(plan)
    if plan.unsupported:
        return None
    moves = _shortest(net, run, ending, at)
    if moves is None:
        return None
    later = [*moves]
    found: list[Passage] = []
    for move in moves:
        later.pop(0)
        found += _passages(net, move, later)
    return tuple(found)


def _shortest(
    net: Net, run: tuple[str, ...], ending: Ending, at: tuple[str, ...]
) -> list[Move] | None:
    """Dijkstra over (state, place in the run); what is added counts, the furthest goes first."""
    first = (net.start, 0)
    came: dict[_At, tuple[_At, Move]] = {}
    best = {first: 0}
    queue = [(0, 0, 0, first)]
    while queue and len(best) < MAX_VISITS:
        added, _, _, here = heappop(queue)
        state, place = here
        if place == len(run) and _is_over(net, state, ending, at):
            return _trace(came, here)
        for move in net.possible(state) if added == best[here] else ():
            gained = _gained(move.block.shortest, run, place)
            more = added + len(move.block.shortest) - gained
            kept, last = state & move.keeps, place + gained == len(run)
            met = ending is Ending.MET and last and kept & move.puts & net.tokens
            met = met and labels(net.waiting(met)) == at
            then = (_MET if met else kept | move.puts, place + gained)
            if more < best.get(then, more + 1):
                best[then], came[then] = more, (here, move)
                heappush(queue, (more, -then[1], len(best), then))
    return None


def _is_over(net: Net, state: int, ending: Ending, at: tuple[str, ...]) -> bool:
    if ending is Ending.STUCK:
        return not any(net.possible(state)) and labels(net.waiting(state)) == at
    return ending is Ending.ANY or state == _MET


def _gained(labels: tuple[str, ...], run: tuple[str, ...], place: int) -> int:
    """How many of the nodes a move comes to are the next ones of the run."""
    gained = 0
    for label in labels:
        if place + gained < len(run) and label == run[place + gained]:
            gained += 1
    return gained


def _trace(came: dict[_At, tuple[_At, Move]], at: _At) -> list[Move]:
    moves = []
    while at in came:
        at, move = came[at]
        moves.append(move)
    return moves[::-1]


def _passages(net: Net, move: Move, later: Sequence[Move]) -> Iterator[Passage]:
    """What a move does, node by node."""
    spot, labels = move.spot, move.block.shortest
    if spot is None or spot.node is None:
        return  # an undrawn split or merge; the end of a scope
    node, body = spot.node, spot.body is not None
    if spot.role is not Role.PASS:
        act = Act.FIRE if spot.role is Role.BOUNDARY else Act.PASS
        for label in labels:
            yield Passage(act=act, label=label, kind=node.kind, exits=_exits(net, move, later))
        return
    held = bool(net.held(spot)) and spot.throws is None
    again = held and bool(move.needs & net.held(spot))
    acts = {True: (Act.CLOSE if body else Act.DO), False: Act.SKIP}
    if again or not labels:
        yield Passage(act=acts[again], label=spot.label, kind=node.kind)
    for number, label in enumerate(labels):
        act = _act(spot, held=held or len(labels) > 1) if not number else _sequel(spot)
        kind = node.kind if not number else NodeKind.BOUNDARY_EVENT
        exits = _exits(net, move, later) if kind.is_gateway else ()
        yield Passage(act=act, label=label, kind=kind, exits=exits)


def _act(spot: Spot, *, held: bool) -> Act:
    """What happens first at an activity or event."""
    assert spot.node is not None
    if spot.node.kind.is_activity:
        return Act.OPEN if held or not spot.node.kind.is_task else Act.DO
    waits = spot.node.kind is NodeKind.CATCH_EVENT and spot.event.trigger is not Trigger.LINK
    return Act.FIRE if waits else Act.PASS


def _sequel(spot: Spot) -> Act:
    """What happens next: an event on its border, or one that catches what it throws."""
    return Act.FIRE if spot.throws is None else Act.PASS


def _exits(net: Net, move: Move, later: Sequence[Move]) -> tuple[str, ...]:
    """The flows taken out of a gateway; one that joins as well splits in a later move."""
    assert move.spot is not None
    outs = move.spot.outs
    split = outs[0].target if len(outs) == 1 else None
    if split is not None and not outs[0].flow:
        move = next((m for m in later if m.spot is split), move)
        outs = split.outs
    return tuple(edge.flow for edge in outs if edge.flow and net.edges([edge]) & move.puts)
