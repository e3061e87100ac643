"""The plan of a procedure made fit for the game, and what shows of its events.

Behaviour takes a step for begun the moment a token comes to it. Here officers have to
claim it first, and what sits on its boundary does not wait for them: such a step becomes
a scope, in which it is claimed and then finished while its boundary watches.
"""

from collections.abc import Iterator

from engine.model.procedure import NodeKind, Trigger
from engine.verify.behaviour.block import EMPTY
from engine.verify.behaviour.net import Net
from engine.verify.behaviour.plan import Plan, Role, Scope, Spot, connect

#: Events that a running case shows while it waits for them.
_SHOWN = {Trigger.MESSAGE, Trigger.TIMER}


def unfold(plan: Plan) -> dict[Spot, Spot]:
    """Put every watched step into a scope of its own.

    Returns
    -------
    dict
        By the spot that finishes a step: the one that claims it.
    """
    watched = [
        spot
        for scope in plan.scopes()
        for spot in scope.spots
        if spot.boundaries and spot.body is None and spot.block.steps
    ]
    return dict(_put_inside(spot) for spot in watched)


def _put_inside(spot: Spot) -> tuple[Spot, Spot]:
    outer = spot.scope
    body = Scope(
        parent=outer, host=spot, label=spot.label, path=outer.path, key_spaces=outer.key_spaces
    )
    claim = Spot(Role.PASS, body, spot.label, spot.node, block=spot.block, forgets=spot.forgets)
    finish = Spot(Role.PASS, body, node=spot.node)
    body.entry = connect(None, claim)
    connect(claim, finish)
    body.spots = [claim, finish]
    spot.body, spot.node, spot.block = body, None, EMPTY
    return finish, claim


def awaited(net: Net) -> Iterator[tuple[int, str]]:
    """Bits, one of which is set while a case shows that it waits for an event, and its label.

    Boundary events that say no more than that their activity is under way are left out.
    """
    for scope in net.plan.scopes():
        for spot in scope.spots:
            if spot.event.trigger not in _SHOWN or spot.node is None:
                continue
            if spot.node.kind is NodeKind.CATCH_EVENT:
                yield net.edges((gateway_before(spot) or spot).ins), spot.label
            elif spot.role is Role.BOUNDARY and net.armed(spot):
                yield net.armed(spot), spot.label


def gateway_before(spot: Spot) -> Spot | None:
    """The event-based gateway that waits for the event, or None."""
    sources = (edge.source for edge in spot.ins)
    return next((s for s in sources if s is not None and is_awaiting(s)), None)


def is_awaiting(spot: Spot) -> bool:
    """Whether it is an event-based gateway with several events to wait for."""
    at_gateway = spot.node is not None and spot.node.kind is NodeKind.EVENT_BASED_GATEWAY
    return at_gateway and spot.role is Role.CHOICE
