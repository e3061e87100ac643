"""A batch and its bank: the payment file to download, the second return file to upload."""

import io

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from engine.model.errors import QingdanError
from engine.runtime.batch.bank import Bank
from engine.runtime.batch.banks import known_banks
from engine.runtime.batch.payment import BatchFaulty
from engine.runtime.batch.settlement import Settlement

from .offices import office, officer
from .upload import oversized, uploads

blueprint = Blueprint("batch", __name__, url_prefix="/cases/<case_id>/batch")

Page = tuple[str, int]


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
        failed = tuple(payment for payment, _ in settlement.failed())
    except BatchFaulty:
        failed = ()
    if not nothing and settlement.reporting is None:
        nothing = "代发文件在资金拨付以后、登记银行回盘之前生成；现在还没有到，或已经登记过。"
    page = render_template(
        "batch/show.html",
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
            request.form.get("bank", ""), by=officer().id, again=again
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
    large = oversized("")
    if large:
        return _page(case_id, tuple(large.values()), 422)
    upload = next(iter(uploads("").values()), None)
    if upload is None:
        return _page(case_id, ("没有选回盘文件；请选好再提交。",), 422)
    try:
        done = Settlement(office(), case_id).take_repayments(
            request.form.get("bank", ""), upload, by=officer().id
        )
    except QingdanError as error:
        return _page(case_id, tuple(error.lines()), 422)
    if done.refused:
        refused = tuple(f"{child}：{reason}" for child, reason in done.refused.items())
        return _page(case_id, refused, 409)
    flash(f"已登记：成功 {done.paid} 户，仍退汇 {done.failed} 户。")
    return redirect(url_for("case.show", case_id=case_id), 303)
