"""Working days and ends of limits against a count day by day, 2024 to 2027."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from random import Random

import pytest
from chinese_calendar import is_workday
from holidays.countries.china import China

from engine.model.calendar import Calendar, Override, Span, UnknownYear, last_day, merged
from engine.model.item import LimitUnit, TimeLimit
from engine.runtime.deadlines.announced import announced_year

DAY = timedelta(days=1)
CALENDAR = Calendar(announced_year)
#: Years nobody has announced, as the tests were written.
EXPECTED = China(years=(2027, 2028))


@cache
def works(day: date) -> bool:
    """The oracle's word, from the libraries' own answers."""
    if day.year < 2027:
        return bool(is_workday(day))
    return day.weekday() < 5 and day not in EXPECTED


def days(first: date, last: date) -> Iterable[date]:
    while first <= last:
        yield first
        first += DAY


SPAN = tuple(days(date(2024, 1, 1), date(2027, 12, 31)))


def counted_by_hand(
    after: date, number: int, *, working: bool, pauses: Iterable[tuple[date, date]] = ()
) -> date:
    day = after
    while number:
        day += DAY
        stands = any(begins < day <= ends for begins, ends in pauses)
        number -= (not working or works(day)) and not stands
    # Stopped on its last day, it has that day again once the clock goes on.
    while any(begins <= day < ends for begins, ends in pauses) or (working and not works(day)):
        day += DAY
    return day


def test_every_day_works_as_announced() -> None:
    assert [d for d in SPAN if CALENDAR.works(d) != works(d)] == []


def test_every_limit_of_1_to_60_working_days_from_every_day_ends_as_counted_by_hand() -> None:
    for after in SPAN:
        day, number = after, 0
        while number < 60:
            day += DAY
            if works(day):
                number += 1
                limit = TimeLimit(days=number, unit=LimitUnit.WORKING_DAY)
                assert last_day(CALENDAR, limit, after) == day, (after, number)
                assert CALENDAR.count(after, day) == number, (after, day)


def test_other_limits_from_every_day_end_as_looked_up_by_hand() -> None:
    immediate, monthly = (TimeLimit(days=0, unit=LimitUnit(u)) for u in ("immediate", "monthly"))
    for after in SPAN:
        at_once = next(day for day in days(after, after + 30 * DAY) if works(day))
        assert last_day(CALENDAR, immediate, after) == at_once, after
        end = date(after.year, after.month, monthrange(after.year, after.month)[1])
        assert last_day(CALENDAR, monthly, after) == end, after
        for number in (1, 7, 15, 60):
            limit = TimeLimit(days=number, unit=LimitUnit.CALENDAR_DAY)
            end = after + number * DAY
            moved = next(day for day in days(end, end + 30 * DAY) if works(day))
            assert last_day(CALENDAR, limit, after) == end, (after, number)
            assert last_day(CALENDAR, limit, after, moves=True) == moved, (after, number)


def test_ends_with_days_left_out_agree_with_the_count_by_hand() -> None:
    seed = 20271001
    random = Random(seed)
    for _ in range(3000):
        after = random.choice(SPAN[:-200])
        number = random.randint(1, 60)
        spans = [
            Span(since=since, until=since + random.randint(0, 30) * DAY)
            for since in (
                after + random.randint(-10, 60) * DAY for _ in range(random.randint(1, 4))
            )
        ]
        pauses = [(span.since, span.until) for span in spans if span.until]
        for unit in (LimitUnit.WORKING_DAY, LimitUnit.CALENDAR_DAY):
            working = unit is LimitUnit.WORKING_DAY
            expected = counted_by_hand(after, number, working=working, pauses=pauses)
            limit = TimeLimit(days=number, unit=unit)
            found = last_day(CALENDAR, limit, after, spans=spans)
            assert found == expected, f"seed {seed}: {after} {limit} {spans}"


@pytest.mark.parametrize(
    ("after", "number", "last"),
    [
        # National Day 2025: 28 September and 11 October are working weekend days.
        ("2025-09-26", 1, "2025-09-28"),
        ("2025-09-30", 1, "2025-10-09"),
        ("2025-09-30", 3, "2025-10-11"),
        ("2025-09-30", 4, "2025-10-13"),
        # Spring Festival 2026: 14 and 28 February are worked, 15 to 23 are not.
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-27", 1, "2026-02-28"),
        # Spring Festival 2024, and the year end with its moved Sunday.
        ("2024-02-08", 1, "2024-02-09"),
        ("2024-02-09", 1, "2024-02-18"),
        ("2024-12-31", 1, "2025-01-02"),
        ("2025-12-31", 1, "2026-01-04"),
        # 29 February.
        ("2024-02-28", 1, "2024-02-29"),
    ],
)
def test_known_ends(after: str, number: int, last: str) -> None:
    limit = TimeLimit(days=number, unit=LimitUnit.WORKING_DAY)
    assert last_day(CALENDAR, limit, date.fromisoformat(after)) == date.fromisoformat(last)


def test_end_on_a_rest_day_moves_only_where_its_basis_says_so() -> None:
    limit = TimeLimit(days=15, unit=LimitUnit.CALENDAR_DAY)
    after = date(2025, 9, 18)
    assert last_day(CALENDAR, limit, after) == date(2025, 10, 3)
    assert last_day(CALENDAR, limit, after, moves=True) == date(2025, 10, 9)


@pytest.mark.parametrize(
    ("arrives", "ends"),
    [("2026-03-02", "2026-03-02"), ("2026-03-07", "2026-03-09"), ("2026-02-28", "2026-02-28")],
)
def test_immediate_ends_on_the_same_or_next_working_day(arrives: str, ends: str) -> None:
    limit = TimeLimit(days=0, unit=LimitUnit.IMMEDIATE)
    assert last_day(CALENDAR, limit, date.fromisoformat(arrives)) == date.fromisoformat(ends)


def test_clock_that_stands_has_no_end_unless_it_ended_before() -> None:
    limit = TimeLimit(days=5, unit=LimitUnit.WORKING_DAY)
    monday = date(2026, 3, 2)
    standing = [Span(since=date(2026, 3, 4), until=None)]
    assert last_day(CALENDAR, limit, monday, spans=standing) is None
    late = [Span(since=date(2026, 3, 10), until=None)]
    assert last_day(CALENDAR, limit, monday, spans=late) == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("unit", "number", "after", "since", "until", "last"),
    [
        # Stopped on the fifth and last day; due on the day the clock goes on, a Saturday too.
        ("working-day", 5, "2026-03-02", "2026-03-09", "2026-03-12", "2026-03-12"),
        ("working-day", 5, "2026-03-02", "2026-03-09", "2026-03-14", "2026-03-16"),
        ("calendar-day", 7, "2026-03-02", "2026-03-09", "2026-03-14", "2026-03-14"),
        ("working-day", 5, "2026-03-02", "2026-03-09", "2026-03-09", "2026-03-09"),
        ("working-day", 5, "2026-03-02", "2026-03-09", None, None),
        # What is due at once, stopped on the day it came, or come while the clock stood.
        ("immediate", 0, "2026-03-02", "2026-03-02", "2026-03-05", "2026-03-05"),
        ("immediate", 0, "2026-03-04", "2026-03-02", "2026-03-07", "2026-03-09"),
        ("immediate", 0, "2026-03-04", "2026-03-02", None, None),
        ("immediate", 0, "2026-03-02", "2026-03-03", None, "2026-03-02"),
        # The end of the month in which it goes on.
        ("monthly", 0, "2026-03-04", "2026-03-10", "2026-03-20", "2026-03-31"),
        ("monthly", 0, "2026-03-04", "2026-03-10", "2026-04-02", "2026-04-30"),
        ("monthly", 0, "2026-03-04", "2026-03-31", None, None),
        ("monthly", 0, "2026-03-04", "2026-04-01", None, "2026-03-31"),
    ],
)
def test_limit_stopped_on_its_last_day_has_that_day_when_the_clock_goes_on(
    unit: str, number: int, after: str, since: str, until: str | None, last: str | None
) -> None:
    limit = TimeLimit(days=number, unit=LimitUnit(unit))
    span = Span(since=date.fromisoformat(since), until=date.fromisoformat(until) if until else None)
    found = last_day(CALENDAR, limit, date.fromisoformat(after), spans=[span])
    assert found == (date.fromisoformat(last) if last else None)


def test_spans_that_touch_or_overlap_leave_a_day_out_once() -> None:
    first, second = date(2026, 3, 2), date(2026, 3, 4)
    spans = [
        Span(since=second, until=date(2026, 3, 10)),
        Span(since=first, until=second),
        Span(since=date(2026, 3, 5), until=date(2026, 3, 6)),
    ]
    assert merged(spans) == [Span(since=first, until=date(2026, 3, 10))]
    assert merged([*spans, Span(since=second, until=None)]) == [Span(since=first, until=None)]


def test_office_override_changes_the_count_and_the_record() -> None:
    saturday = date(2026, 3, 7)
    own = Calendar(announced_year, [Override(day=saturday, works=True, reason="换休")], revision=3)
    limit = TimeLimit(days=5, unit=LimitUnit.WORKING_DAY)
    assert last_day(own, limit, date(2026, 3, 2)) == saturday
    assert "第3次修订" in own.account(date(2026, 3, 2), saturday)


def test_year_not_announced_is_provisional_and_says_so() -> None:
    year = CALENDAR.year(2027)
    assert year.provisional
    assert year.source.startswith("暂定")
    assert CALENDAR.is_provisional(date(2026, 12, 20), date(2027, 1, 10))
    assert not CALENDAR.is_provisional(date(2026, 1, 1), date(2026, 12, 31))


def test_imported_notice_replaces_what_was_expected() -> None:
    rest = [Override(day=date(2027, 1, 2), works=False, reason="元旦")]
    calendar = Calendar(announced_year, rest, notices={2027: "某通知"}, revision=1)
    assert calendar.year(2027).source == "某通知"
    assert not calendar.year(2027).provisional
    # The notice names no National Day: what nobody announced is not a holiday.
    assert calendar.works(date(2027, 10, 1))


def test_year_without_a_calendar_is_refused_with_the_years_there_are() -> None:
    with pytest.raises(UnknownYear, match="2004年至2099年"):
        CALENDAR.works(date(2003, 12, 31))
