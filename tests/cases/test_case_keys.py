"""Commands sent twice are done once; of many at the same time exactly one wins."""

import multiprocessing
import random
import threading
from collections.abc import Callable
from multiprocessing.queues import Queue

import pytest
from sqlalchemy import text

from engine.runtime import AlreadyTaken, NotAllowed, Office, RepeatedKey, Stale, StateDamaged
from engine.store import Store
from engine.store.store import connect

from .conftest import CONTROLS, Clock, Desk
from .drawings import column, field, line, process, step
from .test_case_kills import LOOPING

PARENT = process(
    "p",
    step("list", field("people", "table", columns=column("who", "person"))),
    step("stop"),
    '<parallelGateway id="split"/><endEvent id="over"><terminateEventDefinition/></endEvent>',
    '<callActivity id="each" name="逐户" calledElement="child"><extensionElements>'
    '<qd:children rows="people" person="who"/></extensionElements></callActivity>',
    line("start", "list", "split", "each", "end"),
    line("split", "stop", "over"),
    code="T-1",
)
CHILD = process("child", step("check"), line("start", "check", "end"))


def test_opening_again_with_the_same_key_is_the_same_case(desk: Desk) -> None:
    desk.publish(LOOPING)
    first = desk.open(key="k-1")
    assert desk.open(key="k-1").id == first.id
    assert desk.open(key="k-2").id != first.id
    assert desk.actions(first.id) == ["opened"]


def test_completing_again_with_the_same_key_changes_nothing(desk: Desk) -> None:
    desk.publish(LOOPING)
    case = desk.open()
    item = desk.waiting(case.id)["fill"]
    for _ in range(2):
        assert desk.office.claim(item.id, by="ding", key="c").officer == "ding"
    answers = [
        desk.office.complete(item.id, by="ding", values={"n": "1"}, key="d" * 100) for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert desk.actions(case.id) == ["opened", "claimed", "completed"]


def test_key_of_another_request_is_refused(desk: Desk) -> None:
    desk.publish(LOOPING)
    case = desk.open(key="k-1")
    item = desk.waiting(case.id)["fill"]
    with pytest.raises(RepeatedKey, match="k-1"):
        desk.office.claim(item.id, by="ding", key="k-1")
    with pytest.raises(RepeatedKey, match="k-1"):
        desk.open(by="hui", key="k-1")
    assert desk.actions(case.id) == ["opened"]


def test_command_that_failed_leaves_its_key_free(desk: Desk) -> None:
    desk.publish(LOOPING)
    item = desk.waiting(desk.open().id)["fill"]
    with pytest.raises(NotAllowed, match="认领"):
        desk.office.complete(item.id, by="ding", values={"n": "1"}, key="k")
    desk.office.claim(item.id, by="ding")
    done = desk.office.complete(item.id, by="ding", values={"n": "1"}, key="k")
    assert done.version == 2


def _complete(url: str, item: str, told: "Queue[str]", start: object) -> None:
    office = Office(connect(url, create=False), "shifan", controls=CONTROLS, clock=Clock())
    start.wait()  # type: ignore[attr-defined]
    told.put(_outcome(office, item))


def _outcome(office: Office, item: str) -> str:
    try:
        office.complete(item, by="ding", values={"n": "1"})
    except AlreadyTaken as taken:
        return str(taken)
    return "done"


def _is_one_winner(outcomes: list[str]) -> None:
    assert outcomes.count("done") == 1
    (conflict,) = set(outcomes) - {"done"}
    assert "ding同志" in conflict
    assert "2026-03-02 09:00:00" in conflict


def test_of_many_threads_one_wins_and_the_others_learn_who_and_when(desk: Desk) -> None:
    desk.publish(LOOPING)
    item = desk.waiting(desk.open().id)["fill"].id
    desk.office.claim(item, by="ding")
    barrier = threading.Barrier(6)
    outcomes: list[str] = []

    def complete() -> None:
        barrier.wait()
        outcomes.append(_outcome(desk.office, item))

    threads = [threading.Thread(target=complete) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _is_one_winner(outcomes)


def test_of_many_who_send_one_key_at_once_all_get_the_first_answer(desk: Desk) -> None:
    """A button pressed twice, a request sent again before the answer came."""
    desk.publish(LOOPING)
    item = desk.waiting(desk.open().id)["fill"].id
    desk.office.claim(item, by="ding")
    answered: list[int] = []
    barrier = threading.Barrier(6)

    def complete() -> None:
        barrier.wait()
        done = desk.office.complete(item, by="ding", values={"n": "1"}, key="k-1")
        answered.append(done.version)

    threads = [threading.Thread(target=complete) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answered == [2] * 6


def test_of_many_processes_one_wins_and_the_others_learn_who_and_when(
    desk: Desk, store: Store
) -> None:
    desk.publish(LOOPING)
    item = desk.waiting(desk.open().id)["fill"].id
    desk.office.claim(item, by="ding")
    url = store.engine.url.render_as_string(hide_password=False)
    store.close()
    fork = multiprocessing.get_context("fork")
    told, start = fork.Queue(), fork.Barrier(4)
    workers = [fork.Process(target=_complete, args=(url, item, told, start)) for _ in range(4)]
    for worker in workers:
        worker.start()
    outcomes = [told.get(timeout=60) for _ in workers]
    for worker in workers:
        worker.join()
    _is_one_winner(outcomes)


def test_step_on_a_case_that_moved_since_it_was_read_is_not_stored(desk: Desk) -> None:
    desk.publish(LOOPING)
    before = desk.open()

    def step_on(behind: int) -> None:
        with desk.office.case_at_work(before.id, "ding") as work:
            row = work.case(before.id)
            machine = work.load(row)
            (place,) = machine.open_places()
            machine.complete(place.id, {})
            work.settle({**row, "version": row["version"] - behind}, machine)

    with pytest.raises(Stale, match=before.id):
        step_on(1)
    assert desk.office.case(before.id).case == before
    step_on(0)
    assert desk.steps(before.id) == ["sign"]


def test_two_offices_take_turns_on_one_case(desk: Desk, reopened: Callable[[], Office]) -> None:
    """What one keeps in memory never hides what the other did."""
    desk.publish(LOOPING)
    case = desk.open()
    here, there = desk.office, reopened()
    chance = random.Random(7)
    for number in range(24):
        desk.office = chance.choice((here, there))
        (name,) = desk.steps(case.id)
        values = {"n": str(number)} if name == "fill" else {"stop": "否"}
        desk.do(case.id, name, "ding", **values)
    assert here.case(case.id) == there.case(case.id)
    assert here.case(case.id).case.version == 25


@pytest.mark.parametrize(
    "damage", ["'{}'", "substr(content, 1, 500)", "replace(content, '64', '16')"]
)
def test_damaged_snapshot_is_passed_over(
    desk: Desk, store: Store, reopened: Callable[[], Office], damage: str
) -> None:
    desk.publish(LOOPING)
    case = desk.open()
    for _ in range(60):
        desk.do(case.id, "fill", "ding", n="1")
        desk.do(case.id, "sign", "ding", stop="否")
    before = desk.office.case(case.id)
    with store.write() as connection:
        assert connection.execute(text("SELECT count(*) FROM case_snapshot")).scalar() == 1
        connection.execute(text(f"UPDATE case_snapshot SET content = {damage}"))
    desk.office = reopened()
    assert desk.office.case(case.id) == before
    desk.do(case.id, "fill", "ding", n="1")


def test_damaged_changes_are_one_clear_error(
    desk: Desk, store: Store, reopened: Callable[[], Office]
) -> None:
    desk.publish(LOOPING)
    case, other = desk.open(), desk.open()
    with store.write() as connection:
        connection.execute(
            text("UPDATE case_change SET content = '[' WHERE case_id = :id"), {"id": case.id}
        )
    desk.office = reopened()
    with pytest.raises(StateDamaged, match=case.id):
        desk.office.case(case.id)
    desk.do(other.id, "fill", "ding", n="1")


def test_children_end_with_a_parent_that_waits_no_more(desk: Desk) -> None:
    desk.publish(PARENT, CHILD)
    case = desk.open()
    desk.do(case.id, "list", "ding", people="甲\n乙")
    children = desk.office.case(case.id).case.children
    desk.do(children[0], "check", "ding")
    desk.do(case.id, "stop", "ding")
    states = [desk.office.case(child).case.state for child in children]
    assert states == ["finished", "withdrawn"]
    assert desk.steps(children[1]) == []
    assert desk.actions(children[1]) == ["opened", "withdrawn", "withdrawn"]
    assert desk.office.case(case.id).case.state == "finished"
    assert {item.case_id for item in desk.office.todo("ding").open} == set()
