"""When a step's own limit ends: the first day is the day after, the last day counts whole."""

from datetime import datetime

import pytest

from engine.model.calendar import Calendar
from engine.model.item import LimitUnit, TimeLimit
from engine.runtime.clock import due
from engine.runtime.deadlines.announced import announced_year
from engine.store import CHINA

CALENDAR = Calendar(announced_year)
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("days", "unit", "last"),
    [
        (0, LimitUnit.IMMEDIATE, "2026-03-02"),
        (1, LimitUnit.CALENDAR_DAY, "2026-03-03"),
        (7, LimitUnit.CALENDAR_DAY, "2026-03-09"),
        (1, LimitUnit.WORKING_DAY, "2026-03-03"),
        (4, LimitUnit.WORKING_DAY, "2026-03-06"),
        (5, LimitUnit.WORKING_DAY, "2026-03-09"),
        (0, LimitUnit.MONTHLY, "2026-03-31"),
    ],
)
def test_limit_ends_with_its_last_day(days: int, unit: LimitUnit, last: str) -> None:
    ends = due(CALENDAR, TimeLimit(days=days, unit=unit), MONDAY)
    assert ends == datetime.fromisoformat(f"{last}T23:59:59+08:00")


def test_what_is_not_counted_has_no_end() -> None:
    assert due(CALENDAR, TimeLimit(days=0, unit=LimitUnit.AS_APPROVED), MONDAY) is None


def test_day_is_the_day_in_china() -> None:
    late = datetime.fromisoformat("2026-03-01T23:30:00+00:00")
    ends = due(CALENDAR, TimeLimit(days=0, unit=LimitUnit.IMMEDIATE), late)
    assert ends == datetime.fromisoformat("2026-03-02T23:59:59+08:00")
