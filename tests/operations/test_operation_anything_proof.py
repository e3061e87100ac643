"""Any operations in any order: nothing breaks, nothing is forgotten, nothing is stuck."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from engine.bpmn.library import Library, shipped_directory
from engine.runtime import Office
from engine.store import Store, open_store
from tests.cases.conftest import Clock

from . import instances
from .acts import ACTS, draw
from .anything import CONTROLS, EDITIONS, generous
from .holding import finish, look, replays
from .walking import Walk

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(60 if FULL else 2)
CROWDS = range(20 if FULL else 1)
MOVES = 250 if FULL else 150
CASES = 4


def begun(store: Store, clock: Clock, folder: Path, seed: int) -> Walk:
    """An office with a few cases."""
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
    return walk


def wander(walk: Walk, moves: int) -> None:
    """Do some things, whatever is drawn."""
    for _ in range(moves):
        drawn = draw(walk)
        if drawn:
            walk.move(*drawn)


@pytest.mark.prove
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_done_every_case_can_end(
    store: Store, clock: Clock, tmp_path: Path, seed: int
) -> None:
    walk = begun(store, clock, tmp_path, seed)
    for _ in range(MOVES // 50):
        wander(walk, 50)
        look(walk)
    finish(walk)
    look(walk)
    replays(walk)


@pytest.mark.prove
@pytest.mark.parametrize("seed", CROWDS)
def test_whatever_several_do_at_once_every_case_can_end(
    store: Store, clock: Clock, tmp_path: Path, seed: int
) -> None:
    walk = begun(store, clock, tmp_path, seed)
    other = open_store(store.engine.url.render_as_string(hide_password=False))
    try:
        walks = [
            replace(
                walk,
                office=Office(where, walk.office.id, controls=CONTROLS, clock=clock),
                random=Random(f"{seed} {number}"),
                is_alone=False,
            )
            for number, where in enumerate((store, store, other, other))
        ]
        with ThreadPoolExecutor(len(walks)) as pool:
            going = [pool.submit(wander, one, MOVES // 2) for one in walks]
        for one in going:
            one.result()
    finally:
        other.close()
    finish(walk)
    look(walk)
    replays(walk)
