"""The clock follows the drawing: steps that accept, decide, deliver, or stand outside."""

from datetime import date

import pytest

from engine.runtime import NotAllowed, Office

from ..cases.conftest import Clock, Desk
from ..cases.drawings import field, flow, line, step
from .conftest import at, item, last

ACCEPT = step("accept", duty="accept")
EXAMINE = step("examine", duty="examine", post="资金监管", limit="3", limitUnit="working-day")
DELIVER = step("deliver", duty="deliver")


def marked(id: str, *marks: str, **more: str) -> str:
    return step(id, *(f"<qd:clock {mark}/>" for mark in marks), **more)


def play(desk: Desk, clock: Clock, *moves: str) -> str:
    """Open on the first day given; then ``day step officer``."""
    clock.now = at(moves[0])
    case_id = desk.open().id
    for move in moves[1:]:
        day, step_id, by = move.split()
        clock.now = at(day)
        desk.do(case_id, step_id, by)
    return case_id


def test_accepting_step_starts_the_promise_and_delivering_step_ends_it(
    desk: Desk, office: Office, clock: Clock
) -> None:
    desk.publish(item(ACCEPT, EXAMINE, DELIVER, promised=5))
    case_id = play(desk, clock, "2026-03-02", "2026-03-04 accept ding", "2026-03-05 examine jian")
    found = office.case_clock(case_id)
    assert found is not None
    assert (found.stage, found.accepted_at) == ("accepted", at("2026-03-04"))
    assert last(office, case_id, "promised") == date(2026, 3, 11)
    clock.now = at("2026-03-06")
    desk.do(case_id, "deliver", "ding")
    ended = office.case_clock(case_id)
    assert ended is not None
    assert (ended.decided_at, ended.delivered_at) == (at("2026-03-06"), at("2026-03-06"))
    assert "delivered" not in desk.actions(case_id), "the step's own entry tells it"


def test_what_a_step_does_nobody_does_beside_it(desk: Desk, office: Office, clock: Clock) -> None:
    desk.publish(item(ACCEPT, DELIVER))
    case_id = play(desk, clock, "2026-03-02")
    with pytest.raises(NotAllowed, match="accept"):
        office.accept(case_id, by="ding")
    with pytest.raises(NotAllowed, match="deliver"):
        office.deliver(case_id, by="ding")


def test_end_of_the_procedure_decides_what_no_step_decided(
    desk: Desk, office: Office, clock: Clock
) -> None:
    desk.publish(item(ACCEPT, EXAMINE, promised=5))
    case_id = play(desk, clock, "2026-03-02", "2026-03-02 accept ding", "2026-03-10 examine jian")
    found = office.case_clock(case_id)
    assert found is not None
    assert found.decided_at == at("2026-03-10")


@pytest.mark.parametrize(("result", "stage"), [("受理", "accepted"), ("补正", "correcting")])
def test_mark_holds_where_its_expression_does(
    desk: Desk, office: Office, clock: Clock, result: str, stage: str
) -> None:
    look = (
        marked(
            "look",
            'event="accepted" when="result == \'受理\'"',
            'event="corrections-asked" when="result == \'补正\'"',
            field("result", "choice", options="受理|补正", required="true"),
            duty="accept",
        )
        .replace("<qd:clock <qd:field", "<qd:field")
        .replace("</qd:field>/>", "</qd:field>")
    )
    desk.publish(item(look, EXAMINE))
    case_id = play(desk, clock, "2026-03-02")
    desk.do(case_id, "look", "ding", result=result)
    found = office.case_clock(case_id)
    assert found is not None
    assert found.stage == stage


def test_promise_stands_while_only_steps_outside_it_are_open(
    desk: Desk, office: Office, clock: Clock
) -> None:
    notice = step("notice", offClock="true", limit="7", limitUnit="calendar-day")
    desk.publish(item(ACCEPT, notice, EXAMINE, promised=5))
    case_id = play(desk, clock, "2026-03-02", "2026-03-02 accept ding")
    assert last(office, case_id, "promised") is None
    clock.now = at("2026-03-09")
    desk.do(case_id, "notice", "ding")
    assert last(office, case_id, "promised") == date(2026, 3, 16)
    found = office.case_clock(case_id)
    assert found is not None
    (pause,) = found.pauses
    assert (pause.reason, pause.statutory) == ("公示期不计入", False)


def test_promise_runs_while_another_branch_is_inside_it(
    desk: Desk, office: Office, clock: Clock
) -> None:
    fork, join = '<parallelGateway id="fork"/>', '<parallelGateway id="join"/>'
    outside = step("outside", offClock="true")
    flows = line("start", "accept", "fork", "outside", "join", "end")
    flows += flow("fork", "examine") + flow("examine", "join")
    content = item(ACCEPT, outside, EXAMINE, fork, join, promised=5, flows=flows)
    desk.publish(content)
    case_id = play(desk, clock, "2026-03-02", "2026-03-02 accept ding")
    assert last(office, case_id, "promised") == date(2026, 3, 9)
    clock.now = at("2026-03-04")
    desk.do(case_id, "examine", "jian")
    assert last(office, case_id, "promised") is None


def test_statutory_limit_of_a_step_stands_beside_its_own(
    desk: Desk, office: Office, clock: Clock
) -> None:
    told = step(
        "tell",
        limit="3",
        limitUnit="working-day",
        statutory="15",
        statutoryUnit="calendar-day",
    )
    desk.publish(item(told, EXAMINE))
    case_id = play(desk, clock, "2026-03-02")
    waiting = desk.waiting(case_id)["tell"]
    assert waiting.due is not None
    assert waiting.due.date() == date(2026, 3, 5)
    found = office.case_clock(case_id)
    assert found is not None
    (deadline,) = [d for d in found.deadlines if d.work_item_id == waiting.id]
    assert (deadline.last, deadline.met_at) == (date(2026, 3, 17), None)
    desk.do(case_id, "tell", "ding")
    done = office.case_clock(case_id)
    assert done is not None
    assert [d.met_at for d in done.deadlines if d.work_item_id] == [at("2026-03-02")]


@pytest.mark.parametrize(
    ("arrives", "unit", "ends"),
    [
        ("2026-09-30", "working-day", "2026-10-10"),
        ("2026-10-03", "immediate", "2026-10-08"),
        ("2026-09-30", "calendar-day", "2026-10-03"),
    ],
)
def test_limits_of_steps_know_the_holidays(
    desk: Desk, office: Office, clock: Clock, arrives: str, unit: str, ends: str
) -> None:
    more = {} if unit == "immediate" else {"limit": "3"}
    desk.publish(item(step("work", limitUnit=unit, **more)))
    case_id = play(desk, clock, arrives)
    due = desk.waiting(case_id)["work"].due
    assert due is not None
    assert due.date() == date.fromisoformat(ends)
