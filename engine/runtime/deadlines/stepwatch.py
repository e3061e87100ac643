"""Limits of single steps that end, the first to end first: who owes what, and by when.

Belongs here: the limits of work items that wait or are being done, in all cases at once.
Does not: the limits of cases as wholes (:mod:`.watch`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
)

from engine.model.calendar import Calendar
from engine.model.case import Case, WorkItem
from engine.model.clock import DeadlineKind, Light, Standing, standing
from engine.model.item import LimitUnit, TimeLimit
from engine.model.wording import say
from engine.store import clock as tables
from engine.store import schema

from .. import records, todo
from ..clock import day_of, end_of
from ..reading import Reading
from .view import step_standing

_item = schema.work_item
_limit = tables.deadline
_DAY = timedelta(days=1)
#: Written out, as the indexes have it: no value would be known to be the same.
_OPEN: ColumnElement[bool] = literal_column("work_item.state IN ('ready', 'claimed')")
_OF_STEPS: ColumnElement[bool] = literal_column("deadline.work_item_id <> ''")
_STANDS: ColumnElement[bool] = literal_column("work_item.stands")
#: A limit and the step it is set.
_OF_ITEM = and_(_item.c.office_id == _limit.c.office_id, _item.c.id == _limit.c.work_item_id)
#: Most limits looked at in one go.
_CHUNK = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class StepLimit:
    """One limit of a step in a list."""

    item: WorkItem
    case: Case
    #: ``PROMISED`` for the step's own limit.
    kind: DeadlineKind
    #: None while it stands.
    last: date | None
    standing: Standing

    @property
    def mark(self) -> str:
        """Where a list goes on behind it."""
        return f"{self.last or self.item.since.isoformat()} {self.kind} {self.item.id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class StepsDue:
    """A part of the list of steps that are late, nearly late, or stand."""

    limits: tuple[StepLimit, ...]
    #: Where it goes on; empty where it ends.
    after: str = ""


@dataclass(frozen=True, order=True, slots=True)
class _End:
    """A limit by its end, in the order of the list."""

    last: date
    kind: str
    item: str
    #: The statutory limit's own; 0 and empty for a step's own limit, which its step states.
    days: int = 0
    unit: str = ""


class StepWatch(Reading):
    """The part of an office that looks out for limits of single steps."""

    def steps_due(self, light: Light, *, after: str = "", limit: int = 20) -> StepsDue:
        """Limits of open steps that are late, or nearly late, the first to end first.

        A step with a statutory limit beside its own is in the list with each.

        Parameters
        ----------
        light : ``RED`` for late ones, ``YELLOW`` for nearly late ones; ``GREY`` for those that
            stand with the clock of their case, the step that was reached first before the others.
        after : what an earlier part gave; empty for the beginning.
        """
        with self.store.read() as connection:
            found = self._lit(connection, light, after, min(limit + 1, _CHUNK))
            limits = tuple(islice(found, limit))
            goes_on = next(found, None) is not None
        return StepsDue(limits=limits, after=limits[-1].mark if goes_on else "")

    def count_steps_due(self, light: Light) -> int:
        """How many such limits there are; counted up to one over ``MOST_COUNTED``."""
        most = todo.MOST_COUNTED + 1
        with self.store.read() as connection:
            if light is Light.GREY:
                return len(connection.execute(_standing(self.id).limit(most)).all())
            if light is not Light.RED:
                return sum(1 for _ in islice(self._lit(connection, light, "", _CHUNK), most))
            today = self._today()
            late = (kind.between(None, today).limit(most).subquery() for kind in _kinds(self.id))
            counts = (select(func.count()).select_from(one) for one in late)
            return min(most, sum(connection.execute(one).scalar_one() for one in counts))

    def _lit(
        self, connection: Connection, light: Light, after: str, chunk: int
    ) -> Iterator[StepLimit]:
        """The limits with a light, from an end on, looked at so many at a time."""
        if light is Light.GREY:
            yield from self._stood(connection, after, chunk)
            return
        now = self.clock()
        today = day_of(now)
        calendar = self._calendars.at(connection)
        begin, end = None, today
        if light is not Light.RED:
            begin, end = today, self._farthest(connection, calendar, today) + _DAY
        mark = _read_mark(after)
        ends = merge(
            *(
                kind.read(connection, kind.between(begin, end), mark, chunk)
                for kind in _kinds(self.id)
            )
        )
        while some := list(islice(ends, chunk)):
            items = self._items(connection, [one.item for one in some])
            for one in some:
                item, case = items[one.item]
                if one.unit:
                    total = TimeLimit(days=one.days, unit=LimitUnit(one.unit))
                    stands = standing(calendar, total, one.last, today)
                else:
                    stands = step_standing(item, calendar, now)
                if stands.light is light:
                    kind = DeadlineKind(one.kind)
                    yield StepLimit(item=item, case=case, kind=kind, last=one.last, standing=stands)

    def _stood(self, connection: Connection, after: str, chunk: int) -> Iterator[StepLimit]:
        """The limits that stand, looked at so many at a time."""
        stands = Standing(light=Light.GREY, word=say("clock.stands"))
        mark = _read_place(after)
        while True:
            found = connection.execute(_standing(self.id, mark).limit(chunk)).all()
            items = self._items(connection, [one.item for one in found])
            for one in found:
                item, case = items[one.item]
                kind = DeadlineKind(one.kind)
                yield StepLimit(item=item, case=case, kind=kind, last=None, standing=stands)
            if len(found) < chunk:
                return
            mark = found[-1].since, found[-1].kind, found[-1].item

    def _farthest(self, connection: Connection, calendar: Calendar, today: date) -> date:
        """The last end a limit of a step can have to be yellow today, whatever it runs on."""
        limits = self._versions.step_limits(connection)
        return max(
            (last_near(calendar, one.unit, one.days, today) for one in limits), default=today
        )

    def _items(
        self, connection: Connection, item_ids: list[str]
    ) -> dict[str, tuple[WorkItem, Case]]:
        rows = records.item_rows(connection, self.id, _item.c.id.in_(set(item_ids)))
        cases = {
            row["id"]: records.to_case(row, ())
            for row in records.case_rows(
                connection, self.id, list({str(row["case_id"]) for row in rows})
            )
        }
        return {
            row["id"]: (self._work_item(connection, row), cases[row["case_id"]]) for row in rows
        }


def last_near(calendar: Calendar, unit: LimitUnit, days: int, today: date) -> date:
    """The last end a limit of so many days can have to be yellow today."""
    if unit in (LimitUnit.CALENDAR_DAY, LimitUnit.MONTHLY):
        return today + days // 5 * _DAY
    return calendar.add(today, days // 5 + 1) - _DAY


class _Limits:
    """Limits of one kind in the order of their ends, read off their index piece by piece."""

    def __init__(self, kind: DeadlineKind, query: Select[Any], last: Any, item: Any) -> None:
        self._kind = kind.value
        self._query = query.add_columns(last.label("last"), item.label("item"))
        self._last, self._item = last, item

    def between(self, begin: date | None, end: date) -> Select[Any]:
        """Those that end from a day on and before another."""
        query = self._query.where(self._last < self._day(end))
        return query if begin is None else query.where(self._last >= self._day(begin))

    def read(
        self, connection: Connection, query: Select[Any], after: _End | None, chunk: int
    ) -> Iterator[_End]:
        """Those of a query behind an end, so many at a time."""
        ordered = query.order_by(self._last, self._item).limit(chunk)
        while True:
            asked = ordered if after is None else ordered.where(self._is_behind(after))
            found = [self._end(row) for row in connection.execute(asked)]
            yield from found
            if len(found) < chunk:
                return
            after = found[-1]

    def _is_behind(self, end: _End) -> ColumnElement[bool]:
        day = self._day(end.last)
        if self._kind == end.kind:
            return tuple_(self._last, self._item) > (day, end.item)
        later: ColumnElement[bool] = (
            self._last >= day if self._kind > end.kind else self._last > day
        )
        return later

    def _day(self, day: date) -> date | datetime:
        return day

    def _end(self, row: Row[Any]) -> _End:
        return _End(row.last, self._kind, row.item, row.days, row.unit)


class _Own(_Limits):
    """Limits that procedures set for their steps: kept as the last second of their day."""

    def _day(self, day: date) -> date | datetime:
        return end_of(day)

    def _end(self, row: Row[Any]) -> _End:
        return _End(day_of(row.last), self._kind, row.item)


def _kinds(office_id: str) -> tuple[_Limits, _Limits]:
    """The limits of an office's open steps: their own, and those of statutes."""
    own = select().where(_item.c.office_id == office_id, _OPEN)
    law = (
        select((_limit.c.days + _limit.c.extra_days).label("days"), _limit.c.unit)
        .join(_item, _OF_ITEM)
        .where(_limit.c.office_id == office_id, _OF_STEPS, _limit.c.met_at.is_(None), _OPEN)
    )
    return (
        _Own(DeadlineKind.PROMISED, own, _item.c.due, _item.c.id),
        _Limits(DeadlineKind.STATUTORY, law, _limit.c.last, _limit.c.work_item_id),
    )


def _standing(office_id: str, after: tuple[datetime, str, str] | None = None) -> Select[Any]:
    """The limits of open steps that stand, in the order in which the steps were reached."""
    own = select(_item.c.since, literal(DeadlineKind.PROMISED.value).label("kind"), _item.c.id)
    law = select(_item.c.since, literal(DeadlineKind.STATUTORY.value), _item.c.id)
    by_law = (_OF_STEPS, _limit.c.met_at.is_(None), _limit.c.last.is_(None), _OPEN)
    found = union_all(
        own.where(_item.c.office_id == office_id, _OPEN, _STANDS),
        law.join(_limit, _OF_ITEM).where(
            _limit.c.office_id == office_id, *by_law, _limit.c.unit != LimitUnit.AS_APPROVED.value
        ),
    ).subquery("standing")
    query = select(found.c.since, found.c.kind, found.c.id.label("item"))
    if after is not None:
        query = query.where(tuple_(found.c.since, found.c.kind, found.c.id) > after)
    return query.order_by(found.c.since, found.c.kind, found.c.id)


def _read_place(after: str) -> tuple[datetime, str, str] | None:
    """The place a list of standing limits goes on behind; None for the beginning."""
    try:
        since, kind, item = after.split(" ")
        moment = datetime.fromisoformat(since)
    except ValueError:
        return None
    return (moment, kind, item) if moment.tzinfo else None


def _read_mark(after: str) -> _End | None:
    """The end a list goes on behind; None for the beginning, and for what is no mark."""
    try:
        last, kind, item = after.split(" ")
        return _End(date.fromisoformat(last), DeadlineKind(kind).value, item)
    except ValueError:
        return None
