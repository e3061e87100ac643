"""My to-do list: what is mine, what I can claim, what I cannot and why."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from engine.runtime.standing_in import leaves

from .offices import now, office, officer, roster
from .text import local

blueprint = Blueprint("todo", __name__)


@blueprint.get("/")
def start() -> Response:
    """The start page is the to-do list."""
    return redirect(url_for("todo.index"))


@blueprint.get("/todo")
def index() -> str:
    """The list of the officer signed in."""
    office().tick()
    todo = office().todo(officer().id)
    shown = (*todo.mine, *todo.open)
    today = local(now()).date()
    running = [leave for leave in leaves(roster(), today) if leave.since <= today]
    return render_template(
        "todo/index.html",
        urged=office().urged([work_item.id for work_item in shown]),
        copies=office().copies(officer().id, unread=True),
        mine=todo.mine,
        away=[leave for leave in running if leave.officer == officer().id],
        standing_in=[leave for leave in running if officer().id in leave.deputies],
        has_more=todo.has_more,
        open_to_me=[work_item for work_item in todo.open if not work_item.refusal],
        closed_to_me=[work_item for work_item in todo.open if work_item.refusal],
    )
