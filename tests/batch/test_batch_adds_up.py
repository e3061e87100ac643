"""Whatever happened to a batch, it adds up to the cent; what does not fit is told."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.model.batch import PARTS, BatchSum
from engine.model.case import CaseState
from engine.runtime.batch import reconciliation, standing
from engine.runtime.batch.evidence import Answer, Evidence, Reported
from engine.runtime.batch.reconciliation import Reconciliation, Share, reconcile
from engine.runtime.batch.standing import EventKind

from .driver import NOW
from .world import World, played

#: Histories played; a fault planted has to show in some of them.
SEEDS = range(400)


def check(seed: int) -> Reconciliation:
    """A random history, added up as the coins lie."""
    world = played(seed)
    found = reconcile(world.evidence())
    piles = world.piles()
    assert {p: (s.count, s.amount) for p, s in found.parts.items()} == {p: piles[p] for p in PARTS}
    assert found.roll.amount == sum((found.parts[p].amount for p in PARTS), Decimal())
    assert found.problems == ()
    _check_files(world, found)
    return found


def _check_files(world: World, found: Reconciliation) -> None:
    """Every file and bank: what was sent is what was credited, returned and is still open."""
    counted = [each for each in found.rounds if not (each.file and each.file.voided_at)]
    for each in counted:
        assert each.sent == each.credited + each.returned + each.open
    by_bank: dict[str, int] = {}
    for file in world.files:
        if not file.voided_at:
            fen = sum(int(line.payment.amount * 100) for line in file.lines)
            by_bank[file.bank_name] = by_bank.get(file.bank_name, 0) + fen
    assert {b.bank_name: int(b.sent.amount * 100) for b in found.banks if b.bank_name} == by_bank
    credited = sum((each.credited for each in counted), Share())
    assert credited == found.parts[BatchSum.CREDITED]


def check_all(seeds: Iterable[int]) -> None:
    """The same for many; the seed of the first that does not add up is told."""
    for seed in seeds:
        try:
            check(seed)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error


@pytest.mark.parametrize("part", range(8))
def test_a_random_history_adds_up_to_the_cent(part):
    check_all(SEEDS[part::8])


def test_every_part_and_kind_of_event_comes_up_in_the_histories():
    found = [check(seed) for seed in SEEDS[:100]]
    assert all(any(each.parts[part].count for each in found) for part in PARTS)
    events = {e.kind for each in found for one in each.households for e in one.events}
    assert events == set(EventKind)


def _returned_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every payment that came back is counted, not only the last."""
    whole = standing._amounts

    def amounts(record, tries, part):
        found = dict(whole(record, tries, part))
        back = [t.amount for t in tries if t.answer and not t.is_paid]
        if part is BatchSum.RETURNED and back:
            found[part] = sum(back, Decimal())
        return found

    monkeypatch.setattr(standing, "_amounts", amounts)


def _voided_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was struck out counts as sent."""
    whole = standing.stand

    def stand(record, **facts):
        record.sent = [(replace(f, voided_at=None), line) for f, line in record.sent]
        return whole(record, **facts)

    monkeypatch.setattr(reconciliation, "stand", stand)


def _late_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that came after the household's case had ended is passed over."""

    def answers(record):
        found = [record.reported.answer] if record.reported else []
        return [*found, *(record.child.answers if record.child else ())]

    monkeypatch.setattr(standing, "_answers", answers)


def _ended_is_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Households given up stay among those to be settled."""
    monkeypatch.setattr(standing, "RUNNING", tuple(CaseState))


def _cent_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Amounts lose their cents."""
    whole = standing._amounts
    monkeypatch.setattr(
        standing, "_amounts", lambda *given: {p: a // 1 for p, a in whole(*given).items()}
    )


def _last_answer_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is credited is taken from how the first round ended."""
    whole = standing._part

    def part(record, tries, **facts):
        return whole(record, tries[:1], **facts)

    monkeypatch.setattr(standing, "_part", part)


@pytest.mark.parametrize(
    "plant",
    [
        _returned_twice,
        _voided_counts,
        _late_forgotten,
        _ended_is_returned,
        _cent_lost,
        _last_answer_wins,
    ],
)
def test_a_fault_planted_in_the_sums_is_caught(plant: Callable[..., None], monkeypatch):
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        check_all(SEEDS)


def _answered(evidence: Evidence, number: int, **changes: object) -> Evidence:
    """The same, with one row of the bank's first answer changed."""
    row = evidence.reported[number]
    changed = replace(row, payment=replace(row.payment, **changes))
    rows = [*evidence.reported[:number], changed, *evidence.reported[number + 1 :]]
    return replace(evidence, reported=tuple(rows))


def _paid(is_paid: bool = True) -> Answer:
    return Answer(is_paid=is_paid, reason="", at=NOW, by="li")


def _batch(*, failed: int = 0) -> Evidence:
    """Three households of which the first so many came back; all sent in one file."""
    world = World.of(3)
    world.coins = world.coins[:3]
    world.roll = world.roll[:3]
    world.dice = random.Random(1)
    while world.send(world.coins, first=True).voided_at:
        world.files.clear()
    for coin in world.coins:
        answer = _paid(coin.number > failed)
        world.reported.append(Reported(payment=coin.payment(coin.number), answer=answer))
        world.moved(coin, answer)
    return world.evidence()


def _unknown(evidence: Evidence) -> Evidence:
    return _answered(evidence, 2, id_card="id-9", name="外人")


def _other_amount(evidence: Evidence) -> Evidence:
    return _answered(evidence, 2, amount=evidence.roll[2].amount + Decimal("0.01"))


def _twice(evidence: Evidence) -> Evidence:
    return replace(evidence, reported=(*evidence.reported, evidence.reported[2]))


def _left_out(evidence: Evidence) -> Evidence:
    return replace(evidence, reported=evidence.reported[:2], children={})


def _roll_changed(evidence: Evidence) -> Evidence:
    first = replace(evidence.roll[0], amount=evidence.roll[0].amount + 1)
    return replace(evidence, roll=(first, *evidence.roll[1:]), reported=(), children={})


def _roll_shorter(evidence: Evidence) -> Evidence:
    return replace(evidence, roll=evidence.roll[1:], reported=(), children={})


def _sent_twice(evidence: Evidence) -> Evidence:
    file = evidence.files[0]
    return replace(evidence, files=(file, replace(file, number=2)), reported=(), children={})


def _sent_once_more(evidence: Evidence) -> Evidence:
    file = evidence.files[0]
    lines = tuple(replace(line, attempt=2) for line in file.lines[2:])
    return replace(evidence, files=(file, replace(file, number=2, lines=lines)))


def _ended_in_transit(evidence: Evidence) -> Evidence:
    file = evidence.files[0]
    child = evidence.children[0]
    lines = tuple(
        replace(line, attempt=2, payment=replace(line.payment, case_id=child.id))
        for line in file.lines[:1]
    )
    ended = replace(child, state=CaseState.TERMINATED)
    return replace(
        evidence,
        files=(file, replace(file, number=2, lines=lines)),
        children={**evidence.children, 0: ended},
    )


@pytest.mark.parametrize(
    ("spoil", "adds_up", "words"),
    [
        (_unknown, False, ["外人", "清册里没有这一户", "登记的回盘里没有第 3 行户3"]),
        (_other_amount, False, ["第 3 行户3", "登记的回盘是"]),
        (_twice, False, ["户3", "出现了两次", "差 -"]),
        (_left_out, True, ["登记的回盘里没有第 3 行户3"]),
        (_roll_changed, False, ["第 1 行户1", "第 1 份代发文件里是", "作废后重新生成"]),
        (_roll_shorter, False, ["第 1 份代发文件里有户1", "清册里没有这一户"]),
        (_sent_twice, False, ["第 1、2 份代发文件里都有", "只能付一次"]),
        (_sent_once_more, False, ["第 3 行户3", "已经到卡", "第 2 份"]),
        (_ended_in_transit, True, ["子办件已终止", "第 2 份", "登记那份的回盘"]),
    ],
)
def test_what_does_not_fit_names_the_household_the_file_and_the_way_out(spoil, adds_up, words):
    found = reconcile(spoil(_batch(failed=1)))

    told = "\n".join(found.problems)
    assert [word for word in words if word not in told] == [], told
    assert (found.difference == 0) is adds_up
    assert not found.balances


def test_the_way_of_a_household_is_told_in_order():
    world = World.of(5)
    world.coins, world.roll = world.coins[:1], world.roll[:1]
    world.dice = random.Random(4)
    file = world.send(world.coins, first=True)
    assert file.voided_at is None
    (coin,) = world.coins
    world.reported.append(Reported(payment=coin.payment(1), answer=_paid(is_paid=False)))
    world.moved(coin, _paid(is_paid=False))
    world.dice = random.Random(0)
    while coin.pile is not BatchSum.CREDITED and coin.pile is not BatchSum.WITHDRAWN:
        world.again()

    (one,) = reconcile(world.evidence()).households
    kinds = [event.kind for event in one.events]
    assert kinds[:4] == [EventKind.SENT, EventKind.FAILED, EventKind.STEP, EventKind.STEP]
    assert kinds[-1] in (EventKind.PAID, EventKind.ENDED)
    sent = [event for event in one.events if event.kind is EventKind.SENT]
    assert [event.file for event in sent] == sorted(event.file for event in sent)
    assert sent[0].bank_card != one.bank_card
