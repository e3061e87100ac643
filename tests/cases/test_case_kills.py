"""Workers killed, servers restarted at any moment: nothing is lost, doubled or broken."""

import multiprocessing
import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.model.case import CaseState
from engine.model.wording import say
from engine.runtime import AlreadyTaken, Office, states, values
from engine.runtime.machine import Machine
from engine.runtime.program import Program
from engine.store import Store, StoreUnavailable, chains, open_store
from engine.store.store import connect
from tests.postgresql import Server

from .conftest import APPLICANT, CONTROLS, ROSTER, Clock, Desk
from .drawings import column, field, flow, line, process, step

FULL = os.environ.get("QINGDAN_PROVE") == "full"
KILLS = 210 if FULL else 20
RESTARTS = 20 if FULL else 2
#: How long the server stays away the first time, in seconds.
ABSENCE_S = 10 if FULL else 1
#: What a worker may be told while others work and servers go.
CLEAR = {say(f"store.{entry}") for entry in ("busy", "gone", "overtaken")}
WORKERS = 3
#: Length of changes after which a snapshot is due: cases are short here.
LEAST_SNAPSHOT = 500
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


def _work(url: str, log_file: str, seed: int) -> None:
    """Two threads that work without end: what they share commits with must not be lost either."""
    states.LEAST_SNAPSHOT = LEAST_SNAPSHOT
    store, office = connect(url, create=False), None
    while office is None:
        with suppress(StoreUnavailable):
            office = Office(store, "shifan", controls=CONTROLS, clock=Clock())
    log = os.open(log_file, os.O_WRONLY | os.O_APPEND)
    threading.excepthook = lambda failed: _write(log, "broken", repr(failed.exc_value))
    for number in range(2):
        args = (office, log, random.Random(seed + number))
        threading.Thread(target=_go_on, args=args).start()


def _write(log: int, kind: str, what: str) -> None:
    os.write(log, f"{kind} {what}\n".encode())


def _go_on(office: Office, log: int, chance: random.Random) -> None:
    """Open cases and work on them, writing down each step that was acknowledged."""
    told = ""
    while True:
        try:
            _write(log, "did", _one_step(office, chance))
            told = ""
        except AlreadyTaken:
            continue
        except StoreUnavailable as error:
            if error.message != told:
                told = error.message
                _write(log, "told", told)


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
    answers = {
        "fill": {"n": str(number), "rows": "\n".join("x" * (number % 7))},
        "sign": {"stop": chance.choice("是否")},
    }
    office.complete(item.id, by="ding", values=answers[item.step])
    return f"{item.case_id} completed {item.id}"


class Crew:
    """Workers on one database, and what they wrote down."""

    def __init__(self, url: str, log: Path, chance: random.Random) -> None:
        self._url = url
        self._log = log
        self._chance = chance
        self._fork = multiprocessing.get_context("fork")
        log.touch()
        self._workers = [self._start() for _ in range(WORKERS)]

    def _start(self) -> multiprocessing.process.BaseProcess:
        args = (self._url, str(self._log), self._chance.randrange(2**32))
        worker = self._fork.Process(target=_work, args=args, daemon=True)
        worker.start()
        return worker

    def lines(self, kind: str) -> list[str]:
        """What was written of a kind; the last line may not be whole."""
        lines = self._log.read_text("utf-8").splitlines()
        return [line.removeprefix(kind).strip() for line in lines if line.startswith(kind)]

    def go_on(self) -> None:
        """Let them work for a while, to the middle of some step."""
        goal = self._log.stat().st_size + self._chance.randrange(40, 400)
        for _ in range(60_000):
            if self._log.stat().st_size >= goal or self.lines("broken"):
                break
            self._workers[0].join(0.001)
        else:
            raise AssertionError("no worker works")
        self._workers[0].join(self._chance.uniform(0, 0.01))

    def rest(self, seconds: float) -> None:
        """Leave them alone with whatever they meet."""
        self._workers[0].join(seconds)

    def kill_one(self) -> None:
        """Kill one of them, and let another take its place."""
        victim = self._workers.pop(self._chance.randrange(WORKERS))
        victim.kill()
        victim.join()
        self._workers.append(self._start())

    def kill_all(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.join()


def _is_consistent(office: Office, case_id: str) -> None:
    """State, work items and journal of a case tell the same story."""
    file = office.case(case_id)
    steps = Counter(entry.action for entry in office.history(case_id))
    assert steps["opened"] == 1
    assert file.case.version == 1 + steps["completed"]
    done = [entry.step for entry in office.history(case_id) if entry.action == "completed"]
    assert done == [step for step, _ in zip(cycle(("fill", "sign")), done, strict=False)]
    assert len(done) == len([item for item in file.work_items if item.done_at])
    waiting = [item for item in file.work_items if item.done_at is None]
    if file.case.state is CaseState.FINISHED:
        assert (waiting, steps["finished"]) == ([], 1)
    else:
        (item,) = waiting
        assert file.progress[item.step] == "current"
        assert item.step == ("fill" if steps["completed"] % 2 == 0 else "sign")
        held = item.officer is not None
        assert steps["claimed"] >= steps["completed"] + held


@pytest.mark.prove
def test_kill_at_any_moment_loses_and_doubles_nothing(
    desk: Desk, store: Store, tmp_path: Path
) -> None:
    desk.publish(LOOPING)
    url = store.engine.url.render_as_string(hide_password=False)
    store.close()
    _prove(url, tmp_path / "log", [Crew.kill_one] * KILLS)


@pytest.mark.prove
def test_server_restarted_under_load_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with Server(f"under-load-{os.getpid()}") as server:
        url = server.url(server.create())
        store = open_store(url)
        office = Office(store, "shifan", controls=CONTROLS, clock=Clock())
        office.appoint(ROSTER)
        Desk(office, tmp_path).publish(LOOPING)
        store.close()
        absences = iter([ABSENCE_S])

        def restart(crew: Crew) -> None:
            server.stop()
            crew.rest(next(absences, 0))
            server.start()

        _prove(url, tmp_path / "log", [restart, Crew.kill_one] * RESTARTS)


def _prove(url: str, log: Path, troubles: list[Callable[[Crew], None]]) -> None:
    """Let workers go on through all troubles; then everything fits what they wrote down."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    crew = Crew(url, log, random.Random(seed))
    try:
        for trouble in troubles:
            crew.go_on()
            trouble(crew)
        crew.go_on()
    finally:
        crew.kill_all()
    assert crew.lines("broken") == []
    assert set(crew.lines("told")) <= CLEAR
    told: dict[str, set[tuple[str, str]]] = {}
    for entry in crew.lines("did"):
        case_id, action, *rest = entry.split()
        told.setdefault(case_id, set()).add((action, "".join(rest)))
    assert sum(map(len, told.values())) > len(troubles)
    office = Office(open_store(url), "shifan", controls=CONTROLS, clock=Clock())
    with office.store.read() as connection:
        assert chains.breaches(connection, "shifan") == []
    for case_id, steps in told.items():
        _is_all_there(office, case_id, steps)
    everything = [case.id for case in office.cases(limit=100_000)]
    for case_id in everything:
        _is_consistent(office, case_id)
    again = Office(open_store(url), "shifan", controls=CONTROLS, clock=Clock())
    _replays_alike(office, again, everything)
    office.store.close()
    again.store.close()


def _is_all_there(office: Office, case_id: str, steps: set[tuple[str, str]]) -> None:
    """Whatever was acknowledged is stored; a step may be stored unacknowledged, killed between."""
    items = {item.id: item for item in office.case(case_id).work_items}
    claimed = {id for id, item in items.items() if item.officer == "ding"}
    done = {id for id, item in items.items() if item.done_at}
    assert {id for action, id in steps if action == "claimed"} <= claimed
    assert {id for action, id in steps if action == "completed"} <= done


def _replays_alike(office: Office, again: Office, cases: list[str]) -> None:
    """Without snapshots, the changes alone give the same states, and so does the journal.

    Parameters
    ----------
    again : the same office, that has nothing in memory.
    """
    before = {case_id: office.case(case_id) for case_id in cases}
    with office.store.write() as connection:
        assert connection.scalar(text("SELECT count(*) FROM case_snapshot"))
        connection.execute(text("DELETE FROM case_snapshot"))
    assert {case_id: again.case(case_id) for case_id in cases} == before
    with again.case_at_work(cases[0], "ding") as work:
        program = work.program(work.case(cases[0]))
    for case_id, file in before.items():
        told = _retold(again, program, case_id)
        assert told.progress() == file.progress
        assert told.finished == (file.case.state is CaseState.FINISHED)
        assert told.data == file.data


def _retold(office: Office, program: Program, case_id: str) -> Machine:
    """A case played anew by what the journal says was done, with the forms it vouches for."""
    forms = _forms(office, case_id)
    machine = Machine.start(program, {}, Clock())
    for entry in office.history(case_id):
        if entry.action == "completed":
            form = forms[entry.form_digest]
            machine.news()
            (place,) = machine.open_places()
            assert place.path == entry.step
            machine.data.update(form)
            machine.complete(place.id, form)
    return machine


def _forms(office: Office, case_id: str) -> dict[str, dict[str, object]]:
    """Forms handed in, as they are stored, by digests worked out from them."""
    found = text(
        "SELECT e.salt, v.field, v.type, v.fen, v.content FROM form_entry e JOIN form_value v "
        "ON v.office_id = e.office_id AND v.case_id = e.case_id AND v.number = e.number "
        "WHERE e.case_id = :case_id"
    )
    forms: dict[str, dict[str, object]] = {}
    with office.store.read() as connection:
        for salt, field_, kind, fen, content in connection.execute(found, {"case_id": case_id}):
            forms.setdefault(salt, {})[field_] = values.from_store(kind, fen, content)
    return {values.digest(form, {}, salt): form for salt, form in forms.items()}
