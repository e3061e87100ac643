"""Which steps of a procedure must not be controlled by one person, and why.

Belongs here: conflicting pairs by design, within a procedure and across those
that touch the same business object. Does not: who is appointed to what.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, permutations, product

from engine.model.procedure import Procedure

from .behaviour.block import bits
from .subject import Place, ProcedureSubject

#: Conflicts of one procedure that are told one by one; a drawing with more is all wrong.
LISTED = 100


@dataclass(frozen=True, kw_only=True)
class ConflictingPair:
    """Two steps whose duties conflict or that the designer separated."""

    one: Place
    other: Place
    #: True when a statute forbids it: neither waiver nor suppression helps.
    statutory: bool
    #: The source that forbids it, or the designer's reason.
    basis: str

    @property
    def steps(self) -> tuple[str, str]:
        """Ids of the two steps."""
        return (self.one.id, self.other.id)

    @property
    def duties(self) -> tuple[str, str]:
        """Duties of the two steps."""
        return (_duty(self.one), _duty(self.other))

    @property
    def names(self) -> dict[str, str]:
        """What a finding calls the two steps, and what lies between them."""
        return {"one": self.one.node.label, "other": self.other.node.label}

    def witness(self, subject: ProcedureSubject) -> tuple[str, ...]:
        """A shortest run of a procedure that executes both."""
        return subject.behaviour.witness(*self.steps)


def _duty(place: Place) -> str:
    return place.node.step.duty if place.node.step else ""


def conflicts_met(
    subject: ProcedureSubject, concerns: Callable[[str, str], bool]
) -> Iterator[tuple[ConflictingPair, int]]:
    """Conflicting pairs of steps inside the office that some run executes both of.

    Only those between posts that ``concerns``. A pair that lies within one call is left to
    the called procedure where that one is checked as well.

    Yields
    ------
    A pair and 0; once :data:`LISTED` pairs are told, the next of each kind (the same
    duties and posts, or the same ``qd:separate``) and how many more pairs of its kind
    there are, itself included.
    """
    left = LISTED
    for pairs, count in _clashes_met(subject, concerns):
        shown = min(left, count)
        left -= shown
        for pair in islice(pairs, shown):
            yield pair, 0
        if count > shown:
            yield next(pairs), count - shown


def _clashes_met(
    subject: ProcedureSubject, concerns: Callable[[str, str], bool]
) -> Iterator[tuple[Iterator[ConflictingPair], int]]:
    """Conflicting pairs by kind, one by one as they are asked for, and their number."""
    meetings = _Meetings(subject)
    for conflict in subject.controls.duty_conflicts:
        first, second = (meetings.seats.get(duty, {}) for duty in sorted(conflict.duties))
        for (post, ones), (opposite, others) in product(first.items(), second.items()):
            if concerns(post, opposite) and (count := meetings.count(ones, others)):
                pairs = meetings.pairs(ones, others)
                yield (
                    (
                        ConflictingPair(
                            one=one,
                            other=other,
                            statutory=conflict.statutory,
                            basis=conflict.basis,
                        )
                        for one, other in pairs
                    ),
                    count,
                )
    taken = {conflict.duties for conflict in subject.controls.duty_conflicts}
    told: set[tuple[str, str]] = set()
    for group in subject.procedure.separations:
        found = [
            ConflictingPair(one=one, other=other, statutory=False, basis=group.reason)
            for one, other in meetings.within(group.steps)
            if frozenset((_duty(one), _duty(other))) not in taken
            and (one.id, other.id) not in told
            and concerns(subject.post_at(one), subject.post_at(other))
        ]
        told.update(pair.steps for pair in found)
        if found:
            yield iter(found), len(found)


class _Meetings:
    """The steps inside the office by duty and post, and which of them some run does both of."""

    def __init__(self, subject: ProcedureSubject) -> None:
        self._partners = subject.behaviour.pairs.partners
        self._number = {step: n for n, step in enumerate(subject.behaviour.steps)}
        #: The steps by their number in the behaviour.
        self._places: dict[int, Place] = {}
        #: Steps, as a mask, by duty and by post.
        self.seats: dict[str, dict[str, int]] = {}
        #: Masks of the steps within each call whose callee is checked as well.
        self._left_to: dict[str, int] = {}
        checked = {procedure.id for d in subject.documents for procedure in d.procedures}
        for place in _inside(subject):
            number = self._number.get(place.id)
            if number is None:
                continue  # beyond a limit: the behaviour is unknown there, and says so
            self._places[number] = place
            posts = self.seats.setdefault(_duty(place), {})
            post = subject.post_at(place)
            posts[post] = posts.get(post, 0) | 1 << number
            call, inside, _ = place.id.partition("/")
            if inside and subject.places[call].node.called in checked:
                self._left_to[call] = self._left_to.get(call, 0) | 1 << number

    def count(self, ones: int, others: int) -> int:
        """How many pairs of one and another some run executes."""
        return sum((self._met(number) & others).bit_count() for number in bits(ones))

    def pairs(self, ones: int, others: int) -> Iterator[tuple[Place, Place]]:
        """The pairs themselves, the earlier step of each first."""
        for number in bits(ones):
            for opposite in bits(self._met(number) & others):
                first, second = sorted((number, opposite))
                yield self._places[first], self._places[second]

    def within(self, steps: Iterable[str]) -> Iterator[tuple[Place, Place]]:
        """The pairs among some steps."""
        numbers = {self._number[step] for step in steps if step in self._number}
        wanted = sum(1 << number for number in numbers & self._places.keys())
        for number in bits(wanted):
            for opposite in bits(self._partners(number) & wanted >> number + 1 << number + 1):
                yield self._places[number], self._places[opposite]

    def _met(self, number: int) -> int:
        """The steps some run executes as well, but for those left to a callee."""
        call = self._places[number].id.partition("/")[0]
        return self._partners(number) & ~self._left_to.get(call, 0)


@dataclass(frozen=True, kw_only=True)
class CrossingPair(ConflictingPair):
    """Two conflicting steps of different procedures that touch one business object."""

    #: The procedure :attr:`one` belongs to; :attr:`other` is the judged one's.
    elsewhere: ProcedureSubject
    #: Kind of the business object both touch.
    kind: str

    @property
    def names(self) -> dict[str, str]:
        """What a finding calls the two steps, and what lies between them."""
        return super().names | {"item": self.elsewhere.procedure.title, "kind": self.kind}

    def witness(self, subject: ProcedureSubject) -> tuple[str, ...]:
        """A shortest run of the one procedure to its step, then of the other to its own."""
        ways = (self.elsewhere, self.one), (subject, self.other)
        return tuple(n for at, place in ways for n in at.behaviour.witness(place.id, place.id))


def crossings_met(
    subject: ProcedureSubject, concerns: Callable[[str, str], bool]
) -> Iterator[tuple[CrossingPair, int]]:
    """Pairs of steps that conflict across procedures with an object of the same kind.

    Only those between posts that ``concerns``. Each pair belongs to the later of the two
    procedures.

    Yields
    ------
    A pair and 0; once :data:`LISTED` pairs are told, the next of each kind (the same duties,
    posts and kind of object) and how many more pairs of its kind there are, itself included.
    """
    left = LISTED
    rest: dict[tuple[str, ...], tuple[CrossingPair, int]] = {}
    for alike, pairs, count in _crossings(subject, concerns):
        shown = min(left, count)
        left -= shown
        for pair in islice(pairs, shown):
            yield pair, 0
        if count > shown:
            first, more = rest.get(alike) or (next(pairs), 0)
            rest[alike] = first, more + count - shown
    yield from rest.values()


def _crossings(
    subject: ProcedureSubject, concerns: Callable[[str, str], bool]
) -> Iterator[tuple[tuple[str, ...], Iterator[CrossingPair], int]]:
    """What makes pairs alike, the pairs, one by one as they are asked for, and their number."""
    own = _seats(subject)
    for elsewhere, kind in _touching(subject):
        theirs = _seats(elsewhere)
        for conflict in subject.controls.duty_conflicts:
            for duties in permutations(sorted(conflict.duties)):
                ones, others = theirs.get(duties[0], {}), own.get(duties[1], {})
                for posts in product(ones, others):
                    sides = ones[posts[0]], others[posts[1]]
                    if concerns(*posts) and (count := _drawn_apart(*sides)):
                        pairs = (
                            CrossingPair(
                                one=one,
                                other=other,
                                statutory=conflict.statutory,
                                basis=conflict.basis,
                                elsewhere=elsewhere,
                                kind=kind,
                            )
                            for one, other in product(*sides)
                            if one.procedure.id != other.procedure.id
                        )
                        yield (conflict.basis, kind, *duties, *posts), pairs, count


def _drawn_apart(ones: list[Place], others: list[Place]) -> int:
    """How many pairs are drawn in two procedures; those drawn in one are judged there."""
    drawn = Counter(other.procedure.id for other in others)
    return sum(len(others) - drawn[one.procedure.id] for one in ones)


def _touching(subject: ProcedureSubject) -> Iterator[tuple[ProcedureSubject, str]]:
    """The procedures before it that touch an object of the same kind, and that kind.

    Those of which one calls the other are left out: one case has the steps of both.
    """
    kinds = {found.kind for found in subject.procedure.objects}
    for document in subject.documents if kinds else ():
        for procedure in document.procedures:
            shared = [found.kind for found in procedure.objects if found.kind in kinds]
            if not shared or _at(procedure) >= _at(subject.procedure):
                continue
            elsewhere = subject.at(document, procedure)
            if not (_calls(elsewhere, subject.procedure) or _calls(subject, procedure)):
                yield elsewhere, shared[0]


def _at(procedure: Procedure) -> tuple[str, int]:
    return (procedure.path, procedure.line)


def _calls(subject: ProcedureSubject, procedure: Procedure) -> bool:
    """Whether a procedure calls another, so that one case has the steps of both."""
    return any(place.procedure.id == procedure.id for place in subject.places.values())


def _seats(subject: ProcedureSubject) -> dict[str, dict[str, list[Place]]]:
    """The steps inside the office by duty and post."""
    found: dict[str, dict[str, list[Place]]] = {}
    for place in _inside(subject):
        found.setdefault(_duty(place), {}).setdefault(subject.post_at(place), []).append(place)
    return found


def _inside(subject: ProcedureSubject) -> Iterator[Place]:
    """The steps done inside the office, those of called procedures included."""
    for place in subject.places.values():
        if place.node.kind.is_task and not (place.node.step and place.node.step.external):
            yield place
