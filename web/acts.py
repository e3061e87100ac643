"""What the officer signed in can do next with a work item, in the words of its button."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model.case import WorkItem, WorkItemKind, WorkItemState
from engine.model.signing import SignMode

#: What a side item's holder does with it.
_SIDES = {
    WorkItemKind.SIGN_BEFORE: "签署",
    WorkItemKind.SIGN_AFTER: "签署",
    WorkItemKind.REWORK: "补正",
    WorkItemKind.REVIEW: "审核",
}
#: What a work item waits for, by the side item that holds it up.
_WAITS = {
    WorkItemKind.SIGN_BEFORE: "等加签人签署",
    WorkItemKind.SIGN_AFTER: "等加签人签署",
    WorkItemKind.REWORK: "等前面补正",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """The next thing to do with a work item."""

    #: On the button.
    label: str
    #: Whether the button claims, rather than leading to the item's page.
    claims: bool = False
    #: Whether there is nothing to do but to look.
    is_idle: bool = False
    #: How far the signatures are, and what is waited for; empty for nothing.
    note: str = ""


#: Nothing is done in a case that is suspended.
STOPPED = Act(label="查看", is_idle=True, note="办件已挂起，恢复以前不能办理")


def act(item: WorkItem, officer: str, signed: Mapping[str, tuple[str, ...]]) -> Act:
    """What an officer does with an item that no rule keeps from him.

    Parameters
    ----------
    signed : who has signed so far, by work item.
    """
    signers = signed.get(item.id, ())
    waits = _WAITS.get(item.waits_for, "") if item.waits_for else ""
    note = "，".join(filter(None, (progress(item, signers), waits)))
    if item.state is WorkItemState.CLAIMED:
        if item.officer != officer or item.waits_for:
            return Act(label="查看", is_idle=True, note=note)
        return Act(label=_SIDES.get(item.kind, "办理"), note=note)
    if item.sign is None:
        return Act(label="认领", claims=True, note=note)
    if officer in signers:
        return Act(label="查看", is_idle=True, note=f"您已签，{note}")
    return Act(label="签署", note=note)


def progress(item: WorkItem, signers: tuple[str, ...]) -> str:
    """How many have signed of how many; empty where one officer does it alone."""
    if item.sign is None:
        return ""
    count = len(signers)
    match item.sign.mode:
        case SignMode.ANY:
            return f"或签，{item.sign.persons} 人中一人签署即定"
        case SignMode.ALL:
            return f"会签，已签 {count} 人，共 {item.sign.persons} 人"
        case SignMode.VOTE:
            return (
                f"票签，已投 {count} 票，满 {item.sign.quorum} 票计票（共 {item.sign.persons} 人）"
            )
