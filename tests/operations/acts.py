"""All that may be done in an office, how often, and to what: one table for each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

from engine.model.case import CaseState, WorkItem, WorkItemState
from engine.model.clock import DeadlineKind
from tests.cases.conftest import APPLICANT

from .anything import SCAN, generous, takes_two
from .walking import BESIDE, OPEN, Act, Walk


def _complete(walk: Walk, item: WorkItem) -> Act:
    if item.sign or item.kind in BESIDE:
        return _sign(walk, item)
    values, files = walk.filled(item)
    if takes_two(item):
        values["cosigner"] = walk.colleague(item)
    return partial(walk.office.complete, item.id, by=walk.able(item), values=values, files=files)


def _sign(walk: Walk, item: WorkItem) -> Act:
    signed = [one for one in walk.items(*OPEN) if one.sign or one.kind in BESIDE]
    if signed and walk.random.random() < 0.9:
        item = walk.random.choice(signed)
    values, files = walk.filled(item)
    return partial(
        walk.office.sign,
        item.id,
        by=walk.able(item),
        choice=walk.choice(item),
        text="意见",
        values=values,
        files=files,
    )


def _return(walk: Walk, item: WorkItem) -> Act | None:
    targets = walk.office.targets(item.id)
    if not targets:
        return None
    return partial(
        walk.office.return_to,
        item.id,
        by=walk.able(item),
        target=walk.random.choice(targets).step,
        reason=walk.words(),
        then=walk.random.choice(("continue", "come-back")),
    )


def _paper(walk: Walk, item: WorkItem) -> Act:
    values, files = walk.filled(item)
    return partial(
        walk.office.record_paper,
        item.id,
        by=walk.anybody(),
        signer=walk.able(item),
        scan=SCAN,
        choice=walk.choice(item),
        text="意见",
        values=values,
        files=files,
    )


def _signer(walk: Walk, item: WorkItem) -> Act:
    after = walk.random.random() < 0.5
    return partial(
        walk.office.add_signer,
        item.id,
        by=walk.able(item),
        to=walk.anybody(),
        reason=walk.words(),
        after=after,
    )


def _simple(name: str) -> "Callable[[Walk, WorkItem], Act]":
    def draw(walk: Walk, item: WorkItem) -> Act:
        return partial(getattr(walk.office, name), item.id, by=walk.able(item))

    return draw


def _handing(name: str) -> "Callable[[Walk, WorkItem], Act]":
    def draw(walk: Walk, item: WorkItem) -> Act:
        to, reason = walk.colleague(item), walk.words()
        return partial(
            getattr(walk.office, name), item.id, by=walk.able(item), to=to, reason=reason
        )

    return draw


def _reasoned(name: str) -> "Callable[[Walk, WorkItem], Act]":
    def draw(walk: Walk, item: WorkItem) -> Act:
        by = item.officer if item.done_at and item.officer else walk.able(item)
        return partial(getattr(walk.office, name), item.id, by=by, reason=walk.words())

    return draw


_READY, _CLAIMED = WorkItemState.READY, WorkItemState.CLAIMED
#: How often something is done to a work item, to which ones mostly, and what.
ITEM_ACTS: dict[str, tuple[float, WorkItemState | None, Callable[[Walk, WorkItem], Act | None]]] = {
    "claim": (30, _READY, _simple("claim")),
    "complete": (40, _CLAIMED, _complete),
    "sign": (10, None, _sign),
    "release": (2, _CLAIMED, _simple("release")),
    "release_for": (
        1,
        _CLAIMED,
        lambda w, i: partial(w.office.release_for, i.id, by=w.head(), reason="走"),
    ),
    "reassign": (3, _CLAIMED, _handing("reassign")),
    "delegate": (3, _CLAIMED, _handing("delegate")),
    "give_back": (2, _CLAIMED, _reasoned("give_back")),
    "save_draft": (
        2,
        _CLAIMED,
        lambda w, i: partial(w.office.save_draft, i.id, by=w.able(i), values=w.filled(i)[0]),
    ),
    "add_signer": (4, _CLAIMED, _signer),
    "drop_signer": (2, _CLAIMED, _handing("drop_signer")),
    "return_to": (5, _CLAIMED, _return),
    "urge": (1, None, lambda w, i: partial(w.office.urge, i.id, by=w.anybody(), text=w.words())),
    "emergency_claim": (
        3,
        _READY,
        lambda w, i: partial(w.office.emergency_claim, i.id, by=w.anybody(), reason=w.words()),
    ),
    "record_paper": (4, _READY, _paper),
}


def _withdraw(walk: Walk) -> Act | None:
    """Take the last completion of some case back."""
    found = [item for item in walk.items(WorkItemState.DONE) if item.officer]
    if not found:
        return None
    item = max(found, key=lambda one: (one.done_at, one.id))
    by = item.officer if walk.random.random() < 0.9 else walk.anybody()
    return partial(walk.office.withdraw_completion, item.id, by=by, reason=walk.words())


def _stand_in(walk: Walk) -> Act:
    officer, deputy = walk.random.sample(walk.officers, 2)
    walk.deputies.add(deputy)
    today = walk.clock.now.date()
    until = today + timedelta(days=walk.random.randint(0, 5))
    return partial(walk.office.stand_in, officer, deputy, since=today, until=until, by=walk.head())


def _time(walk: Walk) -> Act:
    def passes() -> None:
        walk.clock.move(hours=walk.random.choice((1, 5, 24, 24, 24 * 6)))
        walk.office.tick()

    return passes


def _copy(walk: Walk) -> Act:
    to = walk.random.sample(walk.officers, 2)
    return partial(walk.office.copy_to, walk.case(), by=walk.anybody(), to=to, text="阅")


def _on_case(name: str, by: Callable[[Walk], str], **more: object) -> Callable[[Walk], Act]:
    def draw(walk: Walk) -> Act:
        return partial(getattr(walk.office, name), walk.case(), by=by(walk), **more)

    return draw


def _resume(walk: Walk) -> Act:
    """Go on with a case that is suspended, where there is one."""
    found = [case.id for case in walk.office.cases(state=CaseState.SUSPENDED)]
    case = walk.random.choice(found) if found else walk.case()
    return partial(walk.office.resume, case, by=walk.head(), reason="继续")


def _publish(walk: Walk) -> Act:
    """Another edition of the items, or one that was there before."""
    return partial(walk.office.publish, walk.random.choice(walk.editions))


def _appoint(walk: Walk) -> Act:
    """Officers leave, and who left before comes back."""
    whole = generous()
    leavers = walk.random.sample([o.id for o in whole.officers if o.id not in walk.heads], 3)
    kept = tuple(officer for officer in whole.officers if officer.id not in leavers)
    apart = tuple(pair for pair in whole.avoidances if not set(pair.officers) & set(leavers))
    return partial(walk.office.appoint, replace(whole, officers=kept, avoidances=apart))


def _accepting(walk: Walk) -> str:
    return walk.random.choice(walk.by_post["受理窗口"])


def _handover(walk: Walk) -> Act:
    case = walk.case()
    present = walk.office.answerability(case).present
    return partial(
        walk.office.offer_handover,
        case,
        by=present or walk.anybody(),
        to=walk.anybody(),
        reason="调离",
    )


def _answer(walk: Walk) -> Act | None:
    case = walk.case()
    offer = walk.office.answerability(case).offer
    if offer is None:
        return None
    accept = walk.random.random() < 0.7
    return partial(walk.office.answer_handover, case, by=offer.taker, accept=accept)


#: How often, and what else is done.
ACTS: dict[str, tuple[float, Callable[[Walk], Act | None]]] = {
    "withdraw_completion": (4, _withdraw),
    "copy_to": (1, _copy),
    "mark_read": (1, _on_case("mark_read", Walk.anybody)),
    "suspend": (1, _on_case("suspend", Walk.head, reason="核实")),
    "resume": (4, _resume),
    "terminate": (0.4, _on_case("terminate", Walk.head, reason="撤回申请")),
    "void": (0.4, _on_case("void", Walk.head, reason="重复录入")),
    "offer_handover": (1, _handover),
    "answer_handover": (2, _answer),
    "accept": (2, _on_case("accept", _accepting)),
    "ask_corrections": (1, _on_case("ask_corrections", _accepting, corrections="缺户口簿")),
    "receive_corrections": (1, _on_case("receive_corrections", _accepting)),
    "refuse_acceptance": (0.3, _on_case("refuse_acceptance", _accepting, reason="不属本所")),
    "pause_clock": (2, _on_case("pause_clock", Walk.head, kind="鉴定", reason="送检")),
    "resume_clock": (2, _on_case("resume_clock", Walk.head)),
    "extend": (
        1,
        _on_case(
            "extend",
            Walk.head,
            days=3,
            reason="疑难",
            notice="书面告知",
            kind=DeadlineKind.PROMISED,
        ),
    ),
    "decide": (1, _on_case("decide", Walk.head)),
    "deliver": (1, _on_case("deliver", _accepting)),
    "stand_in": (1, _stand_in),
    "end_stand_in": (
        1,
        lambda w: partial(w.office.end_stand_in, w.anybody(), by=w.head()),
    ),
    "seal_daily": (0.5, lambda w: w.office.seal_daily),
    "deem_overdue": (0.5, lambda w: w.office.deem_overdue),
    "recount": (0.5, lambda w: partial(w.office.recount, by=w.head())),
    "appoint": (0.5, _appoint),
    "publish": (0.5, _publish),
    "migrate": (2, _on_case("migrate", Walk.head, reason="新版")),
    "open_case": (
        3,
        lambda w: partial(
            w.office.open_case, w.random.choice(w.codes), by=w.anybody(), applicant=APPLICANT
        ),
    ),
    "time": (5, _time),
}


def draw(walk: Walk) -> tuple[str, Act] | None:
    """What is done next; None where what was drawn has nothing to be done to."""
    table = {**ITEM_ACTS, **ACTS}
    (name,) = walk.random.choices(list(table), [weight for weight, *_ in table.values()])
    if name in ACTS:
        act = ACTS[name][1](walk)
    else:
        _, state, on_item = ITEM_ACTS[name]
        item = walk.item(state)
        act = on_item(walk, item) if item else None
    return (name, act) if act else None
