"""Why an item cannot be staffed, in sentences for a director.

Belongs here: what ``qingdan staff`` and the rules say alike.
"""

from collections.abc import Iterator

from engine.model.wording import say

from .finish import Unstaffed
from .item import ItemProblem, Restriction, Seat


def why(item: ItemProblem, reason: Unstaffed, *, leave: bool = False) -> tuple[str, ...]:
    """One sentence for each part of the reason.

    Parameters
    ----------
    leave : whether officers on leave were thought away.
    """
    return tuple(dict.fromkeys(_sentences(item, reason, leave)))


def _sentences(item: ItemProblem, reason: Unstaffed, leave: bool) -> Iterator[str]:
    away = item.on_leave if leave else frozenset()
    there = [officer for officer in item.officers if officer not in away]
    if not reason.seats:
        yield say("staff.why.nobody")
    for seat in reason.seats:
        if seat.id == seat.step:
            yield _seat(item, reason, seat)
    if any(seat.id not in reason.able for seat in reason.seats):
        yield say("staff.why.few", count=len(there), names=_names(item, there))
    for rule in reason.restrictions:
        yield _rule(item, rule)
    for avoidance in reason.avoidances:
        yield say("staff.why.avoid", names=_names(item, avoidance.officers))


def post_of(seat: Seat) -> str:
    """The post that takes a seat, in words."""
    return seat.post or say("staff.why.any-post")


def _names(item: ItemProblem, officers: tuple[str, ...] | list[str]) -> str:
    return "、".join(item.officers[officer].name for officer in officers)


def _seat(item: ItemProblem, reason: Unstaffed, seat: Seat) -> str:
    facts = {"step": seat.name, "post": post_of(seat)}
    able = reason.able.get(seat.id)
    if able is None:
        return say("staff.why.shared", **facts)
    if able:
        return say("staff.why.seat", names=_names(item, able), **facts)
    holders = [officer for officer in item.officers if seat.id in item.authorised[officer]]
    if holders:
        return say("staff.why.away", names=_names(item, holders), **facts)
    return say("staff.why.vacant", **facts)


def _rule(item: ItemProblem, rule: Restriction) -> str:
    one, other = (item.seats[seat] for seat in rule.seats)
    if rule.kind == "persons":
        count = sum(seat.step == one.step for seat in item.seats.values())
        return say("staff.why.persons", one=one.name, count=count)
    basis = rule.basis or say("staff.why.no-basis")
    return say(f"staff.why.{rule.kind}", one=one.name, other=other.name, basis=basis)
