"""Nothing is lost or doubled: kills and races."""

import multiprocessing
import os
import random
import threading
from collections import Counter
from pathlib import Path

import pytest

from engine.model.case import CaseState
from engine.runtime import AlreadyTaken, Office
from engine.store import Store, journal, open_store

from .conftest import APPLICANT, CONTROLS, Clock, Desk
from .drawings import column, field, flow, line, process, step

FULL = os.environ.get("QINGDAN_PROVE") == "full"
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
    """Open cases and work on them without end, writing down each step that was acknowledged."""
    chance = random.Random(seed)
    office = Office(open_store(url), "shifan", controls=CONTROLS, clock=Clock())
    log = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    while True:
        todo = office.todo("ding")
        items = [*todo.mine, *todo.open]
        if not items or chance.random() < 0.1:
            case = office.open_case("T-1", by="ding", applicant=APPLICANT)
            os.write(log, f"{case.id} opened\n".encode())
            continue
        item = chance.choice(items)
        if item.officer is None:
            office.claim(item.id, by="ding")
            os.write(log, f"{item.case_id} claimed {item.id}\n".encode())
            continue
        number = chance.randrange(1000)
        values = {
            "fill": {"n": str(number), "rows": "\n".join("x" * (number % 7))},
            "sign": {"stop": chance.choice("是否")},
        }
        office.complete(item.id, by="ding", values=values[item.step])
        os.write(log, f"{item.case_id} completed {item.id} {number}\n".encode())


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
        held = steps["claimed"] - steps["completed"]
        assert held == (item.officer is not None)


@pytest.mark.prove
def test_kill_at_any_moment_loses_and_doubles_nothing(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    desk.publish(LOOPING)
    url = store.engine.url.render_as_string(hide_password=False)
    log = tmp_path / "acknowledged"
    log.touch()
    store.close()
    for _ in range(200 if FULL else 10):
        worker = multiprocessing.Process(
            target=_work, args=(url, str(log), chance.randrange(2**32)), daemon=True
        )
        worker.start()
        worker.join(timeout=chance.uniform(0.05, 0.6))
        worker.kill()
        worker.join()

    office = Office(open_store(url), "shifan", controls=CONTROLS, clock=Clock())
    told: dict[str, list[tuple[str, str]]] = {}
    for entry in log.read_text().splitlines():
        case_id, action, *rest = entry.split()
        told.setdefault(case_id, []).append((action, rest[0] if rest else ""))
    assert sum(map(len, told.values())) > 10
    with office.store.read() as connection:
        chains = journal.chains(connection, "shifan")
        broken = {case: journal.first_broken(connection, "shifan", case) for case in chains}
    assert set(broken.values()) == {None}
    for case_id, steps in told.items():
        _is_consistent(office, case_id)
        written = Counter(entry.action for entry in office.history(case_id))
        for action, times in Counter(action for action, _ in steps).items():
            # A step may be stored and its acknowledgement killed, once a round; never the reverse.
            assert written[action] >= times
        done = [item.id for item in office.case(case_id).work_items if item.done_at]
        assert {item for action, item in steps if action == "completed"} <= set(done)


def test_of_many_completions_exactly_one_wins(desk: Desk) -> None:
    desk.publish(LOOPING)
    case = desk.open()
    item = desk.waiting(case.id)["fill"]
    desk.office.claim(item.id, by="ding")
    barrier = threading.Barrier(6)
    outcomes: list[str] = []

    def complete(number: int) -> None:
        barrier.wait()
        try:
            desk.office.complete(item.id, by="ding", values={"n": str(number)})
            outcomes.append("done")
        except AlreadyTaken as taken:
            outcomes.append(str(taken.officer))

    threads = [threading.Thread(target=complete, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ding"] * 5 + ["done"]
    assert desk.actions(case.id) == ["opened", "claimed", "completed"]


def test_case_runs_on_the_version_it_was_opened_with(desk: Desk, clock: Clock) -> None:
    def version(name: str) -> bytes:
        return process("p", step("a"), step(name), line("start", "a", name, "end"), code="T-1")

    desk.publish(version("old"))
    old = desk.open()
    desk.publish(version("new"))
    new = desk.open()
    for case in (old, new):
        desk.do(case.id, "a", "ding")
    assert (desk.steps(old.id), desk.steps(new.id)) == (["old"], ["new"])
    assert "new" not in desk.office.procedure_of(old.id).nodes
    assert old.digest != new.digest
