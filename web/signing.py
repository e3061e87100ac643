"""What several officers sign, what is signed on paper, what is done in an emergency."""

from collections.abc import Mapping
from io import BytesIO

import segno
from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from engine.model.case import WorkItem, WorkItemKind
from engine.model.errors import QingdanError
from engine.model.wording import say
from engine.publish.approval import Approval, pdf
from engine.publish.press import Unprintable
from engine.runtime import FormInvalid, Upload

from . import forms
from . import work_item as item_pages
from .dealing import carry_out, operation
from .errors import again
from .offices import office, officer, roster
from .sheet import approval
from .upload import unfit, uploads

blueprint = Blueprint("signing", __name__, url_prefix="/work-items/<work_item_id>")

Page = item_pages.Page

#: Name of the input that holds the scan.
SCAN = "scan"


@blueprint.post("/sign")
def sign(work_item_id: str) -> Page | Response:
    """Sign a step that several sign, or as a signer who was added, or as reviewer."""
    item = office().work_item(work_item_id)
    data = office().case(item.case_id).data
    values = forms.submitted_values(request.form, item.fields, data)
    problems = unfit(forms.INPUT_PREFIX)
    if problems:
        return item_pages.page(item, values=values, problems=problems, status=422)
    try:
        office().sign(
            work_item_id,
            by=officer().id,
            choice=forms.typed("choice"),
            text=forms.typed("opinion"),
            values=values if item.kind is WorkItemKind.STEP else {},
            files=uploads(forms.INPUT_PREFIX),
            key=forms.form_key(),
        )
    except QingdanError as error:
        return _again(item, values, error)
    flash("已签署。")
    return redirect(url_for("case.show", case_id=item.case_id), 303)


def _again(item: WorkItem, values: forms.Values, error: QingdanError) -> Page:
    """The item's page with what was typed and what was wrong."""
    if isinstance(error, FormInvalid):
        return item_pages.page(item, values=values, problems=error.problems, status=422)
    return item_pages.page(item, values=values, **again(error))


@blueprint.post("/signers")
def add(work_item_id: str) -> Page | Response:
    """Ask another officer to sign."""
    after = forms.typed("when") == "after"
    return carry_out(
        work_item_id,
        lambda: office().add_signer(
            work_item_id,
            by=officer().id,
            to=forms.typed("to"),
            reason=forms.typed("reason"),
            after=after,
            key=forms.form_key(),
        ),
        "已安排后加签，办结填好后送他签署。" if after else "已请他签署，签完即可办结。",
    )


operation(blueprint, "/signers/drop", "drop_signer", ("to", "reason"), "已减签。")
operation(
    blueprint,
    "/emergency",
    "emergency_claim",
    ("reason",),
    "已应急认领，请办理；事后审核已开始计时。",
    stay=True,
)


def _approval(item: WorkItem) -> Approval:
    step, options = item_pages.step_of(item), item_pages.options_of(item)
    return approval(item, office().case(item.case_id), step, options)


@blueprint.get("/sheet")
def sheet(work_item_id: str) -> Page:
    """A page to print and to sign on paper."""
    return _sheet(office().work_item(work_item_id))


def _sheet(item: WorkItem, alert: str = "", status: int = 200) -> Page:
    contents = _approval(item)
    code = segno.make(contents.code, error="m")
    page = render_template(
        "work_item/sheet.html",
        work_item=item,
        sheet=contents,
        code=code.svg_inline(scale=3, border=2),
        alert=alert,
    )
    return page, status


@blueprint.get("/sheet.pdf")
def sheet_file(work_item_id: str) -> Page | Response:
    """The same as PDF; where the font lacks a character, the page to be printed."""
    item = office().work_item(work_item_id)
    try:
        content = pdf(_approval(item))
    except Unprintable as error:
        return _sheet(item, " ".join((*error.lines(), "请直接打印本页。")), 422)
    name = f"签批单-{item.case_id}-{item.step_name}.pdf"
    return send_file(BytesIO(content), "application/pdf", as_attachment=True, download_name=name)


@blueprint.get("/paper")
def paper(work_item_id: str) -> Page:
    """The form to record what was signed on paper."""
    return _paper(office().work_item(work_item_id))


def _paper(
    item: WorkItem,
    values: forms.Values | None = None,
    problems: Mapping[str, str] | None = None,
    alert: str = "",
    status: int = 200,
) -> Page:
    if values is None:
        values = forms.initial_values(item.fields, office().case(item.case_id).data)
    page = render_template(
        "work_item/paper.html",
        work_item=item,
        people=roster().officers,
        options=item_pages.options_of(item),
        inputs=item_pages.inputs_of(item, values, problems or {}),
        problems=problems or {},
        alert=alert,
        chosen={name: forms.typed(name) for name in ("signer", "choice", "opinion")},
    )
    return page, status


@blueprint.post("/paper")
def record(work_item_id: str) -> Page | Response:
    """Record what was signed on paper, with its scan."""
    item = office().work_item(work_item_id)
    data = office().case(item.case_id).data
    values = forms.submitted_values(request.form, item.fields, data)
    files = uploads(forms.INPUT_PREFIX)
    # Files that answer no field have the number of their place behind their name.
    name = next((name for name in files if name.startswith(f"{SCAN}.")), "")
    scan = files.pop(name, None) or Upload(filename="", media_type="", content=b"")
    problems = unfit(forms.INPUT_PREFIX)
    if not forms.typed("signer"):
        problems["signer"] = "请选择在纸上签字的人"
    if not scan.content:
        problems.setdefault(SCAN, say("paper.no-scan"))
    if problems:
        return _paper(item, values, problems, status=422)
    try:
        office().record_paper(
            work_item_id,
            by=officer().id,
            signer=forms.typed("signer"),
            scan=scan,
            choice=forms.typed("choice"),
            text=forms.typed("opinion"),
            values=values if item.kind is WorkItemKind.STEP else {},
            files=files,
            key=forms.form_key(),
        )
    except FormInvalid as invalid:
        return _paper(item, values, invalid.problems, status=422)
    except QingdanError as error:
        return _paper(item, values, **again(error))
    flash("已登记线下签批。")
    return redirect(url_for("case.show", case_id=item.case_id), 303)
