"""Steps given back and taken back, cases stopped: 退回, 撤回, 挂起, 恢复, 终止, 作废."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from engine.model.errors import QingdanError

from . import forms
from . import work_item as item_pages
from .case import page_of_case
from .errors import again
from .offices import office, officer

blueprint = Blueprint("returning", __name__)

Page = tuple[str, int]

#: What can follow a return, and what the officer is told of it.
_THEN = {"continue": "已退回重办。", "come-back": "已退回补正；补正后会回到您的待办。"}
#: What the officer is told of a changed state.
_CHANGED = {
    "suspend": "办件已挂起。",
    "resume": "办件已恢复，可以接着办。",
    "terminate": "办件已终止。",
    "void": "办件已作废。",
}
#: What ends a case for good has to be confirmed.
_FINAL = {"terminate": "终止", "void": "作废"}


@blueprint.post("/work-items/<work_item_id>/return")
def give_back(work_item_id: str) -> Page | Response:
    """Have an earlier step done again, or put right."""
    item = office().work_item(work_item_id)
    asked = request.form.get("then", "")
    if asked not in _THEN:
        return item_pages.page(item, alert="请选择退回以后怎样办。", status=422)
    try:
        office().return_to(
            work_item_id,
            by=officer().id,
            target=request.form.get("target", ""),
            reason=request.form.get("reason", ""),
            then="come-back" if asked == "come-back" else "continue",
            key=forms.form_key(),
        )
    except QingdanError as error:
        return item_pages.page(item, **again(error))
    flash(_THEN[asked])
    return redirect(url_for("case.show", case_id=item.case_id), 303)


@blueprint.post("/work-items/<work_item_id>/withdraw")
def withdraw(work_item_id: str) -> Page | Response:
    """Take back what the officer has just completed."""
    item = office().work_item(work_item_id)
    try:
        fresh = office().withdraw_completion(
            work_item_id,
            by=officer().id,
            reason=request.form.get("reason", ""),
            key=forms.form_key(),
        )
    except QingdanError as error:
        return page_of_case(item.case_id, **again(error))
    flash("已撤回，请改好后再办结。")
    return redirect(url_for("work_item.show", work_item_id=fresh.id), 303)


@blueprint.post("/cases/<case_id>/state")
def change_state(case_id: str) -> Page | Response:
    """Suspend, resume, end or strike out a case."""
    acts = {
        "suspend": office().suspend,
        "resume": office().resume,
        "terminate": office().terminate,
        "void": office().void,
    }
    action = request.form.get("action", "")
    act = acts.get(action)
    if act is None:
        return page_of_case(case_id, alert="请选择要做什么。", status=422)
    if action in _FINAL and not request.form.get("sure"):
        alert = f"{_FINAL[action]}后不能恢复；请勾选确认再提交。"
        return page_of_case(case_id, alert=alert, status=422)
    try:
        reason = request.form.get("reason", "")
        act(case_id, by=officer().id, reason=reason, key=forms.form_key())
    except QingdanError as error:
        return page_of_case(case_id, **again(error))
    flash(_CHANGED[action])
    return redirect(url_for("case.show", case_id=case_id), 303)
