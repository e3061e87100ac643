"""Which steps of a procedure must not be controlled by one person, and why.

Belongs here: conflicting pairs by design. Does not: who is appointed to what.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from .subject import Place, ProcedureSubject


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
    separated = _separated(subject)
    places = [
        place
        for place in subject.places.values()
        if place.node.kind.is_task and not (place.node.step and place.node.step.external)
    ]
    checked = {procedure.id for d in subject.documents for procedure in d.procedures}
    for one, other in combinations(places, 2):
        duties = subject.controls.between_duties(_duty(one), _duty(other))
        reason = separated.get(frozenset((one.id, other.id)))
        if duties is not None and not _is_left_to_callee(subject, one, other, checked):
            yield ConflictingPair(
                one=one, other=other, statutory=duties.statutory, basis=duties.basis
            )
        elif reason is not None:
            yield ConflictingPair(one=one, other=other, statutory=False, basis=reason)


def _separated(subject: ProcedureSubject) -> Mapping[frozenset[str], str]:
    return {
        frozenset(pair): group.reason
        for group in subject.procedure.separations
        for pair in combinations(group.steps, 2)
    }


def _is_left_to_callee(
    subject: ProcedureSubject, one: Place, other: Place, checked: set[str]
) -> bool:
    call, inside, _ = one.id.partition("/")
    if not inside or not other.id.startswith(f"{call}/"):
        return False
    return subject.places[call].node.called in checked
