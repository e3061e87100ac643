"""Every BPMN construct the items use runs as drawn, also after a restart at each step."""

from collections.abc import Callable

import pytest

from engine.model.case import CaseState
from engine.runtime import FaultyCase, Office

from .conftest import Clock, Desk
from .drawings import column, field, flow, line, process, step

MESSAGE = '<message id="m1" name="异议"/>'


def test_parallel_branches_both_run_before_the_join(desk: Desk) -> None:
    desk.publish(
        process(
            "p",
            '<parallelGateway id="split"/><parallelGateway id="join"/>',
            step("a"),
            step("b"),
            step("c"),
            line("start", "split", "a", "join", "c", "end"),
            line("split", "b", "join"),
            code="T-1",
        )
    )
    case = desk.open()
    assert desk.steps(case.id) == ["a", "b"]
    desk.do(case.id, "b", "ding")
    assert desk.steps(case.id) == ["a"]
    desk.do(case.id, "a", "ding")
    assert desk.steps(case.id) == ["c"]


def test_inclusive_gateway_takes_every_branch_that_holds(desk: Desk) -> None:
    desk.publish(
        process(
            "p",
            step("ask", field("n", "number", required="true")),
            '<inclusiveGateway id="split" default="split_c"/><inclusiveGateway id="join"/>',
            step("a"),
            step("b"),
            step("c"),
            line("start", "ask", "split"),
            flow("split", "a", "n &gt; 1"),
            flow("split", "b", "n &gt; 2"),
            flow("split", "c"),
            line("a", "join", "end"),
            line("b", "join"),
            line("c", "join"),
            code="T-1",
        )
    )
    case = desk.open()
    desk.do(case.id, "ask", "ding", n="3")
    assert {"a", "b"} <= set(desk.steps(case.id))
    desk.do(case.id, "a", "ding")
    assert "b" in desk.steps(case.id)


def test_inclusive_join_waits_for_a_branch_begun_after_it_was_reached(desk: Desk) -> None:
    desk.publish(
        process(
            "p",
            '<parallelGateway id="split"/><inclusiveGateway id="join"/>',
            step("a"),
            step("b"),
            line("start", "split", "join", "b", "end"),
            line("split", "a", "join"),
            code="T-1",
        )
    )
    case = desk.open()
    assert desk.steps(case.id) == ["a"]
    desk.do(case.id, "a", "ding")
    assert desk.steps(case.id) == ["b"]


def test_called_process_sees_and_returns_data(desk: Desk) -> None:
    desk.publish(
        process(
            "p",
            step("ask", field("n", "number", required="true")),
            '<callActivity id="call" name="call" calledElement="q"/>',
            '<exclusiveGateway id="x" default="x_end"/>',
            step("last"),
            line("start", "ask", "call", "x"),
            flow("x", "last", "n + m == 5"),
            flow("x", "end"),
            flow("last", "end"),
            code="T-1",
        ),
        process(
            "q",
            '<exclusiveGateway id="x" default="x_end"/>',
            step("inner", field("m", "number", required="true")),
            line("start", "x"),
            flow("x", "inner", "n == 2"),
            flow("x", "end"),
            flow("inner", "end"),
        ),
    )
    case = desk.open()
    desk.do(case.id, "ask", "ding", n="2")
    assert desk.steps(case.id) == ["call/inner"]
    desk.do(case.id, "call/inner", "ding", m="3")
    assert desk.steps(case.id) == ["last"]


def _timed(kind: str, body: str, interrupting: str = "true") -> bytes:
    return process(
        "p",
        step("work"),
        step("late"),
        '<boundaryEvent id="bell" name="bell" attachedToRef="work" '
        f'cancelActivity="{interrupting}">'
        f"<timerEventDefinition><{kind}>{body}</{kind}></timerEventDefinition></boundaryEvent>",
        '<endEvent id="end2"/>',
        line("start", "work", "end"),
        line("bell", "late", "end2"),
        code="T-1",
    )


def test_interrupting_timer_takes_the_step_away(desk: Desk, clock: Clock) -> None:
    desk.publish(_timed("timeDuration", "P2D"))
    case = desk.open()
    item = desk.waiting(case.id)["work"]
    desk.office.claim(item.id, by="ding")
    clock.move(days=2, seconds=-1)
    assert desk.office.tick() == 0
    clock.move(seconds=1)
    assert desk.office.tick() == 1
    assert desk.office.tick() == 0
    assert desk.steps(case.id) == ["late"]
    assert desk.actions(case.id) == ["opened", "claimed", "timer", "withdrawn"]


def test_timer_that_does_not_interrupt_leaves_the_step(desk: Desk, clock: Clock) -> None:
    desk.publish(_timed("timeDuration", "PT8H", interrupting="false"))
    case = desk.open()
    clock.move(hours=9)
    assert desk.office.tick() == 1
    assert desk.steps(case.id) == ["late", "work"]


def test_date_timer_goes_off_when_its_day_begins(desk: Desk, clock: Clock) -> None:
    desk.publish(
        process(
            "p",
            step("post", field("notice_from", "date"), field("notice_days", "number")),
            '<intermediateCatchEvent id="over" name="over"><timerEventDefinition>'
            "<timeDate>date_after(notice_from, notice_days + 1)</timeDate>"
            "</timerEventDefinition></intermediateCatchEvent>",
            step("close"),
            line("start", "post", "over", "close", "end"),
            code="T-1",
        )
    )
    case = desk.open()
    desk.do(case.id, "post", "ding", notice_from="2026-03-02", notice_days="7")
    clock.move(days=7, hours=14)  # 2026-03-09 23:00
    assert desk.office.tick() == 0
    clock.move(hours=1)
    assert desk.office.tick() == 1
    assert desk.steps(case.id) == ["close"]


def test_boundary_message_is_recorded_by_an_officer(desk: Desk) -> None:
    desk.publish(
        process(
            "p",
            step("work"),
            step("objection_handled"),
            '<boundaryEvent id="objection" name="objection" attachedToRef="work">'
            '<messageEventDefinition messageRef="m1"/></boundaryEvent>',
            '<endEvent id="end2"/>',
            line("start", "work", "end"),
            line("objection", "objection_handled", "end2"),
            code="T-1",
            globals_=[MESSAGE],
        )
    )
    case = desk.open()
    assert desk.steps(case.id) == ["objection", "work"]
    desk.do(case.id, "objection", "ding")
    assert desk.steps(case.id) == ["objection_handled"]


def test_sub_process_and_its_boundary_timer(desk: Desk, clock: Clock) -> None:
    inner = (
        '<startEvent id="s2"/><endEvent id="e2"/>'
        + step("a")
        + step("b")
        + line("s2", "a", "b", "e2")
    )
    desk.publish(
        process(
            "p",
            f'<subProcess id="sub" name="sub">{inner}</subProcess>',
            '<boundaryEvent id="bell" attachedToRef="sub"><timerEventDefinition>'
            "<timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>",
            step("after"),
            step("late"),
            line("start", "sub", "after", "end"),
            line("bell", "late", "end"),
            code="T-1",
        )
    )
    quick, slow = desk.open(), desk.open()
    for name in ("a", "b"):
        desk.do(quick.id, name, "ding")
    assert desk.steps(quick.id) == ["after"]
    desk.do(slow.id, "a", "ding")
    clock.move(days=1)
    assert desk.office.tick() == 1
    assert desk.steps(slow.id) == ["late"]


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_multi_instance_runs_once_for_every_row(desk: Desk, sequential: str) -> None:
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}">'
        "<loopDataInputRef>people</loopDataInputRef>"
        '<inputDataItem id="person"/></multiInstanceLoopCharacteristics>'
    )
    desk.publish(
        process(
            "p",
            step("ask", field("people", "table", columns=column("who") + column("sum", "money"))),
            step("sign", field("opinion", required="true"), inner=loop),
            step("last"),
            line("start", "ask", "sign", "last", "end"),
            code="T-1",
        )
    )
    case = desk.open()
    desk.do(case.id, "ask", "ding", people="甲\t1.50\n乙\t2\n丙\t3")
    for number in range(3):
        waiting = [i for i in desk.office.case(case.id).work_items if i.state == "ready"]
        assert len(waiting) == (1 if sequential == "true" else 3 - number)
        desk.office.claim(waiting[0].id, by="ding")
        desk.office.complete(waiting[0].id, by="ding", values={"opinion": str(number)})
    assert desk.steps(case.id) == ["last"]


def _as_often_as_filled_in(sequential: str) -> bytes:
    loop = (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}">'
        "<loopCardinality>n</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    return process(
        "p",
        step("ask", field("n", "number")),
        step("sign", inner=loop),
        step("last"),
        line("start", "ask", "sign", "last", "end"),
        code="T-1",
    )


@pytest.mark.parametrize("sequential", ["true", "false"])
@pytest.mark.parametrize("number", [0, 1, 3])
def test_multi_instance_runs_as_often_as_was_filled_in(
    desk: Desk, sequential: str, number: int
) -> None:
    desk.publish(_as_often_as_filled_in(sequential))
    case = desk.open()
    desk.do(case.id, "ask", "ding", n=str(number))
    for _ in range(number):
        desk.do(case.id, "sign", "ding")
    assert desk.steps(case.id) == ["last"]


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_number_of_instances_that_is_none_loses_nothing(desk: Desk, sequential: str) -> None:
    desk.publish(_as_often_as_filled_in(sequential))
    case = desk.open()
    item = desk.waiting(case.id)["ask"]
    desk.office.claim(item.id, by="ding")
    for n in ("-1", "2.5", "", "999999999"):
        with pytest.raises(FaultyCase, match="0 到 10000 的整数"):
            desk.office.complete(item.id, by="ding", values={"n": n})
    desk.office.complete(item.id, by="ding", values={"n": "1"})
    assert desk.steps(case.id) == ["sign"]


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_multi_instance_over_what_is_no_table_loses_nothing(desk: Desk, sequential: str) -> None:
    file = _as_often_as_filled_in(sequential)
    rows = b'<loopDataInputRef>n</loopDataInputRef><inputDataItem id="row"/>'
    desk.publish(file.replace(b"<loopCardinality>n</loopCardinality>", rows))
    case = desk.open()
    with pytest.raises(FaultyCase, match="表格"):
        desk.do(case.id, "ask", "ding", n="3")
    assert desk.office.case(case.id).data == {}


def test_multi_instance_stops_at_its_completion_condition(desk: Desk) -> None:
    loop = (
        '<multiInstanceLoopCharacteristics isSequential="false">'
        "<loopCardinality>3</loopCardinality>"
        "<completionCondition>vote == '否'</completionCondition></multiInstanceLoopCharacteristics>"
    )
    vote = field("vote", "choice", options="是|否", required="true")
    desk.publish(
        process("p", step("vote", vote, inner=loop), line("start", "vote", "end"), code="T-1")
    )
    case = desk.open()
    for answer in ("是", "否"):
        item = next(i for i in desk.office.case(case.id).work_items if i.state == "ready")
        desk.office.claim(item.id, by="ding")
        done = desk.office.complete(item.id, by="ding", values={"vote": answer})
    assert done.state is CaseState.FINISHED


def endless_loop() -> bytes:
    return process(
        "p",
        '<exclusiveGateway id="in"/><exclusiveGateway id="out" default="out_in"/>',
        step("again", field("stop", "choice", options="是|否")),
        line("start", "in", "again", "out"),
        flow("out", "in"),
        flow("out", "end", "stop == '是'"),
        code="T-1",
    )


def test_loop_ends_when_its_condition_says_so(desk: Desk) -> None:
    desk.publish(endless_loop())
    case = desk.open()
    for _ in range(3):
        desk.do(case.id, "again", "ding", stop="否")
    assert desk.do(case.id, "again", "ding", stop="是").state is CaseState.FINISHED


def test_condition_without_a_way_out_loses_nothing(
    desk: Desk, reopened: Callable[[], Office]
) -> None:
    desk.publish(
        process(
            "p",
            step("ask", field("n", "number")),
            '<exclusiveGateway id="x" name="多少？"/>',
            line("start", "ask", "x"),
            flow("x", "end", "n &gt; 1"),
            code="T-1",
        )
    )
    case = desk.open()
    item = desk.waiting(case.id)["ask"]
    desk.office.claim(item.id, by="ding")
    for n in ("0", ""):
        with pytest.raises(FaultyCase, match="走不下去"):
            desk.office.complete(item.id, by="ding", values={"n": n})
    assert reopened().case(case.id).case.state is CaseState.FAULTY
    assert desk.office.case(case.id).data == {}
    done = desk.office.complete(item.id, by="ding", values={"n": "2"})
    assert done.state is CaseState.FINISHED
    assert desk.actions(case.id).count("faulty") == 2


def test_timer_that_cannot_be_decided_marks_the_case_once(desk: Desk, clock: Clock) -> None:
    desk.publish(
        process(
            "p",
            step("ask", field("n", "number")),
            '<intermediateCatchEvent id="wait"><timerEventDefinition>'
            "<timeDuration>P1D</timeDuration></timerEventDefinition></intermediateCatchEvent>",
            '<exclusiveGateway id="x"/>',
            line("start", "ask", "wait", "x"),
            flow("x", "end", "n &gt; 1"),
            code="T-1",
        )
    )
    case = desk.open()
    desk.do(case.id, "ask", "ding", n="0")
    clock.move(days=1)
    assert [desk.office.tick(), desk.office.tick()] == [0, 0]
    assert desk.office.case(case.id).case.state is CaseState.FAULTY
    assert desk.actions(case.id).count("faulty") == 1
