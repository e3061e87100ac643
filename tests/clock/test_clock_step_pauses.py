"""Limits of single steps while the clock of their case stands."""

from dataclasses import replace
from datetime import date

import pytest

from engine.model.clock import Light
from engine.runtime import Office
from engine.runtime.deadlines.view import step_standing

from ..cases.conftest import ROSTER, Clock, Desk, officer
from ..cases.drawings import column, field, line, process, step
from .conftest import INFORMATION, at, item, last

FIVE = {"limit": "5", "limitUnit": "working-day"}
LAW = {"statutory": "10", "statutoryUnit": "calendar-day"}
#: What only the promise stands for, and what 行政许可法第四十五条 names.
OWN_WORDS, NAMED = "等第三方意见", "听证"


def opened(desk: Desk, clock: Clock, *steps: str, **more: str) -> str:
    """An accepted permit with its steps in a row, opened on Monday 2 March."""
    desk.publish(item(*steps, category="行政许可", promised=10, **more))  # type: ignore[arg-type]
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    desk.office.accept(case_id, by="ding")
    return case_id


def pause(office: Office, clock: Clock, case_id: str, day: str, kind: str = OWN_WORDS) -> None:
    clock.now = at(day)
    office.pause_clock(case_id, by="ding", kind=kind, reason="材料待核")


def resume(office: Office, clock: Clock, case_id: str, day: str) -> None:
    clock.now = at(day)
    office.resume_clock(case_id, by="ding")


def due(desk: Desk, case_id: str, step_id: str) -> date | None:
    """The last day of a step's own limit; None while it stands."""
    found = desk.waiting(case_id)[step_id]
    assert (found.due is None) == found.stands
    return found.due.date() if found.due else None


def law(office: Office, desk: Desk, case_id: str, step_id: str) -> date | None:
    """The last day of what the law sets a step."""
    (line,) = office.step_lines(case_id)[desk.waiting(case_id)[step_id].id]
    return line.last


def test_step_stands_with_the_clock_of_its_case_and_goes_on_with_it(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, step("work", **FIVE))
    assert due(desk, case_id, "work") == date(2026, 3, 9)
    pause(office, clock, case_id, "2026-03-04")
    clock.now = at("2026-04-20")
    (waiting,) = office.open_steps([case_id])[case_id]
    found = step_standing(waiting, office.calendar(), clock.now)
    assert (found.light, found.word) == (Light.GREY, "暂停计时")
    for light in (Light.RED, Light.YELLOW):
        assert office.steps_due(light).limits == ()
        assert office.count_steps_due(light) == 0
    resume(office, clock, case_id, "2026-04-20")
    # Two of five days were gone.
    assert due(desk, case_id, "work") == date(2026, 4, 23)
    clock.now = at("2026-04-24")
    assert [one.item.id for one in office.steps_due(Light.RED).limits] == [waiting.id]


@pytest.mark.parametrize(
    ("kind", "stands"),
    [(OWN_WORDS, date(2026, 3, 12)), (NAMED, None)],
)
def test_what_the_law_sets_a_step_stands_only_for_what_the_statute_names(
    desk: Desk, office: Office, clock: Clock, kind: str, stands: date | None
) -> None:
    case_id = opened(desk, clock, step("work", **FIVE, **LAW))
    pause(office, clock, case_id, "2026-03-04", kind)
    assert law(office, desk, case_id, "work") == stands
    assert due(desk, case_id, "work") is None
    resume(office, clock, case_id, "2026-03-09")
    assert law(office, desk, case_id, "work") == (stands or date(2026, 3, 17))


def test_step_outside_the_clock_is_what_the_case_waits_for_and_runs_on(
    desk: Desk, office: Office, clock: Clock
) -> None:
    fork, join = '<parallelGateway id="fork"/>', '<parallelGateway id="join"/>'
    village = step("village", **FIVE, external="true")
    hearing = step("hearing", **FIVE, **LAW, offClock="true")
    flows = line("start", "fork", "village", "join", "end") + line("fork", "hearing", "join")
    case_id = opened(desk, clock, village, hearing, fork, join, flows=flows)
    pause(office, clock, case_id, "2026-03-04", NAMED)
    assert due(desk, case_id, "village") is None
    assert due(desk, case_id, "hearing") == date(2026, 3, 9)
    assert law(office, desk, case_id, "hearing") == date(2026, 3, 12)


def test_step_that_opens_meanwhile_stands_from_the_first_and_is_counted_afterwards(
    desk: Desk, office: Office, clock: Clock
) -> None:
    now = step("now", limitUnit="immediate")
    case_id = opened(desk, clock, step("work", **FIVE), step("next", **FIVE, **LAW), now)
    pause(office, clock, case_id, "2026-03-04", NAMED)
    clock.now = at("2026-03-06")
    desk.do(case_id, "work", "ding")
    (done,) = [one for one in office.case(case_id).work_items if one.step == "work"]
    assert step_standing(done, office.calendar(), clock.now).word == "按时完成"
    assert (due(desk, case_id, "next"), law(office, desk, case_id, "next")) == (None, None)
    resume(office, clock, case_id, "2026-03-10")
    assert due(desk, case_id, "next") == date(2026, 3, 17)
    assert law(office, desk, case_id, "next") == date(2026, 3, 20)
    pause(office, clock, case_id, "2026-03-11")
    desk.do(case_id, "next", "ding")
    assert due(desk, case_id, "now") is None
    resume(office, clock, case_id, "2026-03-14")
    assert due(desk, case_id, "now") == date(2026, 3, 16)


def test_pauses_add_up_and_one_of_a_single_day_changes_nothing(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, step("work", **FIVE))
    pause(office, clock, case_id, "2026-03-02")
    resume(office, clock, case_id, "2026-03-02")
    assert due(desk, case_id, "work") == date(2026, 3, 9)
    for begins, ends in (("2026-03-03", "2026-03-05"), ("2026-03-06", "2026-03-09")):
        pause(office, clock, case_id, begins)
        resume(office, clock, case_id, ends)
    assert due(desk, case_id, "work") == date(2026, 3, 12)


def test_limit_that_ended_before_the_pause_stays_overdue(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, step("work", **FIVE))
    pause(office, clock, case_id, "2026-03-10")
    assert due(desk, case_id, "work") == date(2026, 3, 9)
    assert len(office.steps_due(Light.RED).limits) == 1


def test_calendar_revised_while_the_clock_stands_counts_when_it_goes_on(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, step("work", **FIVE))
    pause(office, clock, case_id, "2026-03-04", NAMED)
    office.set_day(date(2026, 3, 12), works=False, reason="防汛", by="zhang")
    office.set_day(date(2026, 3, 3), works=False, reason="防汛", by="zhang")
    assert office.recount(by="zhang") == ()
    resume(office, clock, case_id, "2026-03-10")
    # Only the 4th was counted before; the 12th is none.
    assert due(desk, case_id, "work") == date(2026, 3, 17)
    office.set_day(date(2026, 3, 12), works=True, reason="汛情解除", by="zhang")
    changes = [(one.name, one.after) for one in office.recount(by="zhang")]
    assert ("work", date(2026, 3, 16)) in changes


def test_what_a_suspended_case_owes_is_counted_again_too(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, step("work", **FIVE, **LAW))
    office.suspend(case_id, by="zhang", reason="等批复")
    office.set_day(date(2026, 3, 4), works=False, reason="防汛", by="zhang")
    changes = {one.name: one.after for one in office.recount(by="zhang")}
    assert changes["work"] == due(desk, case_id, "work") == date(2026, 3, 10)


def test_delegated_step_stands_like_any_other(desk: Desk, office: Office, clock: Clock) -> None:
    office.appoint(replace(ROSTER, officers=(*ROSTER.officers, officer("guan", "资金监管"))))
    case_id = opened(desk, clock, step("work", post="资金监管", **FIVE))
    waiting = desk.waiting(case_id)["work"]
    office.claim(waiting.id, by="jian")
    office.delegate(waiting.id, by="jian", to="guan", reason="外出")
    pause(office, clock, case_id, "2026-03-04")
    assert due(desk, case_id, "work") is None
    office.give_back(waiting.id, by="guan", reason="材料不足")
    resume(office, clock, case_id, "2026-03-05")
    assert due(desk, case_id, "work") == date(2026, 3, 10)


def test_step_that_decides_lets_the_others_go_on(desk: Desk, office: Office, clock: Clock) -> None:
    decide = step("decide").replace("</qd:step>", '<qd:clock event="decided"/></qd:step>')
    fork, join = '<parallelGateway id="fork"/>', '<parallelGateway id="join"/>'
    flows = line("start", "fork", "decide", "join", "end") + line("fork", "work", "join")
    case_id = opened(desk, clock, decide, step("work", **FIVE), fork, join, flows=flows)
    pause(office, clock, case_id, "2026-03-04")
    clock.now = at("2026-03-06")
    desk.do(case_id, "decide", "ding")
    assert due(desk, case_id, "work") == date(2026, 3, 11)


def test_refusal_lets_the_steps_go_on(desk: Desk, office: Office, clock: Clock) -> None:
    desk.publish(item(step("work", **FIVE), basis=INFORMATION, promised=10))
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    pause(office, clock, case_id, "2026-03-04", "征求第三方意见")
    assert due(desk, case_id, "work") is None
    clock.now = at("2026-03-06")
    office.refuse_acceptance(case_id, by="ding", reason="不属于公开范围")
    assert due(desk, case_id, "work") == date(2026, 3, 11)


def test_child_cases_stand_with_the_clock_of_the_case_above_them(
    desk: Desk, office: Office, clock: Clock
) -> None:
    fill = step("fill", field("people", "table", columns=column("who", "person")))
    call = (
        '<callActivity id="call" name="call" calledElement="Sub"><extensionElements>'
        '<qd:children rows="people" person="who"/></extensionElements></callActivity>'
    )
    below = process("Sub", step("one", **FIVE, **LAW), line("start", "one", "end"))
    desk.publish(item(fill, call, category="行政许可", promised=10), below)
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    office.accept(case_id, by="ding")
    desk.do(case_id, "fill", "ding", people="甲\n乙")
    first, second = office.case(case_id).case.children
    pause(office, clock, case_id, "2026-03-04", NAMED)
    for child in (first, second):
        assert due(desk, child, "one") is None
    desk.do(first, "one", "ding")
    clock.now = at("2026-04-20")
    assert office.steps_due(Light.RED).limits == ()
    resume(office, clock, case_id, "2026-04-20")
    assert due(desk, second, "one") == date(2026, 4, 23)
    clock.now = at("2026-05-20")
    late = [(one.item.case_id, one.kind.value) for one in office.steps_due(Light.RED).limits]
    assert late == [(second, "promised"), (second, "statutory")]


def test_promise_kept_on_its_last_day_is_not_late_for_what_it_leaves_out(
    desk: Desk, office: Office, clock: Clock
) -> None:
    steps = step("accept", duty="accept"), step("look"), step("file", offClock="true")
    desk.publish(item(*steps, promised=5))
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    desk.do(case_id, "accept", "ding")
    clock.now = at("2026-03-09")
    desk.do(case_id, "look", "ding")
    assert last(office, case_id, "promised") is None
    clock.now = at("2026-03-20")
    desk.do(case_id, "file", "ding")
    (kept,) = office.case_limits([case_id])[case_id]
    assert kept.standing.word == "按时完成"


def test_cases_opened_by_a_call_outside_the_clock_run_on(
    desk: Desk, office: Office, clock: Clock
) -> None:
    fill = step("fill", field("people", "table", columns=column("who", "person")))
    call = (
        '<callActivity id="call" name="call" calledElement="Sub"><extensionElements>'
        '<qd:step offClock="true"/><qd:children rows="people" person="who"/>'
        "</extensionElements></callActivity>"
    )
    body = step("one", **FIVE), step("two", **FIVE, **LAW), line("start", "one", "two", "end")
    desk.publish(item(fill, call, category="行政许可", promised=10), process("Sub", *body))
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    office.accept(case_id, by="ding")
    desk.do(case_id, "fill", "ding", people="甲")
    (child,) = office.case(case_id).case.children
    assert last(office, case_id, "promised") is None
    pause(office, clock, case_id, "2026-03-04", NAMED)
    assert due(desk, child, "one") == date(2026, 3, 9)
    desk.do(child, "one", "ding")
    assert due(desk, child, "two") == date(2026, 3, 11)
    assert law(office, desk, child, "two") == date(2026, 3, 14)


def test_steps_stand_while_it_is_the_applicants_turn(
    desk: Desk, office: Office, clock: Clock
) -> None:
    desk.publish(item(step("work", **FIVE, **LAW), step("next", **FIVE), category="行政许可"))
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    clock.now = at("2026-03-04")
    office.ask_corrections(case_id, by="ding", corrections="身份证明")
    assert (due(desk, case_id, "work"), law(office, desk, case_id, "work")) == (None, None)
    clock.now = at("2026-03-09")
    desk.do(case_id, "work", "ding")
    assert due(desk, case_id, "next") is None
    clock.now = at("2026-04-20")
    office.receive_corrections(case_id, by="ding")
    assert due(desk, case_id, "next") == date(2026, 4, 27)


@pytest.mark.parametrize("act", ["accept", "refuse"])
def test_what_is_decided_without_corrections_lets_the_steps_go_on(
    desk: Desk, office: Office, clock: Clock, act: str
) -> None:
    desk.publish(item(step("work", **FIVE, **LAW), promised=10))
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    office.ask_corrections(case_id, by="ding", corrections="身份证明")
    assert due(desk, case_id, "work") is None
    clock.now = at("2026-03-06")
    if act == "accept":
        office.accept(case_id, by="ding")
    else:
        office.refuse_acceptance(case_id, by="ding", reason="不予补正")
    assert due(desk, case_id, "work") == date(2026, 3, 13)
    assert law(office, desk, case_id, "work") == date(2026, 3, 16)


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({"category": "行政许可"}, "2026-03-10"),
        ({"basis": INFORMATION}, "2026-03-12"),
    ],
)
def test_corrections_asked_for_too_late_stop_nothing(
    desk: Desk, office: Office, clock: Clock, more: dict[str, str], asked: str
) -> None:
    desk.publish(item(step("work", limit="15", limitUnit="working-day"), **more))  # type: ignore[arg-type]
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    clock.now = at(asked)
    office.ask_corrections(case_id, by="ding", corrections="身份证明")
    assert due(desk, case_id, "work") == date(2026, 3, 23)


def test_step_that_takes_corrections_in_runs_on_while_the_others_stand(
    desk: Desk, office: Office, clock: Clock
) -> None:
    asks = step("ask").replace("</qd:step>", '<qd:clock event="corrections-asked"/></qd:step>')
    takes = step("take", **FIVE).replace("</qd:step>", '<qd:clock event="corrected"/></qd:step>')
    fork, join = '<parallelGateway id="fork"/>', '<parallelGateway id="join"/>'
    flows = line("start", "fork", "ask", "take", "join", "end") + line("fork", "work", "join")
    desk.publish(item(asks, takes, step("work", **FIVE), fork, join, promised=10, flows=flows))
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    clock.now = at("2026-03-04")
    desk.do(case_id, "ask", "ding")
    assert due(desk, case_id, "take") == date(2026, 3, 11)
    assert due(desk, case_id, "work") is None
    clock.now = at("2026-03-10")
    desk.do(case_id, "take", "ding")
    assert due(desk, case_id, "work") == date(2026, 3, 13)
