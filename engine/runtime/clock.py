"""Time as the runtime knows it: an injected clock, fixed China Standard Time."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from engine.model.item import LimitUnit, TimeLimit
from engine.store import CHINA

#: Tells the present moment, aware.
Clock = Callable[[], datetime]

_DAY = timedelta(days=1)


def system_clock() -> datetime:
    """The present moment in China Standard Time."""
    return datetime.now(CHINA)


def end_of(day: date) -> datetime:
    """The last second of a day: a limit that ends with a day still shows that day."""
    return datetime.combine(day, time(23, 59, 59), CHINA)


def due(limit: TimeLimit | None, since: datetime) -> datetime | None:
    """When a step's own limit ends; None where nothing is counted.

    The first day is the day after. Working days leave out weekends only: the
    calendar of holidays belongs to the statutory clock.
    """
    start = since.astimezone(CHINA).date()
    match limit.unit if limit else None:
        case LimitUnit.IMMEDIATE:
            return end_of(start)
        case LimitUnit.CALENDAR_DAY if limit:
            return end_of(start + limit.days * _DAY)
        case LimitUnit.WORKING_DAY if limit:
            day, left = start, limit.days
            while left:
                day += _DAY
                left -= day.weekday() < 5
            return end_of(day)
        case LimitUnit.MONTHLY:
            next_month = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
            return end_of(next_month - _DAY)
        case _:
            return None
