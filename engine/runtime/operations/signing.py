"""Signing: 会签, 或签, 票签 as the step says; 前加签, 后加签, 减签 as officers ask for."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model.case import WorkItemKind, WorkItemState
from engine.model.office import Officer
from engine.model.wording import clauses, say

from ..atwork import item_at_work
from ..board import withdraw_item
from ..drafts import drop_draft, keep_draft
from ..errors import FormInvalid, NotAllowed
from ..filing import Upload
from ..lookahead import BESIDE
from ..places import Place
from ..statements import Row
from .remarks import asked_text
from .sides import SideDesk
from .signatures import choices, keep_signature, plan_signer, planned_signers, unplan_signer

#: Duty of who is asked to sign beside a step.
DUTY = "review"
_BEFORE, _AFTER = WorkItemKind.SIGN_BEFORE, WorkItemKind.SIGN_AFTER
_SIDES = (
    "SELECT id, officer, step, step_name FROM work_item WHERE office_id = ? AND of_item = ? "
    "AND state IN ('ready', 'claimed') AND kind IN ('sign-before', 'sign-after')"
)
_HOLDER = "SELECT officer FROM work_item WHERE office_id = ? AND id = ?"
_NOBODYS = "UPDATE work_item SET officer = NULL WHERE office_id = ? AND id = ?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What an officer signs: a choice, an opinion, and the rest of the step's form."""

    choice: str
    text: str
    values: Mapping[str, str]
    files: Mapping[str, Upload]

    def facts(self) -> tuple[object, ...]:
        """All of it, files by their digests: what a request with a key asks for."""
        sums = {name: upload.sha256 for name, upload in self.files.items()}
        return self.choice, self.text, dict(self.values), sums


class SigningDesk(SideDesk):
    """What one officer does to one work item that several may have to sign.

    A step that several sign is claimed by nobody: whoever signs first stands in its
    row, the others beside, so that conflicts count for all. A signer who is added has
    a side item of his own, which is his from the start.
    """

    def claim(self) -> None:
        if self._is_signed() and not self._is_side():
            self._refuse_alone()
        super().claim()

    def sign(self, decision: Decision) -> None:
        """签署: one officer's decision, on a step that several sign or beside one."""
        self._must_be_alive()
        if self.item["kind"] in (_BEFORE, _AFTER, WorkItemKind.REVIEW):
            self._sign_beside(decision.choice, decision.text, decision.files)
            return
        asked = self._asked()
        if not self._is_signed():
            raise NotAllowed(say("signing.not-signed", step=self.item["step_name"]))
        self._sign_step(asked, decision)

    def _sign_step(self, asked: Place, decision: Decision) -> None:
        """Sign a step; the deciding signature finishes it."""
        choice, files = decision.choice, decision.files
        signing, ballot = asked.sign, asked.ballot
        assert signing is not None
        assert ballot is not None
        if self.officer.id in choices(self.work, self.item):
            raise NotAllowed(say("signing.signed-already", step=asked.name))
        _must_be_option(choice, ballot.options)
        assignment = self.judge.assign(self.officer, self.item, self.case)
        self.warning = assignment.forecast.warning
        raw = {**decision.values, ballot.name: choice}
        self._parsed(asked, raw, files)
        keep_signature(self.work, self.item, self.officer.id, choice)
        if self.item["officer"] is None:
            self._set(officer=self.officer.id)
        else:
            self._set(cosigners=self._beside(self.officer.id))
        self._remark("signed", decision.text.strip(), clauses(choice, assignment.note))
        signed = choices(self.work, self.item)
        outcome = signing.outcome(ballot.options, tuple(signed.values()))
        if outcome is None:
            self._attach(files)
            rest = {name: value for name, value in raw.items() if name != ballot.name}
            keep_draft(self.work, self.item["id"], self.officer.id, rest)
            return
        drop_draft(self.work, self.item["id"])
        note = say("signing.note.outcome", outcome=outcome)
        self._finish(asked, {**raw, ballot.name: outcome}, files, note=note)

    def add_signer(self, who: str, reason: str, *, after: bool) -> None:
        """前加签, 后加签: ask another officer to sign, now or once the item is finished."""
        self._must_be_alive()
        self._must_be_mine()
        self._must_not_be_signing()
        if self._is_side():
            raise NotAllowed(say("signing.no-step", step=self.item["step_name"]))
        if self.item["owner"] is not None:
            raise NotAllowed(say("signing.delegated", step=self.item["step_name"]))
        text = asked_text(reason, "reason")
        if who == self.officer.id:
            raise FormInvalid({"to": say("signing.self")})
        signer = self.judge.officer(who)
        waiting = {row[1] for row in self._open_sides()}
        if who in waiting or who in planned_signers(self.work, self.item["id"]):
            facts = {"officer": signer.name, "step": self.item["step_name"]}
            raise NotAllowed(say("signing.asked-already", **facts))
        if after:
            note = self._admit(signer, _AFTER)
            plan_signer(self.work, self.item["id"], who)
        else:
            note = self._ask(signer, _BEFORE)
        note = clauses(say("operation.note.to", officer=who), note)
        self._remark("signer-added-after" if after else "signer-added", text, note)

    def drop_signer(self, who: str, reason: str) -> None:
        """减签: withdraw a signer who has not signed; the holder may, and the head."""
        super()._must_hold_or_head()
        text = asked_text(reason, "reason")
        signer = self.judge.officer(who)
        asked = unplan_signer(self.work, self.item["id"], who)
        for side, officer, *_ in self._open_sides():
            if officer == who:
                self._withdraw_side(side)
                asked = True
        if not asked:
            facts = {"officer": signer.name, "step": self.item["step_name"]}
            raise NotAllowed(say("signing.no-signer", **facts))
        if self.item["waits_for"] in (_BEFORE, _AFTER) and not self._open_sides():
            self.item["waits_for"] = None
        self._remark("signer-dropped", text, say("operation.note.to", officer=who))

    def complete(
        self, values: Mapping[str, str], files: Mapping[str, Upload], version: int | None
    ) -> None:
        """Finish the item; where officers are to sign later, they are asked first."""
        if self._is_signed() and not self._is_side():
            self._refuse_alone()
        later = planned_signers(self.work, self.item["id"]) if self.item["plans_signers"] else ()
        if not later or self.item["owner"] is not None:
            super().complete(values, files, version)
            return
        self._must_be_alive()
        self._must_be_free()
        self._must_be_mine()
        self._must_be_current(version)
        asked = self._asked()
        raw, *_ = self._together(asked, values)
        self._parsed(asked, raw, files)
        self._attach(files)
        keep_draft(self.work, self.item["id"], self.officer.id, values)
        for who in later:
            self._ask(self.judge.officer(who), _AFTER)
        self._note("sent-for-signing", note=say("operation.note.to", officer="、".join(later)))

    def finish_side(self, values: Mapping[str, str], files: Mapping[str, Upload]) -> None:
        if self.item["kind"] in (_BEFORE, _AFTER):
            self._sign_beside(values.get("choice", ""), values.get("text", ""), files)
        else:
            super().finish_side(values, files)

    def release(self) -> None:
        self._must_not_be_side()
        self._must_not_be_signing()
        super().release()

    def delegate(self, to: str, reason: str) -> None:
        self._must_not_be_side()
        self._must_not_be_signing()
        super().delegate(to, reason)

    def save_draft(self, values: Mapping[str, str]) -> None:
        self._must_not_be_signing()
        super().save_draft(values)

    def release_for(self, reason: str) -> None:
        self._must_not_be_side()
        super().release_for(reason)

    def _must_hold_or_head(self) -> None:
        super()._must_hold_or_head()
        self._must_not_be_signing()

    def _refuse_alone(self) -> None:
        asked = self._asked()
        raise NotAllowed(say("signing.no-claim", step=asked.name, persons=asked.persons))

    def _is_signed(self) -> bool:
        """Whether it is signed, rather than claimed and completed."""
        if self._is_side():
            return self.item["kind"] in (_BEFORE, _AFTER)
        return self._asked().sign is not None

    def _is_side(self) -> bool:
        return bool(self.item["kind"] != WorkItemKind.STEP)

    def _must_not_be_side(self) -> None:
        if self.item["kind"] in (_BEFORE, _AFTER):
            raise NotAllowed(say("signing.side-stays", step=self.item["step_name"]))

    def _must_not_be_signing(self) -> None:
        """Nobody changes a form that is being signed."""
        if self.item["waits_for"] == _AFTER:
            raise NotAllowed(say("signing.waits", step=self.item["step_name"]))

    def _facts(self, kind: WorkItemKind) -> Row:
        """In what a signer's side item differs from the item."""
        return {
            "step_name": say("signing.step-name", step=self.item["step_name"]),
            "trail": f"{self.item['trail']}{BESIDE}{kind}",
            "duty": DUTY,
            "post": "",
            "external": False,
            "party": "",
        }

    def _admit(self, signer: Officer, kind: WorkItemKind) -> str:
        """Judge who is to sign beside the step; what the journal has to say about it."""
        side = {**self.item, **self._facts(kind), "kind": kind.value}
        assignment = self.judge.assign(signer, side, self.case)
        self.warning = self.warning or assignment.forecast.warning
        return assignment.note

    def _ask(self, signer: Officer, kind: WorkItemKind) -> str:
        note = self._admit(signer, kind)
        claimed = {"state": WorkItemState.CLAIMED.value, "officer": signer.id}
        self.open_side(kind, **self._facts(kind), **claimed)
        self.judge.remember(self.case["root_id"], self._deeds)
        return note

    def _open_sides(self) -> list[tuple[str, ...]]:
        rows = self.work.wire.run(_SIDES, self.office_id, self.item["id"]).fetchall()
        return [tuple(row) for row in rows]

    def _withdraw_side(self, side: str) -> None:
        """Take a signer's item away; who did not sign did nothing."""
        withdraw_item(self.work, side)
        self.work.wire.run(_NOBODYS, self.office_id, side)
        self.work.forget_deeds(self.case["root_id"])

    def _sign_beside(self, choice: str, text: str, files: Mapping[str, Upload]) -> None:
        """Sign as somebody who was asked to."""
        self._must_be_mine()
        agree, disagree = say("signing.agree"), say("signing.disagree")
        _must_be_option(choice, (agree, disagree))
        if choice == disagree:
            text = asked_text(text, "text")
        self._judged()
        self._attach(files)
        keep_signature(self.work, self.item, self.officer.id, choice)
        self._set(state=WorkItemState.DONE.value, done_at=self.work.now)
        is_review = self.item["kind"] == WorkItemKind.REVIEW
        self._remark("reviewed" if is_review else "signed", text.strip(), choice)
        if self.item["kind"] == _AFTER:
            self._after_signature(agreed=choice == agree)

    def _after_signature(self, *, agreed: bool) -> None:
        """A finished item goes on once all have agreed, and back once one has not."""
        step = self.item["of_item"]
        owner = self.work.wire.run(_HOLDER, self.office_id, step).fetchone()[0]
        found = item_at_work(self.work.wire, self.office_id, step)
        desk = type(self)(self.work, self.judge, found, owner)
        if not agreed:
            for side, *_ in desk._open_sides():
                desk._withdraw_side(side)
        elif not desk._open_sides():
            desk._hand_in()

    def _hand_in(self) -> None:
        """Finish the item with the form its holder finished before it was signed."""
        kept = self.draft()
        for who in planned_signers(self.work, self.item["id"]):
            unplan_signer(self.work, self.item["id"], who)
        self.complete(kept, {}, None)


def _must_be_option(choice: str, options: tuple[str, ...]) -> None:
    if choice not in options:
        known = "、".join(options)
        raise FormInvalid({"choice": say("signing.choice", choice=choice, options=known)})
