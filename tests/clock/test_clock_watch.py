"""The light of many cases at once: in lists, late ones, nearly late ones."""

import random
from datetime import date, timedelta

import pytest

from engine.model.calendar import Calendar
from engine.model.case import CaseState
from engine.model.clock import Light, standing
from engine.model.item import LimitUnit, TimeLimit
from engine.runtime import Office
from engine.runtime.deadlines.announced import announced_year
from engine.runtime.deadlines.stepwatch import last_near

from ..cases.conftest import Clock, Desk
from ..cases.drawings import field, step
from .conftest import at, item

CALENDAR = Calendar(announced_year)
ACCEPT = step("accept", duty="accept")
EXAMINE = step("examine", duty="examine", post="资金监管")
STANDS = step(
    "village",
    field("found"),
    post="受理窗口",
    offClock="true",
)


@pytest.mark.parametrize("unit", LimitUnit)
def test_last_near_day_is_the_last_a_light_is_yellow(unit: LimitUnit) -> None:
    for days in (0, 1, 4, 5, 9, 10, 20, 60):
        limit = TimeLimit(days=days, unit=unit)
        for today in (date(2026, 2, 13) + timedelta(days=n) for n in range(20)):
            near = last_near(CALENDAR, unit, days, today)
            for last in (near - timedelta(days=1), near, near + timedelta(days=1)):
                light = standing(CALENDAR, limit, last, today).light
                assert (light in (Light.YELLOW, Light.RED)) == (last <= near), (days, today, last)


@pytest.fixture
def cases(desk: Desk, clock: Clock) -> list[str]:
    """Cases of a ten-day promise and a twenty-day law, received on days of three weeks."""
    desk.publish(item(ACCEPT, EXAMINE, promised=10, statutory=20))
    opened = []
    for day in range(2, 23):
        clock.now = at(f"2026-03-{day:02}")
        case = desk.open().id
        desk.do(case, "accept", "ding")
        opened.append(case)
    return opened


def by_hand(office: Office, cases: list[str], light: Light) -> set[str]:
    """Cases whose worst running limit has a light, one by one."""
    worst = [Light.RED, Light.YELLOW, Light.GREEN, Light.GREY]
    found = office.case_limits(cases)
    return {
        case
        for case in cases
        if min((worst.index(one.standing.light) for one in found[case]), default=3)
        == worst.index(light)
    }


def test_late_and_nearly_late_cases_are_those_whose_light_says_so(
    office: Office, cases: list[str], clock: Clock
) -> None:
    clock.now = at("2026-03-25")
    office.extend(cases[10], by="zhang", days=5, reason="材料多", notice="书面告知")
    for day in ("2026-03-20", "2026-03-28", "2026-03-31", "2026-04-04", "2026-04-20"):
        clock.now = at(day)
        for light in (Light.RED, Light.YELLOW):
            due = [case.id for case in office.cases_due(light, limit=100)]
            assert set(due) == by_hand(office, cases, light), (day, light)
            assert len(due) == office.count_due(light)
            ends = [min(one.last for one in office.case_limits([case])[case]) for case in due]
            assert ends == sorted(ends)
    assert office.count_due(Light.RED) == len(cases)


def test_a_case_that_is_done_or_ended_is_not_due(
    office: Office, desk: Desk, cases: list[str], clock: Clock
) -> None:
    clock.now = at("2026-04-30")
    desk.do(cases[0], "examine", "jian")
    office.terminate(cases[1], by="zhang", reason="申请人撤回")
    office.suspend(cases[2], by="zhang", reason="等批复")
    due = {case.id: case.state for case in office.cases_due(Light.RED, limit=100)}

    assert set(due) == set(cases[2:])
    assert due[cases[2]] is CaseState.SUSPENDED
    kept = office.case_limits([cases[0]])[cases[0]]
    assert {one.standing.word for one in kept} == {"超期22个工作日完成", "超期32个工作日完成"}
    only = office.cases_due(Light.RED, state=CaseState.SUSPENDED, limit=100)
    assert [case.id for case in only] == [cases[2]]


def test_due_cases_are_searched_and_paged(office: Office, cases: list[str], clock: Clock) -> None:
    clock.now = at("2026-04-30")
    every = [case.id for case in office.cases_due(limit=100)]
    pages = [case.id for start in (0, 10, 20) for case in office.cases_due(limit=10, offset=start)]

    assert pages == every
    assert [case.id for case in office.cases_due(text=cases[3])] == [cases[3]]


def test_a_clock_that_stands_is_grey_and_not_due(office: Office, desk: Desk, clock: Clock) -> None:
    desk.publish(item(ACCEPT, STANDS, EXAMINE, promised=5))
    clock.now = at("2026-03-02")
    case = desk.open().id
    desk.do(case, "accept", "ding")
    clock.now = at("2026-04-30")
    (limit,) = office.case_limits([case])[case]

    assert (limit.standing.light, limit.last) == (Light.GREY, None)
    assert office.cases_due() == ()


def test_open_steps_are_those_of_the_cases_asked_for(
    office: Office, desk: Desk, cases: list[str]
) -> None:
    desk.do(cases[0], "examine", "jian")
    chosen = random.Random(7).sample(cases[1:], 5)
    found = office.open_steps([cases[0], *chosen])

    assert set(found) == set(chosen)
    assert all([step.step for step in steps] == ["examine"] for steps in found.values())
