"""A batch and its bank: payment files out, the second answer in, all of it reconciled."""

import io

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from engine.model.batch import PARTS, BatchSum
from engine.model.errors import QingdanError
from engine.model.wording import say
from engine.runtime.batch.bank import Bank
from engine.runtime.batch.banks import known_banks
from engine.runtime.batch.gathering import gather
from engine.runtime.batch.payment import BatchFaulty
from engine.runtime.batch.reconciliation import Reconciliation, Round, reconcile
from engine.runtime.batch.settlement import Settlement
from engine.runtime.batch.standing import Household
from engine.runtime.batch.telling import (
    bank_of,
    book,
    differences,
    is_meant,
    masked,
    part_name,
    round_name,
    way,
    where,
)

from .forms import form_key
from .offices import now, office, officer
from .standing_in import is_head
from .text import day, person
from .upload import unfit, uploads

blueprint = Blueprint("batch", __name__, url_prefix="/cases/<case_id>/batch")

Page = tuple[str, int]

#: Households on one page.
PAGE_SIZE = 50
#: The choice of households with something wrong, beside the parts.
WRONG = "wrong"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def banks() -> tuple[Bank, ...]:
    """The banks the office may choose from."""
    with office().store.read() as connection:
        return known_banks(connection, office().id)


@blueprint.get("")
def show(case_id: str) -> Page:
    """What is to be paid, and what is to be paid again."""
    return _page(case_id)


def _page(case_id: str, problems: tuple[str, ...] = (), status: int = 200) -> Page:
    settlement = Settlement(office(), case_id)
    try:
        payments, nothing = settlement.payments(), ""
    except BatchFaulty as error:
        payments, nothing = (), str(error)
    try:
        failed, nobody = tuple(payment for payment, _ in settlement.failed()), ""
    except BatchFaulty as error:
        failed, nobody = (), str(error)
    found = reconcile(gather(office(), case_id))
    returned = found.parts[BatchSum.RETURNED].count
    if not returned:
        nobody = say("web.batch-none-returned")
    at_bank = [each for each in found.rounds if each.file and each.open.count]
    if not nothing and settlement.reporting is None:
        nothing = say("web.batch-reported" if found.rounds else "web.batch-too-early")
    elif not nothing and at_bank:
        nothing = (
            "代发文件已经生成，等银行回盘，回盘在“登记银行回盘”环节上传。"
            "没有交给银行的，在下面作废以后可以重新生成。"
        )
    page = render_template(
        "batch/show.html",
        **_told(found),
        nobody=nobody,
        returned=returned,
        at_bank=[each for each in at_bank if each.is_again],
        case=settlement.file.case,
        attachments=settlement.file.attachments,
        payments=payments,
        nothing=nothing,
        failed=failed,
        banks=banks(),
        problems=problems,
    )
    return page, status


@blueprint.post("/file")
def payment_file(case_id: str) -> Page | Response:
    """The file for the bank, to be saved."""
    again = "again" in request.form
    try:
        file = Settlement(office(), case_id).payment_file(
            request.form.get("bank", ""), by=officer().id, again=again, key=form_key()
        )
    except QingdanError as error:
        return _page(case_id, tuple(error.lines()), 422)
    return send_file(
        io.BytesIO(file.content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=file.filename,
    )


@blueprint.post("/repaid")
def repaid(case_id: str) -> Page | Response:
    """Record the results of a second payment."""
    wrong = unfit("")
    if wrong:
        return _page(case_id, tuple(wrong.values()), 422)
    upload = next(iter(uploads("").values()), None)
    if upload is None:
        return _page(case_id, ("没有选回盘文件；请选好再提交。",), 422)
    try:
        done = Settlement(office(), case_id).take_repayments(
            request.form.get("bank", ""), upload, by=officer().id, key=form_key()
        )
    except QingdanError as error:
        return _page(case_id, tuple(error.lines()), 422)
    if done.refused:
        refused = tuple(f"{child}：{reason}" for child, reason in done.refused.items())
        return _page(case_id, refused, 409)
    flash(f"已登记：成功 {done.paid} 户，仍退汇 {done.failed} 户。")
    return redirect(url_for("case.show", case_id=case_id), 303)


def _told(found: Reconciliation) -> dict[str, object]:
    """What pages tell of a batch's sums and files."""
    mine = {
        each.file.number
        for each in found.rounds
        if each.file and (is_head() or each.file.made_by == officer().id)
    }
    return {
        "found": found,
        "mine": mine,
        "part_name": part_name,
        "bank_of": bank_of,
        "round_name": round_name,
        "is_open": _is_open,
    }


def _is_open(each: Round) -> bool:
    """Whether a file counts, and the bank has answered about none of it."""
    return each.file is not None and each.file.voided_at is None and each.open == each.sent


@blueprint.post("/files/<int:number>/void")
def void(case_id: str, number: int) -> Page | Response:
    """Strike out a payment file that never went to the bank."""
    reason = request.form.get("reason", "")
    try:
        Settlement(office(), case_id).void_file(
            number, by=officer().id, reason=reason, key=form_key()
        )
    except QingdanError as error:
        return _page(case_id, tuple(error.lines()), 422)
    flash(f"第 {number} 份代发文件已作废，可以重新生成。")
    return redirect(url_for("batch.show", case_id=case_id), 303)


@blueprint.get("/reconcile")
def reconciled(case_id: str) -> str:
    """The batch added up: parts, banks, files, households and each one's way."""
    found = reconcile(gather(office(), case_id))
    part, text = request.args.get("part", ""), request.args.get("text", "").strip()
    page = max(1, request.args.get("page", 1, type=int))
    chosen = [one for one in found.households if _is_asked(one, part, text)]
    return render_template(
        "batch/reconcile.html",
        **_told(found),
        differences=differences(found),
        parts={str(each): part_name(each) for each in PARTS} | {WRONG: "有要处理的"},
        part=part,
        text=text,
        count=len(chosen),
        households=chosen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        page=page,
        has_more=len(chosen) > page * PAGE_SIZE,
        masked=masked,
        where=where,
        way=lambda one: way(one, person),
    )


def _is_asked(one: Household, part: str, text: str) -> bool:
    wanted = bool(one.problems) if part == WRONG else part in ("", one.part.value)
    return wanted and (not text or is_meant(one, text))


@blueprint.get("/reconcile.xlsx")
def reconciled_file(case_id: str) -> Response:
    """The same as an Excel file."""
    found = reconcile(gather(office(), case_id))
    return send_file(
        io.BytesIO(book(found, person, now())),
        mimetype=EXCEL,
        as_attachment=True,
        download_name=f"对账-{case_id}-{day(now())}.xlsx",
    )
