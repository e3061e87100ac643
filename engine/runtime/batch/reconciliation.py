"""批次对账: what a list was, and where all of it is, to the cent.

Every part is counted from what is on record, none as what the others leave: so
that money that went out twice, or to nobody on the list, shows as a difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.model.batch import PARTS, BatchSum
from engine.model.case import CaseState
from engine.model.wording import say

from .evidence import Evidence, SentFile, Stated
from .payment import Payment
from .standing import Household, Record, Try, stand


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """So many households, and their sum in 元."""

    count: int = 0
    amount: Decimal = Decimal("0.00")

    def __add__(self, other: "Share") -> "Share":
        return Share(count=self.count + other.count, amount=self.amount + other.amount)


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """What came of one payment file, or of all files of a bank."""

    #: The file; None for a bank, and for answers recorded without a file.
    file: SentFile | None
    #: Name of the bank; empty for answers recorded without a file.
    bank_name: str
    sent: Share
    credited: Share
    returned: Share
    #: Without an answer yet.
    open: Share

    @property
    def is_again(self) -> bool:
        """Whether it pays households once more."""
        return self.file is not None and any(line.attempt > 1 for line in self.file.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciliation:
    """A batch added up."""

    case_id: str
    title: str
    roll: Share
    #: By part, in the order of :data:`engine.model.batch.PARTS`.
    parts: Mapping[BatchSum, Share]
    #: One for each payment file, oldest first, then what was recorded without one.
    rounds: tuple[Round, ...]
    #: The same by bank.
    banks: tuple[Round, ...]
    #: In order of the list; those it does not hold last.
    households: tuple[Household, ...]
    #: Sums officers gave in the batch's forms.
    stated: tuple[Stated, ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, with what to do; the sum first."""
        found = [text for one in self.households for text in one.problems]
        if self.difference:
            facts = {"roll": self.roll.amount, "found": self.roll.amount - self.difference}
            found.insert(0, say("reconcile.wrong.sum", **facts, difference=self.difference))
        return tuple(found)

    @property
    def difference(self) -> Decimal:
        """The list less all its parts: 0 where it balances."""
        return self.roll.amount - sum((p.amount for p in self.parts.values()), Decimal())

    @property
    def balances(self) -> bool:
        """Whether the parts are the list and nothing is wrong."""
        return not self.problems

    def sum_of(self, sum_: BatchSum) -> Decimal:
        """One of its sums, in 元."""
        if sum_ is BatchSum.ROLL:
            return self.roll.amount
        if sum_ is BatchSum.UNPAID:
            return self.roll.amount - self.parts[BatchSum.CREDITED].amount
        return self.parts[sum_].amount


def reconcile(evidence: Evidence) -> Reconciliation:
    """Add up a batch from what is on record about it."""
    records = _Records(evidence)
    has_ended = evidence.state in (CaseState.TERMINATED, CaseState.VOID, CaseState.WITHDRAWN)
    households = tuple(
        stand(record, is_reported=bool(evidence.reported), has_ended=has_ended)
        for record in records.all
    )
    parts = {
        part: Share(
            count=sum(one.part is part for one in households),
            amount=sum((one.amounts.get(part, Decimal()) for one in households), Decimal("0.00")),
        )
        for part in PARTS
    }
    rounds = _rounds(evidence.files, households)
    return Reconciliation(
        case_id=evidence.case_id,
        title=evidence.title,
        roll=_share(payment.amount for payment in evidence.roll),
        parts=parts,
        rounds=rounds,
        banks=_banks(rounds),
        households=households,
        stated=evidence.stated,
    )


class _Records:
    """What is on record, by household: of the list first, then of those it does not hold."""

    def __init__(self, evidence: Evidence) -> None:
        self.all = [Record(row=row, payment=p) for row, p in enumerate(evidence.roll, start=1)]
        self._known: dict[tuple[str, str], list[Record]] = {}
        for record in self.all:
            self._known.setdefault(_identity(record.payment), []).append(record)
        reported = self._reported(evidence)
        rows = reported if evidence.from_report else self.all
        self._of_child: dict[str, Record] = {}
        for row, child in evidence.children.items():
            if row < len(rows):
                rows[row].child = child
                self._of_child[child.id] = rows[row]
        for file in evidence.files:
            self._sent(file)

    def _reported(self, evidence: Evidence) -> list[Record]:
        """Record by record what the bank's first answer is about."""
        taken: set[int] = set()
        found = []
        for each in evidence.reported:
            problem = "reported-twice" if self._is_known(each.payment) else "reported-stranger"
            record = self._find(each.payment, taken, problem)
            record.reported = each
            found.append(record)
        return found

    def _sent(self, file: SentFile) -> None:
        taken: set[int] = set()
        for line in file.lines:
            record = self._of_child.get(line.payment.case_id)
            if record is None:
                problem = "" if file.voided_at else "sent-stranger"
                record = self._find(line.payment, taken, problem, file=file.number)
            record.sent.append((file, line))

    def _is_known(self, payment: Payment) -> bool:
        return _identity(payment) in self._known

    def _find(self, payment: Payment, taken: set[int], problem: str, **facts: object) -> Record:
        """The household a payment is about; one the list does not hold is entered as wrong."""
        same = self._known.setdefault(_identity(payment), [])
        record = next((each for each in same if id(each) not in taken), None)
        if record is None:
            record = Record(row=0, payment=payment)
            same.append(record)
            self.all.append(record)
            if problem:
                record.wrong(problem, amount=f"{payment.amount:.2f}", **facts)
        taken.add(id(record))
        return record


def _identity(payment: Payment) -> tuple[str, str]:
    return payment.id_card or payment.name, payment.bank_card


def _rounds(files: Sequence[SentFile], households: Iterable[Household]) -> tuple[Round, ...]:
    """What came of each file, and of what was recorded without one."""
    tries: dict[int, list[Try]] = {}
    for one in households:
        for each in one.tries:
            tries.setdefault(each.file.number if each.file else 0, []).append(each)
    found = [_round(file, tries.get(file.number, ())) for file in files]
    by_hand = tries.get(0, ())
    return (*found, _round(None, by_hand)) if by_hand else tuple(found)


def _round(file: SentFile | None, tries: Sequence[Try]) -> Round:
    given = [line.payment.amount for line in file.lines] if file else [t.amount for t in tries]
    return Round(
        file=file,
        bank_name=file.bank_name if file else "",
        sent=_share(given),
        credited=_share(each.amount for each in tries if each.is_paid),
        returned=_share(each.amount for each in tries if each.answer and not each.is_paid),
        open=_share(each.amount for each in tries if each.answer is None),
    )


def _share(amounts: Iterable[Decimal]) -> Share:
    found = tuple(amounts)
    return Share(count=len(found), amount=sum(found, Decimal("0.00")))


def _banks(rounds: Iterable[Round]) -> tuple[Round, ...]:
    """The rounds that count, by bank."""
    found: dict[str, Round] = {}
    for each in rounds:
        if each.file and each.file.voided_at:
            continue
        known = found.get(each.bank_name)
        names = ("sent", "credited", "returned", "open")
        sums = {
            name: getattr(each, name) + (getattr(known, name) if known else Share())
            for name in names
        }
        found[each.bank_name] = Round(file=None, bank_name=each.bank_name, **sums)
    return tuple(found.values())
