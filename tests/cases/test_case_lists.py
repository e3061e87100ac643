"""Lists show as much as a screen holds, and go on from there."""

import pytest

from engine.model.office import Officer
from engine.runtime.judging import Assignment, Judge
from engine.runtime.lookahead import Facts

from .conftest import Clock, Desk
from .test_case_kills import LOOPING


def test_long_list_shows_the_oldest_first_and_says_there_are_more(desk: Desk, clock: Clock) -> None:
    desk.publish(LOOPING)
    opened = []
    for _ in range(4):
        clock.move(minutes=1)
        opened.append(desk.open().id)
        todo = desk.office.todo("ding", most=3)
        assert [item.case_id for item in todo.open] == opened[:3]
        assert bool(todo.open_next) == (len(opened) > 3)


def test_list_goes_on_after_the_last_item_shown(desk: Desk, clock: Clock) -> None:
    desk.publish(LOOPING)
    opened = []
    for _ in range(5):
        opened.append(desk.open().id)
        clock.move(minutes=1)
    first = desk.office.todo("ding", most=2)
    second = desk.office.todo("ding", most=2, open_after=first.open_next)
    third = desk.office.todo("ding", most=2, open_after=second.open_next)
    pages = [[item.case_id for item in todo.open] for todo in (first, second, third)]
    assert pages == [opened[:2], opened[2:4], opened[4:]]
    assert (third.open_next, third.open_count) == ("", 5)


def test_claimed_items_are_listed_page_by_page_too(desk: Desk, clock: Clock) -> None:
    desk.publish(LOOPING)
    for _ in range(3):
        (item,) = desk.office.case(desk.open().id).work_items
        desk.office.claim(item.id, by="ding")
        clock.move(minutes=1)
    first = desk.office.todo("ding", most=2)
    second = desk.office.todo("ding", most=2, mine_after=first.mine_next)
    assert (len(first.mine), len(second.mine), second.mine_next) == (2, 1, "")
    assert (first.mine_count, first.open_count) == (3, 0)


def test_work_items_that_are_alike_are_judged_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.publish(LOOPING)
    for _ in range(3):
        desk.open()
    asked = []
    assign = Judge.assign

    def count(judge: Judge, officer: Officer, item: Facts, case: Facts) -> Assignment:
        asked.append(item["id"])
        return assign(judge, officer, item, case)

    monkeypatch.setattr(Judge, "assign", count)
    assert [item.refusal for item in desk.office.todo("ding").open] == [""] * 3
    assert len(asked) == 1
