"""Going back on random models: the rest is as if the undone had never been done."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

import pytest

from engine.runtime import rewinding
from engine.runtime.errors import Unexecutable
from engine.runtime.machine import Alarm, Machine, Open, OpenKind
from engine.runtime.program import Program, build
from tests.proof.draw import Drawer, Grower
from tests.proof.playing import START, Play, decidable
from tests.proof.trees import OTHER

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(380 if FULL else 60)
#: Moves of a run, and how likely a return is at each.
MOVES = 40
RETURNS = 0.3


@dataclass(frozen=True)
class Move:
    """One thing done: a place finished or a timer gone off, and what was known then."""

    id: str
    path: str
    is_timer: bool
    data: dict[str, object]
    now: datetime


@dataclass
class Run:
    """A random run that goes back now and then."""

    play: Play
    moves: list[Move] = field(default_factory=list)
    returns: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    #: Whether timers went off together: then moves no longer tell what happened.
    is_blurred: bool = False

    def start(self) -> Machine:
        self.first = self._decided()
        self.machine = Machine.start(self.program(), dict(self.first), lambda: self.play.now)
        self.texts: list[str] = []
        self.store()
        return self.machine

    def store(self) -> None:
        self.machine.news()
        self.texts.append(self.machine.changes())

    def program(self) -> Program:
        document = self.play.document
        named = dict.fromkeys(self.play.procedures, document)
        content = {document.digest: self.play.content}
        return build(document.procedures[0].id, named, content)

    def _decided(self) -> dict[str, object]:
        data: dict[str, object] = {"k": OTHER}
        self.play._decide(data)
        return data

    def step(self) -> bool:
        """One random move; whether there was one."""
        machine, random = self.machine, self.play.random
        waiting: list[Open | Alarm] = [*machine.open_places(), *machine.timers()]
        if machine.finished or not waiting:
            return False
        chosen = random.choice(waiting)
        now = self.play.now
        if isinstance(chosen, Alarm):
            now = self.play.now = max(now, chosen.due)
            self.is_blurred |= sum(alarm.due <= now for alarm in machine.timers()) > 1
        move = Move(chosen.id, chosen.path, isinstance(chosen, Alarm), self._decided(), now)
        make(machine, move, chosen)
        self.moves.append(move)
        self.store()
        return True

    def turn_back(self) -> Iterator[str]:
        """Return from a random open step to a random done one; what is wrong afterwards."""
        machine, random = self.machine, self.play.random
        steps = [p for p in machine.open_places() if p.kind is not OpenKind.CHILDREN]
        done = [move for move in self.moves if not move.is_timer]
        if not steps or not done:
            return
        target, given_back = random.choice(done), random.choice(steps)
        plan = machine.rewind_to(target.id, given_back.id)
        if plan.obstacle:
            self.refused[plan.obstacle] += 1
            return
        self.returns += 1
        gone = {task.id for task in plan.undone}
        self.moves = [m for m in self.moves if m.id.partition("-")[0] not in gone]
        machine.rewind(plan)
        self.store()
        now, fresh = open_paths(machine), self.replayed()
        if now != open_paths(fresh) and not self.is_blurred:
            yield f"back to {target.path} from {given_back.path}: {now} is not {open_paths(fresh)}"
        loaded = Machine.load(
            machine.program, self.texts, dict(machine.data), lambda: self.play.now
        )
        if open_paths(loaded) != now:
            yield f"stored as {open_paths(loaded)} instead of {now}"

    def replayed(self) -> Machine:
        """A fresh run of the moves that are left."""
        kept, self.play.now = self.play.now, START
        fresh = Machine.start(self.program(), dict(self.first), lambda: self.play.now)
        fresh.news()
        for move in self.moves:
            self.play.now = move.now
            waiting: list[Open | Alarm] = [*(fresh.timers() if move.is_timer else ())]
            waiting += () if move.is_timer else fresh.open_places()
            same = [each for each in waiting if each.path == move.path]
            if same:
                due = sum(alarm.due <= move.now for alarm in fresh.timers())
                self.is_blurred |= due > move.is_timer
                make(fresh, move, same[0])
                fresh.news()
        self.play.now = kept
        return fresh


def make(machine: Machine, move: Move, chosen: Open | Alarm) -> None:
    machine.data.update(move.data)
    if move.is_timer:
        machine.advance()
    else:
        machine.complete(chosen.id, {})


def open_paths(machine: Machine) -> list[str]:
    waiting: list[Open | Alarm] = [*machine.open_places(), *machine.timers()]
    return sorted(place.path for place in waiting)


def faults(seed: int, seen: Counter[str]) -> Iterator[str]:
    random = Random(seed)
    grower = Grower(random, random.randint(2, 9))
    content = Drawer().document(grower.tree(), grower.shared)
    run = Run(Play(*decidable(content, random), random))
    try:
        run.start()
    except Unexecutable:
        return
    seen["played"] += 1
    for _ in range(MOVES):
        if random.random() < RETURNS:
            for fault in run.turn_back():
                yield f"seed {seed}: {fault}"
                return
        if not run.step():
            break
    seen["returned"] += run.returns
    seen.update(run.refused)
    if not run.machine.finished and not open_paths(run.machine):
        yield f"seed {seed}: stuck after {run.returns} returns"
    seen["finished"] += run.machine.finished


@pytest.mark.prove
def test_after_a_return_the_case_is_where_it_first_was() -> None:
    seen: Counter[str] = Counter()
    assert [fault for seed in SEEDS for fault in faults(seed, seen)] == []
    assert seen["returned"] > len(SEEDS) // 2
    assert seen["finished"] > seen["played"] // 3


def test_a_return_let_through_wrongly_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewinding, "_splits_a_meeting", lambda _: False)
    seen: Counter[str] = Counter()
    assert [fault for seed in range(60) for fault in faults(seed, seen)] != []
