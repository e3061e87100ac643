"""Whether some run executes a whole set of steps, against the list of maximal runs."""

import os
from random import Random

import pytest

from engine.bpmn.reader import read
from engine.verify import Limits, explore
from engine.verify.behaviour import runs

from ..proof.test_proof_trees import explored, model

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(2_400 if FULL else 60)


def differences(seed: int) -> list[str]:
    """Sets of up to five steps on which the two disagree."""
    random = Random(seed)
    content, _ = model(seed)
    behaviour = explored(content)
    found = behaviour.maximal_runs
    assert found is not None
    wrong = []
    for _ in range(12):
        size = random.randint(0, min(5, len(behaviour.steps)))
        steps = random.sample(behaviour.steps, size)
        if behaviour.may(*steps) != any(run.issuperset(steps) for run in found):
            wrong.append(f"seed {seed}: {steps}")
    return wrong


@pytest.mark.prove
def test_a_set_of_steps_is_executed_when_a_maximal_run_holds_it():
    assert [wrong for seed in SEEDS for wrong in differences(seed)] == []


def test_ignoring_what_a_block_executes_is_noticed(monkeypatch):
    monkeypatch.setattr(runs, "_parts", lambda block, wanted: frozenset({0}))

    assert [wrong for seed in SEEDS[:40] for wrong in differences(seed)]


def test_what_was_not_explored_is_unknown_never_denied():
    verdicts = set()
    for seed in SEEDS[:40]:
        procedure = read(model(seed)[0], path="model.bpmn").procedures[0]
        behaviour = explore(procedure, limits=Limits(states=1))
        if behaviour.unknown_reason is not None:
            verdicts |= {behaviour.may(step) for step in behaviour.steps}

    assert verdicts == {True, None}
