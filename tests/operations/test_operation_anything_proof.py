"""Any operations in any order: nothing breaks, nothing is forgotten, nothing is stuck."""

import os
from pathlib import Path
from random import Random

import pytest

from engine.bpmn.library import Library, shipped_directory
from engine.runtime import Office
from engine.store import Store
from tests.cases.conftest import Clock

from . import instances
from .acts import ACTS, draw
from .anything import CONTROLS, EDITIONS, generous
from .holding import finish, look, replays
from .walking import Walk

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(60 if FULL else 2)
MOVES = 250 if FULL else 150
CASES = 4


def walked(store: Store, clock: Clock, folder: Path, seed: int) -> Walk:
    """An office after a random walk."""
    random = Random(seed)
    print(f"seed {seed}")
    _, tree = instances.grown(random)
    (folder / "tree.bpmn").write_bytes(tree.replace(b'"T-1"', b'"T-2"'))
    editions = []
    for number, content in enumerate(EDITIONS):
        voted = folder / str(number) / "voted.bpmn"
        voted.parent.mkdir()
        voted.write_bytes(content)
        editions.append(Library.load([folder / "tree.bpmn", voted, shipped_directory()]))
    office = Office(store, f"o{seed}", controls=CONTROLS, clock=clock)
    office.appoint(generous())
    office.publish(editions[0])
    walk = Walk(office, clock, random, editions=editions)
    walk.codes = ["T-1", "T-1", "T-2", *walk.codes]
    for _ in range(CASES):
        walk.move("open_case", ACTS["open_case"][1](walk))
    for number in range(MOVES):
        drawn = draw(walk)
        if drawn:
            walk.move(*drawn)
        if number % 50 == 49:
            look(walk)
    return walk


@pytest.mark.prove
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_done_every_case_can_end(
    store: Store, clock: Clock, tmp_path: Path, seed: int
) -> None:
    walk = walked(store, clock, tmp_path, seed)
    finish(walk)
    look(walk)
    replays(walk)
