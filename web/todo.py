"""My to-do list: what is mine, what I can take, what I cannot and why."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.model.case import WorkItem
from engine.model.clock import Light
from engine.runtime.deadlines.watch import CaseLimit
from engine.runtime.standing_in import leaves
from engine.runtime.todo import SCREEN

from .acts import STOPPED, act
from .offices import now, office, officer, roster
from .text import counted, local, standing

blueprint = Blueprint("todo", __name__)

#: What can be asked for beside the order of arrival, as ``show`` of the address.
SHOWN = {"": "先到的在前", "due": "先到期的在前", "late": "只看快到期和已超期"}

#: Work items of each list that are put in another order than that of arrival: the oldest.
MOST_ORDERED = 200

Limits = Mapping[str, Sequence[CaseLimit]]


@blueprint.get("/")
def start() -> Response:
    """The start page is the to-do list."""
    return redirect(url_for("todo.index"))


@blueprint.get("/todo")
def index() -> str:
    """The list of the officer signed in."""
    office().tick()
    shown = request.args.get("show", "")
    after = {name: request.args.get(name, "") for name in ("mine", "open")}
    todo = office().todo(
        officer().id,
        mine_after=after["mine"],
        open_after=after["open"],
        # What is put in another order has to be looked at first.
        most=MOST_ORDERED if shown in SHOWN and shown else SCREEN,
    )
    every = (*todo.mine, *todo.open)
    ids = [item.id for item in every]
    cases = {item.case_id for item in every}
    limits, suspended = office().case_limits(cases), office().suspended(cases)
    signed = office().signed([item.id for item in every if item.sign])
    acts = {item.id: act(item, officer().id, signed) for item in every}
    acts |= {item.id: STOPPED for item in every if item.case_id in suspended}
    waiting = _ordered(todo.open, limits, shown)
    free = [item for item in waiting if not item.refusal and not acts[item.id].is_idle]
    return render_template(
        "todo/index.html",
        urged=office().urged(ids),
        copies=office().copies(officer().id, unread=True),
        mine=_ordered(todo.mine, limits, shown),
        open_to_me=free,
        idle=[item for item in waiting if acts[item.id].is_idle],
        offers=office().offers_to(officer().id),
        closed_to_me=[item for item in waiting if item.refusal and not acts[item.id].is_idle],
        lengths={"mine": counted(todo.mine_count), "open": counted(todo.open_count)},
        pages={"mine": (after["mine"], todo.mine_next), "open": (after["open"], todo.open_next)},
        case_limits=limits,
        acts=acts,
        shown=shown if shown in SHOWN else "",
        ways=SHOWN,
        **_standing_in(),
    )


def _standing_in() -> dict[str, object]:
    """Absences of today that the officer has to know of."""
    today = local(now()).date()
    running = [leave for leave in leaves(roster(), today) if leave.since <= today]
    return {
        "away": [leave for leave in running if leave.officer == officer().id],
        "standing_in": [leave for leave in running if officer().id in leave.deputies],
    }


def _ordered(items: Sequence[WorkItem], limits: Limits, shown: str) -> Sequence[WorkItem]:
    """The items as they were asked for."""
    if shown == "late":
        items = [item for item in items if _is_urgent(item, limits)]
    if shown in ("due", "late"):
        items = sorted(items, key=lambda item: _first_end(item, limits))
    return items


def _is_urgent(item: WorkItem, limits: Limits) -> bool:
    lights = {standing(item).light, *(one.standing.light for one in limits.get(item.case_id, ()))}
    return bool(lights & {Light.RED, Light.YELLOW})


def _first_end(item: WorkItem, limits: Limits) -> date:
    """The first day on which a limit of the step or of its case ends."""
    ends = [one.last for one in limits.get(item.case_id, ()) if one.last]
    return min([*ends, local(item.due).date()] if item.due else [*ends, date.max])
