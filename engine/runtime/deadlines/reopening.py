"""What a step did to the clock is undone with the step, as far as it has not gone out.

撤回 takes all of it back: nobody has gone on from the step. 退回 leaves what the applicant was
told before the decision: 受理, 告知补正, 收到补正; the first time counts. A decision, a
refusal and what was delivered of them are to be made anew.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from engine.model.clock import AUTOMATIC, CaseClock, DeadlineKind, Pause
from engine.model.mark import ClockEvent

from .course import Course

#: What the applicant was told before the decision.
_TOLD = (ClockEvent.ACCEPTED, ClockEvent.CORRECTIONS_ASKED, ClockEvent.CORRECTED)
_OF_DECISION = (DeadlineKind.STATUTORY, DeadlineKind.PROMISED)


def take_back(
    course: Course, done: Mapping[ClockEvent, Collection[datetime]], *, keeps_told: bool
) -> None:
    """Move a clock back over what steps brought about that are undone, the last thing first.

    Parameters
    ----------
    done : when the undone steps were done, by what they may have brought about: what came
        about at another moment stays.
    keeps_told : whether what the applicant was told before the decision stays.
    """
    moments = {
        ClockEvent.DELIVERED: course.clock.delivered_at,
        ClockEvent.DECIDED: course.clock.decided_at,
        ClockEvent.REFUSED: course.clock.refused_at,
        ClockEvent.ACCEPTED: course.clock.accepted_at,
        ClockEvent.CORRECTED: course.clock.corrected_at,
        ClockEvent.CORRECTIONS_ASKED: course.clock.corrections_asked_at,
    }
    before = course.clock
    for event, moment in moments.items():
        if moment is None or moment not in done.get(event, ()):
            continue
        if keeps_told and event in _TOLD:
            continue
        if event not in _TOLD or _is_untouched(course.clock, moment):
            course.clock = _UNDONE[event](course.clock, moment)
    if course.clock != before:
        course.resettle()


def _is_untouched(clock: CaseClock, moment: datetime) -> bool:
    """Whether nothing has been built on what happened at a moment."""
    later = [
        clock.corrections_asked_at,
        clock.corrected_at,
        clock.accepted_at,
        *(pause.since for pause in clock.pauses),
        *(limit.extension.at for limit in clock.deadlines if limit.extension),
    ]
    return not any(each is not None and each > moment for each in later)


def _unmet(clock: CaseClock, moment: datetime) -> CaseClock:
    """Limits that were met and pauses that ended by it run on."""
    deadlines = (
        replace(limit, met_at=None) if limit.met_at == moment and not limit.work_item_id else limit
        for limit in clock.deadlines
    )
    pauses = (_going_on(pause, moment) for pause in clock.pauses)
    return replace(clock, deadlines=tuple(deadlines), pauses=tuple(pauses))


def _going_on(pause: Pause, moment: datetime) -> Pause:
    if pause.until == moment and pause.ended_by == AUTOMATIC:
        return replace(pause, until=None, ended_by=None)
    return pause


def _without(clock: CaseClock, *kinds: DeadlineKind) -> CaseClock:
    left = (limit for limit in clock.deadlines if limit.work_item_id or limit.kind not in kinds)
    return replace(clock, deadlines=tuple(left))


def _not_delivered(clock: CaseClock, moment: datetime) -> CaseClock:
    return replace(_unmet(clock, moment), delivered_at=None)


def _not_decided(clock: CaseClock, moment: datetime) -> CaseClock:
    reopened = _without(_unmet(clock, moment), DeadlineKind.DELIVERY)
    return replace(reopened, decided_at=None, delivered_at=None)


def _not_refused(clock: CaseClock, moment: datetime) -> CaseClock:
    return replace(_unmet(clock, moment), refused_at=None, refusal="")


def _not_accepted(clock: CaseClock, moment: datetime) -> CaseClock:
    reopened = replace(_unmet(clock, moment), accepted_at=None)
    from_receipt = clock.regime is not None and clock.regime.from_receipt
    return reopened if from_receipt else _without(reopened, *_OF_DECISION)


def _not_corrected(clock: CaseClock, _: datetime) -> CaseClock:
    resets = clock.regime is not None and clock.regime.corrections is not None
    reopened = replace(clock, corrected_at=None)
    return _without(reopened, *_OF_DECISION) if resets else reopened


def _not_asked(clock: CaseClock, moment: datetime) -> CaseClock:
    return replace(_unmet(clock, moment), corrections_asked_at=None, corrections="")


_UNDONE = {
    ClockEvent.DELIVERED: _not_delivered,
    ClockEvent.DECIDED: _not_decided,
    ClockEvent.REFUSED: _not_refused,
    ClockEvent.ACCEPTED: _not_accepted,
    ClockEvent.CORRECTED: _not_corrected,
    ClockEvent.CORRECTIONS_ASKED: _not_asked,
}
