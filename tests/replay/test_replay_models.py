"""Witnesses of random models are replayed on SpiffWorkflow, or for a known reason are not."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from engine.bpmn.library import Library
from engine.bpmn.reader import read
from engine.cli.replaytext import Played
from engine.model.controls import load_controls
from engine.model.procedure import Document, NodeKind, Procedure
from engine.runtime import Unexecutable
from engine.runtime.replaying import Player, Replay
from engine.verify import Limits, explore
from engine.verify.behaviour.retrace import Act, Ending, retrace

from ..proof.bend import bend
from ..proof.playing import decidable
from ..proof.test_proof_trees import model

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(500 if FULL else 25)
BENT = range(1_000 if FULL else 40)
PAIRS = 8 if FULL else 3
NOW = datetime(2026, 3, 2, tzinfo=UTC)
STUCK = ("deadlock", "or-join-cycle")
ENDINGS = {**dict.fromkeys(STUCK, Ending.STUCK), "lack-of-synchronisation": Ending.MET}


class Scene:
    """A model that can be replayed."""

    def __init__(self, content: bytes, folder: Path) -> None:
        file = folder / "model.bpmn"
        file.write_bytes(content)
        self.document: Document = read(content, path=str(file))
        self.library = Library.of([self.document])
        self.procedure: Procedure = self.document.procedures[0]

    def play(
        self, run: tuple[str, ...], wanted: tuple[str, ...], ending: Ending = Ending.ANY
    ) -> Replay:
        passages = retrace(self.procedure, self.library.procedures, run, ending, wanted)
        assert passages is not None, f"no run {run}"
        player = Player(self.library, self.procedure, load_controls(), NOW)
        found = player.play(passages, wanted)
        named = [p.label for p in passages if p.act not in (Act.CLOSE, Act.SKIP)]
        assert [*dict.fromkeys(named)] == [*dict.fromkeys(run)] or ending is not Ending.ANY
        return found


def reason(scene: Scene, rule: str, found: Replay, *, unsafe: bool = False) -> str:
    """Why a replay does not show what it was to show."""
    fired = [h.path for h in found.happenings if h.act is Act.FIRE]
    if found.astray is not None and found.astray.label in fired:
        return "a boundary event that does not interrupt occurs once"
    if found.endless:
        return "SpiffWorkflow cannot look ahead into a loop without a way out"
    if found.astray is not None and _has_loose_end(scene):
        return "SpiffWorkflow takes no node without an exit for an end"
    if rule != "lack-of-synchronisation" and unsafe:
        return "two tokens in one place are one to the verifier"
    if rule == "lack-of-synchronisation" and any(_is_by_a_join(scene, p) for p in found.tokens):
        return "a join takes two tokens for one"
    if rule in STUCK and any(_is_join(scene, path) for path in found.waiting):
        return "a join counts no flow that nothing leads to"
    return ""


def _has_loose_end(scene: Scene) -> bool:
    nodes = scene.procedure.nodes.values()
    ends = (NodeKind.END_EVENT, NodeKind.BOUNDARY_EVENT)
    return any(node.kind not in ends and not node.outgoing for node in nodes)


def _is_by_a_join(scene: Scene, path: str) -> bool:
    """Whether a join stands at a node or before it."""
    node = scene.procedure.nodes.get(path)
    sources = [scene.procedure.flows[f].source for f in node.incoming] if node else []
    return any(_is_join(scene, name) for name in (path, *sources))


def _is_join(scene: Scene, path: str) -> bool:
    node = scene.procedure.nodes.get(path)
    kinds = (NodeKind.PARALLEL_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)
    return node is not None and node.kind in kinds and len(node.incoming) > 1


def pairs_of(seed: int, folder: Path) -> Iterator[str]:
    """What came of witnesses of pairs of one model."""
    random = Random(seed)
    scene = Scene(decidable(model(seed)[0], random)[0], folder)
    behaviour = explore(scene.procedure, scene.library.procedures)
    may = [pair for pair, verdict in behaviour.pairs.items() if verdict == "may"]
    for pair in random.sample(may, min(PAIRS, len(may))):
        try:
            found = scene.play(behaviour.witness(*pair), pair)
        except Unexecutable:
            yield "refused"
            return
        done = Played(title="", rule="", names=dict(zip(pair, pair, strict=True)), replay=found)
        yield "shown" if done.agrees else reason(scene, "", found) or f"seed {seed} {pair}"


def faults_of(seed: int, folder: Path) -> Iterator[str]:
    """What came of witnesses of the faults of one model."""
    random = Random(seed)
    content = bend(model(seed)[0], random, random.randint(1, 3))
    scene = Scene(decidable(content, random)[0], folder)
    limits = Limits(states=5_000, seconds=5)
    faults = explore(scene.procedure, scene.library.procedures, limits).soundness.faults
    unsafe = any(fault.kind == "lack-of-synchronisation" for fault in faults)
    for fault in faults:
        if not fault.witness:
            continue
        try:
            found = scene.play(fault.witness, fault.elements, ENDINGS.get(fault.kind, Ending.ANY))
        except Unexecutable:
            yield "refused"
            return
        names = {element: element for element in fault.elements}
        played = Played(title="", rule=fault.kind, names=names, replay=found)
        why = "shown" if played.agrees else reason(scene, fault.kind, found, unsafe=unsafe)
        yield why or f"seed {seed} {fault}"


def wrong(tally: Counter[str]) -> list[str]:
    """What has no known reason."""
    return [outcome for outcome in tally if outcome.startswith("seed")]


@pytest.mark.prove
def test_witnesses_of_pairs_are_replayed(tmp_path):
    tally = Counter(outcome for seed in SEEDS for outcome in pairs_of(seed, tmp_path))

    assert wrong(tally) == []
    assert tally["shown"] > 0.9 * tally.total()


@pytest.mark.prove
def test_witnesses_of_faults_are_replayed(tmp_path):
    tally = Counter(outcome for seed in BENT for outcome in faults_of(seed, tmp_path))

    assert wrong(tally) == []
    assert tally["shown"] > 0.7 * tally.total()
