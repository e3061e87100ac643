"""A reconciliation in words: the parts by name, a household's way, the file to keep."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from engine.model.batch import BatchSum
from engine.model.case import CaseState
from engine.model.wording import say
from engine.store import CHINA

from .reconciliation import Reconciliation, Round
from .sheet import workbook
from .standing import Event, EventKind, Household

#: Digits of a card that are shown.
SHOWN = 4
#: The name of an officer by id.
Person = Callable[[str], str]


def part_name(part: BatchSum) -> str:
    """到卡, 退汇未结, 不再发, 在途, 未发."""
    return say(f"reconcile.part.{part}")


def masked(card: str) -> str:
    """The last digits of a card, the rest hidden: ``**** 0021``."""
    return f"**** {card[-SHOWN:]}" if card else ""


def masked_id(number: str) -> str:
    """An id card number without the birthday: ``110105********0021``."""
    return f"{number[:6]}********{number[-SHOWN:]}" if len(number) > 10 else number


def day(moment: datetime | None) -> str:
    """``2026-03-16``."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d}" if moment else ""


def event_text(event: Event, person: Person) -> str:
    """One thing that happened to a household's money, on one line."""
    key = "reconcile.next-card" if event.kind is EventKind.STEP else "reconcile.to-card"
    card = say(key, card=event.bank_card[-SHOWN:]) if event.bank_card else ""
    word = say(f"reconcile.event.{event.kind}")
    if event.kind in (EventKind.SENT, EventKind.VOIDED):
        facts = {"file": event.file, "bank": event.bank_name, "card": card}
        text = say("reconcile.told.sent", word=word, **facts)
    elif event.kind is EventKind.STEP:
        text = f"{event.note}{card}"
    elif event.kind is EventKind.ENDED:
        state = say(f"suspending.state.{CaseState(event.note)}")
        text = say("reconcile.told.ended", word=word, state=state)
    else:
        text = say("reconcile.told.answer", word=word, reason=event.note) if event.note else word
    who = person(event.by) if event.by else ""
    return " ".join(filter(None, (day(event.at), text, who)))


def way(household: Household, person: Person) -> tuple[str, ...]:
    """The whole way of a household's money, one line for each thing that happened."""
    return tuple(event_text(event, person) for event in household.events)


def where(household: Household) -> str:
    """The part a household stands in, and the step it waits at."""
    child = household.child
    if child and child.open_step and household.part is BatchSum.RETURNED:
        facts = {"step": child.open_step, "post": child.open_post}
        return say("reconcile.waits", part=part_name(household.part), **facts)
    return part_name(household.part)


def is_meant(household: Household, text: str) -> bool:
    """Whether a text that somebody looks for means a household.

    Its row of the list, part of the name, the number of its case, or the end of the id
    card or of a card it was or is paid on.
    """
    case_id = household.child.id if household.child else ""
    ends = (household.payment.id_card, *household.cards)
    return (
        text in (str(household.row), case_id)
        or text in household.payment.name
        or (len(text) >= SHOWN and any(number.endswith(text) for number in ends))
    )


def round_name(each: Round) -> str:
    """第 2 份（重发）, or that it was recorded without a file."""
    if each.file is None:
        return say("reconcile.by-hand")
    kind = "voided" if each.file.voided_at else "again" if each.is_again else "first"
    return say("reconcile.round", number=each.file.number, kind=say(f"reconcile.kind.{kind}"))


def bank_of(each: Round) -> str:
    """The bank's name, or that there was no file for one."""
    return each.bank_name or say("reconcile.by-hand")


def differences(found: Reconciliation) -> tuple[str, ...]:
    """Sums an officer gave that are not those worked out."""
    return tuple(
        difference(each.label, each.amount, own)
        for each in found.stated
        if each.amount != (own := found.sum_of(each.sum))
    )


def difference(label: str, given: Decimal, own: Decimal) -> str:
    """How far a sum that an officer gave is from the one worked out."""
    return say("reconcile.stated", label=label, given=given, found=own, difference=given - own)


def book(found: Reconciliation, person: Person, at: datetime) -> bytes:
    """The reconciliation as an Excel file: sums, files, households."""
    return workbook(
        {
            say("reconcile.sheet.sums"): list(_sums(found, at)),
            say("reconcile.sheet.files"): list(_files(found, person)),
            say("reconcile.sheet.households"): list(_households(found, person)),
        }
    )


def _head(name: str) -> Sequence[object]:
    return say(f"reconcile.head.{name}").split("|")


def _sums(found: Reconciliation, at: datetime) -> Iterator[Sequence[object]]:
    yield (say("reconcile.heading", case=found.case_id, title=found.title),)
    yield (say("reconcile.made", at=f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"),)
    yield ()
    yield _head("sums")
    yield (say("reconcile.roll"), found.roll.count, found.roll.amount)
    for part, share in found.parts.items():
        yield (part_name(part), share.count, share.amount)
    yield (say("reconcile.difference"), "", found.difference)
    yield ()
    yield _head("banks")
    for each in found.banks:
        yield (bank_of(each), *_shares(each))
    if found.stated:
        yield ()
        yield _head("stated")
        for one in found.stated:
            own = found.sum_of(one.sum)
            yield (one.label, one.amount, own, one.amount - own)
    yield ()
    yield (say("reconcile.problems") if found.problems else say("reconcile.balances"),)
    for text in found.problems:
        yield (text,)


def _shares(each: Round) -> Iterator[object]:
    for share in (each.sent, each.credited, each.returned, each.open):
        yield share.count
        yield share.amount


def _files(found: Reconciliation, person: Person) -> Iterator[Sequence[object]]:
    yield _head("files")
    for each in found.rounds:
        file = each.file
        made = (day(file.made_at), person(file.made_by)) if file else ("", "")
        yield (
            round_name(each),
            bank_of(each),
            file.filename if file else "",
            *made,
            *_shares(each),
        )


def _households(found: Reconciliation, person: Person) -> Iterator[Sequence[object]]:
    yield _head("households")
    for one in found.households:
        yield (
            one.row or say("reconcile.off-list"),
            one.payment.name,
            masked_id(one.payment.id_card),
            masked(one.bank_card),
            one.payment.amount,
            where(one),
            len(one.tries),
            "\n".join(way(one, person)),
            "\n".join(one.problems),
        )
