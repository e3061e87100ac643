"""Working days and the ends of limits counted in them: pure arithmetic on dates.

Belongs here: which day a limit ends on, how many days are left. Does not: where the
holidays come from (:mod:`engine.runtime.deadlines.announced`) nor time zones.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from .errors import QingdanError
from .item import LimitUnit, TimeLimit
from .wording import say

#: Years the calendar knows: the State Council has announced moved days since 2004.
FIRST_YEAR, LAST_YEAR = 2004, 2099

_DAY = timedelta(days=1)
#: Units that name a day and count none.
_AT_DATES = (LimitUnit.IMMEDIATE, LimitUnit.MONTHLY)


class UnknownYear(QingdanError):
    """A day in a year no calendar covers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """The working days of one year."""

    number: int
    #: Every working day, in order.
    working: tuple[date, ...]
    #: Name of each holiday by its day; moved working days carry the holiday they make up for.
    names: Mapping[date, str]
    #: True while the State Council has not announced the year (暂定).
    provisional: bool
    #: Where it comes from: library and version.
    source: str


def year_of(
    number: int,
    rest: Mapping[date, str],
    moved: Mapping[date, str],
    *,
    provisional: bool,
    source: str,
) -> Year:
    """A year from its holidays and its working weekends, both by name."""
    first = date(number, 1, 1)
    days = (first + offset * _DAY for offset in range((date(number + 1, 1, 1) - first).days))
    working = tuple(day for day in days if day in moved or (day.weekday() < 5 and day not in rest))
    names = {day: name for day, name in {**rest, **moved}.items() if day.year == number}
    return Year(number=number, working=working, names=names, provisional=provisional, source=source)


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """An office's own word on one day."""

    day: date
    works: bool
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Days a clock does not count: those after ``since`` up to and including ``until``.

    The day a pause begins still counts, as the day a limit begins does not. Where it is the
    last of a limit, the limit has not ended yet: it ends when the clock goes on.
    """

    since: date
    #: None while it lasts.
    until: date | None


class Calendar:
    """Working days of all years, with an office's overrides laid over them.

    Parameters
    ----------
    plan : gives the year of a number.
    overrides : the office's own days; of two for one day the later counts.
    notices : by year, the title of the holiday notice the office imported: its days are
        among the overrides and stand in place of the plan.
    revision : number of the office's last change; 0 for none.
    """

    def __init__(
        self,
        plan: Callable[[int], Year],
        overrides: Iterable[Override] = (),
        *,
        notices: Mapping[int, str] | None = None,
        revision: int = 0,
    ) -> None:
        self._plan = plan
        self.overrides = {override.day: override for override in overrides}
        self.notices = dict(notices or {})
        self.revision = revision
        self._years: dict[int, Year] = {}

    def year(self, number: int) -> Year:
        """A year with the office's overrides in it.

        Raises
        ------
        UnknownYear
            No calendar covers it.
        """
        found = self._years.get(number)
        if found is None:
            if not FIRST_YEAR <= number <= LAST_YEAR:
                raise UnknownYear(
                    say("calendar.unknown-year", year=number, first=FIRST_YEAR, last=LAST_YEAR)
                )
            found = self._years[number] = self._overridden(self._base(number))
        return found

    def _base(self, number: int) -> Year:
        if number not in self.notices:
            return self._plan(number)
        return year_of(number, {}, {}, provisional=False, source=self.notices[number])

    def _overridden(self, year: Year) -> Year:
        own = [o for o in self.overrides.values() if o.day.year == year.number]
        if not own:
            return year
        working = set(year.working)
        working |= {override.day for override in own if override.works}
        working -= {override.day for override in own if not override.works}
        return Year(
            number=year.number,
            working=tuple(sorted(working)),
            names={**year.names, **{override.day: override.reason for override in own}},
            provisional=year.provisional,
            source=year.source,
        )

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        working = self.year(day.year).working
        place = bisect_left(working, day)
        return place < len(working) and working[place] == day

    def count(self, after: date, until: date) -> int:
        """Working days after one day up to and including another; none if it is not later."""
        if until <= after:
            return 0
        total = -bisect_right(self.year(after.year).working, after)
        for number in range(after.year, until.year):
            total += len(self.year(number).working)
        return total + bisect_right(self.year(until.year).working, until)

    def add(self, after: date, days: int) -> date:
        """The working day that is the ``days``-th after a day; ``days`` at least 1."""
        place = bisect_right(self.year(after.year).working, after) + days - 1
        number = after.year
        while place >= len(self.year(number).working):
            place -= len(self.year(number).working)
            number += 1
        return self.year(number).working[place]

    def on_or_after(self, day: date) -> date:
        """The first working day that is not before a day."""
        return self.add(day - _DAY, 1)

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether any year from one day to another is not announced yet."""
        return any(self.year(n).provisional for n in range(first.year, last.year + 1))

    def account(self, first: date, last: date) -> str:
        """What days from one day to another were counted by, for the record."""
        sources = dict.fromkeys(
            self.year(number).source for number in range(first.year, last.year + 1)
        )
        parts = ["、".join(sources)]
        if self.revision:
            parts.append(say("calendar.revision", revision=self.revision))
        return "；".join(parts)


def last_day(
    calendar: Calendar,
    limit: TimeLimit,
    after: date,
    *,
    spans: Iterable[Span] = (),
    moves: bool = False,
) -> date | None:
    """The last day of a limit; None where nothing is counted or the clock stands.

    Parameters
    ----------
    after : day the limit starts from; the first day counted is the day after.
    spans : days left out; one that still lasts stops the clock.
    moves : whether an end on a rest day moves to the next working day.
    """
    if limit.unit is LimitUnit.AS_APPROVED:
        return None
    left_out = merged(spans)
    if limit.unit in _AT_DATES:
        day = _from(calendar, limit.unit, after)
    else:
        day = _counted(calendar, limit, after, [span for span in left_out if span.until])
    for span in left_out:
        if span.until is None and span.since <= day:
            return None
        if span.until is not None and span.since <= day <= span.until:
            # Its last day had begun when the clock was stopped: it is had again afterwards.
            day = _from(calendar, limit.unit, span.until)
    return calendar.on_or_after(day) if moves and limit.unit not in _AT_DATES else day


def _from(calendar: Calendar, unit: LimitUnit, day: date) -> date:
    """The first day from a day on that a limit of the unit may end on."""
    match unit:
        case LimitUnit.CALENDAR_DAY:
            return day
        case LimitUnit.MONTHLY:
            return _end_of_month(day)
        case _:
            return calendar.on_or_after(day)


def _counted(calendar: Calendar, limit: TimeLimit, after: date, spans: Iterable[Span]) -> date:
    """The n-th counted day: what is left out is added until nothing more is left out."""
    extra = -1
    day, covered = after, 0
    while covered != extra:
        extra = covered
        days = limit.days + extra
        working = limit.unit is LimitUnit.WORKING_DAY
        day = calendar.add(after, days) if working else after + days * _DAY
        covered = sum(
            between(calendar, limit.unit, max(after, span.since), min(day, span.until or day))
            for span in spans
        )
    return day


def between(calendar: Calendar, unit: LimitUnit, after: date, until: date) -> int:
    """Days after one day up to and including another, in a limit's unit; never below 0."""
    if unit in (LimitUnit.CALENDAR_DAY, LimitUnit.MONTHLY):
        return max(0, (until - after).days)
    return calendar.count(after, until)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same days as spans that do not overlap, in order."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda s: s.since):
        above = found[-1] if found else None
        if above is None or (above.until is not None and span.since > above.until):
            found.append(span)
        elif above.until is not None and (span.until is None or span.until > above.until):
            found[-1] = Span(since=above.since, until=span.until)
    return found


def _end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - _DAY
