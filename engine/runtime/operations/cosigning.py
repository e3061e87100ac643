"""The part of an office in which several officers sign, or sign for one another."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager

from engine.model.case import Case, WorkItem

from .. import records
from ..filing import Upload
from .dealing import Dealing
from .paper import SCAN, PaperDesk
from .signatures import Signature, later_signers, signatures_of, signers_so_far
from .signing import Decision


class Cosigning(Dealing):
    """会签, 或签, 票签, 加签, 减签."""

    @abstractmethod
    def _desk(self, work_item_id: str, by: str) -> AbstractContextManager[PaperDesk]:
        """A transaction on one work item."""

    def sign(
        self,
        work_item_id: str,
        *,
        by: str,
        choice: str,
        text: str = "",
        values: Mapping[str, str] | None = None,
        files: Mapping[str, Upload] | None = None,
        key: str = "",
    ) -> Case:
        """签署: decide on a step that several sign, or as a signer who was added.

        Parameters
        ----------
        choice : an option of the step's first choice field; an added signer agrees or not.
        text : opinion; an added signer who disagrees has to give one.
        values, files : the rest of the step's form.
        key : of this request; the same request with the same key again changes nothing.

        Raises
        ------
        Refused
            A rule forbids it; the attempt is journalled.
        FormInvalid
            No such option, or a bad field.
        AlreadyTaken, NotAllowed
            It is not this officer's to sign, or is signed already.
        """
        decision = Decision(choice=choice, text=text, values=values or {}, files=files or {})
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, "sign", work_item_id, by, *decision.facts()):
                desk.sign(decision)
            return self._case(desk.work.connection, desk.case["id"])

    def add_signer(
        self,
        work_item_id: str,
        *,
        by: str,
        to: str,
        reason: str,
        after: bool = False,
        key: str = "",
    ) -> WorkItem:
        """前加签, 后加签: ask another officer to sign before the step ends, or once it has.

        Raises
        ------
        Refused
            A rule keeps the other officer from it; the attempt is journalled.
        AlreadyTaken, NotAllowed, FormInvalid
            The officer does not hold it, the other was asked already, or there is no reason.
        """
        request = ("add-signer", work_item_id, by, to, reason, after)
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, *request):
                desk.add_signer(to, reason, after=after)
            return self._held(desk)

    def drop_signer(
        self, work_item_id: str, *, by: str, to: str, reason: str, key: str = ""
    ) -> WorkItem:
        """减签: withdraw a signer who has not signed yet.

        Raises
        ------
        AlreadyTaken, NotAllowed, FormInvalid
            The officer does not hold it, nobody asked the other, or there is no reason.
        """
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, "drop-signer", work_item_id, by, to, reason):
                desk.drop_signer(to, reason)
            return self._held(desk)

    def emergency_claim(
        self, work_item_id: str, *, by: str, reason: str, key: str = ""
    ) -> WorkItem:
        """应急办理: take a step without holding its post, where the item allows it.

        A review opens at once; until somebody else has done it, the case cannot end.

        Raises
        ------
        Refused
            A rule keeps the officer from it all the same; the attempt is journalled.
        AlreadyTaken, NotAllowed, FormInvalid
            Somebody has it, the item does not allow it, or there is no reason.
        """
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, "emergency", work_item_id, by, reason):
                desk.emergency_claim(reason)
            return self._held(desk)

    def record_paper(
        self,
        work_item_id: str,
        *,
        by: str,
        signer: str,
        scan: Upload,
        choice: str = "",
        text: str = "",
        values: Mapping[str, str] | None = None,
        files: Mapping[str, Upload] | None = None,
        key: str = "",
    ) -> Case:
        """线下签批: record what an officer decided on paper; any officer may record it.

        Parameters
        ----------
        signer : officer who signed; the deed is this officer's, who is judged.
        scan : of the paper with the signature.
        choice : for a step that several sign, for a signer who was added, and for a review.
        text : what the paper says to it; asked for where a signer or a review disagrees.

        Raises
        ------
        Refused
            A rule keeps the signer from it; the attempt is journalled.
        FormInvalid
            There is no scan, or a bad field.
        AlreadyTaken, NotAllowed
            Somebody else holds it, or others are to sign first.
        """
        decision = Decision(
            choice=choice,
            text=text,
            values=values or {},
            files={**(files or {}), SCAN: scan},
        )
        request = ("paper", work_item_id, by, signer, *decision.facts())
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, *request):
                desk.record_paper(signer, decision)
            return self._case(desk.work.connection, desk.case["id"])

    def signatures(self, case_id: str) -> tuple[Signature, ...]:
        """Every signature of a case, oldest first."""
        with self.store.read() as connection:
            records.case_row(connection, self.id, case_id)
            return signatures_of(connection, self.id, case_id)

    def signed(self, work_items: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Who has signed each work item so far, oldest first; those nobody signed are left out."""
        with self.store.read() as connection:
            return signers_so_far(connection, self.id, work_items)

    def later_signers(self, work_item_id: str) -> tuple[str, ...]:
        """The officers who are to sign once the holder of a work item has finished it."""
        with self.store.read() as connection:
            return later_signers(connection, self.id, work_item_id)
