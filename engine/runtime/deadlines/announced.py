"""The years as the State Council announced them; where it has not, marked provisional.

Both libraries are imported when a year is first needed: commands that count no days
never pay for them.
"""

from datetime import date
from functools import cache
from importlib.metadata import version

from engine.model.calendar import Year, year_of
from engine.model.wording import say


@cache
def announced_year(number: int) -> Year:
    """A year by chinesecalendar, else by the statutory holidays alone (暂定)."""
    from chinese_calendar import constants

    if any(day.year == number for day in constants.holidays):
        holidays = {**constants.holidays, **constants.in_lieu_days}
        return year_of(
            number,
            {day: _holiday(name) for day, name in holidays.items() if day.year == number},
            {day: _holiday(name) for day, name in constants.workdays.items() if day.year == number},
            provisional=False,
            source=say("calendar.source-announced", version=version("chinesecalendar")),
        )
    return _expected(number)


@cache
def _names() -> dict[str, str]:
    from chinese_calendar.constants import Holiday

    return {holiday.value: holiday.chinese for holiday in Holiday}


def _holiday(name: str) -> str:
    return _names().get(name, name)


def _expected(number: int) -> Year:
    """Statutory holidays without moved days, as long as nobody has announced those."""
    from holidays import country_holidays

    named = country_holidays("CN", years=number, language="zh_CN")
    rest: dict[date, str] = {day: name for day, name in named.items() if day.year == number}
    return year_of(
        number,
        rest,
        {},
        provisional=True,
        source=say("calendar.source-provisional", version=version("holidays")),
    )
