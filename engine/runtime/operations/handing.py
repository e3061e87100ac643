"""A work item in other hands: 转办, 委派 and back, 暂存, 催办."""

from collections.abc import Mapping

from engine.model.case import WorkItemState
from engine.model.office import Officer
from engine.model.wording import clauses, say
from engine.store.dealing import remark

from ..clock import day_of
from ..desk import COSIGNER, Desk
from ..drafts import draft_of, drop_draft, keep_draft
from ..errors import FormInvalid, NotAllowed
from ..filing import Upload
from ..places import place
from .remarks import asked_text, keep_remark


class HandingDesk(Desk):
    """What one officer does to one work item that may change hands.

    While an item is delegated its row names the owner it comes back to; whoever
    held it in between stands beside them, so that conflicts count for both.
    """

    def reassign(self, to: str, reason: str) -> None:
        """转办: let another officer have the item for good."""
        self._must_hold_or_head()
        text = asked_text(reason, "reason")
        taker = self._taker(to)
        self._free()
        note = self._judged_note(taker)
        self._set(state=WorkItemState.CLAIMED.value, officer=taker.id, owner=None)
        drop_draft(self.work, self.item["id"])
        self._remark("reassigned", text, note)

    def delegate(self, to: str, reason: str) -> None:
        """委派: let another officer prepare the form; the item comes back to be completed."""
        self._must_be_alive()
        self._must_be_mine()
        if self.item["owner"] is not None:
            raise NotAllowed(say("operation.delegated-twice", step=self.item["step_name"]))
        text = asked_text(reason, "reason")
        taker = self._taker(to)
        note = self._judged_note(taker)
        self._set(officer=taker.id, owner=self.officer.id, cosigners=self._beside(self.officer.id))
        self._remark("delegated", text, note)

    def give_back(self, reason: str) -> None:
        """归还: return a delegated item to its owner as it is."""
        self._must_be_alive()
        self._must_be_mine()
        if self.item["owner"] is None:
            raise NotAllowed(say("operation.not-delegated", step=self.item["step_name"]))
        self._to_owner(asked_text(reason, "reason"))

    def release(self) -> None:
        if self.item["owner"] is not None:
            raise NotAllowed(say("operation.give-back", step=self.item["step_name"]))
        super().release()
        drop_draft(self.work, self.item["id"])

    def release_for(self, reason: str) -> None:
        """Give back for everybody what an absent or departed officer holds; the head may."""
        self._must_hold_or_head()
        text = asked_text(reason, "reason")
        self._free()
        self._set(owner=None)
        drop_draft(self.work, self.item["id"])
        self._remark("released", text)

    def complete(
        self, values: Mapping[str, str], files: Mapping[str, Upload], version: int | None
    ) -> None:
        """Finish the item; a delegated one goes back to its owner with the form filled in."""
        if self.item["owner"] is None:
            super().complete(values, files, version)
            if self.item["has_draft"]:
                drop_draft(self.work, self.item["id"])
            return
        self._must_be_alive()
        self._must_be_mine()
        program = self.work.program(self.case)
        asked = place(program, self.work.controls, self.item["step"])
        # Who does it together with the owner is for the owner to say.
        own = {name: value for name, value in values.items() if name != COSIGNER}
        self._parsed(asked, own, files)
        self._attach(files)
        keep_draft(self.work, self.item["id"], self.item["owner"], values)
        self._to_owner("")

    def save_draft(self, values: Mapping[str, str]) -> None:
        """暂存: keep the form as typed, whatever is wrong with it."""
        self._must_be_alive()
        self._must_be_mine()
        keep_draft(self.work, self.item["id"], self.officer.id, values)

    def draft(self) -> dict[str, str]:
        """The form as it was kept."""
        return draft_of(self.work.connection, self.office_id, self.item["id"])

    def urge(self, text: str) -> None:
        """催办: remind whoever holds or may take the item; once a day each."""
        self._must_be_alive()
        text = asked_text(text, "text")
        found = self.work.connection.execute(
            remark.select().where(
                remark.c.office_id == self.office_id,
                remark.c.work_item_id == self.item["id"],
                remark.c.officer_id == self.officer.id,
                remark.c.action == "urged",
            )
        )
        today = day_of(self.work.now)
        if any(row.at.date() == today for row in found):
            raise NotAllowed(say("operation.urged-today", step=self.item["step_name"]))
        self._remark("urged", text)

    def _taker(self, officer_id: str) -> Officer:
        if officer_id == self.item["officer"]:
            raise FormInvalid({"to": say("operation.to-holder")})
        return self.judge.officer(officer_id)

    def _judged_note(self, taker: Officer) -> str:
        """Judge who is to have the item; what the journal has to say of it."""
        assignment = self.judge.assign(taker, self.item, self.case)
        self.warning = assignment.forecast.warning
        return clauses(say("operation.note.to", officer=taker.id), assignment.note)

    def _must_hold_or_head(self) -> None:
        """The item is held, by this officer or by one the head acts for."""
        self._must_be_alive()
        heads = self.judge.roster.heads(self.judge.today)
        if self.item["state"] == WorkItemState.CLAIMED and self.officer.id in heads:
            return
        self._must_be_mine()

    def _free(self) -> None:
        """Take the item off its holder, before somebody else is judged."""
        self._set(state=WorkItemState.READY.value, officer=None)
        self.judge.remember(self.case["root_id"], self._deeds)

    def _beside(self, officer_id: str) -> str:
        """The officers who had a hand in the item, with one more."""
        others = filter(None, str(self.item["cosigners"]).split(","))
        return ",".join(dict.fromkeys((*others, officer_id)))

    def _to_owner(self, text: str) -> None:
        owner = self.judge.officer(self.item["owner"])
        beside = [
            officer for officer in self._beside(self.officer.id).split(",") if officer != owner.id
        ]
        self._set(officer=owner.id, owner=None, cosigners=",".join(beside))
        self._remark("given-back", text, say("operation.note.to", officer=owner.id))

    def _remark(self, action: str, text: str, note: str = "") -> None:
        digest = ""
        if text:
            case_id, item_id = self.case["id"], self.item["id"]
            digest = keep_remark(self.work, case_id, self.officer.id, action, text, item_id)
        self._note(action, form_digest=digest, note=note)
