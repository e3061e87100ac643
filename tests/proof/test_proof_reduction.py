"""Playing only enough moves in each state tells the same as playing all of them."""

import os
from collections.abc import Callable, Iterator
from random import Random

import pytest

from engine.bpmn.reader import read
from engine.verify import Behaviour, Limits, explore
from engine.verify.behaviour import exploration, reach, stubborn
from engine.verify.behaviour.net import Move

from . import test_proof_trees as trees
from .bend import bend

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(2_000 if FULL else 40)
LIMITS = Limits(states=3_000, seconds=60)


def bent(seed: int) -> bytes:
    """A random block-structured model with some random changes."""
    random = Random(seed)
    content, _ = trees.model(random.randrange(10**6))
    return bend(content, random, random.randint(0, 4))


def both(content: bytes, patch: pytest.MonkeyPatch) -> tuple[Behaviour, Behaviour]:
    """What is found with all moves, and with enough of them."""
    document = read(content)
    library = {procedure.id: procedure for procedure in document.procedures}
    found = []
    for plain in (LIMITS.states, -1):
        patch.setattr(reach, "PLAIN", plain)
        found.append(explore(document.procedures[0], library, LIMITS))
    return found[0], found[1]


def differences(whole: Behaviour, reduced: Behaviour) -> Iterator[str]:
    """Everything on which the two disagree, as far as all states are known."""
    if whole.states > LIMITS.states:
        return
    if whole.unknown_reason != reduced.unknown_reason:
        yield f"reason: {whole.unknown_reason} {reduced.unknown_reason}"
    if whole.unknown_reason is not None:
        return
    yield from (f"{p}: {v}" for p, v in reduced.pairs.items() if whole.pairs[p] != v)
    if whole.maximal_runs != reduced.maximal_runs:
        yield f"maximal runs: {whole.maximal_runs} {reduced.maximal_runs}"
    faults = [
        {(fault.kind, fault.elements) for fault in behaviour.soundness.faults}
        for behaviour in (whole, reduced)
    ]
    if faults[0] != faults[1]:
        yield f"faults: {faults}"


@pytest.mark.prove
@pytest.mark.parametrize("blocks", [True, False], ids=["blocks", "tokens"])
def test_enough_moves_tell_the_same(blocks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not blocks:
        monkeypatch.setattr(exploration, "shrink", lambda plan, deadline: None)
    wrong, fewer = [], 0
    for seed in SEEDS:
        whole, reduced = both(bent(seed), monkeypatch)
        fewer += reduced.states < whole.states
        wrong += [f"seed {seed}: {found}" for found in differences(whole, reduced)]
    assert wrong == []
    assert fewer > len(SEEDS) // 20


def disturbing_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stubborn.Stubborn, "_disturbed", lambda chooser, number: 0)


def waiting_for_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stubborn.Stubborn, "_awaited", lambda chooser, state, number, chosen: 0)


def cancelling_later_in_any_case(patch: pytest.MonkeyPatch) -> None:
    def sparing(chooser: stubborn.Stubborn, number: int) -> int:
        return sum(1 << move.number for move, _ in chooser.cancels)

    patch.setattr(stubborn.Stubborn, "_sparing", sparing)


def loops_taken_for_ends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reach.Graph, "is_lost_somewhere", lambda graph: False)


def ends_that_are_not_urgent(patch: pytest.MonkeyPatch) -> None:
    def touch(chooser: stubborn.Stubborn, move: Move) -> stubborn._Touch:
        return stubborn._alone(chooser.net, move)

    patch.setattr(stubborn.Stubborn, "_touch", touch)


#: Each fault with the seed of a model that shows it.
FAULTS = [
    (disturbing_nothing, 2),
    (waiting_for_nothing, 14),
    (cancelling_later_in_any_case, 10),
    (loops_taken_for_ends, 44),
    (ends_that_are_not_urgent, 280),
]


@pytest.mark.parametrize(("plant", "seed"), FAULTS, ids=[p.__name__ for p, _ in FAULTS])
def test_fault_planted_in_the_choice_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exploration, "shrink", lambda plan, deadline: None)
    assert [*differences(*both(bent(seed), monkeypatch))] == []
    plant(monkeypatch)
    assert [*differences(*both(bent(seed), monkeypatch))] != []
