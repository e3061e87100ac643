"""Who stands in for whom and how long (代理): set, seen, ended early."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from engine.model.errors import QingdanError
from engine.model.office import HEAD
from engine.runtime import FormInvalid
from engine.runtime.standing_in import leaves

from .errors import again
from .forms import form_key, typed
from .offices import now, office, officer, roster
from .text import local, person

blueprint = Blueprint("standing_in", __name__, url_prefix="/roster/stand-ins")

Page = tuple[str, int]

_NAMES = ("officer", "to", "since", "until")


def is_head() -> bool:
    """Whether the officer signed in is at the head of the office today."""
    return HEAD in officer().posts_on(local(now()).date())


@blueprint.get("")
def show() -> Page:
    """What runs and what is to come, and the form for another."""
    return _page({"since": local(now()).date().isoformat()})


def _page(
    said: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    alert: str = "",
    status: int = 200,
) -> Page:
    today = local(now()).date()
    found = leaves(roster(), today)
    # The office ends an officer's first absence: only that one has the button.
    first = {leave.officer: leave for leave in reversed(found)}
    page = render_template(
        "standing_in/show.html",
        leaves=found,
        may_end=[
            leave
            for leave in found
            if first[leave.officer] is leave and (is_head() or leave.officer == officer().id)
        ],
        today=today,
        people=roster().officers,
        absentees=roster().officers if is_head() else (officer(),),
        said=said,
        problems=problems or {},
        alert=alert,
    )
    return page, status


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@blueprint.post("")
def begin() -> Page | Response:
    """Let somebody stand in, or say why not."""
    said = {name: typed(name) for name in _NAMES}
    since, until = _day(said["since"]), _day(said["until"])
    problems = {name: "请选择人员。" for name in ("officer", "to") if not said[name]}
    days = {"since": since, "until": until}
    problems |= {name: "请写日期，如 2026-03-02。" for name, day in days.items() if day is None}
    if problems or since is None or until is None:
        return _page(said, problems, status=422)
    try:
        warnings = office().stand_in(
            said["officer"],
            said["to"],
            since=since,
            until=until,
            by=officer().id,
            key=form_key(),
        )
    except FormInvalid as invalid:
        return _page(said, invalid.problems, status=422)
    except QingdanError as error:
        return _page(said, **again(error))
    names = person(said["officer"]), person(said["to"])
    flash("已登记：{}由{}代理，{} 至 {}，到期自动结束。".format(*names, since, until))
    for warning in warnings:
        flash(warning, "warning")
    return redirect(url_for("standing_in.show"), 303)


@blueprint.post("/<absentee>/end")
def end(absentee: str) -> Page | Response:
    """Have an officer back in the posts from today on."""
    try:
        office().end_stand_in(absentee, by=officer().id, key=form_key())
    except QingdanError as error:
        return _page({}, **again(error))
    flash("代理已提前结束，从今天起恢复原来的岗位。")
    return redirect(url_for("standing_in.show"), 303)
