"""What SpiffWorkflow really does: no run does a pair that was called impossible."""

import os
from collections.abc import Iterator
from itertools import combinations
from random import Random

import pytest

from engine.bpmn.library import Library
from engine.model.controls import load_controls
from engine.runtime.errors import Unexecutable
from engine.runtime.simulation import Simulation
from engine.verify import Behaviour, explore
from engine.verify.behaviour import block, pairs

from . import test_proof_trees as trees
from .playing import START, Play, decidable, walk

FULL = os.environ.get("QINGDAN_PROVE") == "full"
#: Seeds of random models; those with what the runtime refuses do not count.
SEEDS = range(650 if FULL else 25)
RUNS = 8 if FULL else 3
WALKS = 100 if FULL else 5
LIBRARY = Library.load()


def contradictions(behaviour: Behaviour, executed: set[str], *, finished: bool) -> Iterator[str]:
    """What a run did against the verdicts."""
    for pair in combinations(sorted(executed), 2):
        if behaviour.pairs[pair] != "may":
            yield f"{pair} is {behaviour.pairs[pair]}"
    runs = behaviour.maximal_runs
    if finished and runs is not None and not any(executed <= run for run in runs):
        yield f"{executed} exceeds every maximal run"


@pytest.mark.prove
def test_random_models_run_within_the_verdicts() -> None:
    wrong, played, finished = [], 0, 0
    for seed in SEEDS:
        random = Random(seed)
        play = Play(*decidable(trees.model(seed)[0], random), random)
        behaviour = explore(play.document.procedures[0], play.procedures)
        try:
            runs = [play.run() for _ in range(RUNS)]
        except Unexecutable:
            continue
        played += 1
        finished += sum(done for _, done in runs)
        for executed, done in runs:
            found = contradictions(behaviour, executed, finished=done)
            wrong += [f"seed {seed}: {what}" for what in found]
    assert wrong == []
    assert played > len(SEEDS) * 3 // 4
    assert finished > played * RUNS * 3 // 4


@pytest.mark.prove
@pytest.mark.parametrize("item", [p.id for p in LIBRARY.items()])
def test_items_run_within_the_verdicts(item: str) -> None:
    behaviour = explore(LIBRARY.procedures[item], LIBRARY.procedures)
    wrong = []
    for seed in range(WALKS):
        random = Random(seed)
        simulation = Simulation(LIBRARY, item, load_controls(), clock=lambda: START)
        executed = walk(simulation, random)
        found = contradictions(behaviour, executed, finished=True)
        wrong += [f"seed {seed}: {what}" for what in found]
    assert wrong == []


def test_wrong_verdict_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs, "bits", lambda mask: [*block.bits(mask)][:1])
    with pytest.raises(AssertionError, match="seed"):
        test_random_models_run_within_the_verdicts()
