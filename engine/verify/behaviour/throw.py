"""Who catches what an end or throw event throws: errors, escalations, cancellations."""

from collections.abc import Iterator

from engine.model.procedure import Event, Trigger

from .plan import Handler, Plan, Scope, Spot

Catcher = Spot | Handler


def catcher(spot: Spot) -> tuple[Scope, Catcher] | None:
    """The innermost catcher of what ``spot`` throws, and the scope it belongs to.

    A handler's own throw passes by the other handlers of its scope.
    """
    assert spot.throws is not None
    scope: Scope | None = spot.scope
    from_handler = False
    while scope is not None:
        if not from_handler:
            for handler in scope.handlers:
                if _matches(handler.event, spot.throws):
                    return scope, handler
        if scope.host is not None:
            for boundary in scope.host.boundaries:
                if _matches(boundary.event, spot.throws):
                    return scope, boundary
        from_handler = scope.host is None
        scope = scope.parent
    return None


def _matches(catching: Event, thrown: Event) -> bool:
    return catching.trigger is thrown.trigger and catching.reference in (None, thrown.reference)


def caught(plan: Plan) -> set[Catcher]:
    """Catchers that some event of the plan throws to: they never fire by themselves."""
    return {found[1] for spot in _throwers(plan) if (found := catcher(spot)) is not None}


def _throwers(plan: Plan) -> Iterator[Spot]:
    for scope in plan.scopes():
        for spot in scope.spots:
            if spot.throws is not None and spot.throws.trigger is not Trigger.TERMINATE:
                yield spot
