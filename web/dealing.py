"""Work items in other hands and people told: 转办, 委派, 归还, 催办, 抄送."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from engine.model.case import WorkItem
from engine.model.errors import QingdanError

from . import work_item as item_pages
from .case import page_of_case
from .errors import again
from .forms import form_key, typed
from .offices import office, officer

blueprint = Blueprint("dealing", __name__)

Page = tuple[str, int]
View = Callable[[str], Page | Response]


def carry_out(
    work_item_id: str, act: Callable[[], object], text: str, *, stay: bool = False
) -> Page | Response:
    """Carry an operation out and go on to the case, or show the item with what was wrong.

    Parameters
    ----------
    stay : whether the officer goes on with the item instead.
    """
    item = office().work_item(work_item_id)
    try:
        done = act()
    except QingdanError as error:
        return item_pages.page(item, **again(error))
    flash(text)
    if isinstance(done, WorkItem) and done.warning:
        flash(done.warning, "warning")
    if stay:
        return redirect(url_for("work_item.show", work_item_id=work_item_id), 303)
    return redirect(url_for("case.show", case_id=item.case_id), 303)


def _view(method: str, inputs: tuple[str, ...], text: str, *, stay: bool) -> View:
    def view(work_item_id: str) -> Page | Response:
        asked = {name: typed(name) for name in inputs}
        operation = getattr(office(), method)
        return carry_out(
            work_item_id,
            lambda: operation(work_item_id, by=officer().id, key=form_key(), **asked),
            text,
            stay=stay,
        )

    return view


def operation(
    blueprint: Blueprint,
    address: str,
    method: str,
    inputs: tuple[str, ...],
    text: str,
    *,
    stay: bool = False,
) -> None:
    """Let a press on a work item's page do an operation of the office.

    Parameters
    ----------
    address : ends with the name of the endpoint.
    method : of the office, whose parameters are the ``inputs``.
    text : what the officer is told then.
    """
    endpoint = address.rpartition("/")[2].replace("-", "_")
    view = _view(method, inputs, text, stay=stay)
    blueprint.add_url_rule(address, endpoint, view, methods=["POST"])


for _name, _method, _inputs, _text in (
    ("reassign", "reassign", ("to", "reason"), "已转办。"),
    ("delegate", "delegate", ("to", "reason"), "已委派；对方填好后会回到您的待办。"),
    ("give-back", "give_back", ("reason",), "已归还委派人。"),
    ("free", "release_for", ("reason",), "已放回，其他人可以认领。"),
    ("urge", "urge", ("text",), "已催办。"),
):
    operation(blueprint, f"/work-items/<work_item_id>/{_name}", _method, _inputs, _text)


@blueprint.post("/cases/<case_id>/copies")
def copy(case_id: str) -> Page | Response:
    """Tell other officers of a case."""
    others = request.form.getlist("to")
    try:
        office().copy_to(case_id, by=officer().id, to=others, text=typed("text"), key=form_key())
    except QingdanError as error:
        return page_of_case(case_id, **again(error))
    flash("已抄送。")
    return redirect(url_for("case.show", case_id=case_id), 303)


@blueprint.post("/cases/<case_id>/read")
def read(case_id: str) -> Response:
    """Mark a case the officer was told of as read."""
    office().mark_read(case_id, by=officer().id)
    return redirect(url_for("todo.index"), 303)
