"""Faults planted in the engine's own code: the differential proofs must find each."""

from collections.abc import Callable
from functools import cache

import pytest

from engine.verify.behaviour import block, build, exploration, moves, pairs, shrink
from engine.verify.behaviour.gather import Gather
from engine.verify.behaviour.net import Net
from engine.verify.behaviour.plan import Spot
from engine.verify.behaviour.reach import Deadline, Graph, Limits

from . import test_proof_trees as trees
from . import test_proof_unstructured as unstructured

#: Models looked at before a fault counts as not found.
MODELS = 150


def eager_inclusive_join(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Gather, "may_fire", lambda gather, state: True)


def boundary_that_does_not_cancel(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Net, "whole", Net.held)


def opaque_call(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(build._Inliner, "callee", lambda inliner, label, called, calls: None)


def loop_that_carries_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(block.Repeat, "mark", block._Compound.mark)


def only_the_first_step_of_a_block(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pairs, "bits", lambda mask: [*block.bits(mask)][:1])


def subprocess_that_ends_too_early(patch: pytest.MonkeyPatch) -> None:
    def finish(compiler: moves._Compiler, spot: Spot) -> None:
        net = compiler.net
        net.add(needs=net.held(spot), puts=net.edges(spot.outs), spot=spot)

    patch.setattr(moves._Compiler, "_finish", finish)


def inclusive_split_as_parallel(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moves._Compiler, "_some", moves._Compiler._join)


def inclusive_block_as_exclusive(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shrink, "some_of", shrink.one_of)
    matched = dict.fromkeys(shrink._MATCHED, block.one_of)
    patch.setattr(shrink, "_MATCHED", matched)


def facts_forgotten_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Net, "excluded", lambda net, key, values: 0)


def facts_never_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Net, "uncertain", lambda net, keys: 0)


def terminate_that_ends_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Net, "region", lambda net, scope: 0)


def errors_that_reach_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moves, "catcher", lambda spot: None)


def ends_that_cancel_when_they_please(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Net, "urgent", property(lambda net: 0, lambda net, value: None), raising=False)


def ways_back_that_are_not_gone(patch: pytest.MonkeyPatch) -> None:
    def reach(net: Net, limits: Limits, deadline: Deadline) -> Graph:
        graph = whole(net, limits, deadline)
        for here, out in enumerate(graph.moves):
            graph.moves[here] = [way for way in out if way[1] > here] or out
        return graph

    whole = exploration.reach
    patch.setattr(exploration, "reach", reach)


FAULTS: list[Callable[[pytest.MonkeyPatch], None]] = [
    eager_inclusive_join,
    boundary_that_does_not_cancel,
    opaque_call,
    loop_that_carries_nothing,
    only_the_first_step_of_a_block,
    subprocess_that_ends_too_early,
    inclusive_split_as_parallel,
    inclusive_block_as_exclusive,
    facts_forgotten_at_once,
    facts_never_forgotten,
    terminate_that_ends_nothing,
    errors_that_reach_nobody,
    ends_that_cancel_when_they_please,
    ways_back_that_are_not_gone,
]


@cache
def tree_model(seed: int) -> tuple[bytes, trees.Truth]:
    return trees.model(seed)


def found_by_proofs(patch: pytest.MonkeyPatch) -> bool:
    """Whether some model of the proofs shows the fault, reduced or not."""
    for seed in range(MODELS):
        content, expected = tree_model(seed)
        if any(trees.differences(trees.explored(content), expected)):
            return True
        diagram, played = unstructured.drawn(seed)
        if any(unstructured.differences(diagram, played)):
            return True
        if content.count(b"<userTask") < 8:
            with patch.context() as unreduced:
                unreduced.setattr(exploration, "shrink", lambda plan, deadline: None)
                if any(trees.differences(trees.explored(content), expected)):
                    return True
    return False


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_planted_fault_is_found(
    plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert found_by_proofs(monkeypatch)
