"""Going back in and out of multi-instances, against a naive interpreter of what is left to do."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

import pytest

from engine.bpmn.reader import read
from engine.model.case import CaseState, WorkItemState
from engine.runtime import NotAllowed, rewinding
from engine.runtime.machine import Machine
from engine.runtime.program import Program, build
from tests.cases.drawings import line, process, step

from .instances import LOOP, Leaf, Tree, after, block_of, grown, joined, leaves, ready, unrolled

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(3000 if FULL else 60)
NOW = datetime(2026, 3, 2, tzinfo=UTC)


# The comparison -------------------------------------------------------------


@dataclass
class Run:
    """A random run on the machine, with what the interpreter says of it."""

    random: Random
    tree: Tree = field(init=False)
    seen: Counter[str]
    done: set[Leaf] = field(default_factory=set)
    #: Occurrence of every place that was ever open, by its id.
    known: dict[str, Leaf] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.drawn, content = grown(self.random)
        self.tree = unrolled(self.drawn)
        document = read(content, path="p.bpmn")
        self.program: Program = build("p", {"p": document}, {document.digest: content})
        self.machine = Machine.start(self.program, {}, lambda: NOW)
        self.texts: list[str] = []

    def wrong(self) -> str:
        """Note what is open; what is wrong with it."""
        self.machine.news()
        self.texts.append(self.machine.changes())
        places = {place.id: place.path for place in self.machine.open_places()}
        left = ready(self.tree, self.done) - {
            self.known[id_] for id_ in places if id_ in self.known
        }
        for id_, path in places.items():
            if id_ not in self.known:
                same = sorted(
                    (leaf for leaf in left if leaf.name == path), key=lambda leaf: leaf.at
                )
                if not same:
                    return f"{path} is open and should not be"
                self.known[id_] = same[0]
                left.discard(same[0])
        if left:
            return f"{left} should be open"
        if self.machine.finished != (leaves(self.tree) <= self.done):
            return f"finished: {self.machine.finished}"
        loaded = Machine.load(self.program, self.texts, {}, lambda: NOW)
        if {p.id for p in loaded.open_places()} != places.keys():
            return "stored otherwise than it is"
        return ""

    def go_on(self) -> None:
        place = self.random.choice(self.machine.open_places())
        self.machine.complete(place.id, {})
        self.done.add(self.known[place.id])

    def turn_back(self) -> str:
        """Go back, or see why not; what is wrong with the answer."""
        past = (id_ for id_, leaf in self.known.items() if leaf in self.done)
        live = [id_ for id_ in past if self.machine._task(id_) is not None]
        target = self.random.choice(live)
        given_back = self.random.choice(self.machine.open_places()).id
        wanted, from_ = self.known[target], self.known[given_back]
        block = block_of(self.drawn, wanted, from_, self.done)
        undone = (block | after(self.tree, block)) if block else set()
        allowed = block is not None and from_ in undone
        allowed = allowed and not joined(self.tree, block or set(), from_)
        plan = self.machine.rewind_to(target, given_back)
        if (plan.obstacle is None) != allowed:
            return f"back to {wanted} from {from_}: {plan.obstacle}, should be {allowed}"
        self.seen[str(plan.obstacle or ("whole" if len(block or ()) > 1 else "back"))] += 1
        if not allowed:
            return ""
        self.machine.rewind(plan)
        self.done -= undone
        return ""


def faults(seed: int, seen: Counter[str]) -> Iterator[str]:
    random = Random(seed)
    run = Run(random, seen=seen)
    returns = random.randint(1, 4)
    for _ in range(200):
        fault = run.wrong()
        if fault or run.machine.finished:
            break
        if run.done and returns and random.random() < 0.3:
            returns -= 1
            fault = run.turn_back() or run.wrong()
            if fault:
                break
        run.go_on()
    if fault or not run.machine.finished:
        yield f"seed {seed}: {fault or 'never finished'}"


@pytest.mark.prove
def test_after_a_return_exactly_what_was_undone_is_left_to_do() -> None:
    seen: Counter[str] = Counter()
    assert [fault for seed in SEEDS for fault in faults(seed, seen)] == []
    assert seen.keys() >= {"back", "whole", "instance", "other-branch"}


def test_one_instance_done_again_alone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewinding, "_is_instance", lambda _: False)
    monkeypatch.setattr(rewinding, "_whole", lambda task: task)
    assert any(fault for seed in range(60) for fault in faults(seed, Counter()))


# In the office --------------------------------------------------------------


def visits(in_turn: str) -> bytes:
    return process(
        "p",
        step("accept", post="受理窗口"),
        step("visit", post="资金监管", inner=LOOP.format(sequential=in_turn, count=2)),
        step("approve", post="所长"),
        line("start", "accept", "visit", "approve", "end"),
        code="T-1",
    )


def waiting(office, case_id, step_id):
    return [w for w in office.case(case_id).work_items if w.step == step_id and not w.done_at]


def visited(office, case_id, by="jian"):
    item = office.claim(waiting(office, case_id, "visit")[0].id, by=by)
    office.complete(item.id, by=by, values={})
    return item


@pytest.mark.parametrize("in_turn", ["true", "false"])
def test_return_behind_the_instances_has_all_of_them_done_again(office, desk, in_turn):
    desk.publish(visits(in_turn))
    case = desk.open()
    desk.do(case.id, "accept", "ding")
    for by in ("jian", "dong"):
        visited(office, case.id, by)
    item = office.claim(desk.waiting(case.id)["approve"].id, by="zhang")
    target = next(t for t in office.targets(item.id) if t.step == "visit")
    assert (target.allowed, target.instances) == (True, 2)

    office.return_to(item.id, by="zhang", target="visit", reason="重看")

    assert len(waiting(office, case.id, "visit")) == (1 if in_turn == "true" else 2)
    undone = [w.officer for w in office.case(case.id).work_items if w.undone]
    assert sorted(undone) == ["dong", "jian"]
    for by in ("jian", "dong"):
        visited(office, case.id, by)
    assert desk.do(case.id, "approve", "zhang").state is CaseState.FINISHED


@pytest.mark.parametrize("in_turn", ["true", "false"])
def test_return_from_one_instance_withdraws_its_siblings(office, desk, in_turn):
    desk.publish(visits(in_turn))
    case = desk.open()
    desk.do(case.id, "accept", "ding")
    done = visited(office, case.id)
    item = office.claim(waiting(office, case.id, "visit")[0].id, by="dong")
    reasons = {t.step: t.reason for t in office.targets(item.id)}
    assert reasons["accept"] == ""
    with pytest.raises(NotAllowed, match="多份"):
        office.return_to(item.id, by="dong", target="visit", reason="重看")

    office.return_to(item.id, by="dong", target="accept", reason="材料不全")

    assert desk.steps(case.id) == ["accept"]
    assert office.work_item(item.id).state is WorkItemState.CANCELLED
    assert [w.id for w in office.case(case.id).work_items if w.undone and w.step == "visit"] == [
        done.id
    ]
    desk.do(case.id, "accept", "ding")
    for _ in range(2):
        visited(office, case.id)
    assert desk.steps(case.id) == ["approve"]


def test_open_siblings_are_withdrawn_with_the_instance_that_returns(office, desk):
    desk.publish(visits("false"))
    case = desk.open()
    desk.do(case.id, "accept", "ding")
    first, second = waiting(office, case.id, "visit")
    office.claim(first.id, by="jian")
    office.claim(second.id, by="dong")

    office.return_to(second.id, by="dong", target="accept", reason="材料不全")

    assert office.work_item(first.id).state is WorkItemState.CANCELLED
    assert desk.actions(case.id)[-2:] == ["returned", "withdrawn"]


def test_instance_others_followed_is_not_taken_back(office, desk):
    desk.publish(visits("false"))
    case = desk.open()
    desk.do(case.id, "accept", "ding")
    first = visited(office, case.id, "jian")
    with pytest.raises(NotAllowed, match="多份"):
        office.withdraw_completion(first.id, by="jian", reason="写错")
    visited(office, case.id, "dong")
    with pytest.raises(NotAllowed, match="已经办结"):
        office.withdraw_completion(first.id, by="jian", reason="写错")
