"""Time as the runtime knows it: an injected clock, fixed China Standard Time."""

from collections.abc import Callable
from datetime import date, datetime, time

from engine.model.calendar import Calendar, last_day
from engine.model.item import TimeLimit
from engine.store import CHINA

#: Tells the present moment, aware.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present moment in China Standard Time."""
    return datetime.now(CHINA)


def day_of(moment: datetime) -> date:
    """The day of a moment in China."""
    return moment.astimezone(CHINA).date()


def start_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), CHINA)


def end_of(day: date) -> datetime:
    """The last second of a day: a limit that ends with a day still shows that day."""
    return datetime.combine(day, time(23, 59, 59), CHINA)


def due(calendar: Calendar, limit: TimeLimit, since: datetime) -> datetime | None:
    """When a step's own limit ends; None where nothing is counted.

    The first day is the day after; what is due at once and arrives on a rest day is due
    on the next working day.
    """
    day = last_day(calendar, limit, day_of(since))
    return end_of(day) if day else None
