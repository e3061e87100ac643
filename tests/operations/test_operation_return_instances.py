"""Going back in and out of multi-instances, against a naive interpreter of what is left to do."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

import pytest

from engine.bpmn.reader import read
from engine.model.case import CaseState, WorkItemState
from engine.runtime import NotAllowed, rewinding
from engine.runtime.machine import Machine
from engine.runtime.program import Program, build
from tests.cases.drawings import flow, line, process, step

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(3000 if FULL else 60)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
LOOP = (
    '<multiInstanceLoopCharacteristics isSequential="{sequential}">'
    "<loopCardinality>{count}</loopCardinality></multiInstanceLoopCharacteristics>"
)


@dataclass(frozen=True)
class Leaf:
    """A step; as an occurrence, with the numbers of the instances it lies in."""

    name: str
    at: tuple[int, ...] = ()


@dataclass(frozen=True)
class Row:
    """One part after the other."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True)
class Fork:
    """All parts at the same time."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True)
class Many:
    """A step or a sub-process done several times, after each other or at the same time."""

    name: str
    count: int
    in_turn: bool
    body: Leaf | Row


Tree = Leaf | Row | Fork | Many


# Drawing --------------------------------------------------------------------


def grown(random: Random) -> tuple[Tree, bytes]:
    """A random tree with a multi-instance in it, and the file that draws it."""
    names = iter(f"n{number}" for number in range(99))

    def leaf() -> Leaf:
        return Leaf(next(names))

    def many() -> Many:
        body: Leaf | Row = leaf()
        if random.random() < 0.5:
            body = Row((body, leaf()))
        return Many(next(names), random.randint(1, 3), random.random() < 0.5, body)

    def row(*inner: Tree) -> Row:
        before = [leaf() for _ in range(random.randint(0, 2))]
        return Row((*before, *inner, *(leaf() for _ in range(random.randint(0, 2)))))

    core: Tree = row(many()) if random.random() < 0.6 else row(many(), many())
    if random.random() < 0.5:
        core = Fork((core, row(leaf())))
    tree = Row((leaf(), core, leaf()))
    nodes: list[str] = []
    flows: list[str] = []
    first, last = _draw(tree, nodes, flows, names)
    return tree, process("p", *nodes, *flows, flow("start", first), flow(last, "end"), code="T-1")


def _draw(tree: Tree, nodes: list[str], flows: list[str], names: Iterator[str]) -> tuple[str, str]:
    """Add what draws a tree; its first and last node."""
    match tree:
        case Leaf():
            nodes.append(step(tree.name))
            return tree.name, tree.name
        case Row():
            ends = [_draw(part, nodes, flows, names) for part in tree.parts]
            flows += [flow(one[1], other[0]) for one, other in pairwise(ends)]
            return ends[0][0], ends[-1][1]
        case Fork():
            split, join = next(names), next(names)
            nodes.append(f'<parallelGateway id="{split}"/><parallelGateway id="{join}"/>')
            for part in tree.parts:
                first, last = _draw(part, nodes, flows, names)
                flows += [flow(split, first), flow(last, join)]
            return split, join
        case Many():
            loop = LOOP.format(sequential=str(tree.in_turn).lower(), count=tree.count)
            if isinstance(tree.body, Leaf):
                nodes.append(step(tree.body.name, inner=loop))
                return tree.body.name, tree.body.name
            inner: list[str] = []
            first, last = _draw(tree.body, inner, inner, names)
            start, end = next(names), next(names)
            inner += [f'<startEvent id="{start}"/><endEvent id="{end}"/>']
            inner += [flow(start, first), flow(last, end)]
            nodes.append(f'<subProcess id="{tree.name}">{"".join(inner)}{loop}</subProcess>')
            return tree.name, tree.name


# The naive interpreter ------------------------------------------------------


def unrolled(tree: Tree, at: tuple[int, ...] = ()) -> Tree:
    """A tree without multi-instances: each instance stands by itself."""
    match tree:
        case Leaf():
            return Leaf(tree.name, at)
        case Row():
            return Row(tuple(unrolled(part, at) for part in tree.parts))
        case Fork():
            return Fork(tuple(unrolled(part, at) for part in tree.parts))
        case Many():
            copies = tuple(unrolled(tree.body, (*at, number)) for number in range(tree.count))
            return Row(copies) if tree.in_turn else Fork(copies)


def leaves(tree: Tree) -> set[Leaf]:
    if isinstance(tree, Leaf):
        return {tree}
    assert not isinstance(tree, Many)
    return {leaf for part in tree.parts for leaf in leaves(part)}


def ready(tree: Tree, done: set[Leaf]) -> set[Leaf]:
    """Occurrences that can be done now."""
    match tree:
        case Leaf():
            return {tree} - done
        case Fork():
            return {leaf for part in tree.parts for leaf in ready(part, done)}
        case Row():
            open_ = [part for part in tree.parts if not leaves(part) <= done]
            return ready(open_[0], done) if open_ else set()
        case Many():
            raise AssertionError


def after(tree: Tree, block: set[Leaf]) -> set[Leaf]:
    """Occurrences that come after a block of them on every way."""
    if isinstance(tree, Leaf) or leaves(tree) == block:
        return set()
    assert not isinstance(tree, Many)
    number = next(n for n, part in enumerate(tree.parts) if block <= leaves(part))
    found = after(tree.parts[number], block)
    if isinstance(tree, Row):
        found |= {leaf for part in tree.parts[number + 1 :] for leaf in leaves(part)}
    return found


def joined(tree: Tree, block: set[Leaf], given_back: Leaf) -> bool:
    """Whether branches met between a block and what follows it, of which one is another."""
    if isinstance(tree, Leaf) or leaves(tree) == block:
        return False
    assert not isinstance(tree, Many)
    inner = next(part for part in tree.parts if block <= leaves(part))
    meets = isinstance(tree, Fork) and len(tree.parts) > 1 and given_back not in leaves(tree)
    return meets or joined(inner, block, given_back)


def block_of(tree: Tree, target: Leaf, given_back: Leaf, done: set[Leaf]) -> set[Leaf] | None:
    """What has to be done again for a target; None where an instance stands in the way."""
    for many in _many(tree):
        inside = leaves(unrolled(many))
        if target not in inside:
            continue
        own = {leaf for leaf in inside if leaf.at == target.at}
        if isinstance(many.body, Leaf):
            return inside if inside <= done else None
        return {target} if given_back in own else None
    return {target}


def _many(tree: Tree) -> Iterator[Many]:
    if isinstance(tree, Many):
        yield tree
    elif not isinstance(tree, Leaf):
        for part in tree.parts:
            yield from _many(part)


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
