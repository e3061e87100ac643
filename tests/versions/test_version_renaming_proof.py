"""Random models, edited, with ids changed at random: what is taken for the same is the same.

Three oracles: the ids that the test itself changed; the same moves made from the start on
the file as it was drawn; and the interpreter of tokens, on that file as well.
"""

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from random import Random

import pytest
from lxml import etree

from engine.bpmn.reader import read
from engine.bpmn.renumbering import ids_in, renumbered
from engine.model.procedure import Procedure
from engine.runtime.errors import Unexecutable
from engine.runtime.migration import comparing, renaming
from engine.runtime.migration.renaming import recognised
from engine.runtime.program import Program
from tests.operations.test_operation_return_proof import Run, open_paths

from .edits import BPMN, Editor
from .test_version_proof import AFTER, BEFORE, drawn, is_flat, is_run, may_spin, step

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(3_000 if FULL else 120)
STEPS = ("userTask", "subProcess", "callActivity")


def with_new_ids(content: bytes, random: Random) -> tuple[bytes, dict[str, str]]:
    """The file with other ids for some nodes, few or all; by new id the old one."""
    root = etree.fromstring(content)
    kinds = ("Event", "Gateway", "Task", "Process", "Activity", "task")
    nodes = [
        str(element.get("id"))
        for element in root.iter(BPMN + "*")
        if str(element.tag).endswith(kinds) and element.get("id")
    ]
    share = random.choice((0.1, 0.5, 1))
    ids = {id_: f"{id_}_anew" for id_ in nodes if random.random() < share}
    for element in root.iter(etree.Element):
        for name, value in element.attrib.items():
            if name != "name" and value in ids:
                element.set(name, ids[value])
        if element.text in ids:
            element.text = ids[element.text]
    return etree.tostring(root), {new: old for old, new in ids.items()}


def with_names(content: bytes, random: Random) -> tuple[bytes, bool]:
    """The file with a name for every step; whether no two have the same."""
    root = etree.fromstring(content)
    are_single = random.random() < 0.7
    for element in root.iter(*(BPMN + kind for kind in STEPS)):
        name = element.get("id", "") if are_single else random.choice("审核办")
        element.set("name", f"环节{name}")
    return etree.tostring(root), are_single


def surroundings(
    procedure: Procedure, id_: str, ids: Mapping[str, str], known: Collection[str]
) -> list[tuple[str, str, str]]:
    """The ways in and out of a node; ``?`` for ends that are not known on the other side."""

    def end(other: str) -> str:
        return ids.get(other, other if other in known else "?")

    return sorted(
        (end(flow.source), end(flow.target), flow.condition or "")
        for flow in procedure.flows.values()
        if id_ in (flow.source, flow.target)
    )


def elsewhere(old: Program, new: Program, found: Mapping[str, str]) -> Iterator[str]:
    """What is taken for the same though it stands between others."""
    for process, after in new.procedures.items():
        before = old.procedures[process]
        known = {*found.values()} | (before.nodes.keys() & after.nodes.keys())
        for id_, own in found.items():
            if id_ in after.nodes and surroundings(after, id_, found, known) != surroundings(
                before, own, {}, known
            ):
                yield f"{own} does not stand where {id_} does"


def faults(seed: int, seen: Counter[str]) -> Iterator[str]:
    """What is wrong with the case of a seed."""
    random = Random(seed)
    run = Run(drawn(random, flat=seed % 2 == 0))
    run.play.content, are_single = with_names(run.play.content, random)
    run.play.document = read(run.play.content, path="model.bpmn")
    name, edited = Editor(run.play.content, random).edit()
    if random.random() < 0.3:
        name, edited = "nothing", run.play.content
    real, truth = with_new_ids(edited, random)
    if may_spin(run.play.document) or may_spin(read(real, path="model.bpmn")):
        return
    try:
        machine, old = run.start(), run.program()
        for _ in range(random.randint(0, BEFORE)):
            step(run)
        run.play.content, run.play.document = real, read(real, path="model.bpmn")
        meant = run.program()
    except Unexecutable:
        return
    if machine.finished:
        return
    seen["played"] += 1
    found = recognised(old.procedures, meant.procedures, ids_in(real))
    wrong = {new: was for new, was in found.items() if truth.get(new) != was}
    # Branches of steps with the same names, on ways with the same conditions, are the same.
    if wrong and are_single:
        yield f"seed {seed}: {name}: {wrong} are not the same"
        return
    for fault in elsewhere(old, meant, found):
        yield f"seed {seed}: {name}: {fault}"
    seen["recognised"] += len(found)
    seen["all recognised"] += len(found) == len(truth)
    run.play.content = renumbered(real, found)
    run.play.document = read(run.play.content, path="model.bpmn")
    new = run.program()
    reasons = list(comparing.differences(old, new, machine.footprints()))
    if reasons:
        seen[f"{name} refused"] += 1
        return
    seen[f"{name} moved"] += 1
    run.machine = machine.on(new)
    run.machine.advance()
    run.store()
    for fault in ended(run, real, found, seen):
        yield f"seed {seed}: {name}: {fault}"


def ended(run: Run, real: bytes, found: Mapping[str, str], seen: Counter[str]) -> Iterator[str]:
    """Play on; what differs from a run of the file as it was drawn."""
    for _ in range(AFTER):
        if not step(run):
            break
    ids = {own: id_ for id_, own in found.items()}

    def drawn_path(path: str) -> str:
        return "/".join(ids.get(part, part) for part in path.split("/"))

    moves = [replace(move, path=drawn_path(move.path)) for move in run.moves]
    play = replace(run.play, content=real)
    play.now = run.play.now
    fresh = Run(play, moves)
    fresh.first = run.first
    there = fresh.replayed()
    here = sorted(map(drawn_path, open_paths(run.machine)))
    if not (run.is_blurred or fresh.is_blurred) and open_paths(there) != here:
        yield f"{here} instead of {open_paths(there)}"
    if not run.is_blurred and there.finished != run.machine.finished:
        yield f"finished: {run.machine.finished}, drawn: {there.finished}"
    if not run.machine.finished:
        return
    seen["finished"] += 1
    if is_flat(play.document.procedures[0]):
        seen["words"] += 1
        word = [move.path for move in moves]
        if not is_run(play.document.procedures[0], word):
            yield f"{word} is no run"


@pytest.mark.prove
def test_what_is_recognised_is_the_same_and_goes_on_as_drawn() -> None:
    seen: Counter[str] = Counter()
    assert [fault for seed in SEEDS for fault in faults(seed, seen)] == []
    assert seen["recognised"] > len(SEEDS)
    assert seen["nothing moved"] > len(SEEDS) // 12
    assert seen["finished"] > len(SEEDS) // 12
    assert seen["words"] > len(SEEDS) // 20


def test_a_node_taken_for_another_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renaming._Side, "around", lambda *_: ())
    seen: Counter[str] = Counter()
    assert any(True for seed in range(100) for _ in faults(seed, seen))
