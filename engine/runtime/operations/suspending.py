"""挂起, 恢复, 终止, 作废: what is done to a case as a whole and all cases below it."""

from collections.abc import Collection, Iterable

from engine.model.case import RUNNING, Case, CaseState
from engine.model.wording import clauses, say

from ..errors import NotAllowed
from ..family import BELOW
from ..ledger import SYSTEM
from ..lookahead import MOST_OTHERS
from ..matter import Matter
from ..timers import Timers
from .remarks import asked_text, keep_remark

_BELOW = (
    f"{BELOW}SELECT c.id FROM case_file c JOIN below b ON c.id = b.id "
    "WHERE c.office_id = ? AND c.state IN ({states}) ORDER BY c.id"
)
_STATE = "UPDATE case_file SET state = ? WHERE office_id = ? AND id = ?"
_PARENT = "SELECT state FROM case_file WHERE office_id = ? AND id = ?"
_HOLDERS = (
    "SELECT DISTINCT officer FROM work_item WHERE office_id = ? AND case_id = ? "
    "AND state = 'claimed'"
)
_ANY_DONE = "SELECT 1 FROM work_item WHERE office_id = ? AND case_id = ? AND state = 'done' LIMIT 1"
#: States of a case that is not stopped.
_ACTIVE = (CaseState.OPEN, CaseState.FAULTY)


class Suspending(Timers):
    """Operations that stop a case, for a while or for good."""

    def suspend(self, case_id: str, *, by: str, reason: str, key: str = "") -> Case:
        """挂起: let nothing be taken or finished and no timer go off, below it neither.

        The statutory clock runs on; pausing that is an operation of its own.

        Raises
        ------
        Refused
            The officer is kept out of the case; the attempt is journalled.
        NotAllowed, FormInvalid
            The case does not run, it is not the officer's to stop, or there is no reason.
        """
        with self._matter(case_id, by) as matter:
            if not matter.is_repeated(key, "suspend", reason):
                self._permit(matter, holders=True)
                self._must_be_in(matter, _ACTIVE)
                text = asked_text(reason, "reason")
                for each in self._below(matter, _ACTIVE):
                    self._put(matter, each, CaseState.SUSPENDED, "suspended", text)
            return self._case(matter.work.connection, case_id)

    def resume(self, case_id: str, *, by: str, reason: str, key: str = "") -> Case:
        """恢复: let a suspended case go on; timers that came due meanwhile go off.

        Raises
        ------
        Refused
            The officer is kept out of the case; the attempt is journalled.
        NotAllowed, FormInvalid
            It is not suspended, the case above it is, or there is no reason.
        """
        suspended = (CaseState.SUSPENDED,)
        resumed: list[str] = []
        with self._matter(case_id, by) as matter:
            if not matter.is_repeated(key, "resume", reason):
                self._permit(matter, holders=True)
                self._must_be_in(matter, suspended)
                self._must_be_top_of_the_stop(matter)
                text = asked_text(reason, "reason")
                resumed = self._below(matter, suspended)
                for each in resumed:
                    self._put(matter, each, CaseState.OPEN, "resumed", text)
        runs_again = set(resumed)
        for each, tasks in self._with_due_timers().items():
            if each in runs_again:
                self._fire(each, tasks)
        with self.store.read() as connection:
            return self._case(connection, case_id)

    def terminate(self, case_id: str, *, by: str, reason: str, key: str = "") -> Case:
        """终止: end a case and all below it for good; the head may, and who opened it.

        Raises
        ------
        Refused
            The officer is kept out of the case; the attempt is journalled.
        NotAllowed, FormInvalid
            It has ended, it is not the officer's to end, or there is no reason.
        """
        with self._matter(case_id, by) as matter:
            if not matter.is_repeated(key, "terminate", reason):
                self._permit(matter)
                self._end(matter, CaseState.TERMINATED, reason)
            return self._case(matter.work.connection, case_id)

    def void(self, case_id: str, *, by: str, reason: str, key: str = "") -> Case:
        """作废: strike out a case opened by mistake, before a step is done or by the head.

        Raises
        ------
        Refused
            The officer is kept out of the case; the attempt is journalled.
        NotAllowed, FormInvalid
            It has ended, steps are done, or there is no reason.
        """
        with self._matter(case_id, by) as matter:
            if not matter.is_repeated(key, "void", reason):
                self._permit(matter)
                begun = matter.work.wire.run(_ANY_DONE, self.id, case_id).fetchone()
                heads = _heads(matter)
                if begun and by not in heads:
                    fault = say("suspending.begun", case=case_id)
                    raise NotAllowed(_with_others(matter, fault, heads))
                self._end(matter, CaseState.VOID, reason)
            return self._case(matter.work.connection, case_id)

    def _end(self, matter: Matter, state: CaseState, reason: str) -> None:
        self._must_be_in(matter, RUNNING)
        text = asked_text(reason, "reason")
        self._remark(matter, state.value, text)
        matter.work.close(matter.row, state)

    def _below(self, matter: Matter, states: Iterable[CaseState]) -> list[str]:
        """The case and the cases below it that are in one of these states."""
        text = _BELOW.format(states=", ".join(f"'{state}'" for state in states))
        key = (self.id, matter.row["id"], self.id, self.id)
        return [row[0] for row in matter.work.wire.run(text, *key).fetchall()]

    def _put(self, matter: Matter, case_id: str, state: CaseState, action: str, text: str) -> None:
        work = matter.work
        work.wire.run(_STATE, state.value, self.id, case_id)
        if case_id == matter.row["id"]:
            self._remark(matter, action, text)
        else:
            note = say("suspending.note.above", case=matter.row["id"])
            work.case(case_id)
            work.note(case_id, SYSTEM, action, note=note)

    def _remark(self, matter: Matter, action: str, text: str) -> None:
        case_id, officer = matter.row["id"], matter.officer.id
        digest = keep_remark(matter.work, case_id, officer, action, text)
        matter.work.note(case_id, officer, action, form_digest=digest)

    def _permit(self, matter: Matter, *, holders: bool = False) -> None:
        """The officer is the head, opened the case, or holds an item of it."""
        entitled = [*_heads(matter), matter.row["opened_by"]]
        if holders:
            key = (self.id, matter.row["id"])
            entitled += [officer for (officer,) in matter.work.wire.run(_HOLDERS, *key).fetchall()]
        matter.allow(matter.officer, among=entitled)
        if matter.officer.id not in entitled:
            fault = say("suspending.not-yours", case=matter.row["id"])
            raise NotAllowed(_with_others(matter, fault, entitled))

    def _must_be_in(self, matter: Matter, states: tuple[str, ...]) -> None:
        state = matter.row["state"]
        if state not in states:
            known = say(f"suspending.state.{state}")
            raise NotAllowed(say("suspending.wrong-state", case=matter.row["id"], state=known))

    def _must_be_top_of_the_stop(self, matter: Matter) -> None:
        parent = matter.row["parent_id"]
        if parent is None:
            return
        state = matter.work.wire.run(_PARENT, self.id, parent).fetchone()[0]
        if state == CaseState.SUSPENDED:
            raise NotAllowed(say("suspending.parent-first", case=matter.row["id"], parent=parent))


def _heads(matter: Matter) -> tuple[str, ...]:
    return matter.judge.roster.heads(matter.judge.today)


def _with_others(matter: Matter, fault: str, entitled: Collection[str]) -> str:
    """Why an officer may not, and who of those entitled may."""
    known = filter(None, map(matter.judge.roster.officer, dict.fromkeys(entitled)))
    found = [officer.name for officer in known if matter.may(officer)]
    others = say("matter.ask", officers="、".join(found[:MOST_OTHERS])) if found else ""
    return clauses(fault, others)
