"""A step whose id alone has changed is taken for the same, and the plan says so."""

from collections.abc import Callable
from datetime import date

import pytest

from engine.bpmn.library import Library
from engine.bpmn.renumbering import renumbered
from engine.model.case import CaseState
from engine.runtime import Office, Refused
from engine.store import Store
from engine.store.examination import examine
from tests.cases.conftest import Clock, Desk
from tests.cases.drawings import column, field, flow, line, process, step

from .conftest import straight
from .test_version_migration import begun, finish, moved


def named(content: bytes, **ids: str) -> bytes:
    """The file with other ids for some nodes, their names as before."""
    return renumbered(content, ids)


ANEW = named(straight("a", "b", "c"), a="a2", b="b2", end="e2")


def test_plan_says_which_steps_are_the_same(desk: Desk) -> None:
    case = begun(desk, "a")
    desk.publish(ANEW)
    plan = desk.office.migration_plan(case)
    assert (plan.reasons, plan.added, plan.dropped) == ((), (), ())
    assert plan.renaming_texts == (
        "环节“a”的编号由 a 改为 a2，视为同一环节",
        "环节“b”的编号由 b 改为 b2，视为同一环节",
        "另有 1 处没有名称的网关、开始或结束只改了编号，视为同一处",
    )


@pytest.mark.parametrize("done", [(), ("a",), ("a", "b")])
def test_case_goes_on_where_it_stands(desk: Desk, done: tuple[str, ...], store: Store) -> None:
    case = begun(desk, *done)
    waits = [item for item in desk.office.case(case).work_items if item.state == "ready"]
    moved(desk, case, ANEW)
    now = [item for item in desk.office.case(case).work_items if item.state == "ready"]
    assert [(i.id, i.since, i.due, i.step) for i in now] == [
        (i.id, i.since, i.due, i.step) for i in waits
    ]
    assert desk.office.case(case).case.digest == desk.office.editions("T-1")[-1].digest
    assert desk.office.cases_on("T-1") == ()
    assert desk.office.cases_behind() == {}
    assert desk.office.migration_plan(case).is_current
    assert finish(desk, case) == [each for each in ("a", "b", "c") if each not in done]
    with store.read() as connection:
        assert examine(connection).faults == ()


def test_case_that_moved_is_read_by_another_process(
    desk: Desk, reopened: Callable[[], Office]
) -> None:
    case = begun(desk, "a")
    moved(desk, case, ANEW)
    other = Desk(reopened(), desk.folder)
    assert finish(other, case) == ["b", "c"]


def test_renaming_goes_along_to_the_next_version_and_back(desk: Desk) -> None:
    case = begun(desk, "a")
    moved(desk, case, ANEW)
    third = named(straight("a", "b", "c", "d"), a="a2", b="b2")
    desk.publish(third)
    plan = desk.office.migration_plan(case)
    assert (plan.reasons, plan.renamings, plan.added) == ((), (), ("d",))
    moved(desk, case, third)
    moved(desk, case, named(straight("a", "b", "c", "d"), a="a3", b="b2"))
    texts = [move.new for move in desk.office.migrations(case)]
    assert len(set(texts)) == 3
    moved(desk, case, straight("a", "b", "c"))
    assert finish(desk, case) == ["b", "c"]


def test_what_a_case_has_renamed_is_known_beside_a_new_renaming(desk: Desk) -> None:
    case = begun(desk, "a")
    moved(desk, case, named(straight("a", "b", "c"), b="b2"))
    desk.publish(named(straight("a", "b", "c"), b="b2", a="a2").replace(b'name="b"', b'name="B"'))
    plan = desk.office.migration_plan(case)
    assert ([(r.old, r.new) for r in plan.renamings], plan.reasons) == ([("a", "a2")], ())


def test_second_renaming_is_told_from_the_id_before(desk: Desk) -> None:
    case = begun(desk, "a")
    moved(desk, case, named(straight("a", "b", "c"), a="a2"))
    desk.publish(named(straight("a", "b", "c"), a="a3"))
    plan = desk.office.migration_plan(case)
    assert [(r.old, r.new) for r in plan.renamings] == [("a2", "a3")]
    assert plan.reasons == ()


def test_old_id_given_to_another_step_is_refused(desk: Desk) -> None:
    case = begun(desk, "a")
    moved(desk, case, named(straight("a", "b", "c"), a="a2"))
    desk.publish(named(straight("a", "b", "c", "d"), a="a2", d="a"))
    with pytest.raises(Refused) as refused:
        desk.office.migrate(case, reason="新办法")
    assert refused.value.rule == "mixed-up"
    assert finish(desk, case) == ["b", "c"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ((b'name="a"', 'name="受理"'.encode()), "vanished"),
        ((b"\xe5\x8f\x97\xe7\x90\x86\xe7\xaa\x97\xe5\x8f\xa3", "资金监管".encode()), "vanished"),
        ((b'targetRef="b"', b'targetRef="c"'), "vanished"),
        ((b"<qd:step post", b'<qd:step duty="accept" post'), "vanished"),
        ((b"<qd:step post", b'<qd:step persons="2" post'), "vanished"),
    ],
)
def test_step_that_differs_in_more_than_its_id_is_another(
    desk: Desk, change: tuple[bytes, bytes], rule: str
) -> None:
    case = begun(desk, "a")
    anew = named(straight("a", "b", "c"), a="a2")
    desk.publish(anew.replace(change[0], change[1], 1))
    plan = desk.office.migration_plan(case)
    assert plan.renamings == ()
    assert plan.reasons[0].rule == rule


TWINS = process(
    "p",
    '<parallelGateway id="fork"/><parallelGateway id="join"/>',
    step("x", name="查"),
    step("y", name="查"),
    line("start", "fork", "x", "join", "end"),
    line("fork", "y", "join"),
    code="T-1",
)


def test_twins_are_not_guessed_at(desk: Desk) -> None:
    desk.publish(TWINS)
    case = desk.open().id
    desk.do(case, "x", "ding")
    desk.publish(named(TWINS, x="x2", y="y2"))
    plan = desk.office.migration_plan(case)
    assert (plan.renamings, plan.reasons[0].rule) == ((), "vanished")
    assert "断不定是同一环节；请在新文件里沿用原来的编号" in plan.reasons[0].text
    desk.publish(named(TWINS, x="x2"))
    assert desk.office.migration_plan(case).reasons == ()


def test_gateways_without_names_are_known_by_what_surrounds_them(desk: Desk) -> None:
    desk.publish(TWINS)
    case = desk.open().id
    desk.do(case, "x", "ding")
    moved(desk, case, named(TWINS, fork="f2", join="j2", start="s2", end="e2"))
    plan = desk.office.migration_plan(case)
    assert plan.is_current
    assert finish(desk, case) == ["y"]


SEPARATE = '<qd:separate steps="a b" reason="互相监督"/>'.encode()


def test_steps_to_be_apart_are_meant_under_their_new_ids(desk: Desk) -> None:
    case = begun(desk, "a")
    item = b'effectiveFrom="2026-01-01"/>'
    drawn = straight("a", "b", "c").replace(item, item + SEPARATE)
    desk.publish(named(drawn, a="a2", b="b2"))
    plan = desk.office.migration_plan(case)
    assert [(reason.rule, "与它不相容" in reason.text) for reason in plan.reasons] == [
        ("leaves-nobody", True)
    ]
    assert len(plan.renamings) == 2


CALLER = process(
    "p",
    '<callActivity id="pay" name="支付" calledElement="q"/>',
    step("a"),
    line("start", "a", "pay", "end"),
    code="T-1",
)
CALLED = process("q", step("u"), step("v"), line("start", "u", "v", "end"))


def test_called_procedure_s_steps_are_recognised(desk: Desk) -> None:
    desk.publish(CALLER, CALLED)
    case = desk.open().id
    desk.do(case, "a", "ding")
    desk.do(case, "pay/u", "ding")
    moved(desk, case, named(CALLER, pay="pay2"), named(CALLED, u="u2", v="v2"))
    assert finish(desk, case) == ["pay/v"]


LATE = process(
    "p",
    step("a"),
    step("remind"),
    '<boundaryEvent id="late" attachedToRef="a" cancelActivity="false"><timerEventDefinition>'
    "<timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>",
    line("start", "a", "end"),
    flow("late", "remind"),
    flow("remind", "end"),
    code="T-1",
)


def test_running_timer_keeps_its_end(desk: Desk, clock: Clock) -> None:
    desk.publish(LATE)
    case = desk.open().id
    ends = desk.office.next_timer()
    clock.move(days=1)
    moved(desk, case, named(LATE, a="a2", late="late2", remind="remind2"))
    assert desk.office.next_timer() == ends
    clock.move(days=3)
    desk.office.tick()
    assert sorted(desk.waiting(case)) == ["a", "remind"]
    assert finish(desk, case) == ["a", "remind"]


CHILDREN = process(
    "p",
    step("list", field("rows", "table", required="true", columns=column("who"))),
    '<callActivity id="each" name="逐户" calledElement="q"><extensionElements>'
    '<qd:step post="受理窗口"/><qd:children rows="rows" person="who"/></extensionElements>'
    "</callActivity>",
    line("start", "list", "each", "end"),
    code="T-1",
)


def test_child_cases_go_along(desk: Desk) -> None:
    desk.publish(CHILDREN, CALLED)
    case = desk.open().id
    desk.do(case, "list", "ding", **{"rows.0.who": "甲", "rows.1.who": "乙"})
    one, other = (child.id for child in desk.office.cases(parent=case))
    desk.do(one, "u", "ding")
    moved(desk, case, named(CHILDREN, each="each2"), named(CALLED, u="u2", v="v2"))
    assert finish(desk, one) == ["v"]
    assert finish(desk, other) == ["u", "v"]
    assert desk.office.case(case).case.state is CaseState.FINISHED


def test_id_that_stands_for_something_else_is_no_step_s(desk: Desk) -> None:
    case = begun(desk, "a")
    anew = named(straight("a", "b", "c"), a="a2").replace(b'id="b_c"', b'id="a"')
    desk.publish(anew)
    plan = desk.office.migration_plan(case)
    assert (plan.renamings, plan.reasons[0].rule) == ((), "vanished")


def test_version_to_come_is_planned_with_renamings_once_in_force(desk: Desk, clock: Clock) -> None:
    case = begun(desk, "a")
    (desk.folder / "0.bpmn").write_bytes(ANEW)
    desk.office.publish(Library.load([desk.folder]), effective=date(2026, 3, 4))
    assert desk.office.migration_plan(case).is_current
    clock.move(days=2)
    assert len(desk.office.migration_plan(case).renamings) == 3
