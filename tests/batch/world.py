"""A batch played with coins on a table: where each household's money is, told step by step.

The ledger is kept in 分 by moving each household from pile to pile as things happen;
nothing of the code under test is used but the records it reads.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from engine.model.batch import BatchSum
from engine.model.case import CaseState
from engine.runtime.batch.evidence import (
    Answer,
    Child,
    Deed,
    Evidence,
    Reported,
    SentFile,
    SentLine,
)
from engine.runtime.batch.payment import Payment

from .driver import NOW

BANKS = ("fixed-text", "excel")


def yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


@dataclass
class Coin:
    """One household and its money."""

    number: int
    fen: int
    card: str
    pile: BatchSum = BatchSum.UNSENT
    asked: int = 0
    is_ready: bool = False
    state: CaseState = CaseState.OPEN
    deeds: list[Deed] = field(default_factory=list)

    def payment(self, sequence: int, case_id: str = "") -> Payment:
        return Payment(
            sequence=sequence,
            name=f"户{self.number}",
            id_card=f"id-{self.number}",
            bank_card=self.card,
            amount=yuan(self.fen),
            case_id=case_id,
        )


@dataclass
class World:
    """A batch in the making."""

    dice: random.Random
    coins: list[Coin]
    roll: list[Payment] = field(default_factory=list)
    reported: list[Reported] = field(default_factory=list)
    files: list[SentFile] = field(default_factory=list)
    at: datetime = NOW

    @classmethod
    def of(cls, seed: int) -> "World":
        dice = random.Random(seed)
        amounts = [dice.randint(1, 500_000) for _ in range(dice.randint(1, 12))]
        coins = [Coin(n, fen, f"62284800{n:08}") for n, fen in enumerate(amounts, start=1)]
        world = cls(dice, coins)
        world.roll = [coin.payment(coin.number) for coin in coins]
        return world

    def piles(self) -> dict[BatchSum, tuple[int, Decimal]]:
        """Households and 元 by pile."""
        found = {pile: [c.fen for c in self.coins if c.pile is pile] for pile in BatchSum}
        return {pile: (len(held), yuan(sum(held))) for pile, held in found.items()}

    def send(self, coins: list[Coin], *, first: bool) -> SentFile:
        lines = tuple(
            SentLine(
                payment=coin.payment(at, "" if first else f"c{coin.number}"), attempt=coin.asked + 1
            )
            for at, coin in enumerate(coins, start=1)
        )
        bank = self.dice.choice(BANKS)
        number = len(self.files) + 1
        voided = {"voided_at": self.at, "voided_by": "li"} if self.dice.random() < 0.2 else {}
        file = SentFile(
            number=number,
            bank_id=bank,
            bank_name=bank,
            filename=f"{number}.txt",
            attachment_id=str(number),
            made_at=self.at,
            made_by="li",
            lines=lines,
            **voided,
        )
        self.files.append(file)
        if not voided:
            for coin in coins:
                coin.pile, coin.is_ready = BatchSum.IN_TRANSIT, False
        return file

    def answer(self) -> Answer:
        paid = self.dice.random() < 0.6
        return Answer(is_paid=paid, reason="" if paid else "账户已销户", at=self.at, by="li")

    def moved(self, coin: Coin, answer: Answer) -> None:
        coin.asked += 1
        coin.pile = BatchSum.CREDITED if answer.is_paid else BatchSum.RETURNED
        if answer.is_paid:
            coin.state = CaseState.FINISHED

    def first_round(self) -> bool:
        """Whether the bank's first answer came in."""
        for _ in range(self.dice.randint(0, 3)):
            if self.send(self.coins, first=True).voided_at is None:
                break
        if self.dice.random() < 0.2:
            return False
        for coin in self.coins:
            answer = self.answer()
            self.reported.append(Reported(payment=coin.payment(coin.number), answer=answer))
            self.moved(coin, answer)
        return True

    def again(self) -> None:
        """One more round: accounts put right, some given up, some sent, some answered."""
        for coin in self.coins:
            if coin.pile is not BatchSum.RETURNED:
                continue
            if self.dice.random() < 0.15:
                coin.pile, coin.state = BatchSum.WITHDRAWN, CaseState.TERMINATED
            elif not coin.is_ready and self.dice.random() < 0.8:
                coin.card = f"62284811{self.dice.randint(0, 10**8):08}"
                for name, card in (("核实账户信息", coin.card), ("复核账户变更", "")):
                    deed = Deed(step_name=name, at=self.at, by="zhou", bank_card=card, answer=None)
                    coin.deeds.append(deed)
                coin.is_ready = True
        ready = [c for c in self.coins if c.is_ready and c.pile is BatchSum.RETURNED]
        if ready and self.dice.random() < 0.8:
            self.send(ready, first=False)
        at_the_bank = [c for c in self.coins if c.pile is BatchSum.IN_TRANSIT and c.asked]
        for coin in {c.number: c for c in [*ready, *at_the_bank]}.values():
            if self.dice.random() < 0.7:
                self.recorded(coin)

    def recorded(self, coin: Coin) -> None:
        """An answer in the household's own case: about a file, or typed in without one."""
        answer = self.answer()
        deed = Deed(step_name="登记重发结果", at=self.at, by="li", bank_card="", answer=answer)
        coin.deeds.append(deed)
        coin.is_ready = False
        self.moved(coin, answer)

    def late(self) -> None:
        """A household given up while the bank still has it; the answer comes after."""
        for coin in self.coins:
            if coin.pile is BatchSum.IN_TRANSIT and coin.asked and self.dice.random() < 0.3:
                coin.state = CaseState.TERMINATED
                self._late_answer(coin)

    def _late_answer(self, coin: Coin) -> None:
        answer = self.answer()
        for at, file in enumerate(self.files):
            if file.voided_at:
                continue
            lines = tuple(
                SentLine(payment=line.payment, attempt=line.attempt, late=answer)
                if line.payment.case_id == f"c{coin.number}" and line.attempt == coin.asked + 1
                else line
                for line in file.lines
            )
            facts = {n: getattr(file, n) for n in SentFile.__slots__ if n != "lines"}
            self.files[at] = SentFile(**facts, lines=lines)
        coin.asked += 1
        coin.pile = BatchSum.CREDITED if answer.is_paid else BatchSum.WITHDRAWN

    def evidence(self) -> Evidence:
        children = {
            at: Child(id=f"c{coin.number}", state=coin.state, deeds=tuple(coin.deeds))
            for at, coin in enumerate(self.coins)
        }
        return Evidence(
            case_id="2026-000001",
            title="一批",
            state=CaseState.OPEN,
            roll=tuple(self.roll),
            reported=tuple(self.reported),
            children=children if self.reported else {},
            files=tuple(self.files),
        )


def played(seed: int) -> World:
    """A batch with a random history."""
    world = World.of(seed)
    if world.first_round():
        for _ in range(world.dice.randint(0, 4)):
            world.again()
            world.late()
    return world
