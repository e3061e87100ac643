"""Random models, edited, with cases moved at random: what was done and what follows is one run.

Two oracles that know nothing of moving: the same moves made from the start on the new
version, and, for procedures without sub-processes, an interpreter of tokens written apart
from the engine, which says whether the steps in that order are a run to the end.
"""

import os
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from engine.bpmn.reader import read
from engine.model.procedure import Document, NodeKind, Procedure, Trigger
from engine.runtime.errors import Unexecutable
from engine.runtime.migration import comparing
from tests.operations.test_operation_return_proof import Run, open_paths
from tests.proof import naive
from tests.proof.draw import Drawer, Grower
from tests.proof.playing import Play, decidable

from .edits import Editor

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(3_000 if FULL else 120)
#: Moves before a case is put on the new version, at most, and after it.
BEFORE, AFTER = 10, 60

_KINDS = {
    NodeKind.USER_TASK: "task",
    NodeKind.CATCH_EVENT: "task",
    NodeKind.THROW_EVENT: "task",
    NodeKind.EVENT_BASED_GATEWAY: "exclusiveGateway",
}
_FLAT = {*_KINDS, NodeKind.START_EVENT, NodeKind.END_EVENT} | {
    NodeKind.EXCLUSIVE_GATEWAY,
    NodeKind.PARALLEL_GATEWAY,
    NodeKind.INCLUSIVE_GATEWAY,
}


def is_run(procedure: Procedure, word: list[str]) -> bool:
    """Whether these steps in this order are a run to the end, whatever gateways decide."""
    nodes = list(procedure.nodes.values())
    number = {node.id: n for n, node in enumerate(nodes)}
    flows = procedure.flows.values()
    diagram = naive.Diagram(
        tuple(_KINDS.get(node.kind, node.kind.value) for node in nodes),
        tuple((number[flow.source], number[flow.target]) for flow in flows),
    )
    start = number[next(n.id for n in nodes if n.kind is NodeKind.START_EVENT)]
    first = tuple(int(flow in diagram.outs(start)) for flow in range(len(diagram.flows)))
    seen, pile = {(first, 0)}, [(first, 0)]
    while pile:
        tokens, read_ = pile.pop()
        if not any(tokens) and read_ == len(word):
            return True
        for node, kind in enumerate(diagram.kinds):
            is_word = nodes[node].kind in (NodeKind.USER_TASK, NodeKind.CATCH_EVENT)
            if is_word and (read_ == len(word) or word[read_] != nodes[node].id):
                continue
            for taken in naive._taken(diagram, node, kind, tokens):
                for given in naive._given(kind, diagram.outs(node)):
                    then = list(tokens)
                    for flow in taken:
                        then[flow] -= 1
                    for flow in given:
                        then[flow] += 1
                    state = tuple(then), read_ + is_word
                    if state not in seen and max(then) < 3:
                        seen.add(state)
                        pile.append(state)
    return False


def is_flat(procedure: Procedure) -> bool:
    return all(
        node.kind in _FLAT
        and node.loop is None
        and not (node.event and node.event.trigger is Trigger.TERMINATE)
        for node in procedure.nodes.values()
    )


def may_spin(document: Document) -> bool:
    """Whether a way leads from a node back to it past no step: a run might never stop."""
    for procedure in document.procedures:
        idle = {
            node.id: [n.id for n in procedure.successors(node)]
            for node in procedure.nodes.values()
            if node.loop is not None or node.kind not in (NodeKind.USER_TASK, NodeKind.CATCH_EVENT)
        }
        left = set(idle)
        while ends := {id_ for id_ in left if not left & {*idle[id_]}}:
            left -= ends
        if left:
            return True
    return False


class FlatGrower(Grower):
    """Grows trees of steps, choices, parallel branches and loops alone."""

    def tree(self) -> object:
        return self.sequence(0, facts=self.keys, leave=())

    def guarded(self, depth: int, facts: bool, leave: tuple[str, ...]) -> object:
        return self.parallel(depth, facts, leave)

    inside = guarded

    def task(self, *, facts: bool, host: bool = False) -> object:
        return super().task(facts=facts, host=True)


def drawn(random: Random, *, flat: bool) -> Play:
    grower = (FlatGrower if flat else Grower)(random, random.randint(2, 9))
    return Play(*decidable(Drawer().document(grower.tree(), grower.shared), random), random)


def step(run: Run) -> bool:
    """One move; where instances wait side by side, a path does not tell which one was done."""
    paths = open_paths(run.machine)
    run.is_blurred |= len({*paths}) < len(paths)
    return run.step()


def faults(seed: int, seen: Counter[str]) -> Iterator[str]:
    """What is wrong with the case of a seed."""
    random = Random(seed)
    run = Run(drawn(random, flat=seed % 2 == 0))
    name, edited = Editor(run.play.content, random).edit()
    if may_spin(run.play.document) or may_spin(read(edited, path="model.bpmn")):
        return
    try:
        machine, old = run.start(), run.program()
        for _ in range(random.randint(0, BEFORE)):
            step(run)
        run.play.content, run.play.document = edited, read(edited, path="model.bpmn")
        new = run.program()
    except Unexecutable:
        return
    seen["played"] += 1
    if machine.finished:
        return
    found = list(comparing.differences(old, new, machine.footprints()))
    if found:
        seen.update({reason.rule for reason in found})
        seen[f"{name} refused"] += 1
        return
    seen[f"{name} moved"] += 1
    due = {alarm.path: alarm.due for alarm in machine.timers()}
    run.machine = machine.on(new)
    if {alarm.path: alarm.due for alarm in run.machine.timers()} != due:
        yield f"seed {seed}: {name} moved timers"
    run.machine.advance()
    run.store()
    for fault in ended(run, new.procedure, seen):
        yield f"seed {seed}: {name}: {fault}"


def ended(run: Run, procedure: Procedure, seen: Counter[str]) -> Iterator[str]:
    """Play on; what differs from a run that was on the version from its start."""
    for moves in range(AFTER):
        fresh = run.replayed()
        if not run.is_blurred and open_paths(fresh) != open_paths(run.machine):
            yield f"{open_paths(run.machine)} instead of {open_paths(fresh)} after {moves} moves"
            return
        if not step(run):
            break
    if not run.machine.finished:
        if not open_paths(run.machine):
            yield "stuck"
        return
    seen["finished"] += 1
    if is_flat(procedure):
        seen["words"] += 1
        word = [move.path for move in run.moves]
        if not is_run(procedure, word):
            yield f"{word} is no run"


@pytest.mark.prove
def test_what_was_done_and_what_follows_is_a_run_of_the_new_version() -> None:
    seen: Counter[str] = Counter()
    assert [fault for seed in SEEDS for fault in faults(seed, seen)] == []
    assert seen["finished"] > len(SEEDS) // 8
    assert seen["words"] > len(SEEDS) // 12
    assert seen["skipped"] > len(SEEDS) // 60


@pytest.mark.parametrize("name", ["_ways_out", "_borders"])
def test_a_move_let_through_wrongly_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, name, lambda *_: [])
    seen: Counter[str] = Counter()
    assert any(True for seed in range(400) for _ in faults(seed, seen))
