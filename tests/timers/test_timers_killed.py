"""Schedulers killed at any moment, and others in their place: every timer goes off once."""

import multiprocessing
import os
import random
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine.runtime import Office
from engine.store import StoreUnavailable, chains, open_store
from engine.store.schema import journal
from engine.store.store import connect
from tests.cases.conftest import CONTROLS, ROSTER, Clock, Desk

from .test_timers_once import FILE

TIMERS = 1_000 if os.environ.get("QINGDAN_PROVE") == "full" else 60
WORKERS = 3


def late() -> Clock:
    """When all timers are due."""
    clock = Clock()
    clock.move(days=8)
    return clock


def _sweep(url: str) -> None:
    """Look for timers without end."""
    store, office = connect(url, create=False), None
    while True:
        with suppress(StoreUnavailable):
            office = office or Office(store, "shifan", controls=CONTROLS, clock=late())
            office.tick()


def fired(url: str) -> Counter[str]:
    """How often a timer went off, by case."""
    store = connect(url, create=False)
    query = select(journal.c.case_id, func.count()).where(journal.c.action == "timer")
    with store.read() as connection:
        found = connection.execute(query.group_by(journal.c.case_id)).all()
    store.close()
    return Counter(dict(map(tuple, found)))


def opened(url: str, folder: Path) -> list[str]:
    """Cases that wait for their timers."""
    store = open_store(url)
    office = Office(store, "shifan", controls=CONTROLS, clock=Clock())
    office.appoint(ROSTER)
    desk = Desk(office, folder)
    desk.publish(FILE)
    cases = [desk.open().id for _ in range(TIMERS)]
    store.close()
    return cases


def sweep_and_kill(url: str, dice: random.Random) -> None:
    """Kill a worker whenever some timer has gone off, until all have."""
    fork = multiprocessing.get_context("fork")

    def start() -> multiprocessing.process.BaseProcess:
        worker = fork.Process(target=_sweep, args=(url,), daemon=True)
        worker.start()
        return worker

    def seen(goal: int) -> int:
        """How many have gone off, once so many have."""
        for _ in range(60_000):
            found = fired(url).total()
            if found >= goal:
                return found
            workers[0].join(dice.uniform(0, 0.002))
        raise AssertionError("no worker works")

    workers = [start() for _ in range(WORKERS)]
    number = kills = 0
    try:
        while (number := seen(number + 1)) < TIMERS:
            victim = workers.pop(dice.randrange(WORKERS))
            victim.kill()
            victim.join()
            workers.append(start())
            kills += 1
    finally:
        print(f"kills {kills}")
        for worker in workers:
            worker.kill()
            worker.join()


@pytest.mark.prove
def test_schedulers_killed_at_any_moment_fire_every_timer_once(
    database: str, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    cases = opened(database, tmp_path)
    sweep_and_kill(database, random.Random(seed))

    assert fired(database) == Counter(dict.fromkeys(cases, 1))
    store = open_store(database)
    office = Office(store, "shifan", controls=CONTROLS, clock=late())
    assert (office.tick(), office.next_timer()) == (0, None)
    assert {tuple(w.step for w in office.case(c).work_items) for c in cases} == {("after",)}
    with store.read() as connection:
        assert chains.breaches(connection, "shifan") == []
    store.close()
