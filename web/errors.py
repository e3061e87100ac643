"""Error pages: what happened, and what to do now."""

import logging
from typing import TypedDict

from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from engine.model.errors import QingdanError, UnknownItem
from engine.runtime import (
    FaultyCase,
    NotAllowed,
    Refused,
    UnknownAttachment,
    UnknownCase,
    UnknownOfficer,
    UnknownVersion,
    UnknownWorkItem,
)
from engine.store import StoreUnavailable

from .carry import Carried, typed_values

_log = logging.getLogger(__name__)

#: What an officer reads, by status: title, and what to do.
_TEXTS = {
    400: ("请求不完整", "请返回上一页重新操作。"),
    403: ("不能办理", "如认为有误，请联系所长核对定岗。"),
    404: ("没有找到", "请核对编号，或从待办、办件列表进入。"),
    405: ("不能这样打开", "请从待办或办件列表进入。"),
    409: ("办件需要人工处理", "请联系系统管理员；已办的环节和资料都在，没有丢失。"),
    413: ("文件太大", "没有办理任何环节。请返回，每份附件不超过 20 MB，分几次上传。"),
    500: (
        "系统出了问题",
        "刚才的操作没有生效，已有的资料没有丢失。请稍后再试；再次出现请联系管理员。",
    ),
    503: ("暂时无法读写数据", "刚才的操作没有生效，已有的资料没有丢失。请一分钟后再试。"),
}

#: Status of each refusal of the engine; anything else it refuses is a 400.
_STATUS: dict[type[QingdanError], int] = {
    UnknownCase: 404,
    UnknownWorkItem: 404,
    UnknownAttachment: 404,
    UnknownOfficer: 404,
    UnknownItem: 404,
    UnknownVersion: 404,
    Refused: 403,
    NotAllowed: 403,
    FaultyCase: 409,
    StoreUnavailable: 503,
}


class Again(TypedDict):
    """What a page shown again says of a refusal."""

    alert: str
    status: int


def again(error: QingdanError) -> Again:
    """The alert and the status of a page that is shown again, with what was typed."""
    is_forbidden = isinstance(error, Refused | NotAllowed)
    return {"alert": " ".join(error.lines()), "status": 403 if is_forbidden else 422}


def _page(status: int, message: str = "") -> tuple[str, int]:
    title, advice = _TEXTS.get(status, _TEXTS[400])
    page = render_template(
        "error/page.html", status=status, title=title, message=message, advice=advice
    )
    return page, status


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    return _page(error.code)


def _refused(error: QingdanError) -> tuple[str, int]:
    status = next((s for kind, s in _STATUS.items() if isinstance(error, kind)), 400)
    if status >= 500:
        _log.error("%s %s: %s", request.method, request.path, error)
        carried = typed_values() if request.method == "POST" else []
        if carried:
            return _carry(carried, str(error)), status
    return _page(status, str(error))


def _carry(carried: Carried, problem: str) -> str:
    return render_template(
        "account/carry.html", bare=True, target=request.path, carried=carried, problem=problem
    )


def _expired_form(_: CSRFError) -> tuple[str, int]:
    """The form's token does not fit: bring what was typed back, submit nothing."""
    carried = typed_values() if g.get("officer") else []
    if carried:
        return _carry(carried, "页面放置太久，刚才的提交没有生效。"), 400
    return render_template("error/expired.html"), 400


def register(app: Flask) -> None:
    """Give every error its page; an unforeseen one is logged with its traceback by Flask."""
    app.register_error_handler(CSRFError, _expired_form)
    app.register_error_handler(QingdanError, _refused)
    app.register_error_handler(HTTPException, _http)
