"""How facts read on a page: days, sizes, and words for states."""

import re
from datetime import date, datetime
from decimal import Decimal

from flask import Flask, g

from engine.model.case import CaseState, WorkItem, WorkItemState
from engine.model.clock import CaseClock, Standing
from engine.model.item import ItemList, LegalBasis
from engine.model.office import AppointmentKind
from engine.model.procedure import FieldType
from engine.model.wording import say
from engine.publish.citation import cite
from engine.runtime.deadlines.view import step_standing
from engine.runtime.todo import MOST_COUNTED
from engine.store import CHINA

from .forms import anchor, new_key
from .offices import names, now, office, offices, roster

_WORDS: dict[str, str] = {
    CaseState.OPEN: "办理中",
    CaseState.FINISHED: "已办结",
    CaseState.FAULTY: "需人工处理",
    CaseState.WITHDRAWN: "已随上级办件终结",
    CaseState.SUSPENDED: "已挂起",
    CaseState.TERMINATED: "已终止",
    CaseState.VOID: "已作废",
    WorkItemState.READY: "待认领",
    WorkItemState.CLAIMED: "办理中",
    WorkItemState.DONE: "已办",
    WorkItemState.CANCELLED: "已取消",
    ItemList.POWER: "权力清单",
    ItemList.RESPONSIBILITY: "责任清单",
    ItemList.SERVICE: "服务清单",
    AppointmentKind.REGULAR: "任职",
    AppointmentKind.ACTING: "主持（代理）",
    AppointmentKind.SUBSTITUTE: "顶岗（AB角）",
}

#: Rules the journal names.
_RULES = {
    "absent": "请假或外出",
    "bound-steps": "应由同一人办",
    "leaves-nobody": "后面的环节会无人可办",
    "object-conflict": "同一业务对象上职责不相容",
    "duty-conflict": "职责不相容",
    "own-case": "本人应当回避",
    "post-not-held": "不在岗位",
    "relative-applicant": "亲属应当回避",
    "relatives-in-case": "亲属同办一件",
    "separated-steps": "应由不同的人办",
}


def counted(count: int) -> str:
    """The length of a list, as far as it was counted."""
    return str(count) if count <= MOST_COUNTED else f"{MOST_COUNTED}+"


def local(moment: datetime) -> datetime:
    """The moment in the office's zone."""
    return moment.astimezone(CHINA)


def moment(value: datetime | None) -> str:
    """``2026-03-02 09:15``."""
    return "" if value is None else local(value).strftime("%Y-%m-%d %H:%M")


def day(value: datetime | date | None) -> str:
    """``2026-03-02``."""
    if isinstance(value, datetime):
        value = local(value).date()
    return "" if value is None else value.isoformat()


def standing(work_item: WorkItem) -> Standing:
    """How a step's own limit stands: 今天到期, 还有3个工作日, 已超期2个工作日."""
    if "calendar" not in g:
        g.calendar = office().calendar()
    return step_standing(work_item, g.calendar, now())


def stage(clock: CaseClock) -> str:
    """Where a case stands as the law counts it."""
    return say(f"clock.stage.{clock.stage}")


def size(count: int) -> str:
    """``12 KB``."""
    if count < 1024:
        return f"{count} 字节"
    if count < 1024 * 1024:
        return f"{count / 1024:.0f} KB"
    return f"{count / 1024 / 1024:.1f} MB"


def word(value: str) -> str:
    """The Chinese word for a state, list or action."""
    return _WORDS.get(value, value)


def deed(action: str) -> str:
    """The Chinese word for an action of the journal."""
    return say(f"run.action.{action}")


def person(officer_id: str | None) -> str:
    """The officer's name; 系统 for what nobody did."""
    if not officer_id:
        return ""
    if officer_id == "system":
        return "系统"
    present = roster().officer(officer_id)
    return present.name if present else names().get(officer_id, officer_id)


def note(text: str) -> str:
    """A journal's note with names for the ids in it, hashes by their beginning."""

    def spoken(match: re.Match[str]) -> str:
        found = roster().officer(match[0])
        return found.name if found else _RULES.get(match[0], match[0])

    text = re.sub(r"\b([0-9a-f]{12})[0-9a-f]{52}\b", r"\1…", text)
    return re.sub(r"[A-Za-z][A-Za-z0-9_-]*", spoken, text)


def shown(value: object, type_: FieldType) -> str:
    """A form value as it reads."""
    if value is None or value == "":
        return "（未填）"
    if isinstance(value, Decimal) and type_ is FieldType.MONEY:
        return f"{value:,.2f}"
    if isinstance(value, Decimal):
        return f"{value:,}"
    return day(value) if isinstance(value, datetime | date) else str(value)


def citation(basis: LegalBasis) -> str:
    """The article cited in full."""
    return cite(basis, offices().controls)


def register(app: Flask) -> None:
    """Make these words known to every template."""
    for filter_ in (moment, day, standing, stage, size, word, deed, person, note, shown, citation):
        app.jinja_env.filters[filter_.__name__] = filter_
    app.jinja_env.filters["anchor"] = anchor
    app.jinja_env.globals["signed_in"] = lambda: g.get("officer")
    app.jinja_env.globals["office"] = office
    app.jinja_env.globals["new_key"] = new_key
