"""Timers go off once, whoever looks, whatever the clock does; the journal is sealed each day."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import text

from engine.model.case import CaseState
from engine.runtime import Office
from engine.runtime.timers import LONGEST_REST, Scheduler
from engine.store import Store, StoreUnavailable, auditing, open_store, sealing
from tests.cases.conftest import CONTROLS, ROSTER, Clock, Desk
from tests.cases.drawings import line, process, step

TIMER = (
    '<intermediateCatchEvent id="wait" name="公示七天"><timerEventDefinition>'
    "<timeDuration>P7D</timeDuration></timerEventDefinition></intermediateCatchEvent>"
)
FILE = process("p", TIMER, step("after"), line("start", "wait", "after", "end"), code="T-1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stores(database: str) -> Iterator[list[Store]]:
    """The database as four processes would have it open."""
    opened = [open_store(database) for _ in range(4)]
    yield opened
    for store in opened:
        store.close()


@pytest.fixture
def offices(stores: list[Store], clock: Clock, tmp_path: Path) -> list[Office]:
    made = [Office(store, "shifan", controls=CONTROLS, clock=clock) for store in stores]
    made[0].appoint(ROSTER)
    (tmp_path / "bpmn").mkdir()
    Desk(made[0], tmp_path / "bpmn").publish(FILE)
    return made


@pytest.fixture
def opened(offices: list[Office], tmp_path: Path) -> Callable[[int], list[str]]:
    desk = Desk(offices[0], tmp_path)
    return lambda count: [desk.open().id for _ in range(count)]


def fired(office: Office, case_id: str) -> int:
    return sum(entry.action == "timer" for entry in office.history(case_id))


def test_four_who_look_at_once_let_every_timer_go_off_once(offices, opened, clock):
    cases = opened(12)
    clock.move(days=8)

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(Office.tick, offices))
    offices[0].tick()

    assert [fired(offices[0], case_id) for case_id in cases] == [1] * 12
    assert sum(counts) <= 12
    steps = [[w.step for w in offices[1].case(c).work_items] for c in cases]
    assert steps == [["after"]] * 12


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_case_somebody_is_at_work_on_is_passed_over(offices, opened, clock):
    held, free = opened(2)
    clock.move(days=8)
    with offices[0].case_at_work(held, "ding"):
        assert offices[1].tick() == 1
    assert (fired(offices[0], held), fired(offices[0], free)) == (0, 1)
    assert offices[1].tick() == 1


def test_a_clock_put_back_and_forward_fires_nothing_twice(offices, opened, clock):
    (case_id,) = opened(1)
    clock.move(days=8)
    assert offices[0].tick() == 1

    clock.move(days=-30)
    assert offices[1].tick() == 0
    clock.move(days=60)
    assert offices[2].tick() == 0
    assert fired(offices[0], case_id) == 1


def test_what_came_due_while_nobody_looked_goes_off_when_somebody_does(offices, opened, clock):
    before = opened(2)
    clock.move(days=400)

    assert offices[3].tick() == 2
    assert offices[3].next_timer() is None
    assert [fired(offices[0], case_id) for case_id in before] == [1, 1]


def test_a_case_whose_state_is_damaged_keeps_no_timer_from_going_off(
    offices, opened, clock, stores
):
    damaged, other = opened(2)
    with stores[0].write() as connection:
        broken = text("UPDATE case_change SET content = '[' WHERE case_id = :id")
        connection.execute(broken, {"id": damaged})
    clock.move(days=8)

    assert offices[2].tick() == 1
    assert fired(offices[0], other) == 1
    assert fired(offices[0], damaged) == 0
    (listed,) = offices[0].cases(state=CaseState.FAULTY)
    assert listed.id == damaged
    assert [entry.action for entry in offices[0].history(damaged)][-1] == "faulty"
    assert offices[1].tick() == 0
    assert offices[0].next_timer() is None


def test_the_loop_rests_until_something_is_due(offices, opened, clock):
    scheduler = Scheduler(lambda: offices[:1], lambda *_: None)
    assert scheduler.rest() == LONGEST_REST
    opened(1)
    assert scheduler.rest() == LONGEST_REST
    clock.move(days=7)
    clock.now -= timedelta(seconds=5)
    assert scheduler.rest() == 5.0
    clock.move(days=1)
    assert scheduler.rest() == 1.0


def test_an_office_that_fails_does_not_stop_the_others(offices, opened, clock, monkeypatch):
    opened(1)
    clock.move(days=8)
    broken = offices[1]

    def fails() -> int:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(broken, "tick", fails)
    complaints = []
    scheduler = Scheduler(
        lambda: [broken, offices[0]], lambda office, error: complaints.append((office, str(error)))
    )

    assert scheduler.sweep() == 1
    assert complaints == [(broken, "gone")]


def test_a_database_that_is_gone_when_a_round_begins_does_not_end_the_loop(offices, opened, clock):
    (case_id,) = opened(1)
    clock.move(days=8)
    # Each round asks twice: what there is to do, and how long to rest.
    stop, answers, complaints = Event(), iter(["gone", "gone", "there", "there"]), []

    def asked() -> list[Office]:
        if next(answers) == "gone":
            raise StoreUnavailable("gone")
        stop.set()
        return offices[:1]

    class Restless(Scheduler):
        def rest(self) -> float:
            assert super().rest() == LONGEST_REST
            return 0.0

    Restless(asked, lambda *each: complaints.append(each)).run(stop)

    assert [(office, str(error)) for office, error in complaints] == [(None, "gone")]
    assert fired(offices[0], case_id) == 1


def test_the_loop_ends_when_told(offices, opened, clock):
    (case_id,) = opened(1)
    clock.move(days=8)
    stop = Event()

    class Looked(Scheduler):
        def rest(self) -> float:
            stop.set()
            return 0.0

    Looked(lambda: offices[:1], lambda *_: None).run(stop)

    assert fired(offices[0], case_id) == 1


def test_the_journal_is_sealed_once_a_day_however_many_look(offices, opened, clock):
    opened(1)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(Office.seal_daily, offices)) == 1
    clock.move(hours=3)
    assert not offices[0].seal_daily()
    clock.move(days=1)
    assert offices[0].seal_daily()
    clock.move(days=-1)
    assert not offices[0].seal_daily()

    with offices[0].store.read() as connection:
        assert [seal.number for seal in sealing.seals(connection, "shifan")] == [1, 2]
        assert list(auditing.all_breaches(connection, "shifan")) == []


def test_a_clock_that_was_years_ahead_does_not_end_the_daily_seals(offices, opened, clock):
    opened(1)
    clock.move(days=3_650)
    assert offices[0].seal_daily()
    clock.move(days=-3_650)
    assert offices[1].seal_daily()
    assert not offices[2].seal_daily()
    clock.move(days=1)
    assert offices[3].seal_daily()

    with offices[0].store.read() as connection:
        assert list(auditing.all_breaches(connection, "shifan")) == []
