"""What the runtime will not run: refused when published, and never evaluated."""

import pytest

from engine.bpmn.library import Library
from engine.model.errors import UnsafeExpression
from engine.runtime import Simulation, Unexecutable
from engine.runtime.expressions import SafeEngine
from engine.runtime.machine import Machine

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
    "__import__('os').system('true')",
    "(1).__class__.__mro__",
    "[x for x in (1,)]",
    "9 ** 9 ** 9",
    "'%999999999d' % 1",
)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("place", ["condition", "timer", "cardinality"])
def test_attack_is_refused_when_published(desk: Desk, attack: str, place: str) -> None:
    condition, timer, cardinality = (
        attack if place == here else harmless
        for here, harmless in (("condition", "True"), ("timer", "P1D"), ("cardinality", "2"))
    )
    loop = (
        f"<multiInstanceLoopCharacteristics><loopCardinality>{cardinality}</loopCardinality>"
        "</multiInstanceLoopCharacteristics>"
    )
    file = process(
        "p",
        step("ask", inner=loop),
        '<intermediateCatchEvent id="t"><timerEventDefinition>'
        f"<timeDate>{timer}</timeDate></timerEventDefinition></intermediateCatchEvent>",
        '<exclusiveGateway id="x" default="x_end"/>',
        step("b"),
        line("start", "ask", "t", "x"),
        flow("x", "b", condition),
        flow("x", "end"),
        flow("b", "end"),
        code="T-1",
    )
    with pytest.raises(Unexecutable, match="表达式"):
        desk.publish(file)


@pytest.mark.parametrize("attack", [*ATTACKS, "'a' * 99999999"])
def test_attack_is_never_evaluated(attack: str, clock: Clock) -> None:
    environment = SafeEngine({}, clock).environment
    with pytest.raises(UnsafeExpression):
        environment.evaluate(attack, {})
    with pytest.raises(UnsafeExpression, match="脚本"):
        environment.execute(attack, {})
    with pytest.raises(UnsafeExpression, match="脚本"):
        environment.call_service({}, name=attack)


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
