"""应急办理: a step taken by who does not hold its post, and the review nobody can skip."""

from collections.abc import Mapping

from sqlalchemy import exists, select

from engine.model.case import WorkItemKind, WorkItemState
from engine.model.item import Item, LimitUnit, TimeLimit
from engine.model.office import HEAD, Officer, Waiver
from engine.model.wording import say
from engine.store.dealing import remark

from ..clock import due
from ..errors import NotAllowed
from ..family import BELOW
from ..filing import Upload
from ..lookahead import BESIDE
from ..places import Place
from .remarks import asked_text
from .signing import DUTY, SigningDesk

#: Duty of the step that puts a case into the archive.
ARCHIVE = "archive"
_REVIEWS_BELOW = (
    f"{BELOW}SELECT w.case_id, w.step_name FROM work_item w JOIN below b ON w.case_id = b.id "
    "WHERE w.office_id = ? AND w.kind = 'review' AND w.state IN ('ready', 'claimed') "
    "ORDER BY w.since LIMIT 1"
)
_HANDS = "SELECT officer, cosigners FROM work_item WHERE office_id = ? AND id = ?"
#: As the journal names it, and the remark that tells who did so.
ACTION = "emergency-claimed"


class EmergencyDesk(SigningDesk):
    """What one officer does to one work item, perhaps in an emergency, or to review that."""

    def emergency_claim(self, reason: str) -> None:
        """应急办理: take a step without holding its post; its review opens at once."""
        self._must_be_alive()
        step = self.item["step_name"]
        if self.item["state"] == WorkItemState.CLAIMED:
            raise self._taken("already-claimed")
        if self._is_side() or self._is_signed() or self.item["external"]:
            raise NotAllowed(say("emergency.no-step", step=step))
        item = self._rules()
        text = asked_text(reason, "reason")
        if self._holds(self.item["post"]):
            raise NotAllowed(say("emergency.holds-post", step=step))
        assignment = self.judge.assign(self.officer, {**self.item, "post": ""}, self.case)
        self.warning = assignment.forecast.warning
        self._set(state=WorkItemState.CLAIMED.value, officer=self.officer.id)
        self.open_side(
            WorkItemKind.REVIEW,
            step_name=say("emergency.review", step=step),
            trail=f"{self.item['trail']}{BESIDE}{WorkItemKind.REVIEW}",
            duty=DUTY,
            # The head reviews; whoever holds the post, where the head acted.
            post=self.item["post"] if self._holds(HEAD) else HEAD,
            due=due(
                self.work.calendar,
                TimeLimit(days=item.emergency_review_days, unit=LimitUnit.WORKING_DAY),
                self.work.now,
            ),
        )
        self._remark(ACTION, text, assignment.note)

    def claim(self) -> None:
        self._must_not_review_own(self.officer)
        super().claim()

    def _rules(self) -> Item:
        """The item of the case, which has to allow it."""
        bundle = self.case["root_bundle"]
        item = self.work.versions.program(self.work.connection, bundle).procedure.item
        if item is None or not item.emergency:
            raise NotAllowed(say("emergency.not-allowed", step=self.item["step_name"]))
        return item

    def _holds(self, post: str) -> bool:
        held = self.officer.posts_on(self.judge.today)
        named = {self.work.controls.post(name) for name in held}
        return post in held or (self.work.controls.post(post) in named - {None})

    def _judged(self) -> tuple[Waiver, ...]:
        self._must_not_review_own(self.officer)
        # Only who does not hold the post can have taken it in an emergency.
        if not self._holds(self.item["post"]) and self._acted(self.officer, self.item["id"]):
            return self.judge.judge(self.officer, {**self.item, "post": ""}, self.case)
        return super()._judged()

    def _taker(self, officer_id: str) -> Officer:
        taker = super()._taker(officer_id)
        self._must_not_review_own(taker)
        return taker

    def _acted(self, officer: Officer, item_id: str) -> bool:
        """Whether an officer took a work item in an emergency."""
        query = select(
            exists().where(
                remark.c.office_id == self.office_id,
                remark.c.work_item_id == item_id,
                remark.c.officer_id == officer.id,
                remark.c.action == ACTION,
            )
        )
        return bool(self.work.connection.scalar(query))

    def _must_not_review_own(self, officer: Officer) -> None:
        """Nobody reviews what they did themselves, alone or with others."""
        if self.item["kind"] != WorkItemKind.REVIEW:
            return
        step = self.item["of_item"]
        holder, others = self.work.wire.run(_HANDS, self.office_id, step).fetchone()
        if officer.id in (holder, *str(others).split(",")) or self._acted(officer, step):
            raise NotAllowed(say("emergency.own-review", officer=officer.name))

    def _finish(
        self,
        asked: Place,
        values: Mapping[str, str],
        files: Mapping[str, Upload],
        cosigners: tuple[str, ...] = (),
        *,
        action: str = "completed",
        note: str = "",
    ) -> None:
        if asked.duty == ARCHIVE:
            self._must_be_reviewed()
        super()._finish(asked, values, files, cosigners, action=action, note=note)

    def _must_be_reviewed(self) -> None:
        """Nothing is archived before what was done in an emergency, here or below, is reviewed."""
        key = (self.office_id, self.case["id"], self.office_id, self.office_id)
        left = self.work.wire.run(_REVIEWS_BELOW, *key).fetchone()
        if left is not None:
            raise NotAllowed(say("emergency.open-review", case=left[0], step=left[1]))

    def finish_side(self, values: Mapping[str, str], files: Mapping[str, Upload]) -> None:
        if self.item["kind"] == WorkItemKind.REVIEW:
            self._sign_beside(values.get("choice", ""), values.get("text", ""), files)
        else:
            super().finish_side(values, files)
