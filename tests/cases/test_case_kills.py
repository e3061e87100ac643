"""Workers killed at any moment lose nothing, double nothing, and leave every chain whole."""

import multiprocessing
import os
import random
from collections import Counter
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from engine.model.case import CaseState
from engine.runtime import AlreadyTaken, Office
from engine.store import Store, journal, open_store
from engine.store.errors import StoreBusy
from engine.store.store import connect

from .conftest import APPLICANT, CONTROLS, Clock, Desk
from .drawings import column, field, flow, line, process, step

FULL = os.environ.get("QINGDAN_PROVE") == "full"
KILLS = 210 if FULL else 20
WORKERS = 3
LOOPING = process(
    "p",
    '<exclusiveGateway id="in"/><exclusiveGateway id="out" default="out_in"/>',
    step("fill", field("n", "number"), field("rows", "table", columns=column("a"))),
    step("sign", field("stop", "choice", options="是|否")),
    line("start", "in", "fill", "sign", "out"),
    flow("out", "in"),
    flow("out", "end", "stop == '是'"),
    code="T-1",
)


def _work(url: str, acknowledged: str, seed: int) -> None:
    """Two threads that work without end: what they share commits with must not be lost either."""
    office = Office(connect(url, create=False), "shifan", controls=CONTROLS, clock=Clock())
    log = os.open(acknowledged, os.O_WRONLY | os.O_APPEND)
    for number in range(2):
        Thread(target=_go_on, args=(office, log, random.Random(seed + number))).start()


def _go_on(office: Office, log: int, chance: random.Random) -> None:
    """Open cases and work on them, writing down each step that was acknowledged."""
    while True:
        try:
            os.write(log, f"{_one_step(office, chance)}\n".encode())
        except (AlreadyTaken, StoreBusy):
            continue


def _one_step(office: Office, chance: random.Random) -> str:
    todo = office.todo("ding")
    items = [*todo.mine, *todo.open]
    if not items or chance.random() < 0.1:
        case = office.open_case("T-1", by="ding", applicant=APPLICANT)
        return f"{case.id} opened"
    item = chance.choice(items)
    if item.officer is None:
        office.claim(item.id, by="ding")
        return f"{item.case_id} claimed {item.id}"
    number = chance.randrange(1000)
    values = {
        "fill": {"n": str(number), "rows": "\n".join("x" * (number % 7))},
        "sign": {"stop": chance.choice("是否")},
    }
    office.complete(item.id, by="ding", values=values[item.step])
    return f"{item.case_id} completed {item.id}"


def _is_consistent(office: Office, case_id: str) -> None:
    """State, work items and journal of a case tell the same story."""
    file = office.case(case_id)
    steps = Counter(entry.action for entry in office.history(case_id))
    assert steps["opened"] == 1
    assert file.case.version == 1 + steps["completed"]
    waiting = [item for item in file.work_items if item.done_at is None]
    if file.case.state is CaseState.FINISHED:
        assert (waiting, steps["finished"]) == ([], 1)
    else:
        (item,) = waiting
        assert file.progress[item.step] == "current"
        assert item.step == ("fill" if steps["completed"] % 2 == 0 else "sign")
        held = item.officer is not None
        assert steps["claimed"] >= steps["completed"] + held


def _kill_and_replace(url: str, log: Path, chance: random.Random) -> None:
    """Let workers go on, and kill one after the other somewhere in the middle of a step."""
    fork = multiprocessing.get_context("fork")

    def start() -> multiprocessing.process.BaseProcess:
        args = (url, str(log), chance.randrange(2**32))
        worker = fork.Process(target=_work, args=args, daemon=True)
        worker.start()
        return worker

    workers = [start() for _ in range(WORKERS)]
    for _ in range(KILLS):
        goal = log.stat().st_size + chance.randrange(40, 400)
        while log.stat().st_size < goal and any(worker.is_alive() for worker in workers):
            workers[0].join(0.001)
        workers[0].join(chance.uniform(0, 0.01))
        victim = workers.pop(chance.randrange(WORKERS))
        victim.kill()
        victim.join()
        workers.append(start())
    for worker in workers:
        worker.kill()
        worker.join()


@pytest.mark.prove
def test_kill_at_any_moment_loses_and_doubles_nothing(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    desk.publish(LOOPING)
    url = store.engine.url.render_as_string(hide_password=False)
    log = tmp_path / "acknowledged"
    log.touch()
    store.close()
    _kill_and_replace(url, log, random.Random(seed))

    told: dict[str, list[tuple[str, str]]] = {}
    for entry in log.read_text().splitlines():
        case_id, action, *rest = entry.split()
        told.setdefault(case_id, []).append((action, rest[0] if rest else ""))
    assert sum(map(len, told.values())) > KILLS
    office = Office(open_store(url), "shifan", controls=CONTROLS, clock=Clock())
    with office.store.read() as connection:
        chains = journal.chains(connection, "shifan")
        broken = {case: journal.first_broken(connection, "shifan", case) for case in chains}
    assert set(broken.values()) == {None}
    for case_id, steps in told.items():
        _is_consistent(office, case_id)
        written = Counter(entry.action for entry in office.history(case_id))
        for action, times in Counter(action for action, _ in set(steps)).items():
            # A step may be stored and its acknowledgement killed, once a round; never the reverse.
            assert written[action] >= times
        done = [item.id for item in office.case(case_id).work_items if item.done_at]
        assert {item for action, item in steps if action == "completed"} <= set(done)
    _replays_alike(office, list(told))


def _replays_alike(office: Office, cases: list[str]) -> None:
    """Without snapshots, the changes alone give the same states."""
    before = {case_id: office.case(case_id).progress for case_id in cases}
    with office.store.write() as connection:
        connection.execute(text("DELETE FROM case_snapshot"))
    assert {case_id: office.case(case_id).progress for case_id in cases} == before
