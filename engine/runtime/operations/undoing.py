"""The part of an office in which steps are given back and taken back: 退回, 撤回."""

from abc import abstractmethod
from contextlib import AbstractContextManager

from engine.model.case import Case, WorkItem

from .. import records, states
from ..statements import Wire
from .cosigning import Cosigning
from .returning import ReturningDesk, Target, Then, targets_of


class Undoing(Cosigning):
    """Operations after which a step is done again."""

    @abstractmethod
    def _desk(self, work_item_id: str, by: str) -> AbstractContextManager[ReturningDesk]:
        """A transaction on one work item."""

    def targets(self, work_item_id: str) -> tuple[Target, ...]:
        """Where an open work item may be returned to, the step done last first.

        Raises
        ------
        UnknownWorkItem
            No such work item in the office.
        """
        with self.store.read() as connection:
            item = records.item_row(connection, self.id, work_item_id)
            row = dict(records.case_row(connection, self.id, item["case_id"]))
            program = self._versions.program(connection, row["bundle"])
            wire = Wire(connection)
            machine = states.load(wire, self.id, row, program, self.clock)
            step = item["of_item"] or work_item_id
            return targets_of(wire, self.id, row["id"], machine, step)

    def return_to(
        self,
        work_item_id: str,
        *,
        by: str,
        target: str,
        reason: str,
        then: Then = "continue",
        key: str = "",
    ) -> Case:
        """退回: have a step that is done done again.

        Parameters
        ----------
        target : the step, or the work item in which it was done; see :meth:`targets`.
        then : ``continue``: everything behind the target is undone and done again;
            ``come-back``: only the target is put right, while the item waits for it.
        key : of this request; the same request with the same key again changes nothing.

        Raises
        ------
        Refused
            A rule keeps the officer from the item; the attempt is journalled.
        AlreadyTaken, NotAllowed, FormInvalid
            The officer does not hold it, it cannot go back there, or there is no reason.
        FaultyCase
            The procedure cannot go on from there; the case is marked.
        """
        request = ("return", work_item_id, by, target, reason, then)
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, *request):
                desk.return_to(target, reason, then)
            return self._case(desk.work.connection, desk.case["id"])

    def withdraw_completion(
        self, work_item_id: str, *, by: str, reason: str, key: str = ""
    ) -> WorkItem:
        """撤回: take back what one has completed, while nobody has gone on from it.

        Returns
        -------
        WorkItem
            The step anew, held by the officer.

        Raises
        ------
        Refused
            A rule keeps the officer from the step by now; the attempt is journalled.
        NotAllowed, FormInvalid
            Somebody else did it, something has followed, or there is no reason.
        """
        with self._desk(work_item_id, by) as desk:
            keys = desk.work.keys
            fresh = keys.first_answer(key, "withdraw", work_item_id, by, reason)
            if fresh is None:
                fresh = desk.withdraw_completion(reason)
                keys.answer(key, fresh)
            connection = desk.work.connection
            return self._work_item(connection, records.item_row(connection, self.id, fresh))
