"""Timers of running cases: what is due goes off, once, whoever looks first."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy import Connection, Select, select

from engine.model.case import CaseState
from engine.model.errors import QingdanError
from engine.store import journal, schema, sealing

from . import records
from .atwork import is_free
from .clock import start_of
from .deadlines.deeming import Deeming
from .errors import FaultyCase, NotAllowed, StateDamaged
from .ledger import SYSTEM, raise_revision
from .statements import Wire

_case = schema.case_file
_timer = schema.timer

#: Longest rest of the loop, in seconds: a clock that was put forward is noticed by then.
LONGEST_REST = 20.0


def _running(office_id: str) -> Select[Any]:
    """Timers of the cases that run, read off the index of what is due."""
    runs = select(_case.c.id).where(
        _case.c.office_id == _timer.c.office_id,
        _case.c.id == _timer.c.case_id,
        _case.c.state == CaseState.OPEN.value,
    )
    return select(_timer).where(_timer.c.office_id == office_id, runs.exists())


class Timers(Deeming):
    """The part of an office in which time passes."""

    @abstractmethod
    def _mark_faulty(self, case_id: str) -> None:
        """Mark a case that cannot go on."""

    def tick(self) -> int:
        """Let the due timers of all cases of the office go off, the oldest first; how many did.

        Any number of processes may do so at once: a case somebody else is at work on is
        left to them, and a timer goes off in the transaction that takes it away.
        """
        return sum(self._fire(case_id, tasks) for case_id, tasks in self._with_due_timers().items())

    def _with_due_timers(self) -> dict[str, frozenset[str]]:
        """Due timers of the cases that run, by case, the oldest first, but those held back."""
        query = _running(self.id).where(_timer.c.due <= self.clock())
        query = query.with_only_columns(_timer.c.case_id, _timer.c.task_id)
        with self.store.read() as connection:
            rows = connection.execute(query.order_by(_timer.c.due, _timer.c.case_id)).all()
            held = self._held_back(connection)
        found: dict[str, set[str]] = {}
        for row in rows:
            found.setdefault(row.case_id, set()).add(row.task_id)
        return {id_: frozenset(tasks) for id_, tasks in found.items() if tasks - held}

    def _held_back(self, connection: Connection) -> set[str]:
        """Timers that could not go off, in families to which nothing has happened since."""
        if not self._waiting_timers:
            return set()
        root = _case.alias()
        same = (root.c.office_id == _case.c.office_id) & (root.c.id == _case.c.root_id)
        query = select(_case.c.id, root.c.revision).join(root, same)
        query = query.where(_case.c.office_id == self.id, _case.c.id.in_(self._waiting_timers))
        present = {row.id: row.revision for row in connection.execute(query)}
        self._waiting_timers = {
            id_: (revision, tasks)
            for id_, (revision, tasks) in self._waiting_timers.items()
            if present.get(id_) == revision
        }
        return {task for _, tasks in self._waiting_timers.values() for task in tasks}

    def next_timer(self) -> datetime | None:
        """When the next timer of the office is due; None where none runs that is not held back."""
        query = _running(self.id).with_only_columns(_timer.c.due)
        with self.store.read() as connection:
            held = self._held_back(connection)
            if held:
                query = query.where(_timer.c.task_id.not_in(held))
            found: datetime | None = connection.scalar(query.order_by(_timer.c.due).limit(1))
        return found

    def _fire(self, case_id: str, tasks: frozenset[str]) -> int:
        revision = 0
        try:
            with self._at_work() as (work, _):
                if not is_free(work.wire, self.id, case_id):
                    return 0
                revision = work.case(case_id)["family_revision"]
                return work.fire(case_id)
        except NotAllowed:
            # It would end a case that something is still to be reviewed in: held back until
            # something happens in its family, or another of its timers is due.
            self._waiting_timers = {**self._waiting_timers, case_id: (revision, tasks)}
            return 0
        except (FaultyCase, StateDamaged):
            # Left to a person: the timers of the other cases do not wait for it.
            self._mark_faulty(case_id)
            with self.store.write() as connection:
                row = records.case_row(connection, self.id, case_id)
                records.case_row(connection, self.id, row["root_id"], lock=True)
                raise_revision(Wire(connection), self.id, row["root_id"])
                entry = journal.Entry(at=self.clock(), actor=SYSTEM, action="faulty")
                journal.append(connection, self.id, case_id, entry)
            return 0

    def seal_daily(self) -> bool:
        """Seal the journal unless it was sealed today; whether it was done now."""
        with self.store.read() as connection:
            if self._is_sealed(connection):
                return False
            drafted = sealing.draft(connection, self.id, at=self.clock())
        with self.store.write() as connection:
            # Somebody else may have done it meanwhile.
            journal.hold(connection, self.id)
            if self._is_sealed(connection):
                return False
            sealing.put_seal(connection, self.id, at=self.clock(), actor=SYSTEM, drafted=drafted)
        return True

    def _is_sealed(self, connection: Connection) -> bool:
        """Whether the journal was sealed today; a later day of a clock that went wrong is none."""
        today = start_of(self._today())
        return sealing.is_sealed_between(connection, self.id, today, today + timedelta(days=1))


class Scheduler:
    """The one loop in which time passes for the offices of a store.

    Parameters
    ----------
    offices : the offices there are; asked in every round.
    complain : told of an office whose round failed, or of None when nobody could say which
        offices there are; the loop goes on.
    """

    def __init__(
        self,
        offices: Callable[[], Iterable[Timers]],
        complain: Callable[[Timers | None, QingdanError], object],
    ) -> None:
        self._offices = offices
        self._complain = complain

    def sweep(self) -> int:
        """One round: timers, acceptances by law, the seal of the day; how many timers went off."""
        fired = 0
        for office in self._present(self._complain):
            try:
                fired += office.tick()
                office.deem_overdue()
                office.seal_daily()
            except QingdanError as error:
                self._complain(office, error)
        return fired

    def _present(
        self, complain: Callable[[Timers | None, QingdanError], object]
    ) -> tuple[Timers, ...]:
        """The offices there are; none while the database is gone."""
        try:
            return tuple(self._offices())
        except QingdanError as error:
            complain(None, error)
            return ()

    def rest(self) -> float:
        """Seconds until something is due, at most :data:`LONGEST_REST`."""
        rests = [LONGEST_REST]
        for office in self._present(lambda *_: None):
            try:
                due = office.next_timer()
            except QingdanError:
                continue
            if due is not None:
                rests.append((due - office.clock()) / timedelta(seconds=1))
        return max(1.0, min(rests))

    def run(self, stop: Event) -> None:
        """Sweep until told to stop."""
        while not stop.is_set():
            self.sweep()
            stop.wait(self.rest())
