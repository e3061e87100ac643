"""Verdicts on arbitrary gateways agree with a naive interpreter that plays every run."""

import os
from collections.abc import Iterator
from random import Random

import pytest

from engine.bpmn.reader import read
from engine.verify import explore

from .naive import Diagram, Played, TooBig, draw, play

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(4_000 if FULL else 150)


def drawn(seed: int) -> tuple[Diagram, Played]:
    random = Random(seed)
    while True:
        diagram = draw(random)
        try:
            return diagram, play(diagram)
        except TooBig:
            continue


def differences(diagram: Diagram, expected: Played) -> Iterator[str]:
    behaviour = explore(read(diagram.bpmn()).procedures[0])
    kinds = {fault.kind for fault in behaviour.soundness.faults}
    stuck = bool(kinds & {"deadlock", "or-join-cycle"})
    unsafe = "lack-of-synchronisation" in kinds
    if unsafe != expected.unsafe:
        yield f"unsafe: {unsafe}"
    if unsafe:
        return  # with two tokens in one place the engine claims nothing more
    if stuck != expected.stuck:
        yield f"stuck: {stuck}"
    if (stuck or "cannot-complete" in kinds) != expected.lost:
        yield f"lost: {kinds}"
    dead = {e for f in behaviour.soundness.faults if f.kind == "dead-step" for e in f.elements}
    if dead != set(behaviour.steps) - expected.executed:
        yield f"dead: {dead}"
    for pair, verdict in behaviour.pairs.items():
        if verdict != ("may" if frozenset(pair) in expected.pairs else "never"):
            yield f"{pair}: {verdict}"
        if len(behaviour.witness(*pair)) != expected.pairs.get(frozenset(pair), 0):
            yield f"witness of {pair}: {behaviour.witness(*pair)}"
    if set(behaviour.maximal_runs or ()) != expected.maximal:
        yield f"maximal runs: {behaviour.maximal_runs}"


@pytest.mark.prove
def test_verdicts_agree_with_a_naive_interpreter() -> None:
    wrong = []
    compared = 0
    for seed in SEEDS:
        diagram, expected = drawn(seed)
        compared += not expected.unsafe
        wrong += [f"seed {seed}: {found}" for found in differences(diagram, expected)]
    assert wrong == []
    assert compared > len(SEEDS) // 4
