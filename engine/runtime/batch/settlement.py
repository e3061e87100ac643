"""A batch and its bank: the list out, the results of a second payment in.

The first return file is the form of the step that records it (see ``entry``);
households whose payment failed are child cases, each waiting to be paid again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from engine.model.case import CaseFile, WorkItem, WorkItemState
from engine.model.errors import QingdanError
from engine.model.procedure import FieldType, FormField
from engine.model.wording import say
from engine.runtime.errors import NotAllowed
from engine.runtime.filing import Upload, keep
from engine.runtime.office import Office
from engine.store import schema

from .banks import find_bank
from .entry import reported_row
from .payment import BatchFaulty, Payment, PaymentFile, payment_file, payment_tables, payments_of
from .returns import read_returns


@dataclass(frozen=True, kw_only=True, slots=True)
class Repaid:
    """What came of a second payment."""

    #: Households recorded as paid, and as failed again.
    paid: int
    failed: int
    #: Why a household could not be recorded, by its case.
    refused: Mapping[str, str]


class Settlement:
    """One batch: a case whose form lists households, cards and amounts."""

    def __init__(self, office: Office, case_id: str) -> None:
        self.office = office
        self.file: CaseFile = office.case(case_id)
        fields = payment_tables(office.procedure_of(case_id))
        if not fields:
            raise BatchFaulty([say("batch.no-list", case=case_id)])
        #: The table that lists the payments, and the one that records their results.
        self.listed: FormField = next((f for f in fields if not f.rows), fields[0])
        self.reported: FormField = next((f for f in fields if f.rows), fields[0])

    def payments(self) -> tuple[Payment, ...]:
        """Everyone on the list.

        Raises
        ------
        BatchFaulty
            Nobody is, or a row cannot be paid.
        """
        rows = self.file.data.get(self.listed.name)
        return payments_of(self.listed, rows if isinstance(rows, list | tuple) else [])

    def failed(self) -> tuple[tuple[Payment, WorkItem], ...]:
        """Households waiting for the result of a second payment, and the step that records it.

        Raises
        ------
        BatchFaulty
            Nobody is waiting.
        """
        found: list[tuple[Payment, WorkItem]] = []
        for case_id in self._waiting_children():
            child = self.office.case(case_id)
            waiting = next(filter(_records_a_result, child.work_items), None)
            if waiting is not None:
                (payment,) = payments_of(self.listed, [child.data])
                number = len(found) + 1
                found.append((replace(payment, sequence=number, case_id=case_id), waiting))
        if not found:
            raise BatchFaulty([say("batch.nobody-waits", case=self.file.case.id)])
        return tuple(found)

    @property
    def reporting(self) -> WorkItem | None:
        """The step that waits for the bank's answer: only then is the list approved and due."""
        for item in self.file.work_items:
            if item.done_at is None and self.reported.name in {f.name for f in item.fields}:
                return item
        return None

    def _permit(self, item: WorkItem, by: str) -> None:
        """Whoever may record the bank's answer may carry the list to the bank."""
        if item.state is WorkItemState.CLAIMED and item.officer == by:
            return
        free = self.office.kept_from(item.case_id, by)
        refused = free.get(item.id)
        if item.id not in free or (refused and refused.rule == "post-not-held"):
            raise NotAllowed(say("batch.not-yours", step=item.step_name, post=item.post))
        if refused:
            raise NotAllowed(refused.message)

    def _waiting_children(self) -> tuple[str, ...]:
        """Child cases with something to do, in order of rows."""
        item, case = schema.work_item, schema.case_file
        query = (
            select(case.c.id)
            .join(item, (item.c.office_id == case.c.office_id) & (item.c.case_id == case.c.id))
            .where(
                case.c.office_id == self.office.id,
                case.c.parent_id == self.file.case.id,
                item.c.state.in_((WorkItemState.READY.value, WorkItemState.CLAIMED.value)),
            )
            .order_by(case.c.row_number, case.c.id)
        )
        with self.office.store.read() as connection:
            return tuple(dict.fromkeys(connection.scalars(query)))

    def payment_file(self, bank_id: str, *, by: str, again: bool = False) -> PaymentFile:
        """The file for the bank; kept with the case and journalled with its digest and sum.

        Parameters
        ----------
        again : only the households whose payment failed and whose account was put right.

        Raises
        ------
        BadBank, BatchFaulty
            No such bank, the list cannot be paid, or it is not the time for it.
        NotAllowed
            The officer may not record the bank's answer.
        """
        if again:
            waiting = self.failed()
            payments = tuple(payment for payment, _ in waiting)
            self._permit(waiting[0][1], by)
        else:
            payments = self.payments()
            if self.reporting is None:
                raise BatchFaulty([say("batch.not-yet", case=self.file.case.id)])
            self._permit(self.reporting, by)
        case = self.file.case
        at = self.office.clock()
        stem = say("batch.file-stem", case=case.id, at=f"{at:%Y%m%d%H%M%S}")
        with self.office.case_at_work(case.id, by) as work:
            bank = find_bank(work.connection, self.office.id, bank_id)
            file = payment_file(bank, payments, stem)
            upload = Upload(
                filename=file.filename,
                media_type="application/octet-stream",
                content=file.content,
            )
            keep(work.connection, self.office.id, case.id, upload, by=by, at=at)
            note = say("batch.note", bank=bank_id, count=file.count, total=f"{file.total:.2f}")
            work.note(case.id, by, "payment-file", form_digest=upload.sha256, note=note)
        return file

    def take_repayments(self, bank_id: str, upload: Upload, *, by: str) -> Repaid:
        """Record the results of a second payment in the households' own cases.

        Raises
        ------
        BadBank, BatchFaulty, BadSheet
            The file does not fit those who wait; nothing is recorded.
        """
        waiting = {payment.sequence: item for payment, item in self.failed()}
        payments = [payment for payment, _ in self.failed()]
        with self.office.store.read() as connection:
            bank = find_bank(connection, self.office.id, bank_id)
        returns = read_returns(bank, upload.filename, upload.content, payments)
        refused: dict[str, str] = {}
        for row in returns.rows:
            item = waiting[row.payment.sequence]
            names = {field.name for field in item.fields}
            values = {k: v for k, v in reported_row(self.reported, row).items() if k in names}
            try:
                self.office.claim(item.id, by=by)
                self.office.complete(item.id, by=by, values=values)
            except QingdanError as error:
                refused[item.case_id] = str(error)
        kept = [row for row in returns.rows if row.payment.case_id not in refused]
        return Repaid(
            paid=sum(row.is_paid for row in kept),
            failed=sum(not row.is_paid for row in kept),
            refused=refused,
        )


def _records_a_result(item: WorkItem) -> bool:
    return item.done_at is None and any(f.type is FieldType.CHOICE for f in item.fields)
