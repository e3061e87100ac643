"""线下签批: what was signed on paper, recorded with the scan."""

from engine.model.case import WorkItemKind, WorkItemState
from engine.model.wording import clauses, say

from ..atwork import AtHand
from ..errors import FormInvalid, NotAllowed
from .emergency import EmergencyDesk
from .signatures import planned_signers
from .signing import Decision

#: Name of the scan among the files of a form.
SCAN = "scan"


class PaperDesk(EmergencyDesk):
    """What one officer does to one work item, perhaps for what another signed on paper.

    The deed is the signer's, who is judged; the journal names who recorded it.
    """

    def record_paper(self, signer: str, decision: Decision) -> None:
        """Record what another officer decided on paper; the scan is among its files."""
        if not decision.files[SCAN].content:
            raise FormInvalid({SCAN: say("paper.no-scan")})
        found = AtHand(item=self.item, case=self.case)
        signed = type(self)(self.work, self.judge, found, signer)
        signed.scribe = self.officer
        signed.put_on_record(decision)
        self.case, self.warning = signed.case, signed.warning

    def put_on_record(self, decision: Decision) -> None:
        """Finish or sign the item as the officer did on paper."""
        self._must_be_alive()
        self._must_be_free()
        step = self.item["step_name"]
        if self.item["owner"] is not None or planned_signers(self.work, self.item["id"]):
            raise NotAllowed(say("paper.with-others", step=step))
        if self._is_signed():
            self.sign(decision)
            return
        if self.item["state"] == WorkItemState.CLAIMED and self.item["officer"] == self.scribe.id:
            self._free()
        if self.item["state"] == WorkItemState.READY:
            self.warning = self.judge.assign(self.officer, self.item, self.case).forecast.warning
            self._set(state=WorkItemState.CLAIMED.value, officer=self.officer.id)
            self.judge.remember(self.case["root_id"], self._deeds)
        if self.item["kind"] == WorkItemKind.REVIEW:
            self.sign(decision)
        else:
            self.complete(decision.values, decision.files, None)

    def _note(self, action: str, **facts: str) -> None:
        """Journal what was signed on paper as recorded, with who signed it."""
        if self.scribe is not self.officer:
            action = "paper-recorded"
            signer = say("paper.note.signer", officer=self.officer.id)
            facts["note"] = clauses(signer, facts.get("note", ""))
        super()._note(action, **facts)
