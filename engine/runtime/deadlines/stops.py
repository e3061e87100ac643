"""When the limits of a case's steps stand with its clock.

A step inside the clock of its case stands with it: its own limit in every 特别程序, its
statutory one where the statute names the reason. Both stand while it is the applicant's
turn (补正). A step outside the clock (``offClock``, also of the call that opened its case)
is what the case waits for meanwhile: its limits run on, and so do those of the step that
takes corrections in while they are waited for, and of the review of what was done in an
emergency.
"""

from dataclasses import dataclass, replace

from engine.model.calendar import Calendar, Span
from engine.model.clock import CaseClock, DeadlineKind, Pause
from engine.model.mark import ClockEvent

from ..clock import day_of
from ..program import Program
from .offclock import OffClock


@dataclass(frozen=True, slots=True)
class Stops:
    """When the steps of a case had to stand."""

    pauses: tuple[Pause, ...] = ()
    #: While corrections were waited for; None for never.
    corrections: Span | None = None

    @classmethod
    def of(cls, clock: CaseClock | None, calendar: Calendar) -> "Stops":
        """Those of a clock; none where there is none."""
        return cls(clock.pauses, _awaited(clock, calendar)) if clock else cls()

    def at(self, root: Program, trail: str) -> "Stops":
        """Those for the step at a trail."""
        if self == NEVER or root.once(OffClock)[trail]:
            return NEVER
        return replace(self, corrections=None) if _takes_corrections(root, trail) else self

    @property
    def by_officers(self) -> "Stops":
        """Without the time of steps outside the promise."""
        return replace(self, pauses=tuple(p for p in self.pauses if not p.is_automatic))

    def spans(self, kind: DeadlineKind) -> list[Span]:
        """The days a limit of a kind leaves out."""
        spans = [pause.span for pause in self.pauses if pause.stops(kind)]
        return spans if self.corrections is None else [*spans, self.corrections]


NEVER = Stops()


def _takes_corrections(root: Program, trail: str) -> bool:
    step = root.chain(trail)[-1][1].step
    return step is not None and any(mark.event is ClockEvent.CORRECTED for mark in step.marks)


def asked_in_time(clock: CaseClock, calendar: Calendar) -> bool:
    """Whether corrections were asked for, and early enough to change anything."""
    asked = clock.corrections_asked_at
    if asked is None or clock.deemed:
        return False
    ruling = clock.regime.corrections if clock.regime else None
    if ruling is None:
        return True
    latest = calendar.add(day_of(clock.received_at), ruling.limit.days)
    return day_of(asked) <= latest


def _awaited(clock: CaseClock, calendar: Calendar) -> Span | None:
    """The days on which it was the applicant's turn (补正); None for none."""
    if clock.corrections_asked_at is None or not asked_in_time(clock, calendar):
        return None
    ends = (clock.corrected_at, clock.accepted_at, clock.refused_at, clock.decided_at)
    until = min((end for end in ends if end is not None), default=None)
    return Span(
        since=day_of(clock.corrections_asked_at),
        until=until and day_of(until),
    )
