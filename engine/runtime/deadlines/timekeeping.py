"""The clock of a case in an officer's hands: each operation is one transaction, one
judgement of who may do it, one entry in the journal.

What a procedure's own steps do to the clock is :mod:`.following`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from engine.model.clock import CaseClock, DeadlineKind
from engine.model.mark import ClockEvent
from engine.model.wording import say

from .. import records
from ..errors import NotAllowed
from ..program import Program
from .course import Course, Terms
from .following import course_of
from .handover import HEAD
from .matter import Matter, Matters
from .rows import load_clocks, save_clock


@dataclass(frozen=True, slots=True)
class Docket:
    """One case in a transaction that moves its clock."""

    matter: Matter
    program: Program
    course: Course


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
            clock = load_clocks(connection, self.id, [case_id]).get(case_id)
            terms = Terms.of(self._versions.program(connection, row["bundle"]).procedure)
            if clock is None or terms is None:
                return None
            return Course(clock, terms, self._calendars.at(connection), self.clock()).clock

    def events_drawn(self, case_id: str) -> frozenset[ClockEvent]:
        """What steps of the case's own procedure do to its clock.

        Raises
        ------
        UnknownCase
            No such case in the office.
        """
        with self.store.read() as connection:
            row = records.case_row(connection, self.id, case_id)
            return frozenset(_drawn(self._versions.program(connection, row["bundle"])))

    def accept(self, case_id: str, *, by: str) -> CaseClock:
        """受理: from now the limits of the decision run.

        Raises
        ------
        Refused
            A rule keeps the officer out of the case.
        NotAllowed
            It does not fit what happened so far, or a step of the procedure does it.
        """
        with self._docket(case_id, by, "accept") as docket:
            self._is_not_drawn(docket, ClockEvent.ACCEPTED)
            docket.course.accept()
            self._keep(docket, "accepted")
        return docket.course.clock

    def refuse_acceptance(self, case_id: str, *, by: str, reason: str) -> CaseClock:
        """不予受理, with the reason the applicant is told; raises as :meth:`accept`."""
        with self._docket(case_id, by, "accept") as docket:
            docket.course.refuse_acceptance(reason)
            self._keep(docket, "acceptance-refused")
        return docket.course.clock

    def ask_corrections(self, case_id: str, *, by: str, corrections: str) -> CaseClock:
        """一次性告知补正: everything to be corrected, once; raises as :meth:`accept`."""
        with self._docket(case_id, by, "accept") as docket:
            docket.course.ask_corrections(corrections)
            late = say("clock.note.deemed") if docket.course.clock.deemed else ""
            self._keep(docket, "corrections-asked", late)
        return docket.course.clock

    def receive_corrections(self, case_id: str, *, by: str) -> CaseClock:
        """收到补正材料; raises as :meth:`accept`."""
        with self._docket(case_id, by, "accept") as docket:
            docket.course.receive_corrections()
            self._keep(docket, "corrections-received")
        return docket.course.clock

    def pause_clock(self, case_id: str, *, by: str, kind: str, reason: str) -> CaseClock:
        """特别程序 begins; raises as :meth:`accept`.

        Parameters
        ----------
        kind : 听证, 鉴定 …; only kinds the item's basis names stop the statutory limit.
        reason : what for, in a sentence.
        """
        with self._docket(case_id, by) as docket:
            docket.course.pause(kind, reason, by=by)
            self._keep(docket, "clock-paused", kind.strip())
        return docket.course.clock

    def resume_clock(self, case_id: str, *, by: str) -> CaseClock:
        """特别程序 ends; the limits are counted again; raises as :meth:`accept`."""
        with self._docket(case_id, by) as docket:
            docket.course.resume(by=by)
            self._keep(docket, "clock-resumed")
        return docket.course.clock

    def extend(
        self,
        case_id: str,
        *,
        by: str,
        days: int,
        reason: str,
        notice: str,
        kind: DeadlineKind = DeadlineKind.PROMISED,
    ) -> CaseClock:
        """延期, approved by the post the basis names; raises as :meth:`accept`.

        Parameters
        ----------
        days : days more, in the limit's unit.
        notice : how the applicant was told the reason.
        kind : the promised or the statutory limit.
        """
        with self._docket(case_id, by, "approve", _approver) as docket:
            docket.course.extend(kind, days, by=by, reason=reason, notice=notice)
            self._keep(docket, "extended", say("clock.note.extended", kind=kind.label, days=days))
        return docket.course.clock

    def decide(self, case_id: str, *, by: str) -> CaseClock:
        """办结: the decision is made; raises as :meth:`accept`."""
        with self._docket(case_id, by, "approve") as docket:
            self._is_not_drawn(docket, ClockEvent.DECIDED)
            docket.course.decide()
            self._keep(docket, "decided")
        return docket.course.clock

    def deliver(self, case_id: str, *, by: str) -> CaseClock:
        """送达; raises as :meth:`accept`."""
        with self._docket(case_id, by, "deliver") as docket:
            self._is_not_drawn(docket, ClockEvent.DELIVERED)
            docket.course.deliver()
            self._keep(docket, "delivered")
        return docket.course.clock

    @contextmanager
    def _docket(
        self,
        case_id: str,
        by: str,
        duty: str = "",
        post: Callable[[Course], str] = lambda _: "",
    ) -> Iterator[Docket]:
        """A transaction on one clock, after the officer was judged."""
        with self._matter(case_id, by) as matter:
            program = matter.work.program(matter.row)
            course = course_of(matter.work, matter.row, program.procedure)
            if course is None:
                raise NotAllowed(say("clock.refused.no-clock", case=case_id))
            matter.allow(matter.officer, duty, post(course))
            yield Docket(matter, program, course)

    def _is_not_drawn(self, docket: Docket, event: ClockEvent) -> None:
        """What a step of the procedure does, nobody does beside it."""
        step = _drawn(docket.program).get(event)
        if step is not None:
            raise NotAllowed(say("clock.refused.drawn", step=step))

    def _keep(self, docket: Docket, action: str, note: str = "") -> None:
        save_clock(docket.matter.work.connection, self.id, docket.course.clock)
        docket.matter.note(action, note)


def _drawn(program: Program) -> dict[ClockEvent, str]:
    """What steps of a procedure do to the clock, with the name of one that does."""
    return {
        mark.event: node.label
        for procedure in program.procedures.values()
        for node in procedure.nodes.values()
        for mark in (node.step.marks if node.step else ())
    }


def _approver(course: Course) -> str:
    """Post that approves more time."""
    regime = course.terms.regime
    return regime.extension.post if regime and regime.extension else HEAD
