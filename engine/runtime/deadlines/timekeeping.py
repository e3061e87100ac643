"""The clock of a case in an officer's hands: each operation is one transaction, one
judgement of who may do it, one entry in the journal.

What a procedure's own steps do to the clock is :mod:`.following`.
"""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, replace

from engine.model.clock import CaseClock, DeadlineKind
from engine.model.mark import ClockEvent
from engine.model.office import HEAD
from engine.model.wording import clauses, say

from .. import records
from ..errors import NotAllowed
from ..matter import Matters
from ..statements import Wire
from .ahead import Ahead, ahead_of
from .course import Course, Terms
from .following import course_of
from .rows import load_clock, save_clock
from .steplimits import follow


@dataclass(frozen=True, slots=True)
class _Act:
    """One operation on a clock."""

    #: As the journal names it.
    action: str
    _: KW_ONLY
    #: Duty it is judged by and leaves a deed of; empty where it is none.
    duty: str = ""
    #: Post that alone may do it.
    post: Callable[[Course], str] = lambda _: ""
    #: What a step of the procedure may be drawn to do instead.
    event: ClockEvent | None = None
    #: What the officer gave for it.
    facts: tuple[object, ...] = ()


class Timekeeping(Matters):
    """The part of an office that keeps the clocks."""

    def case_clock(self, case_id: str) -> CaseClock | None:
        """The clock of a case as it stands now; None for a sub-procedure.

        Raises
        ------
        UnknownCase
            No such case in the office.
        """
        with self.store.read() as connection:
            row = records.case_row(connection, self.id, case_id)
            clock = load_clock(Wire(connection), self.id, case_id)
            terms = Terms.of(self._versions.opened_on(connection, row))
            if clock is None or terms is None:
                return None
            # With the case the clock has come to its end.
            moment = row["finished_at"] or self.clock()
            return Course(clock, terms, self._calendars.at(connection), moment).clock

    def ahead(self, case_id: str) -> Ahead:
        """What a case has still before it: what steps do to its clock, and the decision.

        Raises
        ------
        UnknownCase
            No such case in the office.
        """
        with self.store.read() as connection:
            row = dict(records.case_row(connection, self.id, case_id))
            return ahead_of(self._judge(connection), row)

    def accept(self, case_id: str, *, by: str, key: str = "") -> CaseClock:
        """受理: from now the limits of the decision run.

        Parameters
        ----------
        key : of this request; the same request with the same key again changes nothing.

        Raises
        ------
        Refused
            A rule keeps the officer out of the case.
        NotAllowed
            It does not fit what happened so far, or a step of the procedure does it.
        """
        act = _Act("accepted", duty="accept", event=ClockEvent.ACCEPTED)
        return self._do(act, case_id, by, key, Course.accept)

    def refuse_acceptance(self, case_id: str, *, by: str, reason: str, key: str = "") -> CaseClock:
        """不予受理, with the reason the applicant is told; as :meth:`accept`."""
        act = _Act("acceptance-refused", duty="accept", facts=(reason,))
        return self._do(act, case_id, by, key, lambda course: course.refuse_acceptance(reason))

    def ask_corrections(
        self, case_id: str, *, by: str, corrections: str, key: str = ""
    ) -> CaseClock:
        """一次性告知补正: everything to be corrected, once; as :meth:`accept`."""

        def ask(course: Course) -> str:
            course.ask_corrections(corrections)
            return say("clock.note.deemed") if course.clock.deemed else ""

        act = _Act("corrections-asked", duty="accept", facts=(corrections,))
        return self._do(act, case_id, by, key, ask)

    def receive_corrections(self, case_id: str, *, by: str, key: str = "") -> CaseClock:
        """收到补正材料; as :meth:`accept`."""
        act = _Act("corrections-received", duty="accept")
        return self._do(act, case_id, by, key, Course.receive_corrections)

    def pause_clock(
        self, case_id: str, *, by: str, kind: str, reason: str, key: str = ""
    ) -> CaseClock:
        """特别程序 begins; as :meth:`accept`.

        Parameters
        ----------
        kind : 听证, 鉴定 …; only kinds the item's basis names stop the statutory limit.
        reason : what for, in a sentence.
        """

        def pause(course: Course) -> str:
            course.pause(kind, reason, by=by)
            regime, named = course.terms.regime, kind.strip()
            # Other words are somebody's own: they stay with the clock, where they can be mended.
            return named if regime and named in regime.pauses else ""

        return self._do(_Act("clock-paused", facts=(kind, reason)), case_id, by, key, pause)

    def resume_clock(self, case_id: str, *, by: str, key: str = "") -> CaseClock:
        """特别程序 ends; the limits are counted again; as :meth:`accept`."""
        return self._do(
            _Act("clock-resumed"), case_id, by, key, lambda course: course.resume(by=by)
        )

    def extend(
        self,
        case_id: str,
        *,
        by: str,
        days: int,
        reason: str,
        notice: str,
        kind: DeadlineKind = DeadlineKind.PROMISED,
        key: str = "",
    ) -> CaseClock:
        """延期, approved by the post the basis names; as :meth:`accept`.

        Parameters
        ----------
        days : days more, in the limit's unit.
        notice : how the applicant was told the reason.
        kind : the promised or the statutory limit.
        """

        def extend(course: Course) -> str:
            course.extend(kind, days, by=by, reason=reason, notice=notice)
            return say("clock.note.extended", kind=kind.label, days=days)

        facts = (days, reason, notice, kind.value)
        act = _Act("extended", duty="approve", post=_approver, facts=facts)
        return self._do(act, case_id, by, key, extend)

    def decide(self, case_id: str, *, by: str, key: str = "") -> CaseClock:
        """办结: the decision is made; as :meth:`accept`.

        It is refused while a step that makes the decision waits or is still to come.
        """
        act = _Act("decided", duty="approve", event=ClockEvent.DECIDED)
        return self._do(act, case_id, by, key, Course.decide)

    def deliver(self, case_id: str, *, by: str, key: str = "") -> CaseClock:
        """送达 of what was decided; as :meth:`decide`."""
        act = _Act("delivered", duty="deliver", event=ClockEvent.DELIVERED)
        return self._do(act, case_id, by, key, Course.deliver)

    def _do(
        self,
        act: _Act,
        case_id: str,
        by: str,
        key: str,
        move: Callable[[Course], str | None],
    ) -> CaseClock:
        """Judge the officer, move the clock, and enter it; what ``move`` returns is the note."""
        with self._matter(case_id, by) as matter:
            course = course_of(matter.work, matter.row)
            if course is None:
                raise NotAllowed(say("clock.refused.no-clock", case=case_id))
            if matter.is_repeated(key, act.action, *act.facts):
                return course.clock
            allowed = matter.allow(
                matter.officer, act.duty, act.post(course), among=matter.everybody
            )
            ahead = ahead_of(matter.judge, matter.row)
            step = ahead.drawn.get(act.event) if act.event else None
            if step is not None:
                # What a step of the procedure does, nobody does beside it.
                raise NotAllowed(say("clock.refused.drawn", step=step))
            before = course.clock
            note = move(course)
            _must_be_time(ahead, before, act.event)
            save_clock(matter.work.wire, self.id, course.clock)
            clock = course.clock
            if follow(matter.work, matter.row, before, clock):
                clock = load_clock(matter.work.wire, self.id, case_id) or clock
            matter.note(act.action, clauses(note or "", allowed.note))
            if act.duty:
                matter.leave_deed(act.duty)
        return replace(clock, warning=allowed.forecast.warning)


def _must_be_time(ahead: Ahead, before: CaseClock, event: ClockEvent | None) -> None:
    """Nothing is entered as decided before it is, or as delivered before it is decided."""
    if event not in (ClockEvent.DECIDED, ClockEvent.DELIVERED) or before.decided_at:
        return
    if ahead.undecided:
        raise NotAllowed(ahead.undecided)
    if event is ClockEvent.DELIVERED:
        raise NotAllowed(say("matter.not-decided"))


def _approver(course: Course) -> str:
    """Post that approves more time."""
    regime = course.terms.regime
    return regime.extension.post if regime and regime.extension else HEAD
