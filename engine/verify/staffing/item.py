"""What an item asks of a roster: its steps as seats, who may take them, what keeps them apart.

Belongs here: from procedure, controls and roster to a :class:`.problem.Problem`.
Does not: judging it (:mod:`.finish`).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import combinations, product
from typing import Literal

from engine.bpmn.library import Library
from engine.model.controls import Controls
from engine.model.office import Avoidance, Officer, Roster, Waiver
from engine.model.procedure import Document, Procedure
from engine.verify.behaviour.exploration import Behaviour
from engine.verify.subject import ProcedureSubject

from .problem import Problem

#: Seats beyond which an item is not judged: its pairs alone would be hundreds of thousands.
MAX_SEATS = 1_000

_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """One person's part in a step; a step for two persons has two seats."""

    #: The step's id; ``step#2`` for its second person.
    id: str
    #: The step's id, ``callId/stepId`` for one of a called procedure.
    step: str
    #: The step's name.
    name: str
    duty: str
    #: Proper name of the post that takes it; empty when any post of the office may.
    post: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Restriction:
    """Two seats that must not be taken by one officer; or two steps that one team does."""

    #: Why: their duties conflict, the designer separated the steps, a step wants several
    #: persons; or (``bind``, of the first seats of both) the designer wants the same
    #: officers for both steps. Where one wants more persons, the others' are among them.
    kind: Literal["duty", "separate", "persons", "bind"]
    seats: tuple[str, str]
    #: True when a statute demands it.
    statutory: bool = False
    #: The source that demands it, or the designer's reason.
    basis: str = ""
    #: A waiver in force that lifts it, or None.
    waiver: Waiver | None = None


@dataclass(frozen=True, kw_only=True)
class ItemProblem:
    """The staffing problem of one item and one roster on one day.

    Loops, multi-instance and child cases need no seats of their own: whoever may do a
    step once may do it again, and their conflicts are those of the step.
    """

    procedure: Procedure
    behaviour: Behaviour
    #: By id, in document order; called procedures included, outside parties left out.
    seats: Mapping[str, Seat]
    #: By id, in the roster's order.
    officers: Mapping[str, Officer]
    #: Seats each officer may take by today's appointments, on leave or not.
    authorised: Mapping[str, frozenset[str]]
    #: Only between steps that some run executes both of, or may.
    restrictions: tuple[Restriction, ...]
    #: Officers who must not both act in one case.
    avoidances: tuple[Avoidance, ...]
    day: date

    @cached_property
    def on_leave(self) -> frozenset[str]:
        """Officers who are absent that day."""
        return frozenset(o.id for o in self.officers.values() if o.is_absent(self.day))

    def active(self, *, waivers: bool = True) -> Iterator[Restriction]:
        """The restrictions that count: those no waiver lifts, where waivers do."""
        return (rule for rule in self.restrictions if not (waivers and rule.waiver))

    def problem(
        self,
        seats: Collection[str] | None = None,
        *,
        absent: Collection[str] = _NOBODY,
        waivers: bool = True,
        duties: bool = True,
    ) -> Problem:
        """The problem of staffing some seats.

        Every pair of officers who avoid each other adds a step of its own, see
        :func:`avoiding`: who takes it takes no seat.

        Parameters
        ----------
        seats : those to be staffed; all by default.
        absent : officers who are not there.
        waivers : whether waivers in force lift the restrictions they cover.
        duties : whether conflicting duties and separated steps count at all.
        """
        wanted = frozenset(self.seats if seats is None else seats)
        chosen = [seat for seat in self.seats if seat in wanted]
        present = [officer for officer in self.officers if officer not in absent]
        authorised = {o: set(self.authorised[o] & wanted) for o in present}
        rules = [rule for rule in self.active(waivers=waivers) if wanted.issuperset(rule.seats)]
        teams = [self.team(rule, wanted) for rule in rules if rule.kind == "bind"]
        apart = [r.seats for r in rules if r.kind == "persons" or (duties and r.kind != "bind")]
        added = []
        for avoidance in self.avoidances:
            if all(officer in authorised for officer in avoidance.officers):
                step = avoiding(avoidance.officers)
                added.append(step)
                apart += [(step, seat) for seat in chosen]
                for officer in avoidance.officers:
                    authorised[officer].add(step)
        return Problem(
            steps=[*chosen, *added],
            officers=present,
            authorised=authorised,
            separate=apart,
            bind=[(seats[0], seats[1]) for count, seats in teams if count == 1],
            at_most=[(count, frozenset(seats)) for count, seats in teams if count > 1],
        )

    def team(
        self, rule: Restriction, wanted: Collection[str] | None = None
    ) -> tuple[int, tuple[str, ...]]:
        """How many officers may take all seats of two bound steps, and these seats.

        As many as the step for more persons wants: so the others' officers are among its.
        """
        steps = [self._seats_of[self.seats[seat].step] for seat in rule.seats]
        seats = (seat for of in steps for seat in of if wanted is None or seat in wanted)
        return max(map(len, steps)), tuple(seats)

    def person_by_person(self, rule: Restriction) -> Iterator[tuple[str, str]]:
        """Seats of two bound steps that one officer each may as well take."""
        one, other = (self._seats_of[self.seats[seat].step] for seat in rule.seats)
        yield from zip(one, other, strict=False)

    @cached_property
    def _seats_of(self) -> Mapping[str, tuple[str, ...]]:
        """Ids of the seats of each step."""
        found: dict[str, tuple[str, ...]] = {}
        for seat in self.seats.values():
            found[seat.step] = (*found.get(seat.step, ()), seat.id)
        return found


def avoiding(relatives: tuple[str, str]) -> str:
    """The step of a :class:`Problem` that one of two relatives takes, and no seat beside it."""
    return "avoid:" + ",".join(relatives)


def subject_of(
    procedure: Procedure,
    procedures: Mapping[str, Procedure],
    *,
    roster: Roster,
    controls: Controls,
    day: date,
) -> ProcedureSubject:
    """A procedure as rules see it, without its file.

    Parameters
    ----------
    procedures : by process id, for call activities.
    """
    document = Document(
        path=procedure.path, digest="", encoding="UTF-8", procedures=(procedure,), faults=()
    )
    return ProcedureSubject(
        library=Library((), procedures),
        documents=(),
        controls=controls,
        roster=roster,
        today=day,
        document=document,
        procedure=procedure,
    )


def item_problem(subject: ProcedureSubject) -> ItemProblem:
    """What a procedure asks of the roster of ``subject``, on its day."""
    roster = subject.roster or Roster(office="", officers=())
    seats = {seat.id: seat for seat in _seats(subject)}
    restrictions: tuple[Restriction, ...] = ()
    if len(seats) <= MAX_SEATS:
        restrictions = tuple(_Restrictions(subject, seats).all())
    return ItemProblem(
        procedure=subject.procedure,
        behaviour=subject.behaviour,
        seats=seats,
        officers={officer.id: officer for officer in roster.officers},
        authorised={o.id: _authorised(subject, o, seats) for o in roster.officers},
        restrictions=restrictions,
        avoidances=roster.relatives,
        day=subject.today,
    )


def _seats(subject: ProcedureSubject) -> Iterator[Seat]:
    for place in subject.places.values():
        step = place.node.step
        if not place.node.kind.is_task or (step and step.external):
            continue
        for number in range(1, (step.persons if step else 1) + 1):
            yield Seat(
                id=place.id if number == 1 else f"{place.id}#{number}",
                step=place.id,
                name=place.node.label,
                duty=step.duty if step else "",
                post=subject.post_at(place),
            )


def _authorised(
    subject: ProcedureSubject, officer: Officer, seats: Mapping[str, Seat]
) -> frozenset[str]:
    held = {subject.post(post) for post in officer.posts_on(subject.today)}
    return frozenset(
        seat.id for seat in seats.values() if seat.post in held or (held and not seat.post)
    )


class _Restrictions:
    """The restrictions of one procedure, each pair of seats once for each kind."""

    def __init__(self, subject: ProcedureSubject, seats: Mapping[str, Seat]) -> None:
        self.subject = subject
        self.seats = seats
        self.of_step: dict[str, list[Seat]] = {}
        for seat in seats.values():
            self.of_step.setdefault(seat.step, []).append(seat)

    def all(self) -> Iterator[Restriction]:
        for seats in self.of_step.values():
            for one, other in combinations(seats, 2):
                yield Restriction(kind="persons", seats=(one.id, other.id))
        yield from self._duties()
        for prefix, procedure in self._procedures().items():
            for kind in ("separate", "bind"):
                groups = procedure.separations if kind == "separate" else procedure.bindings
                for group in groups:
                    steps = dict.fromkeys(prefix + step for step in group.steps)
                    known = [step for step in steps if step in self.of_step]
                    for pair in combinations(known, 2):
                        yield from (self._separated if kind == "separate" else self._bound)(
                            *pair, group.reason
                        )

    def _procedures(self) -> dict[str, Procedure]:
        """The procedure and those it calls, by what stands before their ids."""
        found = {"": self.subject.procedure}
        for place in self.subject.places.values():
            found.setdefault(place.id.removesuffix(place.node.id), place.procedure)
        return found

    def _duties(self) -> Iterator[Restriction]:
        by_duty: dict[str, list[str]] = {}
        for step, seats in self.of_step.items():
            by_duty.setdefault(seats[0].duty, []).append(step)
        for conflict in self.subject.controls.duty_conflicts:
            first, second = (by_duty.get(duty, ()) for duty in sorted(conflict.duties))
            for one, other in product(first, second):
                if self._may_meet(one, other):
                    yield from self._apart(
                        "duty", one, other, conflict.basis, statutory=conflict.statutory
                    )

    def _separated(self, one: str, other: str, reason: str) -> Iterator[Restriction]:
        if self._may_meet(one, other):
            yield from self._apart("separate", one, other, reason, statutory=False)

    def _bound(self, one: str, other: str, reason: str) -> Iterator[Restriction]:
        first, second = self.of_step[one][0], self.of_step[other][0]
        yield Restriction(kind="bind", seats=(first.id, second.id), basis=reason)

    def _apart(
        self,
        kind: Literal["duty", "separate"],
        one: str,
        other: str,
        basis: str,
        *,
        statutory: bool,
    ) -> Iterator[Restriction]:
        first, second = self.of_step[one][0], self.of_step[other][0]
        waiver = None
        if not statutory:
            waiver = self.subject.waiver(
                (first.post, second.post), (first.duty, second.duty), (one, other)
            )
        for pair in product(self.of_step[one], self.of_step[other]):
            yield Restriction(
                kind=kind,
                seats=(pair[0].id, pair[1].id),
                statutory=statutory,
                basis=basis,
                waiver=waiver,
            )

    def _may_meet(self, one: str, other: str) -> bool:
        """Whether some run executes both, or may for all that is known."""
        return self.subject.behaviour.pairs.get((one, other)) != "never"
