"""Every verdict on block-structured models agrees with algebra on their trees."""

import os
from collections.abc import Iterator
from random import Random

import pytest

from engine.bpmn.reader import read
from engine.verify import Behaviour, explore
from engine.verify.behaviour import exploration

from .draw import Drawer, Grower
from .trees import TooBig, Truth, truth

FULL = os.environ.get("QINGDAN_PROVE") == "full"
#: Seeds of the models drawn; each is one model.
SEEDS = range(2_400 if FULL else 80)


def model(seed: int) -> tuple[bytes, Truth]:
    """A random model and its truth; redrawn while the truth is too large to compute."""
    random = Random(seed)
    while True:
        grower = Grower(random, random.randint(2, 9))
        tree = grower.tree()
        try:
            return Drawer().document(tree, grower.shared), truth(tree)
        except TooBig:
            continue


def explored(content: bytes) -> Behaviour:
    document = read(content, path="model.bpmn")
    assert document.faults == ()
    return explore(document.procedures[0], {p.id: p for p in document.procedures})


def differences(behaviour: Behaviour, expected: Truth) -> Iterator[str]:
    """Everything on which engine and algebra disagree."""
    if behaviour.unknown_reason is not None:
        yield f"unknown: {behaviour.unknown_reason}"
    for pair, verdict in behaviour.pairs.items():
        if verdict != ("may" if frozenset(pair) in expected.pairs else "never"):
            yield f"{pair}: {verdict}"
    if behaviour.maximal_runs is not None and set(behaviour.maximal_runs) != expected.maximal:
        yield f"maximal runs: {behaviour.maximal_runs} != {set(expected.maximal)}"
    done = frozenset().union(*expected.maximal)
    dead = {e for f in behaviour.soundness.faults if f.kind == "dead-step" for e in f.elements}
    if dead & done or not set(behaviour.steps) - done <= covered(behaviour, dead):
        yield f"dead steps: {dead}"
    yield from (str(f) for f in behaviour.soundness.faults if f.kind != "dead-step")


def covered(behaviour: Behaviour, dead: set[str]) -> set[str]:
    """Steps in dead activities: a dead call or sub-process is named instead of its steps."""
    named = {step for step in behaviour.steps if step in dead}
    return set(behaviour.steps) if dead - named else named


@pytest.mark.prove
def test_pairs_and_maximal_runs_agree_with_algebra() -> None:
    wrong = []
    for seed in SEEDS:
        content, expected = model(seed)
        found = list(differences(explored(content), expected))
        if found:
            wrong.append(f"seed {seed}: {found[0]}")
    assert wrong == []


@pytest.mark.prove
def test_the_unreduced_game_agrees_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration, "shrink", lambda plan, deadline: None)
    wrong = []
    for seed in SEEDS[: len(SEEDS) // 3]:
        content, expected = model(seed)
        if content.count(b"<userTask") > 9:
            continue
        found = list(differences(explored(content), expected))
        if found:
            wrong.append(f"seed {seed}: {found[0]}")
    assert wrong == []
