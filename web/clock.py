"""A case's time and who answers for it: the page, and what an officer does there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from engine.model.case import RUNNING
from engine.model.clock import CaseClock, DeadlineKind
from engine.model.mark import ClockEvent
from engine.model.wording import say
from engine.runtime import NotAllowed, Office, Refused, RepeatedKey, UnknownOfficer
from engine.runtime.deadlines.handover import Answerability, speaks_for

from . import forms
from .carry import BroughtBack
from .case import timing
from .offices import now, office, officer, roster
from .text import local

blueprint = Blueprint("clock", __name__, url_prefix="/cases/<case_id>/clock")

Page = tuple[str, int]
#: Officer and key of a request, as ``by`` and ``key``.
Who = dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One input of an operation."""

    name: str
    label: str
    help: str = ""
    #: ``text``, ``long``, ``number``, ``kind``, ``limit`` or ``officer``.
    type: str = "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One thing an officer can do to a clock."""

    id: str
    label: str
    #: At which stages it can be meant.
    stages: tuple[str, ...]
    asks: tuple[Ask, ...] = ()
    #: Steps of some procedures do it themselves.
    event: ClockEvent | None = None
    act: Callable[[Office, str, Who, Mapping[str, str]], object]


_REASON = Ask(name="reason", label="理由")
_BEFORE = ("received", "correcting", "corrected")
_RUNNING = ("accepted", "deemed", "paused")


def _extend(o: Office, case_id: str, who: Who, said: Mapping[str, str]) -> CaseClock:
    days = int(said["days"]) if said["days"].isascii() and said["days"].isdecimal() else 0
    known = said["limit"] in set(DeadlineKind)
    kind = DeadlineKind(said["limit"]) if known else DeadlineKind.PROMISED
    reason, notice = said["reason"], said["notice"]
    return o.extend(case_id, **who, days=days, kind=kind, reason=reason, notice=notice)


OPERATIONS = (
    Operation(
        id="accept",
        label="受理",
        stages=_BEFORE,
        event=ClockEvent.ACCEPTED,
        act=lambda o, c, who, _: o.accept(c, **who),
    ),
    Operation(
        id="ask",
        label="一次性告知补正",
        stages=("received",),
        asks=(
            Ask(
                name="corrections",
                label="需要补正的全部内容",
                help="只能告知一次，请写全",
                type="long",
            ),
        ),
        act=lambda o, c, who, said: o.ask_corrections(c, **who, corrections=said["corrections"]),
    ),
    Operation(
        id="corrected",
        label="登记收到补正材料",
        stages=("correcting",),
        act=lambda o, c, who, _: o.receive_corrections(c, **who),
    ),
    Operation(
        id="refuse",
        label="不予受理",
        stages=_BEFORE,
        asks=(_REASON,),
        act=lambda o, c, who, said: o.refuse_acceptance(c, **who, reason=said["reason"]),
    ),
    Operation(
        id="pause",
        label="特别程序，暂停计时",
        stages=("accepted", "deemed"),
        asks=(
            Ask(name="kind", label="种类", help="如 听证、鉴定、征求第三方意见", type="kind"),
            _REASON,
        ),
        act=lambda o, c, who, said: o.pause_clock(
            c, **who, kind=said["kind"], reason=said["reason"]
        ),
    ),
    Operation(
        id="resume",
        label="恢复计时",
        stages=("paused",),
        act=lambda o, c, who, _: o.resume_clock(c, **who),
    ),
    Operation(
        id="extend",
        label="延期",
        stages=_RUNNING,
        asks=(
            Ask(name="limit", label="延长哪个时限", type="limit"),
            Ask(name="days", label="延长几日", type="number", help="单位同原时限；只能延一次"),
            _REASON,
            Ask(name="notice", label="怎样告知申请人", help="如 书面告知、当面告知"),
        ),
        act=_extend,
    ),
    Operation(
        id="decide",
        label="登记办结",
        stages=_RUNNING,
        event=ClockEvent.DECIDED,
        act=lambda o, c, who, _: o.decide(c, **who),
    ),
    Operation(
        id="deliver",
        label="登记送达",
        stages=(*_RUNNING, "decided"),
        event=ClockEvent.DELIVERED,
        act=lambda o, c, who, _: o.deliver(c, **who),
    ),
)

_OFFER = Operation(
    id="offer",
    label="移交责任",
    stages=(),
    asks=(Ask(name="to", label="移交给", type="officer"), _REASON),
    act=lambda o, c, who, said: o.offer_handover(c, **who, to=said["to"], reason=said["reason"]),
)
_SIGN = Operation(
    id="sign",
    label="签收移交",
    stages=(),
    act=lambda o, c, who, _: o.answer_handover(c, **who, accept=True),
)
_DECLINE = Operation(
    id="decline",
    label="谢绝移交",
    stages=(),
    act=lambda o, c, who, _: o.answer_handover(c, **who, accept=False),
)
#: The giver's side of the same.
_WITHDRAW = replace(_DECLINE, id="withdraw", label="收回移交")
_HANDING = (_OFFER, _SIGN, _DECLINE, _WITHDRAW)
_ALL = {operation.id: operation for operation in (*OPERATIONS, *_HANDING)}


@blueprint.get("")
def show(case_id: str) -> Page:
    """The clock, the hand-overs, and what can be done now."""
    return _page(case_id)


@blueprint.get("/<operation>")
def look(case_id: str, operation: str) -> Response:
    """An operation's address only looked at does nothing."""
    if operation not in _ALL:
        abort(404)
    return redirect(url_for("clock.show", case_id=case_id))


@blueprint.post("/<operation>")
def act(case_id: str, operation: str) -> Page | Response:
    """Do one thing to the clock, or say why not."""
    chosen = _ALL.get(operation)
    if chosen is None:
        abort(404)
    said = {ask.name: forms.typed(ask.name) for ask in chosen.asks}
    try:
        done = chosen.act(office(), case_id, {"by": officer().id, "key": forms.form_key()}, said)
    except (Refused, NotAllowed, UnknownOfficer, RepeatedKey, BroughtBack) as refusal:
        status = 403 if isinstance(refusal, Refused) else 409
        return _page(case_id, alert=str(refusal), status=status, said=said)
    flash(f"已办：{chosen.label}。")
    if isinstance(done, CaseClock) and done.warning:
        flash(done.warning, "warning")
    return redirect(url_for("clock.show", case_id=case_id), 303)


def _handing(answers: Answerability) -> list[Operation]:
    """What the officer can do about who answers for a case."""
    today, offer = local(now()).date(), answers.offer
    if offer is None:
        mine = speaks_for(roster(), answers.present, officer().id, today)
        return [_OFFER] if mine else []
    if offer.taker == officer().id:
        return [_SIGN, _DECLINE]
    return [_WITHDRAW] if speaks_for(roster(), offer.giver, officer().id, today) else []


def _page(
    case_id: str, *, alert: str = "", status: int = 200, said: Mapping[str, str] | None = None
) -> Page:
    case = office().case(case_id).case
    facts = timing(case_id)
    clock = facts["clock"]
    stage = clock.stage if isinstance(clock, CaseClock) else ""
    answers, ahead = office().answerability(case_id), office().ahead(case_id)
    handing = _handing(answers) if case.state in RUNNING else []
    too_early = {"decide": ahead.undecided}
    if stage != "decided":
        too_early["deliver"] = ahead.undecided or say("matter.not-decided")
    page = render_template(
        "clock/show.html",
        case=case,
        alert=alert,
        said=said or {},
        operations=[
            one for one in OPERATIONS if stage in one.stages and one.event not in ahead.drawn
        ],
        too_early=too_early,
        handing=handing if case.finished_at is None else [],
        others=[other for other in roster().officers if other.id != officer().id],
        unfinished=[item.step_name for item in office().open_steps([case_id]).get(case_id, ())],
        **facts,
    )
    return page, status
