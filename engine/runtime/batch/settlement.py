"""A batch and its bank: the list out, the results of a second payment in.

The first return file is the form of the step that records it (see ``entry``);
households whose payment failed are child cases, each waiting to be paid again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from engine.model.case import OPEN_ITEM, CaseFile, WorkItem, WorkItemState
from engine.model.errors import QingdanError
from engine.model.procedure import FieldType
from engine.model.wording import say
from engine.store import schema

from ..casework import Casework
from ..clock import day_of
from ..errors import NotAllowed
from ..filing import Upload, keep
from ..keys import Keys
from ..office import Office
from ..operations.remarks import asked_text, keep_remark
from ..statements import Wire
from .bank import Bank
from .banks import find_bank
from .evidence import Evidence, SentFile, SentLine
from .gathering import forms_of, gather, list_fields
from .payment import BatchFaulty, Payment, PaymentFile, payment_file, payments_of
from .reconciliation import reconcile
from .repaying import Repaid, Taking, fitting
from .sent import keep_sent, sent_files, void_sent


class Settlement:
    """One batch: a case whose form lists households, cards and amounts."""

    def __init__(self, office: Office, case_id: str) -> None:
        self.office = office
        self.file: CaseFile = office.case(case_id)
        #: The table that lists the payments, and the one that records their results.
        self.listed, self.reported = list_fields(office.procedure_of(case_id), case_id)

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
        """Households whose account was put right, and the step that records their next result.

        Those stand aside that a payment file without an answer holds already.

        Raises
        ------
        BatchFaulty
            Nobody is waiting.
        """
        return self._failed(gather(self.office, self.file.case.id))

    def _failed(self, evidence: Evidence) -> tuple[tuple[Payment, WorkItem], ...]:
        waiting = self._waiting()
        answers, sent = evidence.answers(), _standing(evidence.files)
        found: list[tuple[Payment, WorkItem]] = []
        holding: set[int] = set()
        for payment, item in waiting:
            file = sent.get((payment.case_id, answers.get(payment.case_id, 0) + 1))
            if file is None:
                found.append((replace(payment, sequence=len(found) + 1), item))
            else:
                holding.add(file)
        if holding and not found:
            files = "、".join(map(str, sorted(holding)))
            raise BatchFaulty([say("batch.all-sent", count=len(waiting), files=files)])
        if not found:
            raise BatchFaulty([say("batch.nobody-waits", case=self.file.case.id)])
        return tuple(found)

    def _waiting(self) -> tuple[tuple[Payment, WorkItem], ...]:
        """Households that wait for the result of a second payment, in order of rows."""
        children = self._waiting_children()
        steps, forms = self.office.open_steps(children), forms_of(self.office, self.file.case.id)
        found: list[tuple[Payment, WorkItem]] = []
        for case_id in children:
            waiting = next(filter(_records_a_result, steps.get(case_id, ())), None)
            if waiting is not None:
                payment = self._payment(case_id, forms.get(case_id, {}), len(found) + 1)
                found.append((payment, waiting))
        return tuple(found)

    def _payment(self, case_id: str, form: Mapping[str, object], number: int) -> Payment:
        """What a household's own case says is to be paid."""
        (payment,) = payments_of(self.listed, [form])
        return replace(payment, sequence=number, case_id=case_id)

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
            .join_from(case, item)
            .where(
                case.c.office_id == self.office.id,
                case.c.parent_id == self.file.case.id,
                item.c.state.in_(OPEN_ITEM),
            )
            .order_by(case.c.row_number, case.c.id)
        )
        with self.office.store.read() as connection:
            return tuple(dict.fromkeys(connection.scalars(query)))

    def payment_file(
        self, bank_id: str, *, by: str, again: bool = False, key: str = ""
    ) -> PaymentFile:
        """The file for the bank; kept with the case and journalled with its digest and sum.

        Parameters
        ----------
        again : only the households whose payment failed and whose account was put right.
        key : of this request; the same request with the same key again gets the same file.

        Raises
        ------
        BadBank, BatchFaulty
            No such bank, the list cannot be paid, or it is not the time for it.
        NotAllowed
            The officer may not record the bank's answer.
        """
        request = ("payment-file", self.file.case.id, bank_id, by, again)
        try:
            lines = self._due(by, again=again)
        except QingdanError:
            # Perhaps because it was made before.
            number = self._earlier(key, *request)
            if number is None:
                raise
            return self._made(int(number))
        with self.office.case_at_work(self.file.case.id, by) as work:
            number = work.keys.first_answer(key, *request)
            if number is None:
                bank = find_bank(work.connection, self.office.id, bank_id)
                return self._make(work, bank, lines, by, key)
        return self._made(int(number))

    def _due(self, by: str, *, again: bool) -> tuple[SentLine, ...]:
        """What is to be paid now, and by this officer."""
        if again:
            evidence = gather(self.office, self.file.case.id)
            waiting, answers = self._failed(evidence), evidence.answers()
            lines = tuple(
                SentLine(payment=each, attempt=answers.get(each.case_id, 0) + 1)
                for each, _ in waiting
            )
            self._permit(waiting[0][1], by)
        else:
            lines = tuple(SentLine(payment=each, attempt=1) for each in self.payments())
            if self.reporting is None:
                raise BatchFaulty([say("batch.not-yet", case=self.file.case.id)])
            self._permit(self.reporting, by)
        return lines

    def _earlier(self, key: str, *request: object) -> str | None:
        """What the same request was answered before."""
        with self.office.store.read() as connection:
            keys = Keys(Wire(connection), self.office.id, self.office.clock())
            return keys.earlier_answer(key, *request)

    def _made(self, number: int) -> PaymentFile:
        """A payment file as it was made."""
        with self.office.store.read() as connection:
            made = sent_files(connection, self.office.id, self.file.case.id)[number - 1]
        _, content = self.office.attachment(made.attachment_id)
        amounts = [line.payment.amount for line in made.lines]
        return PaymentFile(
            filename=made.filename,
            content=content,
            count=len(amounts),
            total=sum(amounts, Decimal()),
        )

    def _make(
        self, work: Casework, bank: Bank, lines: tuple[SentLine, ...], by: str, key: str
    ) -> PaymentFile:
        """Make a file of payments none of which another file holds, and keep it."""
        case_id, at = self.file.case.id, self.office.clock()
        known = sent_files(work.connection, self.office.id, case_id)
        sent = _standing(known)
        held = (sent.get(_key(line)) for line in lines)
        twice = next(filter(None, held), None)
        if twice is not None:
            name = known[twice - 1].filename
            raise BatchFaulty([say("batch.sent-already", number=twice, file=name)])
        number = len(known) + 1
        stem = say("batch.file-stem", case=case_id, number=number, at=f"{at:%Y%m%d%H%M%S}")
        file = payment_file(bank, [line.payment for line in lines], stem, batch=case_id)
        upload = Upload(
            filename=file.filename, media_type="application/octet-stream", content=file.content
        )
        made = SentFile(
            number=number,
            bank_id=bank.id,
            bank_name=bank.name,
            filename=file.filename,
            attachment_id=keep(work.connection, self.office.id, case_id, upload, by=by, at=at),
            made_at=at,
            made_by=by,
            lines=lines,
        )
        keep_sent(work.connection, self.office.id, case_id, made)
        note = say("batch.note", bank=bank.id, count=file.count, total=f"{file.total:.2f}")
        work.note(case_id, by, "payment-file", form_digest=upload.sha256, note=note)
        work.keys.answer(key, str(number))
        return file

    def void_file(self, number: int, *, by: str, reason: str, key: str = "") -> None:
        """作废: strike out a payment file that never went to the bank.

        Parameters
        ----------
        key : of this request; the same request with the same key again changes nothing.

        Raises
        ------
        BatchFaulty
            There is none of this number, it is struck out, or the bank has answered.
        NotAllowed
            The officer neither made it nor is the head.
        FormInvalid
            There is no reason.
        """
        case_id, at = self.file.case.id, self.office.clock()
        request = ("payment-voided", case_id, number, by, reason)
        try:
            self._may_void(number, by)
        except QingdanError:
            if self._earlier(key, *request) is None:
                raise
            return
        with self.office.case_at_work(case_id, by) as work:
            if work.keys.is_repeated(key, *request):
                return
            text = asked_text(reason, "reason")
            void_sent(work.connection, self.office.id, case_id, number, by=by, at=at)
            digest = keep_remark(work, case_id, by, "payment-voided", text)
            note = say("batch.void-note", number=number)
            work.note(case_id, by, "payment-voided", form_digest=digest, note=note)

    def _may_void(self, number: int, by: str) -> None:
        case_id, at = self.file.case.id, self.office.clock()
        evidence = gather(self.office, case_id)
        file = next((each for each in evidence.files if each.number == number), None)
        if file is None or file.voided_at:
            raise BatchFaulty([say("batch.no-such-file", number=number, case=case_id)])
        done = next(each for each in reconcile(evidence).rounds if each.file == file)
        if done.open != done.sent:
            raise BatchFaulty([say("batch.answered", number=number)])
        heads = self.office.roster().heads(day_of(at))
        if by not in (file.made_by, *heads):
            raise NotAllowed(say("batch.not-your-file", number=number))

    def take_repayments(
        self, bank_id: str, upload: Upload, *, by: str, number: int | None = None, key: str = ""
    ) -> Repaid:
        """Record the results of a second payment in the households' own cases.

        Parameters
        ----------
        number : of the payment file that is answered; None to find it by what fits.
        key : of this request; the same request with the same key again records what is not
            recorded yet, and tells the whole.

        Raises
        ------
        BadBank, BatchFaulty, BadSheet
            The file does not fit what was sent; nothing is recorded.
        """
        case_id = self.file.case.id
        request = ("repaid", case_id, bank_id, upload.sha256, by, number)
        first = self._earlier(key, *request)
        with self.office.store.read() as connection:
            bank = find_bank(connection, self.office.id, bank_id)
        evidence, waiting = gather(self.office, case_id), self._waiting()
        items = {payment.case_id: item for payment, item in waiting}
        taking = Taking(self.office, self.reported, evidence, items, by, key)
        if first is None:
            lists = self._unanswered(evidence, number) or {
                0: [p for p, _ in self._failed(evidence)]
            }
        elif (asked := int(first)) > 0:
            lists = {asked: [line.payment for line in evidence.files[asked - 1].lines]}
        else:
            lists = {0: [p for p, _ in waiting] + self._recorded(evidence, taking, len(waiting))}
        fitted, returns = fitting(bank, upload, lists, batch=case_id)
        if key and first is None:
            with self.office.case_at_work(case_id, by) as work:
                work.keys.first_answer(key, *request)
                work.keys.answer(key, str(fitted))
        return taking.take(fitted, returns.rows)

    def _recorded(self, evidence: Evidence, taking: Taking, before: int) -> list[Payment]:
        """Households an earlier request of the same key recorded, numbered after those before."""
        forms = forms_of(self.office, self.file.case.id)
        taken = filter(taking.has_taken, (child.id for child in evidence.children.values()))
        return [
            self._payment(case_id, forms.get(case_id, {}), number)
            for number, case_id in enumerate(taken, start=before + 1)
        ]

    def _unanswered(
        self, evidence: Evidence, number: int | None
    ) -> Mapping[int, Sequence[Payment]]:
        """Payments of the files, by number, that the bank has yet to answer about."""
        answers = evidence.answers()
        found = {
            file.number: [line.payment for line in file.lines]
            for file in evidence.files
            if file.voided_at is None
            and any(
                line.payment.case_id
                and not line.late
                and answers.get(line.payment.case_id, 0) < line.attempt
                for line in file.lines
            )
        }
        if number is None:
            return found
        if number not in found:
            case_id = self.file.case.id
            raise BatchFaulty([say("batch.no-open-file", number=number, case=case_id)])
        return {number: found[number]}


def _records_a_result(item: WorkItem) -> bool:
    return any(field.type is FieldType.CHOICE for field in item.fields)


def _standing(files: Iterable[SentFile]) -> Mapping[tuple[str, int], int]:
    """By household and try: the number of the file that holds it and counts."""
    return {
        _key(line): file.number for file in files if file.voided_at is None for line in file.lines
    }


def _key(line: SentLine) -> tuple[str, int]:
    """A household's case, or nothing for the first file, which holds them all."""
    return line.payment.case_id, line.attempt
