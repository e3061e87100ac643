"""The clock follows the procedure: steps that accept, decide, deliver, or stand outside.

Called from inside the transaction that moves a case. What a step does to the clock is
told by the journal's entry on the step; no other entry is written.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime

from engine.bpmn.expression import parse
from engine.model.clock import AUTOMATIC, DeadlineKind
from engine.model.errors import UnsafeExpression
from engine.model.mark import ClockEvent
from engine.model.procedure import Node, Procedure
from engine.model.wording import say
from engine.store import clock as tables

from ..errors import FaultyCase, NotAllowed
from ..ledger import SYSTEM, Ledger
from ..machine import Machine, News
from ..statements import Row
from ..undone import undone_now
from .ahead import steps_ahead, undecided
from .course import Course, Terms
from .offclock import OffClock
from .reopening import take_back
from .rows import load_clock, save_clock
from .steplimits import follow

_STANDING = (
    "SELECT 1 FROM clock_pause "
    "WHERE office_id = ? AND case_id = ? AND by = ? AND until IS NULL LIMIT 1"
)


def begin(ledger: Ledger, case_id: str, procedure: Procedure) -> None:
    """Start the clock of a new case; sub-procedures have none."""
    terms = Terms.of(procedure)
    if terms is not None:
        course = Course.begin(case_id, terms, ledger.calendar, ledger.now)
        save_clock(ledger.wire, ledger.office_id, course.clock)


def course_of(ledger: Ledger, row: Row) -> Course | None:
    """The clock of a case, ready to be moved; None where it has none.

    An acceptance that has come about by law meanwhile is entered first. Its limits are
    those of the version it was opened with.
    """
    terms = Terms.of(ledger.versions.opened_on(ledger.connection, row))
    if terms is None:
        return None
    clock = load_clock(ledger.wire, ledger.office_id, row["id"])
    if clock is None:
        return None
    course = Course(clock, terms, ledger.calendar, ledger.now)
    if course.clock.deemed and not clock.deemed:
        save_clock(ledger.wire, ledger.office_id, course.clock)
        due = clock.deadline(DeadlineKind.ACCEPTANCE)
        note = say("clock.note.deemed-accepted", last=due and due.last, basis=due and due.basis)
        ledger.note(row["id"], SYSTEM, "deemed-accepted", note=note)
    return course


def step_done(ledger: Ledger, row: Row, item: Row, machine: Machine) -> None:
    """Move the clock by what a finished step says; the machine has the step's form already."""
    node = machine.program.chain(item["step"])[-1][1]
    if node.step is None:
        return
    if node.step.statutory:
        _met(ledger, row, item["id"])
    events = [mark.event for mark in node.step.marks if _holds(mark.when, machine.data)]
    course = course_of(ledger, row) if events else None
    if course is None:
        return
    before = course.clock
    if before.decided_at is None and _comes_too_early(item["step"], machine, events):
        events.remove(ClockEvent.DELIVERED)
    for event in events:
        # A step done again, or one the clock is past, changes nothing: the first time counts.
        with suppress(NotAllowed):
            _apply(course, event, node.label)
    save_clock(ledger.wire, ledger.office_id, course.clock, before)
    follow(ledger, row, before, course.clock)


def steps_undone(ledger: Ledger, row: Row, machine: Machine, *, keeps_told: bool) -> None:
    """Move the clock back over what the steps brought about that were undone just now."""
    done: dict[ClockEvent, set[datetime]] = {}
    for step, moment in undone_now(ledger, row["id"]):
        # A version the case was put on since may do without the step.
        marks = _marks(machine.program.chain(step)[-1][1]) if machine.program.has(step) else ()
        for event in marks:
            done.setdefault(event, set()).add(moment)
    course = course_of(ledger, row) if done else None
    if course is None:
        return
    before = course.clock
    take_back(course, done, keeps_told=keeps_told)
    save_clock(ledger.wire, ledger.office_id, course.clock, before)
    follow(ledger, row, before, course.clock)


def _marks(node: Node) -> set[ClockEvent]:
    """What a step may have done to the clock: what is delivered has been decided."""
    events = {mark.event for mark in node.step.marks} if node.step else set()
    return events | ({ClockEvent.DECIDED} if ClockEvent.DELIVERED in events else set())


def _comes_too_early(path: str, machine: Machine, events: Collection[ClockEvent]) -> bool:
    """Whether a step delivers something before the decision: a notice, not the result."""
    if ClockEvent.DELIVERED not in events or ClockEvent.DECIDED in events:
        return False
    waiting = {place.path for place in machine.open_places()}
    left = undecided(steps_ahead(machine.program, {*waiting, path}))
    return any(other != path for other in left)


def _holds(when: str, data: Mapping[str, object]) -> bool:
    try:
        return not when or bool(parse(when).evaluate(data))
    except UnsafeExpression as error:
        raise FaultyCase(say("run.faulty", reason=error.message)) from error


def _apply(course: Course, event: ClockEvent, step: str) -> None:
    match event:
        case ClockEvent.ACCEPTED:
            course.accept()
        case ClockEvent.REFUSED:
            course.refuse_acceptance(say("clock.by-step", step=step))
        case ClockEvent.CORRECTIONS_ASKED:
            course.ask_corrections(say("clock.by-step", step=step))
        case ClockEvent.CORRECTED:
            course.receive_corrections()
        case ClockEvent.DECIDED:
            course.decide()
        case ClockEvent.DELIVERED:
            course.deliver()


def keep_pace(ledger: Ledger, row: Row, machine: Machine, news: News) -> None:
    """Let the promise stand while a case waits only at steps it leaves out; end with the case."""
    if machine.finished:
        end(ledger, row)
        return
    off_clock = machine.program.once(OffClock)
    if not off_clock.any_step:
        return
    waiting = machine.open_places() or machine.timers()
    still = all(off_clock[place.path] for place in waiting)
    was_running = any(not off_clock[closed.path] for closed in news.closed)
    if was_running and not still:
        return
    if was_running or still != _is_standing(ledger, row["id"]):
        course = course_of(ledger, row)
        if course is not None:
            before = course.clock
            course.stand(still=still)
            save_clock(ledger.wire, ledger.office_id, course.clock, before)


def _is_standing(ledger: Ledger, case_id: str) -> bool:
    found = ledger.wire.run(_STANDING, ledger.office_id, case_id, AUTOMATIC)
    return found.fetchone() is not None


def end(ledger: Ledger, row: Row) -> None:
    """The procedure is at its end: what no step decided is decided now."""
    course = course_of(ledger, row)
    if course is None:
        return
    before = course.clock
    with suppress(NotAllowed):
        course.decide()
    save_clock(ledger.wire, ledger.office_id, course.clock, before)


def _met(ledger: Ledger, row: Row, work_item_id: str) -> None:
    key = {"office_id": ledger.office_id, "case_id": row["id"], "work_item_id": work_item_id}
    ledger.wire.update(tables.deadline, {"met_at": ledger.now}, key)
