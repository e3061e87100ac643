"""挂起, 恢复, 终止, 作废: a stopped case rests, an ended one is gone with all below it."""

import pytest

from engine.model.case import CaseState, WorkItemState
from engine.model.errors import QingdanError
from engine.runtime import NotAllowed
from tests.cases.drawings import column, field, line, process, step

TIMED = process(
    "timed",
    step("wait", post="资金监管"),
    '<boundaryEvent id="late" attachedToRef="wait" cancelActivity="false">'
    "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    "</boundaryEvent>",
    step("remind", post="受理窗口"),
    line("start", "wait", "end"),
    line("late", "remind", "end"),
    code="T-3",
)
CHILD = process("child", step("visit", post="资金监管"), line("start", "visit", "end"))
PARENT = process(
    "parent",
    step("list", field("rows", "table", columns=column("who", "person")), post="受理窗口"),
    '<callActivity id="each" calledElement="child"><extensionElements>'
    '<qd:children rows="rows" person="who"/></extensionElements></callActivity>',
    line("start", "list", "each", "end"),
    code="T-4",
)


def test_suspended_case_rests_and_goes_on_where_it_was(office, desk):
    case = desk.open()
    item = desk.waiting(case.id)["accept"]
    office.claim(item.id, by="ding")

    assert office.suspend(case.id, by="ding", reason="等上级文件").state is CaseState.SUSPENDED
    for attempt in (
        lambda: office.complete(item.id, by="ding", values={"note": "好"}),
        lambda: office.release(item.id, by="ding"),
        lambda: office.suspend(case.id, by="ding", reason="再"),
    ):
        with pytest.raises(NotAllowed):
            attempt()

    assert office.resume(case.id, by="zhang", reason="到了").state is CaseState.OPEN
    office.complete(item.id, by="ding", values={"note": "好"})
    assert desk.steps(case.id) == ["examine"]
    assert {r.text for r in office.remarks(case.id)} == {"等上级文件", "到了"}


def test_timers_rest_and_go_off_on_resuming(office, desk, clock):
    desk.publish(TIMED)
    case = desk.open("T-3")
    office.suspend(case.id, by="ding", reason="等")
    clock.move(days=2)

    assert office.tick() == 0
    assert desk.steps(case.id) == ["wait"]
    office.resume(case.id, by="ding", reason="继续")
    assert desk.steps(case.id) == ["remind", "wait"]


def test_cases_below_are_suspended_resumed_and_ended_with_it(office, desk):
    desk.publish(PARENT, CHILD)
    case = desk.open("T-4")
    desk.do(case.id, "list", "ding", **{"rows.0.who": "甲", "rows.1.who": "乙"})
    children = office.case(case.id).case.children
    office.suspend(case.id, by="zhang", reason="停")
    assert {office.case(child).case.state for child in children} == {CaseState.SUSPENDED}
    with pytest.raises(NotAllowed, match="上级"):
        office.resume(children[0], by="zhang", reason="先办")
    office.resume(case.id, by="zhang", reason="开")
    assert {office.case(child).case.state for child in children} == {CaseState.OPEN}

    assert office.terminate(case.id, by="zhang", reason="撤项").state is CaseState.TERMINATED
    assert {office.case(child).case.state for child in children} == {CaseState.WITHDRAWN}
    assert all(desk.steps(each) == [] for each in (case.id, *children))


@pytest.mark.parametrize(
    ("end", "state"), [("terminate", CaseState.TERMINATED), ("void", CaseState.VOID)]
)
def test_ended_case_is_closed_for_good(office, desk, end, state):
    case = desk.open()
    item = desk.waiting(case.id)["accept"]
    with pytest.raises(NotAllowed):
        getattr(office, end)(case.id, by="jian", reason="不办了")

    assert getattr(office, end)(case.id, by="ding", reason="不办了").state is state

    assert office.work_item(item.id).state is WorkItemState.CANCELLED
    assert [c.id for c in office.cases(state=state)] == [case.id]
    for attempt in (
        lambda: office.claim(item.id, by="ding"),
        lambda: office.suspend(case.id, by="zhang", reason="停"),
        lambda: office.resume(case.id, by="zhang", reason="开"),
        lambda: office.terminate(case.id, by="zhang", reason="再"),
    ):
        with pytest.raises(QingdanError):
            attempt()


def test_begun_case_is_voided_by_the_head_alone(office, desk):
    case = desk.open()
    desk.do(case.id, "accept", "ding", note="好")
    with pytest.raises(NotAllowed, match="所长"):
        office.void(case.id, by="ding", reason="开错")

    assert office.void(case.id, by="zhang", reason="开错").state is CaseState.VOID
