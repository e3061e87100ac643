"""Limits as people read them: side by side, each with its light and word."""

from dataclasses import dataclass
from datetime import date, datetime

from engine.model.calendar import Calendar
from engine.model.case import WorkItem, WorkItemKind, WorkItemState
from engine.model.clock import CaseClock, Deadline, DeadlineKind, Light, Standing, standing
from engine.model.item import LimitUnit, TimeLimit
from engine.model.wording import say
from engine.store import CHINA


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


def limit_lines(
    clock: CaseClock, calendar: Calendar, now: datetime, work_item_id: str = ""
) -> tuple[LimitLine, ...]:
    """The limits of a case, or of one step of it."""
    today = now.astimezone(CHINA).date()
    return tuple(
        _line(deadline, calendar, today)
        for deadline in clock.deadlines
        if deadline.work_item_id == work_item_id
    )


def _line(deadline: Deadline, calendar: Calendar, today: date) -> LimitLine:
    met = deadline.met_at.astimezone(CHINA).date() if deadline.met_at else None
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


def step_standing(item: WorkItem, calendar: Calendar, now: datetime) -> Standing:
    """How a step's own limit stands."""
    if item.due is None and not item.stands:
        return _UNLIMITED
    last = item.due.astimezone(CHINA).date() if item.due else None
    limit = item.limit
    if limit is None or item.kind is not WorkItemKind.STEP:
        # The limit of a review is its item's, and a later version may leave a step's out.
        days = calendar.count(item.since.astimezone(CHINA).date(), last) if last else 0
        limit = TimeLimit(days=days, unit=LimitUnit.WORKING_DAY)
    met = None
    if item.state is WorkItemState.DONE and item.done_at:
        met = item.done_at.astimezone(CHINA).date()
    return standing(calendar, limit, last, now.astimezone(CHINA).date(), met)
