"""Drawings larger than a person draws are judged with little work, or said to be too large."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from engine.bpmn.library import Library
from engine.bpmn.reader import read
from engine.model.finding import Finding
from engine.model.item import LimitUnit
from engine.verify import explore
from engine.verify.behaviour import build
from engine.verify.behaviour.stubborn import Stubborn
from engine.verify.check import check_library
from engine.verify.limits import longest
from engine.verify.segregation import LISTED

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:qd="urn:qingdan:bpmn:1.0" id="d" targetNamespace="x">'
)


def step(name: str, duty: str) -> str:
    return (
        f'<userTask id="{name}" name="{name}"><extensionElements><qd:step duty="{duty}" '
        'post="所长" limitUnit="immediate"/></extensionElements></userTask>'
    )


def process(number: int, inside: str, *ways: str, more: str = "") -> str:
    """A process; a way is ids with spaces between, the start is ``s`` and the end ``e``."""
    ends = f'<startEvent id="s{number}"/><endEvent id="e{number}"/>'
    names = [way.replace("<", f"s{number}").replace(">", f"e{number}").split() for way in ways]
    flows = "".join(
        f'<sequenceFlow id="f{number}_{way}_{at}" sourceRef="{one}" targetRef="{other}"/>'
        for way, nodes in enumerate(names)
        for at, (one, other) in enumerate(pairwise(nodes))
    )
    return f'<process id="p{number}" name="流程{number}">{more}{ends}{inside}{flows}</process>'


def wide(steps: int) -> str:
    """As many parallel steps, approvals and payments by turns, all of one post."""
    names = {f"t{n}": ("approve", "pay")[n % 2] for n in range(steps)}
    inside = "".join(step(name, duty) for name, duty in names.items())
    gates = '<parallelGateway id="g"/><parallelGateway id="h"/>'
    return process(0, inside + gates, "< g", *(f"g {name} h" for name in names), "h >")


def chain(levels: int, calls: int) -> Iterator[str]:
    """Processes that each call the next so many times; the first approves, the last pays."""
    item = (
        '<extensionElements><qd:item code="X-1" promised="1" promisedUnit="immediate"/>'
        "</extensionElements>"
    )
    for n in range(levels):
        names = [f"c{n}_{call}" for call in range(calls if n < levels - 1 else 0)]
        inside = "".join(f'<callActivity id="{c}" calledElement="p{n + 1}"/>' for c in names)
        if n in (0, levels - 1):
            inside += step(f"t{n}", "pay" if n else "approve")
            names.append(f"t{n}")
        yield process(n, inside, " ".join(["<", *names, ">"]), more="" if n else item)


def judge(*processes: str) -> dict[str, list[Finding]]:
    """What a check finds, by rule."""
    document = read(f"{HEAD}{''.join(processes)}</definitions>".encode(), path="large.bpmn")
    found: dict[str, list[Finding]] = {}
    for finding in check_library(Library.of([document])).findings:
        found.setdefault(finding.rule, []).append(finding)
    return found


def test_conflicts_of_thousands_of_parallel_steps_are_shown_with_little_work(monkeypatch) -> None:
    looked = []

    def towards(chooser: Stubborn, state: int, number: int):
        moves, size = whole(chooser, state, number)
        looked.append(size)
        return moves, size

    whole = Stubborn.towards
    monkeypatch.setattr(Stubborn, "towards", towards)
    found = judge(wide(2_000))["same-post-conflict"]

    assert len(found) == LISTED + 1
    assert [len(f.witness) for f in found if f.witness] == [4] * LISTED
    assert sum(looked) < 20 * LISTED


def test_calls_that_double_on_every_level_are_not_begun() -> None:
    document = read(f"{HEAD}{''.join(chain(20, 2))}</definitions>".encode())
    behaviour = explore(document.procedures[0], {p.id: p for p in document.procedures})

    assert behaviour.calls == {}
    assert behaviour.soundness.sound == "unknown"
    assert "展开后流程太大" in behaviour.unknown_reason


def test_check_of_calls_that_double_ends_as_unknown(monkeypatch) -> None:
    monkeypatch.setattr(build, "MAX_NODES", 100)
    told = "".join(f.message for f in judge(*chain(20, 2))["behaviour-unknown"])

    assert all(f"“流程{n}”" in told for n in range(10))


@pytest.mark.parametrize("levels", [2, 25, build.MAX_CALLS + 1])
def test_conflict_is_found_however_deep_in_calls_its_step_lies(levels: int) -> None:
    found = judge(*chain(levels, 1))

    assert "behaviour-unknown" not in found
    deepest = "/".join(f"c{n}_0" for n in range(levels - 1)) + f"/t{levels - 1}"
    assert {f.elements for f in found["same-post-conflict"]} == {(deepest, "t0")}


def test_calls_deeper_than_are_followed_are_unknown() -> None:
    found = judge(*chain(build.MAX_CALLS + 2, 1))

    assert "same-post-conflict" not in found
    assert any("“流程0”" in finding.message for finding in found["behaviour-unknown"])


def test_limits_within_hundreds_of_levels_of_calls_are_not_added_up() -> None:
    document = read(f"{HEAD}{''.join(chain(500, 1))}</definitions>".encode())
    library = {p.id: p for p in document.procedures}

    assert longest(library["p0"], library, LimitUnit.WORKING_DAY).vague == ("c0_0",)
