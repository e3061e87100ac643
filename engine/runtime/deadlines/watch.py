"""How the limits of many cases stand at once: for lists, and for who has to look out.

Belongs here: the light of cases read off their stored limits. Does not: limits of single
steps (:mod:`.stepwatch`); one case's clock with all that happened to it (:mod:`.timekeeping`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    func,
    literal_column,
    or_,
    select,
)

from engine.model.calendar import Calendar
from engine.model.case import OPEN_ITEM, Case, CaseState, WorkItem
from engine.model.clock import DeadlineKind, Light, Standing, standing
from engine.model.item import LimitUnit, TimeLimit
from engine.store import clock as tables
from engine.store import schema

from .. import records, todo
from ..clock import day_of
from ..statements import Wire, grouped
from .rows import load_deadlines
from .stepwatch import StepWatch, last_near
from .view import LimitLine, line_of

_limit = tables.deadline
_case = schema.case_file
_item = schema.work_item
#: Another limit of the same case.
_sooner = _limit.alias("sooner")


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseLimit:
    """One limit of a case in a list."""

    kind: DeadlineKind
    #: None while the clock stands.
    last: date | None
    standing: Standing


class Watch(StepWatch):
    """The part of an office that looks out for limits."""

    def case_limits(self, case_ids: Iterable[str]) -> Mapping[str, tuple[CaseLimit, ...]]:
        """Limits by case, in the order pages show them; a child without any has its root's.

        A case whose limits are all met has those of its decision, as they were kept.
        """
        with self.store.read() as connection:
            calendar, today = self._calendars.at(connection), self._today()
            found = _limits_of(connection, self.id, case_ids)
            return grouped((case_id, _case_limit(row, calendar, today)) for case_id, row in found)

    def step_lines(self, case_id: str) -> Mapping[str, tuple[LimitLine, ...]]:
        """The limits statutes set the steps of a case, by work item; a child case has them too."""
        with self.store.read() as connection:
            calendar, today = self._calendars.at(connection), self._today()
            return grouped(
                (deadline.work_item_id, line_of(deadline, calendar, today))
                for deadline in load_deadlines(Wire(connection), self.id, case_id)
                if deadline.work_item_id
            )

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
            due = self._due(connection, light, state)
            among = self._found_by(connection, text)
            if among is not None:
                due = due.where(_limit.c.case_id.in_(among))
            due = due.order_by(_limit.c.last, _limit.c.case_id).limit(limit).offset(offset)
            found = list(map(str, connection.scalars(due)))
            rows = records.case_rows(connection, self.id, found)
            return tuple(records.to_case(row, ()) for row in rows)

    def count_due(self, light: Light) -> int:
        """How many cases are late, or nearly late; counted up to one over ``MOST_COUNTED``."""
        with self.store.read() as connection:
            due = self._due(connection, light, None).limit(todo.MOST_COUNTED + 1).subquery("due")
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
        open_ = (_item.c.case_id.in_(set(case_ids)), _item.c.state.in_(OPEN_ITEM))
        with self.store.read() as connection:
            rows = records.item_rows(connection, self.id, *open_)
            return grouped((row["case_id"], self._work_item(connection, row)) for row in rows)

    def _due(
        self, connection: Connection, light: Light | None, state: CaseState | None
    ) -> Select[tuple[str]]:
        """The first limit to end of each running case, to be read in the order of their ends."""
        today = self._today()
        states = [
            one.value for one in ([state] if state else (CaseState.OPEN, CaseState.SUSPENDED))
        ]
        of_case = (_case.c.office_id == _limit.c.office_id, _case.c.id == _limit.c.case_id)
        before = or_(
            _sooner.c.last < _limit.c.last,
            and_(_sooner.c.last == _limit.c.last, _sooner.c.kind < _limit.c.kind),
        )
        same = (_sooner.c.office_id == _limit.c.office_id, _sooner.c.case_id == _limit.c.case_id)
        counted, sooner = [], [*same, before, *_running(_sooner)]
        if light is Light.RED:
            counted = [_limit.c.last < today]
        if light is Light.YELLOW:
            calendar = self._calendars.at(connection)
            kinds = self._kinds(connection)
            counted = [_limit.c.last >= today, _is_near(_limit, kinds, calendar, today)]
            sooner.append(_is_near(_sooner, kinds, calendar, today))
        return select(_limit.c.case_id).where(
            _limit.c.office_id == self.id,
            *_running(_limit),
            *counted,
            select(_case.c.id).where(*of_case, _case.c.state.in_(states)).exists(),
            ~select(_sooner.c.case_id).where(*sooner).exists(),
        )

    def _kinds(self, connection: Connection) -> Sequence[Row[tuple[str, int]]]:
        """Units and numbers of days of the limits that run."""
        query = select(_limit.c.unit, _days(_limit).label("days")).distinct()
        return connection.execute(
            query.where(_limit.c.office_id == self.id, *_running(_limit))
        ).all()


def _running(limit: FromClause) -> tuple[ColumnElement[bool], ...]:
    """Limits of cases as wholes that nothing has met, whose clock does not stand."""
    # Written out, as the index has it: no value would be known to be the same.
    return (
        limit.c.work_item_id == literal_column("''"),
        limit.c.met_at.is_(None),
        limit.c.last.is_not(None),
    )


def _days(limit: FromClause) -> ColumnElement[int]:
    return limit.c.days + limit.c.extra_days


def _is_near(
    limit: FromClause, kinds: Iterable[Row[tuple[str, int]]], calendar: Calendar, today: date
) -> ColumnElement[bool]:
    """Whether a limit is yellow or red: by the last such day of each limit there is."""
    return or_(
        limit.c.last < today,
        *(
            and_(
                limit.c.unit == kind.unit,
                _days(limit) == kind.days,
                limit.c.last <= last_near(calendar, LimitUnit(kind.unit), kind.days, today),
            )
            for kind in kinds
        ),
    )


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
    met = day_of(row.met_at) if row.met_at else None
    total = TimeLimit(days=row.days + row.extra_days, unit=LimitUnit(row.unit))
    return CaseLimit(
        kind=DeadlineKind(row.kind),
        last=row.last,
        standing=standing(calendar, total, row.last, today, met),
    )
