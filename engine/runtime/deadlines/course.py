"""How a case's clock moves: one method for each thing that can happen to it.

Pure: facts in, facts out. Storing them is :mod:`.rows`; who may do it and the
journal are :mod:`.timekeeping`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from engine.model.calendar import Calendar
from engine.model.clock import (
    AUTOMATIC,
    CaseClock,
    Deadline,
    DeadlineKind,
    Extension,
    Pause,
)
from engine.model.item import LimitUnit, TimeLimit
from engine.model.procedure import Procedure
from engine.model.regime import Regime, regime_of
from engine.model.wording import say
from engine.store import CHINA

from ..clock import day_of
from ..errors import NotAllowed
from .stops import asked_in_time

_COUNTED = (LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What an item's basis and promise say about time."""

    regime: Regime | None
    statutory: TimeLimit | None
    #: Article of the statutory limit.
    basis: str
    promised: TimeLimit | None
    #: What the promise leaves out, in the item's words.
    note: str

    @classmethod
    def of(cls, procedure: Procedure) -> "Terms | None":
        """The terms of an item; None for a sub-procedure."""
        item = procedure.item
        if item is None:
            return None
        regime = regime_of(item, procedure.bases)
        ruling = regime.decision if regime else None
        return cls(
            regime=regime,
            statutory=item.statutory or (ruling.limit if ruling else None),
            basis=ruling.basis if ruling else say("clock.basis-of-item"),
            promised=item.promised,
            note=item.limit_note,
        )


def _refuse(key: str, **facts: object) -> NotAllowed:
    return NotAllowed(say(f"clock.refused.{key}", **facts))


class Course:
    """One case's clock at one moment, moved by what happens.

    Parameters
    ----------
    clock : what happened so far.
    terms : what the item's basis says.
    calendar : the office's working days.
    now : the moment of what happens next.
    """

    def __init__(self, clock: CaseClock, terms: Terms, calendar: Calendar, now: datetime) -> None:
        self.clock = clock
        self.terms = terms
        self.calendar = calendar
        self.now = now
        self.deem()

    @classmethod
    def begin(cls, case_id: str, terms: Terms, calendar: Calendar, now: datetime) -> "Course":
        """The clock of a case that was just received."""
        regime = terms.regime
        clock = CaseClock(case_id=case_id, regime=regime, received_at=now)
        course = cls(clock, terms, calendar, now)
        if regime and regime.acceptance:
            course._start(DeadlineKind.ACCEPTANCE, regime.acceptance.limit, regime.acceptance.basis)
        if regime and regime.from_receipt:
            course._run()
        return course

    @property
    def today(self) -> date:
        """The day of the moment, in China."""
        return day_of(self.now)

    def _set(self, **facts: object) -> None:
        self.clock = replace(self.clock, **facts)  # type: ignore[arg-type]

    def _start(
        self, kind: DeadlineKind, limit: TimeLimit, basis: str, since: date | None = None
    ) -> None:
        regime = self.terms.regime
        began = Deadline(
            kind=kind,
            limit=limit,
            basis=basis,
            since=since or self.today,
            moves=bool(basis) and regime is not None and regime.moves,
            counted_at=self.now,
        )
        others = tuple(d for d in self.clock.deadlines if d.kind is not kind or d.work_item_id)
        self._set(deadlines=(*others, self._counted(began)))

    def _counted(self, deadline: Deadline) -> Deadline:
        last = deadline.counted(self.calendar, self.clock.pauses)
        until = last or max(self.today, deadline.since)
        return replace(
            deadline,
            last=last,
            account=self.calendar.account(deadline.since, until),
            provisional=self.calendar.is_provisional(deadline.since, until),
            counted_at=self.now,
        )

    def recount(self) -> None:
        """Count again what has not been met, by the present calendar and pauses.

        Limits of single steps are left alone: :mod:`.steplimits` counts them.
        """
        self._set(
            deadlines=tuple(
                deadline if deadline.met_at or deadline.work_item_id else self._counted(deadline)
                for deadline in self.clock.deadlines
            )
        )

    def resettle(self) -> None:
        """Count again after something was undone; what counts from receipt has its limits again."""
        regime, is_asked = self.terms.regime, self.clock.corrections_asked_at is not None
        has_limit = self.clock.deadline(DeadlineKind.STATUTORY) is not None
        if regime and regime.from_receipt and not (is_asked or has_limit):
            self._run(day_of(self.clock.received_at))
        self.recount()

    def _meet(self, *kinds: DeadlineKind) -> None:
        self._set(
            deadlines=tuple(
                replace(d, met_at=self.now)
                if d.kind in kinds and d.met_at is None and not d.work_item_id
                else d
                for d in self.clock.deadlines
            )
        )

    def _run(self, since: date | None = None) -> None:
        """Let the limits of the decision begin."""
        if self.terms.statutory:
            self._start(DeadlineKind.STATUTORY, self.terms.statutory, self.terms.basis, since)
        if self.terms.promised:
            self._start(DeadlineKind.PROMISED, self.terms.promised, "", since)

    def deem(self) -> bool:
        """Accept by force of law when corrections were not asked for in time."""
        clock, regime = self.clock, self.terms.regime
        due = clock.deadline(DeadlineKind.ACCEPTANCE)
        if not (regime and regime.deemed) or due is None or due.met_at or due.last is None:
            return False
        if clock.accepted_at or clock.refused_at or self.today <= due.last:
            return False
        self._meet(DeadlineKind.ACCEPTANCE)
        self._set(accepted_at=clock.received_at, deemed=True)
        self._run(day_of(clock.received_at))
        return True

    def _must_not_be_accepted(self) -> None:
        if self.clock.refused_at:
            raise _refuse("not-accepted-already")
        if self.clock.accepted_at:
            raise _refuse("deemed" if self.clock.deemed else "accepted-already")

    def accept(self) -> None:
        """受理."""
        self._must_not_be_accepted()
        self._meet(DeadlineKind.ACCEPTANCE)
        self._set(accepted_at=self.now)
        if not (self.terms.regime and self.terms.regime.from_receipt):
            self._run()

    def refuse_acceptance(self, reason: str) -> None:
        """不予受理."""
        self._must_not_be_accepted()
        _given(reason, "reason")
        self._go_on()
        self._meet(*DeadlineKind)
        self._set(refused_at=self.now, refusal=reason.strip())

    def ask_corrections(self, corrections: str) -> None:
        """一次性告知补正; asked for too late it changes nothing where the basis says so."""
        if self.clock.corrections_asked_at:
            raise _refuse("asked-already", day=self.clock.corrections_asked_at.date())
        if not self.clock.deemed:
            self._must_not_be_accepted()
        _given(corrections, "corrections")
        self._meet(DeadlineKind.ACCEPTANCE)
        self._set(corrections_asked_at=self.now, corrections=corrections.strip())
        if self._corrections_reset():
            self._set(deadlines=tuple(d for d in self.clock.deadlines if d.work_item_id))

    def _corrections_reset(self) -> bool:
        """Whether corrections were asked for in time to set the limit anew."""
        resets = self.terms.regime is not None and self.terms.regime.corrections is not None
        return resets and asked_in_time(self.clock, self.calendar)

    def receive_corrections(self) -> None:
        """收到补正材料."""
        if self.clock.corrections_asked_at is None:
            raise _refuse("nothing-asked")
        if self.clock.corrected_at:
            raise _refuse("corrected-already", day=self.clock.corrected_at.date())
        self._set(corrected_at=self.now)
        if self._corrections_reset():
            self._run()

    def _must_be_running(self) -> None:
        if self.clock.decided_at:
            raise _refuse("decided-already")
        if self.clock.refused_at:
            raise _refuse("not-accepted-already")
        if not self.clock.accepted_at and not self.clock.deadline(DeadlineKind.STATUTORY):
            raise _refuse("not-accepted-yet")

    def _open_pause(self, *, automatic: bool) -> Pause | None:
        return next(
            (p for p in self.clock.pauses if p.until is None and p.is_automatic is automatic),
            None,
        )

    def _pause(self, kind: str, reason: str, *, by: str, statutory: bool, basis: str) -> None:
        began = Pause(
            number=len(self.clock.pauses) + 1,
            kind=kind,
            reason=reason,
            basis=basis,
            statutory=statutory,
            since=self.now.astimezone(CHINA),
            until=None,
            by=by,
            ended_by=None,
        )
        self._set(pauses=(*self.clock.pauses, began))
        self.recount()

    def _end(self, pause: Pause, by: str) -> None:
        ended = replace(pause, until=self.now.astimezone(CHINA), ended_by=by)
        self._set(pauses=tuple(ended if p is pause else p for p in self.clock.pauses))
        self.recount()

    def _go_on(self) -> None:
        """End whatever makes the clock stand."""
        for pause in self.clock.pauses:
            if pause.until is None:
                self._end(pause, AUTOMATIC)

    def pause(self, kind: str, reason: str, *, by: str) -> None:
        """特别程序: the promise stands; the statute only for what it names."""
        self._must_be_running()
        if self._open_pause(automatic=False):
            raise _refuse("paused-already")
        kind = _given(kind, "kind")
        regime = self.terms.regime
        statutory = regime is not None and kind in regime.pauses
        if not statutory and self.clock.deadline(DeadlineKind.PROMISED) is None:
            known = "、".join(regime.pauses) if regime and regime.pauses else say("clock.none")
            raise _refuse("pause-without-effect", kind=kind, known=known)
        basis = regime.pause_basis if regime and statutory else ""
        self._pause(kind, _given(reason, "reason"), by=by, statutory=statutory, basis=basis)

    def resume(self, *, by: str) -> None:
        """特别程序结束."""
        pause = self._open_pause(automatic=False)
        if pause is None:
            raise _refuse("not-paused")
        self._end(pause, by)

    def stand(self, *, still: bool) -> None:
        """Stop or start the promise with the steps it leaves out."""
        pause = self._open_pause(automatic=True)
        if still and pause is None and not self.clock.decided_at:
            note = self.terms.note or say("clock.off-clock")
            kind = say("clock.off-clock")
            self._pause(kind, note, by=AUTOMATIC, statutory=False, basis="")
        elif pause and not still:
            self._end(pause, AUTOMATIC)

    def extend(self, kind: DeadlineKind, days: int, *, by: str, reason: str, notice: str) -> None:
        """延期: once, while the limit runs, as far as the basis allows."""
        self._must_be_running()
        held = self.clock.deadline(kind)
        if held is None or kind not in (DeadlineKind.STATUTORY, DeadlineKind.PROMISED):
            raise _refuse("no-such-limit", kind=kind.label)
        if held.extension:
            raise _refuse("extended-already", kind=kind.label, day=held.extension.at.date())
        if held.limit.unit not in _COUNTED:
            raise _refuse("not-counted", kind=kind.label, limit=held.limit)
        if held.last and self.today > held.last:
            raise _refuse("too-late-to-extend", kind=kind.label, day=held.last)
        most, basis = self._most(held)
        if not 1 <= days <= most:
            raise _refuse("too-long", kind=kind.label, most=most, basis=basis)
        extension = Extension(
            days=days,
            by=by,
            at=self.now.astimezone(CHINA),
            reason=_given(reason, "reason"),
            notice=_given(notice, "notice"),
        )
        longer = self._counted(replace(held, extension=extension))
        self._must_stay_lawful(longer)
        self._set(deadlines=tuple(longer if d is held else d for d in self.clock.deadlines))

    def _most(self, held: Deadline) -> tuple[int, str]:
        """Most days a limit may be extended by, and by what right."""
        if held.kind is DeadlineKind.PROMISED:
            return held.limit.days, say("clock.basis-of-promise")
        regime = self.terms.regime
        if regime is None or regime.extension is None:
            raise _refuse("no-extension", basis=held.basis)
        return regime.extension.most_days, regime.extension.basis

    def _must_stay_lawful(self, longer: Deadline) -> None:
        """A promise may not be extended past the statute."""
        law = self.clock.deadline(DeadlineKind.STATUTORY)
        if longer.kind is not DeadlineKind.PROMISED or law is None:
            return
        if law.last and longer.last and longer.last > law.last:
            raise _refuse("past-the-statute", day=longer.last, last=law.last)

    def decide(self) -> None:
        """办结: the decision is made."""
        self._must_be_running()
        self._go_on()
        self._meet(DeadlineKind.STATUTORY, DeadlineKind.PROMISED)
        self._set(decided_at=self.now)
        regime = self.terms.regime
        if regime and regime.delivery:
            self._start(DeadlineKind.DELIVERY, regime.delivery.limit, regime.delivery.basis)

    def deliver(self) -> None:
        """送达; what is delivered has been decided."""
        if self.clock.delivered_at:
            raise _refuse("delivered-already", day=self.clock.delivered_at.date())
        if self.clock.decided_at is None:
            self.decide()
        self._meet(DeadlineKind.DELIVERY)
        self._set(delivered_at=self.now)


def _given(text: str, what: str) -> str:
    if not text.strip():
        raise _refuse(f"no-{what}")
    return text.strip()
