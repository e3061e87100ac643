"""退回 and 撤回: going back to a step done before, or having it put right beside one's own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.model.case import CaseState, WorkItemKind, WorkItemState
from engine.model.wording import say
from engine.store import schema

from .. import objects
from ..deadlines import following
from ..drafts import drop_draft
from ..errors import FormInvalid, NotAllowed, Refused
from ..filing import Upload
from ..machine import Machine
from ..rewinding import Rewind
from ..statements import Columns, Row, Wire
from ..undone import mark_undone
from .paper import PaperDesk
from .remarks import asked_text
from .signatures import signers_of

Then = Literal["continue", "come-back"]

_ITEM = Columns({"w": schema.work_item})
_DONE = (
    f"SELECT {_ITEM.text} FROM work_item w WHERE w.office_id = ? AND w.case_id = ? "
    "AND w.state = 'done' AND w.kind = 'step'"
)
_TAKEN = "SELECT id FROM work_item WHERE office_id = ? AND case_id = ? AND state = 'claimed'"
_CHILD = (
    "SELECT 1 FROM case_file WHERE office_id = ? AND parent_id = ? "
    "AND parent_task IN ({marks}) LIMIT 1"
)
_CLAIM = "UPDATE work_item SET state = 'claimed', officer = ? WHERE office_id = ? AND id = ?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """A step that is done and to which a case might go back."""

    #: Work item in which it was done last.
    work_item: str
    step: str
    step_name: str
    #: Who did it, and when.
    officer: str
    done_at: datetime
    #: Why everything behind it cannot be done again, in Chinese; empty where it can.
    reason: str
    #: Who signed it besides: then one officer alone does not put it right either.
    signers: tuple[str, ...]
    #: How often it was done in what would be undone: a multi-instance goes back as a whole.
    instances: int

    @property
    def allowed(self) -> bool:
        """Whether the case can go back to it and on from there."""
        return not self.reason


def targets_of(
    wire: Wire, office_id: str, case_id: str, machine: Machine, given_back: str
) -> tuple[Target, ...]:
    """Steps that were done in a case, each in its last round, the latest first."""
    rows = {row["id"]: row for row in wire.rows(_ITEM, _DONE, office_id, case_id)}
    # By the order of the run: several steps may be done at the same moment.
    last: dict[str, str] = {}
    for item_id in machine.done_last(rows):
        last.setdefault(rows[item_id]["step"], item_id)
    signers = signers_of(wire, office_id, *last.values())
    found = []
    for step, item_id in last.items():
        row, plan = rows[item_id], machine.rewind_to(item_id, given_back)
        target = Target(
            work_item=item_id,
            step=step,
            step_name=row["step_name"],
            officer=row["officer"] or "",
            done_at=row["done_at"],
            reason=_reason(wire, office_id, case_id, plan),
            signers=signers[item_id],
            instances=_instances(plan, step, rows.values()),
        )
        found.append(target)
    return tuple(found)


def _instances(plan: Rewind, step: str, done: Iterable[Row]) -> int:
    tasks = plan.steps_done()
    ids = (row["id"] for row in done if row["step"] == step)
    return sum(id_.partition("-")[0] in tasks for id_ in ids)


def _reason(wire: Wire, office_id: str, case_id: str, plan: Rewind) -> str:
    """Why a plan cannot be carried out; empty where it can."""
    if plan.obstacle is not None:
        return say(f"returning.obstacle.{plan.obstacle}")
    if has_children(wire, office_id, case_id, plan):
        return say("returning.obstacle.children")
    return ""


def has_children(wire: Wire, office_id: str, case_id: str, plan: Rewind) -> bool:
    """Whether child cases would lose the step that opened them."""
    calls = plan.calls()
    text = _CHILD.format(marks=", ".join("?" * len(calls)))
    return bool(calls) and wire.run(text, office_id, case_id, *calls).fetchone() is not None


class ReturningDesk(PaperDesk):
    """What one officer does to one work item that may go back to an earlier step.

    Nothing that was done is forgotten: what is undone stays among the deeds of the
    case, so that conflicts count over every round.
    """

    def return_to(self, target: str, reason: str, then: Then) -> None:
        """退回: have an earlier step done again."""
        self._must_be_alive()
        self._must_be_free()
        self._must_be_mine()
        if self.item["kind"] != WorkItemKind.STEP or self.item["owner"] is not None:
            raise NotAllowed(say("returning.not-yours", step=self.item["step_name"]))
        text = asked_text(reason, "reason")
        self._judged()
        machine = self.work.load(self.case)
        chosen = self._target(machine, target)
        if then == "come-back":
            if chosen.signers:
                names = "、".join(map(self.judge.name, chosen.signers))
                facts = {"step": chosen.step_name, "officers": names}
                raise NotAllowed(say("returning.rework-signed", **facts))
            self.work.put_back(self.case, machine)
            self._ask_rework(chosen, text)
            return
        if not chosen.allowed:
            raise NotAllowed(say("returning.refused", step=chosen.step_name, reason=chosen.reason))
        self.work.done.add(self.item["id"])
        self._set(state=WorkItemState.CANCELLED.value, done_at=self.work.now)
        drop_draft(self.work, self.item["id"])
        self._remark("returned", text, say("returning.note.to", step=chosen.step_name))
        self._undo(machine, machine.rewind_to(chosen.work_item, self.item["id"]), "returned")

    def _undo(self, machine: Machine, plan: Rewind, action: str) -> None:
        """Go back as planned; what is undone is marked with who did that."""
        mark_undone(self.work, self.case["id"], plan.steps_done(), self.officer.id, action)
        following.steps_undone(self.work, self.case, machine, keeps_told=action == "returned")
        machine.rewind(plan)
        self.work.settle(self.case, machine)

    def _target(self, machine: Machine, name: str) -> Target:
        wire, case_id = self.work.wire, self.case["id"]
        found = targets_of(wire, self.office_id, case_id, machine, self.item["id"])
        for target in found:
            if name in (target.step, target.work_item):
                return target
        known = "、".join(f"{target.step}（{target.step_name}）" for target in found)
        text = say("returning.no-target", step=name, known=known or say("returning.none"))
        raise FormInvalid({"target": text})

    def _ask_rework(self, target: Target, text: str) -> None:
        """Open the step again beside this one, for who did it where the rules still let him."""
        rows = self.work.wire.rows(_ITEM, _DONE, self.office_id, self.case["id"])
        done = next(row for row in rows if row["id"] == target.work_item)
        names = ("step", "trail", "step_name", "duty", "post", "external", "party")
        facts: Row = {name: done[name] for name in names}
        doer = self.judge.roster.officer(target.officer)
        if doer is not None:
            try:
                assignment = self.judge.assign(doer, {**self.item, **facts}, self.case)
            except Refused:
                pass
            else:
                self.warning = assignment.forecast.warning
                facts |= {"state": WorkItemState.CLAIMED.value, "officer": doer.id}
        self.open_side(WorkItemKind.REWORK, **facts)
        self._remark("rework-asked", text, say("returning.note.rework", step=target.step_name))

    def finish_side(self, values: Mapping[str, str], files: Mapping[str, Upload]) -> None:
        if self.item["kind"] != WorkItemKind.REWORK:
            super().finish_side(values, files)
            return
        asked = self._asked()
        raw, cosigners, note = self._together(asked, values)
        parsed, sealed = self._form(asked, raw, files)
        helpers = ",".join(self._helpers(cosigners))
        self._set(state=WorkItemState.DONE.value, cosigners=helpers, done_at=self.work.now)
        drop_draft(self.work, self.item["id"])
        self._note("reworked", form_digest=sealed, note=note)
        machine = self.work.load(self.case)
        machine.data.update(parsed)
        objects.remember(self.work.wire, self.case, machine.program, machine.data, parsed)
        self.work.settle(self.case, machine)

    def withdraw_completion(self, reason: str) -> str:
        """撤回: take back what one has completed while nobody has gone on from it; the new item.

        What others have signed, as part of the step or once it was finished, is not for one
        of them to take back. Opinions given before the officer finished it (前加签) do not bind.
        """
        step = self.item["step_name"]
        is_done = self.item["state"] == WorkItemState.DONE
        asked = (self.item["id"],) if is_done and not self._is_side() else ()
        signers = signers_of(self.work.wire, self.office_id, *asked)
        if any(signers.values()):
            names = "、".join(map(self.judge.name, signers[self.item["id"]]))
            raise NotAllowed(say("returning.signed-by-others", step=step, officers=names))
        if not is_done or self.item["officer"] != self.officer.id or self._is_side():
            raise NotAllowed(say("returning.not-done-by-you", step=step))
        if self.case["state"] != CaseState.OPEN:
            raise NotAllowed(say("returning.case-ended", case=self.case["id"]))
        text = asked_text(reason, "reason")
        self._judged()
        machine = self.work.load(self.case)
        plan = machine.rewind_to(self.item["id"])
        too_late = self._gone_on(plan)
        if too_late:
            raise NotAllowed(say("returning.too-late", step=step, reason=too_late))
        before = {place.id for place in machine.open_places()}
        self._remark("completion-withdrawn", text)
        self._undo(machine, plan, "completion-withdrawn")
        fresh = next(
            place.id
            for place in machine.open_places()
            if place.path == self.item["step"] and place.id not in before
        )
        self.work.wire.run(_CLAIM, self.officer.id, self.office_id, fresh)
        self.work.forget_deeds(self.case["root_id"])
        return fresh

    def _gone_on(self, plan: Rewind) -> str:
        """What has followed already; empty where nothing binds anybody yet."""
        wire, case_id = self.work.wire, self.case["id"]
        reason = _reason(wire, self.office_id, case_id, plan)
        if reason:
            return reason
        if plan.steps_done() - {self.item["id"].partition("-")[0]}:
            return say("returning.followed.done")
        undone = {task.id for task in plan.undone}
        taken = wire.run(_TAKEN, self.office_id, case_id).fetchall()
        if any(id_.partition("-")[0] in undone for (id_,) in taken):
            return say("returning.followed.taken")
        if plan.has_timed_out():
            return say("returning.followed.timer")
        return say("returning.followed.sent") if plan.has_sent() else ""
