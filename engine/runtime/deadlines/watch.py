"""How the limits of many cases stand at once: for lists, and for who has to look out.

Belongs here: the light of cases read off their stored limits. Does not: one case's clock
with everything that happened to it (:mod:`.timekeeping`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select

from engine.model.calendar import Calendar
from engine.model.case import Case, CaseState, WorkItem, WorkItemState
from engine.model.clock import DeadlineKind, Light, Standing, standing
from engine.model.item import LimitUnit, TimeLimit
from engine.store import CHINA, schema
from engine.store import clock as tables

from .. import records
from ..reading import Reading

_limit = tables.deadline
_case = schema.case_file
_item = schema.work_item
_DAY = timedelta(days=1)
#: Limits of cases as wholes that nothing has met.
_RUNNING = (_limit.c.work_item_id == "", _limit.c.met_at.is_(None))


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseLimit:
    """One limit of a case in a list."""

    kind: DeadlineKind
    #: None while the clock stands.
    last: date | None
    standing: Standing


class Watch(Reading):
    """The part of an office that looks out for limits."""

    def case_limits(self, case_ids: Iterable[str]) -> Mapping[str, tuple[CaseLimit, ...]]:
        """Limits by case, in the order pages show them; a child without any has its root's.

        A case whose limits are all met has those of its decision, as they were kept.
        """
        with self.store.read() as connection:
            calendar, today = self._calendars.at(connection), self._this_day()
            found: dict[str, list[CaseLimit]] = {}
            for case_id, row in _limits_of(connection, self.id, case_ids):
                found.setdefault(case_id, []).append(_case_limit(row, calendar, today))
        return {case_id: tuple(limits) for case_id, limits in found.items()}

    def cases_due(
        self,
        light: Light | None = None,
        *,
        state: CaseState | None = None,
        text: str = "",
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[Case, ...]:
        """Cases that have to end by a day, the first to end before the others.

        Parameters
        ----------
        light : ``RED`` for late ones, ``YELLOW`` for nearly late ones, ``None`` for all.
        state : open or suspended; both by default, and no other has a limit that runs.
        text : looked for in number, title, applicant and item.
        """
        with self.store.read() as connection:
            due = self._due(connection, light, state).subquery("due")
            rows = records.case_rows(
                connection,
                self.id,
                state=None,
                text=text,
                parent=None,
                top=False,
                limit=limit,
                offset=offset,
                due=due,
            )
            return tuple(records.to_case(row, ()) for row in rows)

    def count_due(self, light: Light) -> int:
        """How many cases are late, or nearly late."""
        with self.store.read() as connection:
            due = self._due(connection, light, None).subquery("due")
            return connection.execute(select(func.count()).select_from(due)).scalar_one()

    def suspended(self, case_ids: Iterable[str]) -> frozenset[str]:
        """Which of these cases are suspended."""
        query = select(_case.c.id).where(
            _case.c.office_id == self.id,
            _case.c.id.in_(set(case_ids)),
            _case.c.state == CaseState.SUSPENDED.value,
        )
        with self.store.read() as connection:
            return frozenset(connection.scalars(query))

    def open_steps(self, case_ids: Iterable[str]) -> Mapping[str, tuple[WorkItem, ...]]:
        """What waits or is being done in each case, oldest first."""
        found: dict[str, list[WorkItem]] = {}
        open_ = (WorkItemState.READY.value, WorkItemState.CLAIMED.value)
        with self.store.read() as connection:
            rows = records.item_rows(
                connection, self.id, _item.c.case_id.in_(set(case_ids)), _item.c.state.in_(open_)
            )
            for row in rows:
                found.setdefault(row["case_id"], []).append(self._work_item(connection, row))
        return {case_id: tuple(items) for case_id, items in found.items()}

    def _due(
        self, connection: Connection, light: Light | None, state: CaseState | None
    ) -> Select[tuple[str, date]]:
        """Running cases by the day on which the first of their limits ends."""
        today, last = self._this_day(), func.min(_limit.c.last)
        states = [state] if state else [CaseState.OPEN, CaseState.SUSPENDED]
        query = (
            select(_limit.c.case_id, last.label("last"))
            .join(
                _case,
                (_case.c.office_id == _limit.c.office_id) & (_case.c.id == _limit.c.case_id),
            )
            .where(
                _limit.c.office_id == self.id,
                *_RUNNING,
                _limit.c.last.is_not(None),
                _case.c.state.in_([one.value for one in states]),
            )
            .group_by(_limit.c.case_id)
        )
        if light is Light.RED:
            return query.where(_limit.c.last < today)
        if light is Light.YELLOW:
            near = self._is_near(connection, self._calendars.at(connection), today)
            return query.where(near).having(last >= today)
        return query

    def _is_near(
        self, connection: Connection, calendar: Calendar, today: date
    ) -> ColumnElement[bool]:
        """Whether a limit is yellow or red: by the last such day of each limit there is."""
        days = _limit.c.days + _limit.c.extra_days
        kinds = connection.execute(
            select(_limit.c.unit, days.label("days"))
            .distinct()
            .where(_limit.c.office_id == self.id, *_RUNNING, _limit.c.last.is_not(None))
        )
        return or_(
            _limit.c.last < today,
            *(
                and_(
                    _limit.c.unit == kind.unit,
                    days == kind.days,
                    _limit.c.last <= last_near(calendar, LimitUnit(kind.unit), kind.days, today),
                )
                for kind in kinds
            ),
        )

    def _this_day(self) -> date:
        return self.clock().astimezone(CHINA).date()


def last_near(calendar: Calendar, unit: LimitUnit, days: int, today: date) -> date:
    """The last end a limit of so many days can have to be yellow today."""
    if unit in (LimitUnit.CALENDAR_DAY, LimitUnit.MONTHLY):
        return today + days // 5 * _DAY
    return calendar.add(today, days // 5 + 1) - _DAY


def _limits_of(
    connection: Connection, office_id: str, case_ids: Iterable[str]
) -> Iterator[tuple[str, Row[tuple[object, ...]]]]:
    """The limits to show, each with its case, in the order pages show them."""
    rows = connection.execute(
        select(_case.c.id.label("of_case"), _limit)
        .join(
            _limit,
            (_limit.c.office_id == _case.c.office_id)
            & _limit.c.case_id.in_((_case.c.id, _case.c.root_id)),
        )
        .where(
            _case.c.office_id == office_id,
            _case.c.id.in_(set(case_ids)),
            _limit.c.work_item_id == "",
        )
    ).all()
    order = list(DeadlineKind)
    own = {row.of_case for row in rows if row.case_id == row.of_case}
    running = {row.of_case for row in rows if row.met_at is None}
    kept = (DeadlineKind.STATUTORY, DeadlineKind.PROMISED)
    for row in sorted(rows, key=lambda row: order.index(DeadlineKind(row.kind))):
        is_own = row.case_id == row.of_case or row.of_case not in own
        told = row.met_at is None if row.of_case in running else row.kind in kept
        if is_own and told:
            yield row.of_case, row


def _case_limit(row: Row[tuple[object, ...]], calendar: Calendar, today: date) -> CaseLimit:
    met = row.met_at.astimezone(CHINA).date() if row.met_at else None
    total = TimeLimit(days=row.days + row.extra_days, unit=LimitUnit(row.unit))
    return CaseLimit(
        kind=DeadlineKind(row.kind),
        last=row.last,
        standing=standing(calendar, total, row.last, today, met),
    )
