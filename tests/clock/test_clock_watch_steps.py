"""Late and nearly late steps of all cases, by their own limits and by those of statutes."""

import random
from datetime import date

import pytest

from engine.model.case import WorkItemState
from engine.model.clock import DeadlineKind, Light
from engine.runtime import Office
from engine.runtime.deadlines.view import step_standing

from ..cases.conftest import Clock, Desk
from ..cases.drawings import step
from .conftest import at, item

DAYS = ("2026-03-03", "2026-03-09", "2026-03-13", "2026-03-19", "2026-03-31", "2026-05-04")
EVERY = (DeadlineKind.PROMISED, DeadlineKind.STATUTORY)


@pytest.fixture
def cases(desk: Desk, clock: Clock) -> list[str]:
    """Cases whose step has five days, ten calendar days by law; the next has twenty days."""
    short = {"limit": "5", "limitUnit": "working-day"}
    law = {"statutory": "10", "statutoryUnit": "calendar-day"}
    desk.publish(
        item(
            step("accept", duty="accept", **short, **law),
            step("look", duty="examine", post="资金监管", limit="20", limitUnit="calendar-day"),
        )
    )
    opened = []
    for day in range(2, 20):
        clock.now = at(f"2026-03-{day:02}")
        opened.append(desk.open().id)
        if day % 3 == 0:
            desk.do(opened[-1], "accept", "ding")
    return opened


#: Day, kind and item of a limit.
Told = list[tuple[date, str, str]]


def by_hand(office: Office, cases: list[str], light: Light) -> Told:
    """Every limit with a light, one step after the other."""
    calendar, now = office.calendar(), office.clock()
    found: Told = []
    for case in cases:
        by_law = office.step_lines(case)
        for one in office.case(case).work_items:
            if one.state not in (WorkItemState.READY, WorkItemState.CLAIMED):
                continue
            if step_standing(one, calendar, now).light is light:
                assert one.due is not None
                found.append((one.due.date(), "promised", one.id))
            for line in by_law.get(one.id, ()):
                if line.last and line.standing.light is light:
                    found.append((line.last, line.kind.value, one.id))
    return sorted(found)


def listed(office: Office, light: Light, part: int) -> Told:
    """The same from the list, so many at a time."""
    found: Told = []
    after = ""
    while True:
        due = office.steps_due(light, after=after, limit=part)
        found += [(one.last, one.kind.value, one.item.id) for one in due.limits]
        assert {one.standing.light for one in due.limits} <= {light}
        assert all(one.case.id == one.item.case_id for one in due.limits)
        if not due.after:
            return found
        after = due.after


@pytest.mark.parametrize("chunk", [2, 100])
def test_late_steps_are_those_whose_light_says_so_in_the_order_of_their_ends(
    office: Office, cases: list[str], clock: Clock, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("engine.runtime.deadlines.stepwatch._CHUNK", chunk)
    seen = set()
    for day in DAYS:
        clock.now = at(day)
        for light in (Light.RED, Light.YELLOW):
            expected = by_hand(office, cases, light)
            seen |= {(light, kind) for _, kind, _ in expected}
            for part in (1, 4, 100):
                assert listed(office, light, part) == expected, (day, light, part)
            assert office.count_steps_due(light) == len(expected)
    assert seen == {(light, kind.value) for light in (Light.RED, Light.YELLOW) for kind in EVERY}


def test_what_is_done_or_ended_is_owed_by_nobody(
    office: Office, desk: Desk, cases: list[str], clock: Clock
) -> None:
    clock.now = at("2026-06-01")
    before = {one.item.case_id for one in office.steps_due(Light.RED, limit=100).limits}
    assert before == set(cases)
    chosen = random.Random(5).sample([case for case in cases if desk.steps(case) == ["accept"]], 2)
    office.terminate(chosen[0], by="zhang", reason="申请人撤回")
    office.suspend(chosen[1], by="zhang", reason="等批复")
    after = {one.item.case_id for one in office.steps_due(Light.RED, limit=100).limits}
    assert after == set(cases) - {chosen[0]}


def test_a_list_begins_anew_behind_a_mark_that_is_none(office: Office, cases: list[str]) -> None:
    first = office.steps_due(Light.YELLOW, limit=3)
    for mark in ("x", "2026-13-01 promised 1", "2026-03-01 else 1", "2026-03-01"):
        assert office.steps_due(Light.YELLOW, after=mark, limit=3) == first


def test_counting_ends_where_there_are_just_more(
    office: Office, cases: list[str], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = at("2026-06-01")
    monkeypatch.setattr("engine.runtime.todo.MOST_COUNTED", 3)
    assert office.count_steps_due(Light.RED) == 4


def test_steps_of_cases_on_an_old_version_are_nearly_late_by_its_limits(
    office: Office, desk: Desk, clock: Clock
) -> None:
    long = {"limit": "40", "limitUnit": "working-day"}
    law = {"statutory": "90", "statutoryUnit": "calendar-day"}
    clock.now = at("2026-03-02")
    desk.publish(item(step("work", **long, **law)))
    old = desk.open().id
    desk.publish(item(step("work", limit="5", limitUnit="working-day")))
    desk.open()
    # Eight working days before its end: a fifth of forty.
    clock.now = at("2026-04-16")
    assert [(one.item.case_id, one.last) for one in office.steps_due(Light.YELLOW).limits] == [
        (old, date(2026, 4, 28))
    ]
    assert office.count_steps_due(Light.YELLOW) == 1
    clock.now = at("2026-05-20")
    nearly = office.steps_due(Light.YELLOW).limits
    assert [(one.item.case_id, one.kind.value) for one in nearly] == [(old, "statutory")]
    assert {one.item.case_id for one in office.steps_due(Light.RED).limits} > {old}


def test_step_whose_limit_a_later_version_leaves_out_keeps_the_end_it_had(
    office: Office, desk: Desk, clock: Clock
) -> None:
    clock.now = at("2026-03-02")
    desk.publish(item(step("work", limit="20", limitUnit="working-day")))
    case_id = desk.open().id
    desk.publish(item(step("work")))
    office.migrate(case_id, by="zhang", reason="时限取消")
    (waiting,) = office.open_steps([case_id])[case_id]
    assert (waiting.limit, waiting.due and waiting.due.date()) == (None, date(2026, 3, 30))
    for day, light in (
        ("2026-03-27", None),
        ("2026-03-30", Light.YELLOW),
        ("2026-03-31", Light.RED),
    ):
        clock.now = at(day)
        shown = {each for each in (Light.RED, Light.YELLOW) if office.steps_due(each).limits}
        assert shown == ({light} if light else set())


def test_steps_that_stand_are_listed_as_they_were_reached(
    office: Office, desk: Desk, clock: Clock
) -> None:
    law = {"statutory": "10", "statutoryUnit": "calendar-day"}
    own = {"limit": "5", "limitUnit": "working-day"}
    desk.publish(
        item(
            step("work", **own, **law),
            step("free", **law),
            step("approved", limitUnit="as-approved", **law),
            category="行政许可",
            promised=10,
        )
    )
    expected = []
    for number, kind in enumerate(("听证", "等函复", "听证", "")):
        clock.now = at(f"2026-03-{number + 2:02}")
        case_id = desk.open().id
        office.accept(case_id, by="ding")
        if number == 2:
            desk.do(case_id, "work", "ding")
        if not kind:
            continue
        office.pause_clock(case_id, by="ding", kind=kind, reason="待查")
        if number != 2:
            expected.append((case_id, "promised"))
        if kind == "听证":
            expected.append((case_id, "statutory"))
    clock.now = at("2026-04-20")
    for part in (1, 2, 9):
        found, after = [], ""
        while True:
            due = office.steps_due(Light.GREY, after=after, limit=part)
            found += due.limits
            if not (after := due.after):
                break
        assert [(one.item.case_id, one.kind.value) for one in found] == expected, part
        assert {(one.last, one.standing.word) for one in found} == {(None, "暂停计时")}
    assert office.count_steps_due(Light.GREY) == len(expected)
    for mark in ("x", "2026-03-01 promised 1", "2026-13-01T00:00:00 promised 1"):
        assert office.steps_due(Light.GREY, after=mark, limit=9).limits == tuple(found)
    office.suspend(expected[0][0], by="zhang", reason="等批复")
    office.terminate(expected[-1][0], by="zhang", reason="申请人撤回")
    assert office.count_steps_due(Light.GREY) == len(expected) - 1
