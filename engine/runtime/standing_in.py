"""代理 by period of absence: what it changes in a roster, and what keeps it from being.

Belongs here: rosters before and after. Does not: storing them (:mod:`.rosters`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from engine.model.controls import Controls
from engine.model.office import Appointment, AppointmentKind, Officer, Roster
from engine.model.wording import say

from .errors import FormInvalid, NotAllowed, Refused

RULE = "incompatible-appointment"
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class StandIn:
    """Somebody takes another officer's posts while that officer is away."""

    officer: str
    deputy: str
    #: First and last day, both included.
    since: date
    until: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    """An officer is away, or is going to be, and who stands in."""

    officer: str
    #: First and last day, both included.
    since: date
    until: date
    #: Posts handed over, by the id of the deputy who has them; none where nobody was named.
    deputies: Mapping[str, tuple[str, ...]]


def leaves(roster: Roster, today: date) -> tuple[Leave, ...]:
    """Every absence that is not over, the first to begin before the others."""
    found = [
        Leave(
            officer=officer.id,
            since=period[0],
            until=period[1],
            deputies={
                other.id: posts
                for other in roster.officers
                if other is not officer and (posts := _taken(other, officer, period))
            },
        )
        for officer in roster.officers
        for period in officer.absences
        if period[1] >= today
    ]
    return tuple(sorted(found, key=lambda leave: (leave.since, leave.until)))


def with_stand_in(roster: Roster, asked: StandIn, controls: Controls, today: date) -> Roster:
    """The roster with an officer away and the deputy in the officer's posts.

    Raises
    ------
    FormInvalid
        The days or the deputy make no sense.
    Refused
        The deputy would hold incompatible posts.
    """
    officer, deputy = roster.officer(asked.officer), roster.officer(asked.deputy)
    assert officer is not None
    assert deputy is not None
    _check(officer, deputy, asked, today)
    added = tuple(_substitutes(officer, deputy, asked, controls))
    stood_in = replace(deputy, appointments=(*deputy.appointments, *added))
    _compatible(roster, stood_in, added, controls)
    away = replace(officer, absences=(*officer.absences, (asked.since, asked.until)))
    changed = {officer.id: away, deputy.id: stood_in}
    return replace(roster, officers=tuple(changed.get(o.id, o) for o in roster.officers))


def before_stand_in(roster: Roster, asked: StandIn) -> Roster:
    """The roster as if a stand-in it has had never been asked for."""
    officer = roster.officer(asked.officer)
    assert officer is not None
    period = (asked.since, asked.until)
    back = replace(officer, absences=tuple(p for p in officer.absences if p != period))
    changed = {officer.id: back}
    deputy = roster.officer(asked.deputy)
    if deputy is not None:
        changed[deputy.id] = _relieved(deputy, officer, period, asked.since)
    return replace(roster, officers=tuple(changed.get(o.id, o) for o in roster.officers))


def without_stand_in(roster: Roster, officer_id: str, today: date) -> Roster:
    """The roster with an officer back from today on, and nobody in the officer's posts.

    Raises
    ------
    NotAllowed
        The officer is not away, nor about to be.
    """
    officer = roster.officer(officer_id)
    assert officer is not None
    period = next((p for p in sorted(officer.absences) if p[1] >= today), None)
    if period is None:
        raise NotAllowed(say("standin.not-away", officer=officer.name))
    absences = (p for p in officer.absences if p != period)
    kept = ((period[0], today - _DAY),) if period[0] < today else ()
    back = replace(officer, absences=(*absences, *kept))
    officers = [
        back if other.id == officer.id else _relieved(other, officer, period, today)
        for other in roster.officers
    ]
    return replace(roster, officers=tuple(officers))


def _check(officer: Officer, deputy: Officer, asked: StandIn, today: date) -> None:
    if officer.id == deputy.id:
        raise FormInvalid({"to": say("standin.self")})
    if not asked.since <= asked.until or asked.until < today:
        days = {"since": asked.since, "until": asked.until}
        raise FormInvalid({"until": say("standin.period", **days)})
    for away, key in ((deputy, "to"), (officer, "since")):
        for first, last in away.absences:
            if first <= asked.until and asked.since <= last:
                facts = {"officer": away.name, "since": first, "until": last}
                raise FormInvalid({key: say("standin.away", **facts)})


def _substitutes(
    officer: Officer, deputy: Officer, asked: StandIn, controls: Controls
) -> Iterator[Appointment]:
    """The officer's posts of that time, as far as the deputy does not hold them anyway."""
    for post in officer.appointments:
        first = max(filter(None, (post.since, asked.since)))
        last = min(filter(None, (post.until, asked.until)))
        held = any(
            controls.canonical(own.post) == controls.canonical(post.post)
            and (own.since is None or own.since <= first)
            and (own.until is None or last <= own.until)
            for own in deputy.appointments
        )
        if first <= last and not held:
            kind = AppointmentKind.SUBSTITUTE
            yield Appointment(post=post.post, kind=kind, since=first, until=last)


def _compatible(
    roster: Roster, deputy: Officer, added: tuple[Appointment, ...], controls: Controls
) -> None:
    for one in added:
        for other in deputy.appointments:
            conflict = controls.between_posts(one.post, other.post)
            if conflict is None or not _overlap(one, other):
                continue
            if conflict.statutory or not _is_waived(roster, one, other, controls):
                facts = {"officer": deputy.name, "one": one.post, "other": other.post}
                text = say("standin.incompatible", rule=RULE, basis=conflict.basis, **facts)
                raise Refused(RULE, conflict.basis, text)


def _overlap(one: Appointment, other: Appointment) -> bool:
    return (other.since is None or one.until is None or other.since <= one.until) and (
        other.until is None or one.since is None or one.since <= other.until
    )


def _is_waived(roster: Roster, one: Appointment, other: Appointment, controls: Controls) -> bool:
    """Whether a waiver for the whole office lasts as long as the substitution."""
    pair = {controls.canonical(one.post), controls.canonical(other.post)}
    return any(
        waiver.covers()
        and {controls.canonical(name) for name in waiver.between} == pair
        and one.until is not None
        and waiver.is_in_force(one.until)
        for waiver in roster.waivers
    )


def _is_of(post: Appointment, officer: Officer, period: tuple[date, date]) -> bool:
    """Whether somebody holds a post only because an officer is away."""
    return (
        post.kind is AppointmentKind.SUBSTITUTE
        and any(post.post == own.post for own in officer.appointments)
        and post.since is not None
        and post.until is not None
        and period[0] <= post.since
        and post.until <= period[1]
    )


def _taken(other: Officer, officer: Officer, period: tuple[date, date]) -> tuple[str, ...]:
    """Posts another has only while an officer is away."""
    return tuple(post.post for post in other.appointments if _is_of(post, officer, period))


def _relieved(other: Officer, officer: Officer, period: tuple[date, date], today: date) -> Officer:
    """Another officer without the substitutions of that absence, from today on."""
    kept = []
    for post in other.appointments:
        if not _is_of(post, officer, period):
            kept.append(post)
        elif post.since is not None and post.since < today:
            kept.append(replace(post, until=today - _DAY))
    return replace(other, appointments=tuple(kept))
