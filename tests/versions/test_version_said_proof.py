"""Random models, edited, with ids and names changed at random, and that said: as if only edited.

Oracles: what speaks against the move of the same edit without other ids; the moves played on,
on the file as it was drawn; and the interpreter of tokens.
"""

import os
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from lxml import etree

from engine.bpmn.reader import read
from engine.bpmn.renumbering import ids_in, renumbered
from engine.runtime.errors import Unexecutable
from engine.runtime.migration import renaming
from engine.runtime.migration.comparing import differences
from engine.runtime.migration.renaming import recognised
from engine.runtime.program import Program
from tests.operations.test_operation_return_proof import Run

from .edits import BPMN, Editor
from .test_version_proof import BEFORE, drawn, may_spin, step
from .test_version_renaming_proof import STEPS, ended, with_names, with_new_ids

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(3_000 if FULL else 120)


def with_new_names(content: bytes, ids: dict[str, str]) -> bytes:
    """The file with other names for the steps that have other ids."""
    root = etree.fromstring(content)
    for element in root.iter(*(BPMN + kind for kind in STEPS)):
        if element.get("id") in ids:
            element.set("name", f"新{element.get('name')}")
    return bytes(etree.tostring(root))


def program_of(run: Run, content: bytes) -> Program:
    run.play.content, run.play.document = content, read(content, path="model.bpmn")
    return run.program()


def faults(seed: int, seen: Counter[str]) -> Iterator[str]:
    """What is wrong with the case of a seed."""
    random = Random(seed)
    run = Run(drawn(random, flat=seed % 2 == 0))
    run.play.content, _ = with_names(run.play.content, random)
    run.play.document = read(run.play.content, path="model.bpmn")
    name, edited = Editor(run.play.content, random).edit()
    real, truth = with_new_ids(edited, random)
    real = with_new_names(real, truth)
    if any(may_spin(read(each, path="model.bpmn")) for each in (run.play.content, real)):
        return
    try:
        machine, old = run.start(), run.program()
        for _ in range(random.randint(0, BEFORE)):
            step(run)
        plain, meant = program_of(run, edited), program_of(run, real)
    except Unexecutable:
        return
    if machine.finished:
        return
    seen["played"] += 1
    was = {id_ for procedure in old.procedures.values() for id_ in procedure.nodes}
    said = {own: id_ for id_, own in truth.items() if own in was}
    taken = ids_in(real)
    found = renaming.stated(said, {}, {}, old.procedures, meant.procedures, taken)
    seen["said"] += len(found)
    new = program_of(run, renumbered(real, found))
    found |= recognised(old.procedures, new.procedures, taken)
    new = program_of(run, renumbered(real, found))
    footprints = machine.footprints()
    rules = [[r.rule for r in differences(old, each, footprints)] for each in (plain, new)]
    if rules[0] != rules[1]:
        yield f"seed {seed}: {name}: {rules[1]} instead of {rules[0]}"
        return
    if rules[1]:
        seen["refused"] += 1
        return
    seen["moved"] += 1
    run.machine = machine.on(new)
    run.machine.advance()
    run.store()
    for fault in ended(run, real, found, seen):
        yield f"seed {seed}: {name}: {fault}"


@pytest.mark.prove
def test_what_is_said_to_be_renamed_goes_on_as_if_only_edited() -> None:
    seen: Counter[str] = Counter()
    assert [fault for seed in SEEDS for fault in faults(seed, seen)] == []
    for what in ("moved", "refused", "finished"):
        assert seen[what] > len(SEEDS) // 12, seen
    assert seen["said"] > len(SEEDS), seen


def test_what_was_said_of_another_node_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = renaming.stated

    def mistaken(*asked: object) -> dict[str, str]:
        found = stated(*asked)  # type: ignore[arg-type]
        return dict(zip(found, [*found.values()][::-1], strict=True))

    monkeypatch.setattr(renaming, "stated", mistaken)
    seen: Counter[str] = Counter()
    assert any(True for seed in range(60) for _ in faults(seed, seen))
