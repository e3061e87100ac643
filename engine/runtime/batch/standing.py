"""Where one household of a batch stands, from what is on record about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from engine.model.batch import BatchSum
from engine.model.case import RUNNING, CaseState
from engine.model.wording import say

from .evidence import Answer, Child, Deed, Reported, SentFile, SentLine
from .payment import Payment


class EventKind(StrEnum):
    """What happened on the way of a household's money."""

    SENT = "sent"
    #: Stood in a file that was struck out.
    VOIDED = "voided"
    PAID = "paid"
    FAILED = "failed"
    #: A step of the household's own case: the account put right, or checked.
    STEP = "step"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened on the way of a household's money."""

    kind: EventKind
    at: datetime | None = None
    #: Officer id; empty for nobody.
    by: str = ""
    #: Number of the payment file; 0 for none.
    file: int = 0
    bank_name: str = ""
    #: Card the money went to, or goes to from now on; empty for none.
    bank_card: str = ""
    #: The bank's reason, the step's name or the state of the case.
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """One try to pay a household, and what came of it."""

    #: The file it stood in; None where the answer was recorded without one.
    file: SentFile | None
    amount: Decimal
    #: None until the bank has answered.
    answer: Answer | None

    @property
    def is_paid(self) -> bool:
        """Whether the money arrived."""
        return self.answer is not None and self.answer.is_paid


@dataclass(frozen=True, kw_only=True, slots=True)
class Household:
    """One household of a batch, and where its money is."""

    #: Row of the list, from 1; 0 for one the list does not hold.
    row: int
    #: As the list has it.
    payment: Payment
    #: The part of the list it stands in.
    part: BatchSum
    #: What it adds to each part; more than one part only where something is wrong.
    amounts: Mapping[BatchSum, Decimal]
    #: The card it is paid on by now.
    bank_card: str
    tries: tuple[Try, ...]
    #: What all this was read off; its problems name what is wrong, with what to do.
    record: "Record"

    @property
    def child(self) -> Child | None:
        """Its own case, where it has one."""
        return self.record.child

    @property
    def problems(self) -> Sequence[str]:
        """What is wrong with it, with what to do."""
        return self.record.problems

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened to its money, in order."""
        return tuple(_events(self.record, _answers(self.record)))

    @property
    def cards(self) -> frozenset[str]:
        """Every card it was, is or is to be paid on."""
        sent = (line.payment.bank_card for _, line in self.record.sent)
        return frozenset((self.payment.bank_card, self.bank_card, *sent))

    @property
    def called(self) -> str:
        """How a message names it: row, name and the end of the card."""
        return called(self.row, self.payment)


@dataclass(kw_only=True, slots=True)
class Record:
    """What is on record about one household, gathered from everywhere."""

    row: int
    payment: Payment
    reported: Reported | None = None
    child: Child | None = None
    sent: list[tuple[SentFile, SentLine]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def wrong(self, problem: str, **facts: object) -> None:
        """Note what is wrong and what to do."""
        who = called(self.row, self.payment)
        self.problems.append(say(f"reconcile.wrong.{problem}", who=who, **facts))


def called(row: int, payment: Payment) -> str:
    """Row, name and the last digits of the card."""
    facts = {"name": payment.name, "card": payment.bank_card[-4:]}
    return say("reconcile.who" if row else "reconcile.stranger", row=row, **facts)


def stand(record: Record, *, is_reported: bool, has_ended: bool) -> Household:
    """Where a household stands.

    Parameters
    ----------
    is_reported : whether the bank's first answer for the batch is recorded.
    has_ended : whether the batch itself was ended before its end.
    """
    given = _answers(record)
    counted = [(f, line) for f, line in record.sent if f.voided_at is None]
    open_ = [(f, line) for f, line in counted if line.attempt > len(given)]
    tries = [_try(record, counted, number, answer) for number, answer in enumerate(given, start=1)]
    tries += [Try(file=f, amount=line.payment.amount, answer=None) for f, line in open_]
    part = _part(record, tries, has_ended=has_ended)
    _check(record, tries, counted, is_reported=is_reported)
    return Household(
        row=record.row,
        payment=record.payment,
        part=part,
        amounts=_amounts(record, tries, part),
        bank_card=_card(record),
        tries=tuple(tries),
        record=record,
    )


def _answers(record: Record) -> list[Answer]:
    """The bank's answers about a household, in order."""
    found = [record.reported.answer] if record.reported else []
    found += record.child.answers if record.child else ()
    for _, line in record.sent:
        if line.late and line.attempt == len(found) + 1:
            found.append(line.late)
    return found


def _try(
    record: Record, counted: Sequence[tuple[SentFile, SentLine]], number: int, answer: Answer
) -> Try:
    """What an answer is about: the last line made for it, or none."""
    made = [(f, line) for f, line in counted if line.attempt == number]
    if len(made) > 1:
        record.wrong("twice-sent", files="、".join(str(f.number) for f, _ in made))
    file, amount = (made[-1][0], made[-1][1].payment.amount) if made else (None, None)
    if number == 1 and record.reported:
        amount = record.reported.payment.amount
    return Try(file=file, amount=record.payment.amount if amount is None else amount, answer=answer)


def _part(record: Record, tries: Sequence[Try], *, has_ended: bool) -> BatchSum:
    if any(each.is_paid for each in tries):
        return BatchSum.CREDITED
    if any(each.answer is None for each in tries):
        return BatchSum.IN_TRANSIT
    if has_ended or (record.child and record.child.state not in RUNNING):
        return BatchSum.WITHDRAWN
    return BatchSum.RETURNED if tries else BatchSum.UNSENT


def _amounts(record: Record, tries: Sequence[Try], part: BatchSum) -> dict[BatchSum, Decimal]:
    """What was credited by the bank's word and what it has yet to answer about; else the list's."""
    amounts: dict[BatchSum, Decimal] = {}
    for each in tries:
        if each.is_paid or each.answer is None:
            where = BatchSum.CREDITED if each.is_paid else BatchSum.IN_TRANSIT
            amounts[where] = amounts.get(where, Decimal()) + each.amount
    if not amounts and record.row:
        amounts[part] = record.payment.amount
    return amounts


def _check(
    record: Record,
    tries: Sequence[Try],
    counted: Sequence[tuple[SentFile, SentLine]],
    *,
    is_reported: bool,
) -> None:
    """Note what does not fit."""
    open_ = [each.file for each in tries if each.file and each.answer is None]
    files = "、".join(str(file.number) for file in open_)
    paid = sum(each.is_paid for each in tries)
    if paid > 1:
        record.wrong("twice-paid", count=paid)
    if paid and open_:
        record.wrong("paid-and-sent", files=files)
    elif len(open_) > 1:
        record.wrong("twice-sent", files=files)
    elif open_ and record.child and record.child.state not in RUNNING:
        record.wrong("ended-and-sent", files=files)
    if not record.row:
        return
    if is_reported and not (record.reported or record.child):
        record.wrong("not-reported")
    listed = record.payment.amount
    for file, line in counted:
        if line.payment.amount != listed:
            facts = {"file": file.number, "amount": f"{line.payment.amount:.2f}"}
            record.wrong("other-amount-sent", listed=f"{listed:.2f}", **facts)
    if record.reported and record.reported.payment.amount != listed:
        amount = f"{record.reported.payment.amount:.2f}"
        record.wrong("other-amount-reported", amount=amount, listed=f"{listed:.2f}")


def _card(record: Record) -> str:
    given = (
        [deed.bank_card for deed in record.child.deeds if deed.bank_card] if record.child else []
    )
    return given[-1] if given else record.payment.bank_card


def _events(record: Record, given: Sequence[Answer]) -> Iterator[Event]:
    """The household's way, in order: files by their attempt, answers, steps between."""
    steps = list(record.child.deeds) if record.child else []
    last = max((line.attempt for _, line in record.sent), default=0)
    for number in range(1, max(last, len(given)) + 1):
        while number > 1 and steps and not steps[0].answer:
            deed = steps.pop(0)
            yield _step(deed)
        for file, line in record.sent:
            if line.attempt == number:
                yield _sent(file, line)
        if number <= len(given):
            answer = given[number - 1]
            kind = EventKind.PAID if answer.is_paid else EventKind.FAILED
            yield Event(kind=kind, at=answer.at, by=answer.by, note=answer.reason)
            if number > 1 and steps and steps[0].answer:
                steps.pop(0)
    for deed in steps:
        yield _step(deed)
    if record.child and record.child.state not in (*RUNNING, CaseState.FINISHED):
        yield Event(kind=EventKind.ENDED, note=record.child.state)


def _step(deed: Deed) -> Event:
    return Event(
        kind=EventKind.STEP,
        at=deed.at,
        by=deed.by,
        bank_card=deed.bank_card,
        note=deed.step_name,
    )


def _sent(file: SentFile, line: SentLine) -> Event:
    return Event(
        kind=EventKind.VOIDED if file.voided_at else EventKind.SENT,
        at=file.made_at,
        by=file.made_by,
        file=file.number,
        bank_name=file.bank_name,
        bank_card=line.payment.bank_card,
    )
