"""Marks (``qd:clock``): what the end of a step means for the clock of a case."""

from dataclasses import dataclass
from enum import StrEnum


class ClockEvent(StrEnum):
    """What the end of a step can mean for the clock of a case."""

    ACCEPTED = "accepted"
    #: 不予受理.
    REFUSED = "refused"
    #: 一次性告知补正.
    CORRECTIONS_ASKED = "corrections-asked"
    CORRECTED = "corrected"
    DECIDED = "decided"
    DELIVERED = "delivered"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockMark:
    """One thing a step does to the clock when it is done (``qd:clock``)."""

    event: ClockEvent
    #: Only where this expression holds; empty for always.
    when: str = ""
    line: int | None = None


#: What duties do to the clock where a step says nothing.
MARKS_OF_DUTIES = {
    "accept": (ClockMark(event=ClockEvent.ACCEPTED),),
    "deliver": (ClockMark(event=ClockEvent.DELIVERED),),
}
