"""The bank's answer about a second payment, recorded household by household."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.model.case import RUNNING, WorkItem
from engine.model.errors import QingdanError
from engine.model.procedure import FormField
from engine.model.wording import say

from ..errors import NotAllowed
from ..filing import Upload
from ..keys import Keys
from ..office import Office
from ..statements import Wire
from .bank import Bank
from .entry import reported_row
from .evidence import Answer, Child, Evidence, SentLine
from .payment import BatchFaulty, Payment
from .returns import Returned, Returns, read_returns
from .sent import answer_late


@dataclass(frozen=True, kw_only=True, slots=True)
class Repaid:
    """What came of a second payment."""

    #: Households recorded as paid, and as failed again.
    paid: int
    failed: int
    #: Why a household could not be recorded, by its case.
    refused: Mapping[str, str]


def fitting(
    bank: Bank, upload: Upload, lists: Mapping[int, Sequence[Payment]], *, batch: str
) -> tuple[int, Returns]:
    """The payments a return file answers, and its answers.

    Raises
    ------
    BatchFaulty
        It fits none of them: what is wrong with the one it comes nearest to.
    """
    nearest: BatchFaulty | None = None
    for number, payments in lists.items():
        try:
            found = read_returns(bank, upload.filename, upload.content, payments, batch=batch)
            return number, found
        except BatchFaulty as error:
            if nearest is None or len(error.problems) < len(nearest.problems):
                nearest = error
    assert nearest is not None
    raise nearest


class Taking:
    """Recording the bank's answers about one payment file, household by household."""

    def __init__(
        self,
        office: Office,
        reported: FormField,
        evidence: Evidence,
        waiting: Mapping[str, WorkItem],
        by: str,
        key: str,
    ) -> None:
        self.office = office
        self.reported = reported
        self.case_id = evidence.case_id
        self.files = evidence.files
        self.waiting = waiting
        self.by = by
        self.key = key
        self.number = 0
        self.lines: dict[int, SentLine] = {}
        self.children = {child.id: child for child in evidence.children.values()}
        self.before = evidence.answers()
        self.done: list[Returned] = []
        self.refused: dict[str, str] = {}

    def take(self, number: int, rows: Iterable[Returned]) -> Repaid:
        """Record the answers about a payment file, each by itself; 0 where none was made."""
        self.number = number
        file = next((each for each in self.files if each.number == number), None)
        self.lines = {line.payment.sequence: line for line in file.lines} if file else {}
        for row in rows:
            if self.has_taken(row.payment.case_id):
                self.done.append(row)
            else:
                self._take(row)
        paid = sum(row.is_paid for row in self.done)
        return Repaid(paid=paid, failed=len(self.done) - paid, refused=self.refused)

    def has_taken(self, case_id: str) -> bool:
        """Whether an earlier request of the same key recorded the answer about a household."""
        if not self.key:
            return False
        office = self.office
        with office.store.read() as connection:
            return Keys(Wire(connection), office.id, office.clock()).is_known(self._own(case_id))

    def _own(self, case_id: str) -> str:
        """The key under which the answer about one household is recorded."""
        return f"{self.key} {case_id}" if self.key else ""

    def _take(self, row: Returned) -> None:
        """Record one answer, or note why not."""
        case_id = row.payment.case_id
        line, child = self.lines.get(row.payment.sequence), self.children.get(case_id)
        try:
            if line and self.before.get(case_id, 0) >= line.attempt:
                self._compare(row, line, child)
            elif case_id in self.waiting:
                self._complete(row, self.waiting[case_id])
                self.done.append(row)
            elif line and child and child.state not in RUNNING:
                self._keep_late(row, line)
                self.done.append(row)
            else:
                step = (
                    say("batch.at-step", step=child.open_step) if child and child.open_step else ""
                )
                raise NotAllowed(say("batch.elsewhere", case=case_id, step=step))
        except QingdanError as error:
            self.refused[case_id] = str(error)

    def _complete(self, row: Returned, item: WorkItem) -> None:
        names = {field.name for field in item.fields}
        told = reported_row(self.reported, row)
        self.office.claim(item.id, by=self.by)
        values = {name: text for name, text in told.items() if name in names}
        self.office.complete(item.id, by=self.by, values=values, key=self._own(item.case_id))

    def _compare(self, row: Returned, line: SentLine, child: Child | None) -> None:
        """What was recorded by hand before has to be what the bank says."""
        given = child.answers[line.attempt - 2] if child else None
        if given and given.is_paid is not row.is_paid:
            word = say("reconcile.event.paid" if row.is_paid else "reconcile.event.failed")
            raise NotAllowed(say("batch.recorded-otherwise", name=row.payment.name, word=word))

    def _keep_late(self, row: Returned, line: SentLine) -> None:
        office, case_id = self.office, self.case_id
        answer = Answer(is_paid=row.is_paid, reason=row.reason, at=office.clock(), by=self.by)
        with office.case_at_work(case_id, self.by) as work:
            if work.keys.is_repeated(self._own(row.payment.case_id), "late-answer"):
                return
            place = (self.number, line.payment.sequence)
            answer_late(work.connection, office.id, case_id, *place, answer)
            note = say("batch.late-note", number=self.number, case=row.payment.case_id)
            work.note(case_id, self.by, "late-answer", note=note)
