"""Work items in other hands and people told: 转办, 委派, 归还, 催办, 抄送."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from engine.model.case import WorkItem
from engine.model.errors import QingdanError
from engine.runtime import Refused

from . import work_item as item_pages
from .case import page_of_case
from .forms import form_key
from .offices import office, officer

blueprint = Blueprint("dealing", __name__)

Page = tuple[str, int]


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
        status = 403 if isinstance(error, Refused) else 422
        return item_pages.page(item, alert=" ".join(error.lines()), status=status)
    flash(text)
    if isinstance(done, WorkItem) and done.warning:
        flash(done.warning, "warning")
    if stay:
        return redirect(url_for("work_item.show", work_item_id=work_item_id), 303)
    return redirect(url_for("case.show", case_id=item.case_id), 303)


def _field(name: str) -> str:
    return request.form.get(name, "")


@blueprint.post("/work-items/<work_item_id>/reassign")
def reassign(work_item_id: str) -> Page | Response:
    """Let another officer have it for good."""
    return carry_out(
        work_item_id,
        lambda: office().reassign(
            work_item_id, by=officer().id, to=_field("to"), reason=_field("reason"), key=form_key()
        ),
        "已转办。",
    )


@blueprint.post("/work-items/<work_item_id>/delegate")
def delegate(work_item_id: str) -> Page | Response:
    """Have another officer prepare the form."""
    return carry_out(
        work_item_id,
        lambda: office().delegate(
            work_item_id, by=officer().id, to=_field("to"), reason=_field("reason"), key=form_key()
        ),
        "已委派；对方填好后会回到您的待办。",
    )


@blueprint.post("/work-items/<work_item_id>/give-back")
def give_back(work_item_id: str) -> Page | Response:
    """Return a delegated item undone."""
    return carry_out(
        work_item_id,
        lambda: office().give_back(
            work_item_id, by=officer().id, reason=_field("reason"), key=form_key()
        ),
        "已归还委派人。",
    )


@blueprint.post("/work-items/<work_item_id>/free")
def free(work_item_id: str) -> Page | Response:
    """The head gives back for everybody what another officer holds."""
    return carry_out(
        work_item_id,
        lambda: office().release_for(
            work_item_id, by=officer().id, reason=_field("reason"), key=form_key()
        ),
        "已放回，其他人可以认领。",
    )


@blueprint.post("/work-items/<work_item_id>/urge")
def urge(work_item_id: str) -> Page | Response:
    """Remind whoever holds or may take it."""
    return carry_out(
        work_item_id,
        lambda: office().urge(work_item_id, by=officer().id, text=_field("reason"), key=form_key()),
        "已催办。",
    )


@blueprint.post("/cases/<case_id>/copies")
def copy(case_id: str) -> Page | Response:
    """Tell other officers of a case."""
    others = request.form.getlist("to")
    try:
        office().copy_to(case_id, by=officer().id, to=others, text=_field("text"), key=form_key())
    except QingdanError as error:
        return page_of_case(case_id, alert=" ".join(error.lines())), 422
    flash("已抄送。")
    return redirect(url_for("case.show", case_id=case_id), 303)


@blueprint.post("/cases/<case_id>/read")
def read(case_id: str) -> Response:
    """Mark a case the officer was told of as read."""
    office().mark_read(case_id, by=officer().id)
    return redirect(url_for("todo.index"), 303)
