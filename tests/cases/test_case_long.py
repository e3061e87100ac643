"""Long cases: a thousand rounds, a thousand instances, and no branch forgotten on the way."""

from pathlib import Path

import pytest

from engine.bpmn.library import Library
from engine.runtime import Simulation
from engine.runtime.machine import Machine

from .conftest import CONTROLS, Clock
from .drawings import field, flow, line, process, step
from .test_case_constructs import endless_loop

ROUNDS = 1_000


def run_of(tmp_path: Path, clock: Clock, file: bytes) -> Simulation:
    (tmp_path / "p.bpmn").write_bytes(file)
    return Simulation(Library.load([tmp_path]), "p", CONTROLS, clock=clock)


def instances(sequential: str) -> bytes:
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}">'
        f"<loopCardinality>{ROUNDS}</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    return process("p", step("sign", inner=loop), line("start", "sign", "end"), code="T-1")


def reloaded(machine: Machine, stored: list[str], clock: Clock) -> Machine:
    """The machine from what it stored step by step."""
    return Machine.load(machine.program, stored, dict(machine.data), clock)


@pytest.mark.parametrize(
    ("file", "values"),
    [(endless_loop(), {"stop": "否"}), (instances("true"), {}), (instances("false"), {})],
    ids=["loop", "sequential", "parallel"],
)
def test_thousandth_round_is_found_and_stored_in_little(
    tmp_path: Path, clock: Clock, file: bytes, values: dict[str, str]
) -> None:
    machine = Machine.start(run_of(tmp_path, clock, file).program, {}, clock)
    machine.news()
    stored = [machine.changes()]
    for number in range(ROUNDS):
        if number == ROUNDS - 10:
            machine = reloaded(machine, stored, clock)
        place = machine.open_places()[0]
        machine.data.update(values)
        machine.complete(place.id, values)
        machine.news()
        stored.append(machine.changes())
    assert machine.finished == (not values)
    assert len(machine.open_places()) == (1 if values else 0)
    late = stored[-100:-1]
    assert max(map(len, late)) < 1_000


@pytest.mark.parametrize("is_reloaded", [True, False], ids=["reloaded", "kept"])
def test_each_round_waits_for_every_branch(tmp_path: Path, clock: Clock, is_reloaded: bool) -> None:
    """SpiffWorkflow itself lets the second round pass when the branches come in another order."""
    file = process(
        "p",
        '<exclusiveGateway id="in"/><exclusiveGateway id="out" default="out_in"/>',
        '<parallelGateway id="split"/><parallelGateway id="join"/>',
        step("a"),
        step("b"),
        step("c", field("stop", "choice", options="是|否")),
        line("start", "in", "split", "a", "join", "c", "out"),
        line("split", "b", "join"),
        flow("out", "in"),
        flow("out", "end", "stop == '是'"),
        code="T-1",
    )
    machine = Machine.start(run_of(tmp_path, clock, file).program, {}, clock)
    machine.news()
    stored = [machine.changes()]
    for path in "abcbacabc":
        if is_reloaded:
            machine = reloaded(machine, stored, clock)
        places = {place.path: place.id for place in machine.open_places()}
        assert (set(places) == {"c"}) if path == "c" else ("c" not in places)
        machine.data["stop"] = "否"
        machine.complete(places[path], {})
        machine.news()
        stored.append(machine.changes())
