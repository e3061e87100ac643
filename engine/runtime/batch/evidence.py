"""What is on record about a batch: the list, the bank's answers, each household's own case.

Facts only; :mod:`.gathering` reads them, :mod:`.reconciliation` adds them up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from engine.model.batch import BatchSum
from engine.model.case import CaseState

from .payment import Payment


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What the bank answered about one payment, as somebody recorded it."""

    is_paid: bool
    #: The bank's reason for a payment that failed; empty for none.
    reason: str
    at: datetime | None
    #: Officer id of who recorded it.
    by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """A step done in a household's own case."""

    step_name: str
    at: datetime | None
    by: str
    #: Card the household is to be paid on from now; empty where it was not asked.
    bank_card: str
    #: Set where the step recorded the bank's answer.
    answer: Answer | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """A household's own case."""

    id: str
    state: CaseState
    #: Steps done and not undone, in order.
    deeds: tuple[Deed, ...]
    #: Name of the step that waits, and the post it waits for; empty for none.
    open_step: str = ""
    open_post: str = ""

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The bank's answers recorded in it, in order."""
        return tuple(deed.answer for deed in self.deeds if deed.answer)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reported:
    """A row of the table that recorded the bank's first answer."""

    payment: Payment
    answer: Answer


@dataclass(frozen=True, kw_only=True, slots=True)
class SentLine:
    """One payment of a payment file."""

    payment: Payment
    #: Which try to pay this household it is, from 1: one more than the bank's answers so far.
    attempt: int
    #: The bank's answer that came after the household's case had ended; else None.
    late: Answer | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SentFile:
    """A payment file of a batch, with what it holds."""

    #: Number within the batch, from 1.
    number: int
    bank_id: str
    bank_name: str
    filename: str
    #: The attachment that is the file itself.
    attachment_id: str
    made_at: datetime
    made_by: str
    #: When and by whom it was struck out as never sent; None where it counts.
    voided_at: datetime | None = None
    voided_by: str | None = None
    lines: tuple[SentLine, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """A sum of the batch as an officer gave it in a form."""

    label: str
    sum: BatchSum
    amount: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """Everything a batch is reconciled from."""

    case_id: str
    title: str
    state: CaseState
    #: The list, in its order.
    roll: tuple[Payment, ...]
    #: The bank's first answer; empty while none is recorded.
    reported: tuple[Reported, ...] = ()
    #: Cases of households by row, from 0, of the table they were opened from.
    children: Mapping[int, Child] = field(default_factory=dict)
    #: Whether that table is ``reported``; else it is the list.
    from_report: bool = True
    #: Payment files, oldest first.
    files: tuple[SentFile, ...] = ()
    #: Sums officers gave in the batch's own forms, in the order of the steps.
    stated: tuple[Stated, ...] = ()

    def answers(self) -> Mapping[str, int]:
        """How many answers of the bank are recorded about each household, by its case."""
        before = int(bool(self.reported))
        return {child.id: before + len(child.answers) for child in self.children.values()}
