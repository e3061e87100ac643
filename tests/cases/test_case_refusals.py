"""What the runtime will not run: refused when published, and never evaluated."""

from contextlib import nullcontext

import pytest

from engine.bpmn.library import Library
from engine.model.finding import Severity
from engine.runtime import FaultyCase, Simulation, Unexecutable, program
from engine.runtime.expressions import SafeEngine
from engine.runtime.machine import Machine
from engine.verify.check import check_library

from .conftest import Clock, Desk
from .drawings import column, field, flow, line, process, step


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('<scriptTask id="a"><script>1</script></scriptTask>', "脚本"),
        ('<complexGateway id="a"/>', "复杂网关"),
        ('<callActivity id="a" calledElement="nowhere"/>', "没有一起发布"),
        (
            '<intermediateCatchEvent id="a"><timerEventDefinition><timeCycle>R3/P1D</timeCycle>'
            "</timerEventDefinition></intermediateCatchEvent>",
            "周期",
        ),
        (
            '<intermediateThrowEvent id="a"><compensateEventDefinition/></intermediateThrowEvent>',
            "补偿",
        ),
    ],
)
def test_what_would_run_wrongly_is_refused_when_published(
    desk: Desk, body: str, reason: str
) -> None:
    with pytest.raises(Unexecutable, match=reason):
        desk.publish(process("p", body, line("start", "a", "end"), code="T-1"))
    assert desk.office.items() == ()


ATTACKS = (
    "__import__('pathlib').Path('attacked').touch()",
    "(1).__class__.__mro__[1].__subclasses__()",
    "'{0.__class__}'.format(1)",
    "[x for x in (1,)]",
    "9 ** 9 ** 9",
    "'%999999999d' % 1",
    "'a' * 99999999",
)
#: Where expressions stand: what is drawn between start and end with one in place of ``{}``.
PLACES = {
    "condition": step("a")
    + '<exclusiveGateway id="x" default="x_end"/>'
    + line("start", "a", "x", "end")
    + step("b")
    + flow("x", "b", "{}")
    + line("b", "end"),
    "timer": '<intermediateCatchEvent id="a"><timerEventDefinition><timeDate>{}</timeDate>'
    "</timerEventDefinition></intermediateCatchEvent>" + line("start", "a", "end"),
    "duration": '<intermediateCatchEvent id="a"><timerEventDefinition><timeDuration>{}'
    "</timeDuration></timerEventDefinition></intermediateCatchEvent>" + line("start", "a", "end"),
    "boundary timer": step("a")
    + '<boundaryEvent id="late" attachedToRef="a"><timerEventDefinition><timeDate>{}</timeDate>'
    "</timerEventDefinition></boundaryEvent>" + line("start", "a", "end") + line("late", "end"),
    "cardinality": step(
        "a",
        inner="<multiInstanceLoopCharacteristics><loopCardinality>{}</loopCardinality>"
        "</multiInstanceLoopCharacteristics>",
    )
    + line("start", "a", "end"),
    "completion": step(
        "a",
        inner="<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"
        "<completionCondition>{}</completionCondition></multiInstanceLoopCharacteristics>",
    )
    + line("start", "a", "end"),
    "loop": step(
        "a",
        inner="<standardLoopCharacteristics><loopCondition>{}</loopCondition>"
        "</standardLoopCharacteristics>",
    )
    + line("start", "a", "end"),
    "script": '<scriptTask id="a"><script>{}</script></scriptTask>' + line("start", "a", "end"),
}


@pytest.mark.parametrize("place", PLACES)
def test_attack_is_refused_when_checked_and_when_run(
    desk: Desk, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk.folder)
    # A script that got as far would be a step for an officer: nothing runs it.
    refused = nullcontext() if place == "script" else pytest.raises(FaultyCase)
    for attack in ATTACKS:
        file = process("p", PLACES[place].replace("{}", attack), code="T-1")
        (desk.folder / "p.bpmn").write_bytes(file)
        report = check_library(Library.load([desk.folder]))
        errors = {found.rule for found in report.findings if found.severity is Severity.ERROR}
        assert errors & {"unsafe-expression", "unsupported-construct"}
        with pytest.raises(Unexecutable, match="这个流程不能运行"):
            desk.office.publish(Library.load([desk.folder]))
        with monkeypatch.context() as unchecked, refused:
            unchecked.setattr(program, "check_executable", lambda *_: None)
            _run(desk)
        assert [found.name for found in desk.folder.iterdir()] == ["p.bpmn"]


def _run(desk: Desk) -> None:
    desk.office.publish(Library.load([desk.folder]))
    desk.do(desk.open().id, "a", "ding")


def test_restored_case_has_the_safe_engine(desk: Desk, clock: Clock) -> None:
    (desk.folder / "p.bpmn").write_bytes(
        process("p", step("a"), line("start", "a", "end"), code="T-1")
    )
    library = Library.load([desk.folder])
    program = Simulation(library, "p", desk.office.controls, clock=clock).program
    content = Machine.start(program, {}, clock).changes()
    restored = Machine.load(program, [content], {}, clock)
    assert isinstance(restored._workflow.script_engine, SafeEngine)


def test_field_that_would_break_the_state_is_refused(desk: Desk) -> None:
    rows = field("rows", "table", columns=column("typename"))
    with pytest.raises(Unexecutable, match="typename"):
        desk.publish(process("p", step("a", rows), line("start", "a", "end"), code="T-1"))
