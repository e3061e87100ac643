"""What a move leaves alone: deadlines, the clock, timers, child cases; and who wins a race."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.model.case import CaseState
from engine.runtime import AlreadyTaken, NotAllowed, Office, Stale
from engine.runtime.migration.moving import Unmovable
from engine.store import Store, schema
from tests.cases.conftest import Clock, Desk
from tests.cases.drawings import column, field, flow, line, process, step

PROMISED = 'promised="{}" promisedUnit="working-day" effectiveFrom'


def timed(days: int, *more: str, limit: str = "10") -> bytes:
    """An item whose waiting step has a reminder at its border, and a promised limit."""
    late = (
        '<boundaryEvent id="late" attachedToRef="b" cancelActivity="false">'
        f"<timerEventDefinition><timeDuration>P{days}D</timeDuration></timerEventDefinition>"
        "</boundaryEvent>"
    )
    after = ("a", "b", *more, "end")
    return process(
        "p",
        step("a", duty="accept"),
        step("b", limit="5", limitUnit="working-day"),
        *(step(each) for each in more),
        step("remind"),
        late,
        line("start", *after),
        line("late", "remind", "end2"),
        '<endEvent id="end2"/>',
        code="T-1",
    ).replace(
        b"effectiveFrom", f'promised="{limit}" promisedUnit="working-day" effectiveFrom'.encode()
    )


def kept(store: Store) -> dict[str, object]:
    """Timers, limits and pauses of all cases, as they are stored."""
    tables = schema.metadata.tables
    with store.read() as connection:
        found: dict[str, object] = {
            name: connection.execute(select(tables[name])).all()
            for name in ("timer", "case_clock", "clock_pause", "deadline")
        }
        items = schema.work_item.c
        found["due"] = connection.execute(select(items.id, items.since, items.due)).all()
    return found


def test_deadlines_clock_and_timers_stay(desk: Desk, clock: Clock, store: Store) -> None:
    desk.publish(timed(3))
    case = desk.open().id
    desk.do(case, "a", "ding")
    before = kept(store)
    assert before["timer"]
    clock.move(days=1)
    desk.publish(timed(9, "c", limit="2"))
    desk.office.migrate(case, reason="新办法")
    assert kept(store) == before
    clock.move(days=2)
    assert desk.office.tick() == 1
    assert desk.steps(case) == ["b", "remind"]
    desk.do(case, "remind", "ding")
    desk.do(case, "b", "ding")
    desk.do(case, "c", "ding")
    assert desk.office.case(case).case.state is CaseState.FINISHED


def test_limits_are_those_of_the_version_it_was_opened_with(desk: Desk, clock: Clock) -> None:
    desk.publish(timed(3))
    case = desk.open().id
    desk.publish(timed(3, "c", limit="2"))
    desk.office.migrate(case, reason="新办法")
    desk.do(case, "a", "ding")
    found = desk.office.case_clock(case)
    assert found is not None
    assert {deadline.limit.days for deadline in found.deadlines} == {10}


def test_paused_clock_stays_paused_and_timers_wait_out_a_stop(
    desk: Desk, clock: Clock, store: Store
) -> None:
    desk.publish(timed(3))
    case = desk.open().id
    desk.do(case, "a", "ding")
    desk.office.suspend(case, by="zhang", reason="等")
    before = kept(store)
    desk.publish(timed(3, "c"))
    desk.office.migrate(case, reason="新办法")
    clock.move(days=5)
    assert desk.office.tick() == 0
    assert kept(store) == before
    desk.office.resume(case, by="zhang", reason="好了")
    assert desk.steps(case) == ["b", "remind"]


def test_join_that_waits_for_nobody_any_more_goes_on(desk: Desk) -> None:
    def inclusive(*ahead: str) -> bytes:
        gates = '<inclusiveGateway id="split"/><inclusiveGateway id="join"/>'
        gates = gates.replace('id="split"', 'id="split" default="split_a"')
        back = '<exclusiveGateway id="x" default="x_end"/>' + flow("x", "join", "1 > 2")
        return process(
            "p",
            *(step(each) for each in ("a", "b", "c", *ahead)),
            gates,
            back if ahead else "",
            line("start", "split", "a", "join", "c", "end"),
            flow("split", "b", "1 > 0"),
            line("b", *ahead, "join") if not ahead else line("b", *ahead, "x", "end"),
            code="T-1",
        )

    desk.publish(inclusive("d"))
    case = desk.open().id
    assert desk.steps(case) == ["b"]
    desk.publish(inclusive())
    plan = desk.office.migration_plan(case)
    assert plan.reasons == ()
    desk.office.migrate(case, reason="新办法")
    desk.do(case, "b", "ding")
    assert desk.steps(case) == ["c"]


def household(*steps: str) -> bytes:
    return process("child", *(step(each) for each in steps), line("start", *steps, "end"))


def batch(*behind: str) -> bytes:
    rows = field("rows", "table", required="true", columns=column("n", label="姓名"))
    call = (
        '<callActivity id="each" name="逐户" calledElement="child"><extensionElements>'
        '<qd:step post="受理窗口"/><qd:children rows="rows" person="n"/></extensionElements>'
        "</callActivity>"
    )
    steps = (step("list", rows), call, *(step(b) for b in behind))
    return process("p", *steps, line("start", "list", "each", *behind, "end"), code="T-1")


def opened_batch(desk: Desk) -> tuple[str, tuple[str, ...]]:
    desk.publish(batch(), household("u", "v"))
    case = desk.open().id
    desk.do(case, "list", "ding", rows="钱二水\n孙三")
    return case, desk.office.case(case).case.children


def test_child_cases_go_with_the_case_above(desk: Desk) -> None:
    case, (one, two) = opened_batch(desk)
    desk.do(one, "u", "ding")
    desk.publish(batch("z"), household("u", "v", "w"))
    assert desk.office.migration_plan(case).children == (one, two)
    with pytest.raises(NotAllowed, match=f"请换 {case}"):
        desk.office.migrate(one, reason="新办法")
    desk.office.migrate(case, reason="新办法")
    for child in (one, two):
        for each in ("u", "v", "w"):
            if each in desk.waiting(child):
                desk.do(child, each, "ding")
        assert desk.office.case(child).case.state is CaseState.FINISHED
    assert desk.steps(case) == ["z"]


def test_family_moves_as_a_whole_or_not_at_all(desk: Desk) -> None:
    case, (one, _) = opened_batch(desk)
    desk.do(one, "u", "ding")
    desk.publish(batch("z"), household("u", "new", "v"))
    with pytest.raises(Unmovable, match=f"子办件 {one}：“u”办完以后"):
        desk.office.migrate(case, reason="新办法")
    assert "migrated" not in [*desk.actions(case), *desk.actions(one)]


def test_case_nobody_could_go_on_with_goes_on_with_the_mended_version(desk: Desk) -> None:
    def chosen(condition: str) -> bytes:
        gate = '<exclusiveGateway id="x"/>' + flow("x", "b", condition)
        return process(
            "p", step("a"), step("b"), gate, line("start", "a", "x"), line("b", "end"), code="T-1"
        )

    desk.publish(chosen("missing > 1"))
    case = desk.open().id
    with pytest.raises(Exception, match="missing"):
        desk.do(case, "a", "ding")
    assert desk.office.case(case).case.state is CaseState.FAULTY
    desk.publish(chosen("1 > 0"))
    desk.office.migrate(case, reason="改正条件")
    assert desk.office.case(case).case.state is CaseState.OPEN
    desk.office.complete(desk.waiting(case)["a"].id, by="ding", values={})
    assert desk.steps(case) == ["b"]


def test_of_a_move_and_a_completion_exactly_one_wins(
    desk: Desk, reopened: Callable[[], Office]
) -> None:
    file = process("p", step("a"), step("b"), line("start", "a", "b", "end"), code="T-1")
    desk.publish(file)
    case = desk.open()
    item = desk.waiting(case.id)["a"].id
    desk.office.claim(item, by="ding")
    desk.publish(file.replace(b'name="b"', b'name="c"'))
    other, barrier, outcomes = reopened(), threading.Barrier(2), list[str]()

    def attempt(name: str, do: Callable[[], object]) -> None:
        barrier.wait()
        try:
            do()
        except (Stale, AlreadyTaken):
            outcomes.append("lost")
        else:
            outcomes.append(name)

    def move() -> object:
        return desk.office.migrate(case.id, reason="新办法", version=case.version)

    def complete() -> object:
        return other.complete(item, by="ding", values={}, version=case.version)

    threads = [
        threading.Thread(target=attempt, args=args)
        for args in (("moved", move), ("completed", complete))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("lost") == 1
    entries = desk.actions(case.id)
    assert ("migrated" in entries) is ("moved" in outcomes)
    assert ("completed" in entries) is ("completed" in outcomes)
