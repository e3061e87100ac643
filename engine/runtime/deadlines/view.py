"""Limits as people read them: side by side, each with its light and word."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.model.calendar import Calendar
from engine.model.case import WorkItem, WorkItemKind, WorkItemState
from engine.model.clock import CaseClock, Deadline, DeadlineKind, Light, Standing, standing
from engine.model.item import LimitUnit, TimeLimit
from engine.model.wording import say

from ..clock import day_of


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitLine:
    """One limit on a page or in the terminal."""

    kind: DeadlineKind
    #: 法定时限, 承诺时限 …
    label: str
    #: 20个工作日, 延长10日后 30个工作日.
    limit: str
    since: date
    #: None while the clock stands or where nothing is counted.
    last: date | None
    standing: Standing
    #: Article, or 服务承诺.
    basis: str
    #: By which calendar it was counted.
    account: str
    #: Whether part of it was counted by a year not announced yet.
    provisional: bool


def limit_lines(clock: CaseClock, calendar: Calendar, now: datetime) -> tuple[LimitLine, ...]:
    """The limits of a case as a whole."""
    today = day_of(now)
    whole = (deadline for deadline in clock.deadlines if not deadline.work_item_id)
    return tuple(line_of(deadline, calendar, today) for deadline in whole)


def line_of(deadline: Deadline, calendar: Calendar, today: date) -> LimitLine:
    """One limit as it stands on a day."""
    met = day_of(deadline.met_at) if deadline.met_at else None
    total, extension = str(deadline.total), deadline.extension
    if extension:
        total = say("clock.extended", total=total, days=extension.days)
    return LimitLine(
        kind=deadline.kind,
        label=deadline.kind.label,
        limit=total,
        since=deadline.since,
        last=deadline.last,
        standing=standing(calendar, deadline.total, deadline.last, today, met),
        basis=deadline.basis or say("clock.basis-of-promise"),
        account=deadline.account,
        provisional=deadline.provisional,
    )


_UNLIMITED = Standing(light=Light.GREY, word=say("clock.unlimited"))

#: For a limit the version a case was put on leaves out: nearly late on its last day alone.
_ON_ITS_LAST_DAY = TimeLimit(days=0, unit=LimitUnit.WORKING_DAY)


def step_standing(item: WorkItem, calendar: Calendar, now: datetime) -> Standing:
    """How a step's own limit stands."""
    if item.due is None and not item.stands:
        return _UNLIMITED
    last = day_of(item.due) if item.due else None
    limit = item.limit or _ON_ITS_LAST_DAY
    if item.kind is not WorkItemKind.STEP and last is not None:
        # The limit of a review is its item's.
        days = calendar.count(day_of(item.since), last)
        limit = TimeLimit(days=days, unit=LimitUnit.WORKING_DAY)
    met = None
    if item.state is WorkItemState.DONE and item.done_at:
        met = day_of(item.done_at)
    return standing(calendar, limit, last, day_of(now), met)
