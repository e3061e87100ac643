"""Which steps of a procedure must not be controlled by one person, and why.

Belongs here: conflicting pairs by design, within a procedure and across those
that touch the same business object. Does not: who is appointed to what.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, permutations, product

from engine.model.controls import DutyConflict
from engine.model.procedure import Procedure

from .subject import Place, ProcedureSubject

_ByDuty = dict[str, list[Place]]
#: Conflicts of one procedure that are shown with a run; a drawing with more is all wrong.
WITNESSES = 100


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


def _duty(place: Place) -> str:
    return place.node.step.duty if place.node.step else ""


def conflicting_pairs(subject: ProcedureSubject) -> Iterator[ConflictingPair]:
    """Pairs of steps inside the office that conflict, whether or not one run does both.

    A pair that lies within one call is left to the called procedure where
    that one is checked as well.
    """
    order = {place.id: number for number, place in enumerate(_inside(subject))}
    checked = {procedure.id for d in subject.documents for procedure in d.procedures}
    by_duty = _by_duty(subject)
    taken: set[frozenset[str]] = set()
    for conflict in subject.controls.duty_conflicts:
        first, second = (by_duty.get(duty, ()) for duty in sorted(conflict.duties))
        for pair in product(first, second):
            one, other = sorted(pair, key=lambda place: order[place.id])
            if not _is_left_to_callee(subject, one, other, checked):
                taken.add(frozenset((one.id, other.id)))
                yield ConflictingPair(
                    one=one, other=other, statutory=conflict.statutory, basis=conflict.basis
                )
    for group in subject.procedure.separations:
        for steps in combinations(
            sorted(set(group.steps) & order.keys(), key=order.__getitem__), 2
        ):
            if frozenset(steps) not in taken:
                taken.add(frozenset(steps))
                one, other = map(subject.places.__getitem__, steps)
                yield ConflictingPair(one=one, other=other, statutory=False, basis=group.reason)


@dataclass(frozen=True, kw_only=True)
class CrossingPair(ConflictingPair):
    """Two conflicting steps of different procedures that touch one business object."""

    #: The procedure :attr:`one` belongs to; :attr:`other` is the judged one's.
    elsewhere: ProcedureSubject
    #: Kind of the business object both touch.
    kind: str


def crossing_pairs(subject: ProcedureSubject) -> Iterator[CrossingPair]:
    """Pairs of steps that conflict across procedures with an object of the same kind.

    Each pair belongs to the later of the two procedures.
    """
    kinds = {found.kind for found in subject.procedure.objects}
    own = _by_duty(subject)
    for document in subject.documents if kinds else ():
        for procedure in document.procedures:
            shared = [found.kind for found in procedure.objects if found.kind in kinds]
            if not shared or _at(procedure) >= _at(subject.procedure):
                continue
            elsewhere = subject.at(document, procedure)
            if _calls(elsewhere, subject.procedure) or _calls(subject, procedure):
                continue
            theirs = _by_duty(elsewhere)
            for conflict, one, other in _clashes(subject, theirs, own):
                yield CrossingPair(
                    one=one,
                    other=other,
                    statutory=conflict.statutory,
                    basis=conflict.basis,
                    elsewhere=elsewhere,
                    kind=shared[0],
                )


def _clashes(
    subject: ProcedureSubject, theirs: _ByDuty, own: _ByDuty
) -> Iterator[tuple[DutyConflict, Place, Place]]:
    for conflict in subject.controls.duty_conflicts:
        for duty, opposite in permutations(sorted(conflict.duties)):
            for one, other in product(theirs.get(duty, ()), own.get(opposite, ())):
                # What is drawn in one procedure is judged there.
                if one.procedure.id != other.procedure.id:
                    yield conflict, one, other


def _at(procedure: Procedure) -> tuple[str, int]:
    return (procedure.path, procedure.line)


def _calls(subject: ProcedureSubject, procedure: Procedure) -> bool:
    """Whether a procedure calls another, so that one case has the steps of both."""
    return any(place.procedure.id == procedure.id for place in subject.places.values())


def _by_duty(subject: ProcedureSubject) -> _ByDuty:
    found: _ByDuty = {}
    for place in _inside(subject):
        found.setdefault(_duty(place), []).append(place)
    return found


def crossing_witness(subject: ProcedureSubject, pair: CrossingPair) -> tuple[str, ...]:
    """A shortest run of the one procedure to its step, then of the other to its own."""
    runs = (
        at.behaviour.witness(place.id, place.id)
        for at, place in ((pair.elsewhere, pair.one), (subject, pair.other))
    )
    return tuple(node for run in runs for node in run)


def witness(subject: ProcedureSubject, pair: ConflictingPair, number: int) -> tuple[str, ...]:
    """A shortest run that does both steps, for the first conflicts of a procedure."""
    return subject.behaviour.witness(*pair.steps) if number < WITNESSES else ()


def _inside(subject: ProcedureSubject) -> Iterator[Place]:
    """The steps done inside the office, those of called procedures included."""
    for place in subject.places.values():
        if place.node.kind.is_task and not (place.node.step and place.node.step.external):
            yield place


def _is_left_to_callee(
    subject: ProcedureSubject, one: Place, other: Place, checked: set[str]
) -> bool:
    call, inside, _ = one.id.partition("/")
    if not inside or not other.id.startswith(f"{call}/"):
        return False
    return subject.places[call].node.called in checked
