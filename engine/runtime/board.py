"""The board of a case: its open work items and running timers, kept in step with its machine."""

from engine.model.case import WorkItemState
from engine.store import schema

from .deadlines.steplimits import Arrival
from .drafts import drop_draft
from .ledger import SYSTEM, Ledger
from .machine import News, Open, OpenKind
from .places import place
from .program import Program
from .statements import Row

_WITHDRAW = (
    "UPDATE work_item SET state = 'cancelled', done_at = ? "
    "WHERE office_id = ? AND id = ? AND state IN ('ready', 'claimed')"
)
_SIDES = (
    "SELECT id, step, step_name FROM work_item WHERE office_id = ? AND of_item = ? "
    "AND coalesce(state, '') IN ('ready', 'claimed') AND kind <> 'review'"
)
_STOP = "DELETE FROM timer WHERE office_id = ? AND case_id = ? AND task_id = ?"


def note_timers(ledger: Ledger, row: Row, program: Program, news: News) -> None:
    """Journal the timers that went off."""
    for alarm in news.fired:
        name = program.chain(alarm.path)[-1][1].label
        ledger.note(row["id"], SYSTEM, "timer", step=alarm.path, step_name=name)


def sync(ledger: Ledger, row: Row, program: Program, news: News) -> None:
    """Store what has opened, closed, started and stopped."""
    for alarm in news.stopped:
        ledger.wire.put(_STOP, ledger.office_id, row["id"], alarm.id)
    _withdraw(ledger, row, program, [p for p in news.closed if p.kind is not OpenKind.CHILDREN])
    opened = [p for p in news.opened if p.kind is not OpenKind.CHILDREN]
    if opened:
        limits = Arrival(ledger, row, program)
        rows = (_item(ledger, row, program, p) | limits.own(p.path) for p in opened)
        ledger.wire.insert(schema.work_item, *rows)
        for p in opened:
            limits.keep_statutory(p.path, p.id)
    if news.started:
        key = {"office_id": ledger.office_id, "case_id": row["id"]}
        ledger.wire.insert(
            schema.timer,
            *({**key, "task_id": a.id, "step": a.path, "due": a.due} for a in news.started),
        )


def _withdraw(ledger: Ledger, row: Row, program: Program, places: list[Open]) -> None:
    for closed in places:
        if closed.id in ledger.done:
            continue
        if not withdraw_item(ledger, closed.id):
            continue
        name = place(program, ledger.controls, closed.path).name
        ledger.note(row["id"], SYSTEM, "withdrawn", step=closed.path, step_name=name)
        sides = ledger.wire.run(_SIDES, ledger.office_id, closed.id).fetchall()
        for side, step, step_name in sides:
            withdraw_item(ledger, side)
            ledger.note(row["id"], SYSTEM, "withdrawn", step=step, step_name=step_name)


def withdraw_item(ledger: Ledger, item_id: str) -> bool:
    """Take an open work item away, with the form begun for it; whether it was open."""
    now = ledger.wire.moment(ledger.now)
    if not ledger.wire.run(_WITHDRAW, now, ledger.office_id, item_id).rowcount:
        return False
    drop_draft(ledger, item_id)
    return True


def _item(ledger: Ledger, row: Row, program: Program, opened: Open) -> dict[str, object]:
    asked = place(program, ledger.controls, opened.path)
    return {
        "office_id": ledger.office_id,
        "id": opened.id,
        "case_id": row["id"],
        "root_id": row["root_id"],
        "step": opened.path,
        "trail": row["trail"] + opened.path,
        "step_name": asked.name,
        "duty": asked.duty,
        "post": asked.post,
        "external": asked.external,
        "party": asked.party,
        "state": WorkItemState.READY.value,
        "since": ledger.now,
    }
