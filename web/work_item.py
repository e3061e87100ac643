"""One step of a case: claim it, fill in its form, complete it, give it back."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.model.case import WorkItem, WorkItemKind, WorkItemState
from engine.model.office import Officer
from engine.model.procedure import Procedure, Step
from engine.model.wording import say
from engine.runtime import (
    AlreadyTaken,
    FaultyCase,
    FormInvalid,
    NotAllowed,
    Refused,
    RepeatedKey,
    Stale,
)
from engine.runtime.batch.offering import differences, offers, told_of
from engine.runtime.desk import COSIGNER

from . import forms
from .acts import act
from .batch import banks
from .carry import BroughtBack, is_brought_back
from .case import latest_done, row_fields
from .offices import now, office, officer, offices, roster
from .standing_in import is_head
from .text import local
from .upload import unfit, uploads

blueprint = Blueprint("work_item", __name__, url_prefix="/work-items")

Page = tuple[str, int]

#: Kinds of side items of signers who were added.
ADDED = (WorkItemKind.SIGN_BEFORE, WorkItemKind.SIGN_AFTER)

NOT_FITTING = "粘贴的内容比表格多出几列，没有填入；请删去多余的列，或带上表头一起粘贴。"

#: The tick that says that sums may differ from those worked out, and what asks for it.
DIFFERS = "differs"
SURE = "请改成系统算出的数；核对过、要按填写的数办的，勾选“已核对差额”再办结。"

#: Value of the ``action`` button that completes; any other press only shows the form again.
COMPLETE = "complete"
#: Value of the ``action`` button that keeps the form for later.
DRAFT = "draft"


def step_of(work_item: WorkItem) -> Step:
    """What the procedure says about the step, which may stand in a called procedure."""
    procedure: Procedure | None = office().procedure_of(work_item.case_id)
    *calls, last = work_item.step.split("/")
    called = office().library().procedures
    for call in calls:
        node = procedure.nodes.get(call) if procedure else None
        procedure = called.get(node.called or "") if node else None
    node = procedure.nodes.get(last) if procedure else None
    return (node.step if node else None) or Step()


def options_of(work_item: WorkItem) -> tuple[str, ...]:
    """What may be signed; empty where the item is completed, not signed."""
    if work_item.kind is WorkItemKind.REWORK or work_item.external:
        return ()
    if work_item.kind is not WorkItemKind.STEP:
        return say("signing.agree"), say("signing.disagree")
    step = step_of(work_item)
    return step.ballot.options if step.sign and step.ballot else ()


def inputs_of(
    work_item: WorkItem,
    values: forms.Values,
    problems: Mapping[str, str],
    *,
    more_rows_for: str = "",
) -> tuple[forms.Input, ...]:
    """The inputs of the form; what is signed is asked for beside it."""
    fields = work_item.fields
    if options_of(work_item):
        ballot = step_of(work_item).ballot
        is_step = work_item.kind is WorkItemKind.STEP
        fields = tuple(f for f in fields if is_step and f != ballot)
    return forms.inputs(fields, values, problems, more_rows_for=more_rows_for)


def _may_be_urgent(work_item: WorkItem) -> bool:
    """Whether an officer without the post may take it in an emergency."""
    if work_item.kind is not WorkItemKind.STEP or work_item.external or options_of(work_item):
        return False
    case = office().case(work_item.case_id).case
    while case.parent:
        case = office().case(case.parent).case
    item = office().procedure_of(case.id).item
    return item is not None and item.emergency


def _colleagues(work_item: WorkItem, others: Sequence[Officer]) -> list[Officer]:
    """Those of the others who are there today and hold the item's post."""
    today, post_of = local(now()).date(), offices().controls.post

    def holds(other: Officer) -> bool:
        names = (post_of(post) for post in other.posts_on(today))
        return not work_item.post or any(name and name.name == work_item.post for name in names)

    return [other for other in others if holds(other) and not other.is_absent(today)]


def page(
    work_item: WorkItem,
    *,
    values: forms.Values | None = None,
    problems: Mapping[str, str] | None = None,
    alert: str = "",
    status: int = 200,
    more_rows_for: str = "",
) -> Page:
    """The page of a step, with what was typed and what is wrong with it."""
    file = office().case(work_item.case_id)
    offered = offers(office(), work_item) if work_item.officer == officer().id else {}
    work_item = told_of(work_item, offered)
    if values is None:
        initial = forms.initial_values(work_item.fields, file.data)
        initial |= {name: str(one.amount) for name, one in offered.items() if not initial[name]}
        values = initial | office().draft(work_item.id)
    beside = {
        side.id: side
        for side in file.work_items
        if side.of_item == work_item.id and side.kind in ADDED
    }
    is_mine = work_item.state is WorkItemState.CLAIMED and work_item.officer == officer().id
    may_return = is_mine and work_item.kind is WorkItemKind.STEP and not work_item.waits_for
    signed = office().signed([work_item.id]) if work_item.sign else {}
    others = [other for other in roster().officers if other.id != officer().id]
    shown = render_template(
        "work_item/show.html",
        targets=office().targets(work_item.id) if may_return else (),
        work_item=work_item,
        file=file,
        step=step_of(work_item),
        step_lines=office().step_lines(work_item.case_id).get(work_item.id, ()),
        others=others,
        colleagues=_colleagues(work_item, others),
        is_head=is_head(),
        cosigners=request.form.getlist(COSIGNER),
        latest=latest_done(file.work_items),
        remarks=[
            remark
            for remark in office().remarks(work_item.case_id)
            if remark.work_item in (work_item.id, work_item.of_item)
        ],
        row_fields=row_fields(file.case),
        banks=banks(),
        is_mine=is_mine,
        refused=office().kept_from(work_item.case_id, officer().id).get(work_item.id),
        act=act(work_item, officer().id, signed),
        chosen={name: request.form.get(name, "") for name in ("choice", "opinion")},
        alert=alert,
        differences=differences(offered, values),
        problems=problems or {},
        options=options_of(work_item),
        signatures=[
            signature
            for signature in office().signatures(work_item.case_id)
            if signature.work_item in {work_item.id, *beside}
        ],
        signers=[side.officer for side in beside.values() if side.done_at is None],
        emergency=_may_be_urgent(work_item),
        later=office().later_signers(work_item.id),
        inputs=inputs_of(work_item, values, problems or {}, more_rows_for=more_rows_for),
    )
    return shown, status


@blueprint.get("/<work_item_id>")
def show(work_item_id: str) -> Page:
    """The step's page: what to look at, the form, what the case knows already."""
    return page(office().work_item(work_item_id))


@blueprint.get("/<work_item_id>/claim")
@blueprint.get("/<work_item_id>/release")
def look(work_item_id: str) -> Response:
    """A claim's address opened again, after signing in or by a bookmark, claims nothing."""
    return redirect(url_for("work_item.show", work_item_id=work_item_id))


@blueprint.post("/<work_item_id>/claim")
def claim(work_item_id: str) -> Page | Response:
    """Take the step; refused with the rule and its source."""
    try:
        claimed = office().claim(work_item_id, by=officer().id, key=forms.form_key())
    except (Refused, NotAllowed) as refusal:
        return page(office().work_item(work_item_id), alert=str(refusal), status=403)
    except (AlreadyTaken, RepeatedKey) as taken:
        return page(office().work_item(work_item_id), alert=str(taken), status=409)
    flash("已认领，请办理。")
    if claimed.warning:
        flash(claimed.warning, "warning")
    return redirect(url_for("work_item.show", work_item_id=work_item_id), 303)


@blueprint.post("/<work_item_id>/release")
def release(work_item_id: str) -> Page | Response:
    """Give the step back to the others."""
    try:
        office().release(work_item_id, by=officer().id, key=forms.form_key())
    except (AlreadyTaken, NotAllowed, RepeatedKey) as refusal:
        return page(office().work_item(work_item_id), alert=str(refusal), status=409)
    flash("已释放，其他人可以认领。")
    return redirect(url_for("todo.index"), 303)


@blueprint.post("/<work_item_id>")
def submit(work_item_id: str) -> Page | Response:
    """Complete the step, or show the form again with more rows."""
    work_item = office().work_item(work_item_id)
    data = office().case(work_item.case_id).data
    values = forms.submitted_values(request.form, work_item.fields, data)
    action = request.form.get("action", "")
    if is_brought_back():
        return page(work_item, values=values, alert=str(BroughtBack()))
    if action.startswith(forms.ROWS_PREFIX):
        table = action.removeprefix(forms.ROWS_PREFIX)
        misfit = {table: NOT_FITTING} if table in values else {}
        return page(work_item, values=values, problems=misfit, more_rows_for=table)
    if action == DRAFT:
        office().save_draft(work_item_id, by=officer().id, values=values)
        flash("已暂存，下次打开接着填；附件在办结时再选。")
        return redirect(url_for("work_item.show", work_item_id=work_item_id), 303)
    if action != COMPLETE:
        return page(work_item, values=values)
    problems = unfit(forms.INPUT_PREFIX)
    if problems:
        return page(work_item, values=values, problems=problems, status=422)
    told = differences(offers(office(), work_item), values)
    if told and not request.form.get(DIFFERS):
        return page(work_item, values=values, alert="；".join(told) + "。" + SURE, status=422)
    return _complete(work_item, values)


def _complete(work_item: WorkItem, values: forms.Values) -> Page | Response:
    named = request.form.getlist(COSIGNER)
    extra = {COSIGNER: " ".join(named)} if named else {}
    banks_named = forms.banks_chosen(request.form, work_item.fields)
    files = uploads(forms.INPUT_PREFIX)
    try:
        office().complete(
            work_item.id,
            by=officer().id,
            values=values | extra | banks_named,
            files=files,
            version=request.form.get("version", 0, type=int),
            key=forms.form_key(),
        )
    except FormInvalid as invalid:
        # What a bank reported is not put right by hand.
        if not banks_named:
            values = forms.with_rows(values, work_item.fields, files)
        return page(work_item, values=values, problems=invalid.problems, status=422)
    except (Refused, NotAllowed) as refusal:
        return page(work_item, values=values, alert=str(refusal), status=403)
    except (AlreadyTaken, FaultyCase, RepeatedKey, Stale) as overtaken:
        current = office().work_item(work_item.id)
        return page(current, values=values, alert=str(overtaken), status=409)
    flash(f"“{work_item.step_name}”已办结。")
    return redirect(url_for("case.show", case_id=work_item.case_id), 303)
