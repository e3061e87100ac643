"""Cases (办件), work items (待办) and journal entries as the runtime shows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .item import TimeLimit
from .procedure import FormField
from .signing import Signing
from .wording import say


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    FINISHED = "finished"
    #: Execution met something it cannot decide; nothing is lost, a person must look.
    FAULTY = "faulty"
    #: Ended with the case above it, before its own end.
    WITHDRAWN = "withdrawn"
    #: Stopped for a while: nothing is taken or finished, no timer goes off.
    SUSPENDED = "suspended"
    #: Ended by an officer before its own end.
    TERMINATED = "terminated"
    #: Opened by mistake; left out of statistics.
    VOID = "void"


#: States of a case that has not ended, as the store has them.
RUNNING = tuple(state.value for state in (CaseState.OPEN, CaseState.FAULTY, CaseState.SUSPENDED))


class WorkItemState(StrEnum):
    """Where a work item stands."""

    #: Waiting for someone to claim it.
    READY = "ready"
    CLAIMED = "claimed"
    DONE = "done"
    #: Taken away by the procedure: a cancelled branch.
    CANCELLED = "cancelled"


#: States of a work item that waits or is being done, as the store has them.
OPEN_ITEM = (WorkItemState.READY.value, WorkItemState.CLAIMED.value)


class WorkItemKind(StrEnum):
    """What a work item is: a step of the procedure, or something an officer asked for beside one.

    A side item is no part of the workflow: it comes and goes without moving the case.
    """

    STEP = "step"
    #: 前加签: an opinion asked for before the step is done.
    SIGN_BEFORE = "sign-before"
    #: 后加签: an opinion asked for when the step is done, before the case moves.
    SIGN_AFTER = "sign-after"
    #: 退回补正: an earlier step done again while the step that returned it waits.
    REWORK = "rework"
    #: 事后审核 of a step taken in an emergency; the step does not wait for it.
    REVIEW = "review"
    #: 受理, 办结, 送达 by themselves: done at once, kept as the officer's deed.
    CLOCK = "clock"


@dataclass(frozen=True, kw_only=True, slots=True)
class Applicant:
    """For whom or what a case runs."""

    name: str
    id_card: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file handed in with a step; the content stays in the store."""

    id: str
    case_id: str
    #: Step id it came with.
    step: str
    #: Name it was handed in by, that of the form field it answers if any; or empty.
    field: str
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    added_at: datetime
    added_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """That work which was done counts no more: a return undid it, or it was taken back."""

    #: Officer id of who did that.
    officer: str
    at: datetime
    #: ``returned`` or ``completion-withdrawn``.
    action: str

    @property
    def word(self) -> str:
        """已退回作废 or 已撤回作废."""
        return say(f"returning.undone.{self.action}")


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkItem:
    """A step of a case waiting for someone, or done."""

    id: str
    case_id: str
    #: Code and name of the item the case runs.
    item_code: str
    item_name: str
    case_title: str
    #: Node id in its procedure; ``callId/stepId`` inside called ones.
    step: str
    step_name: str
    #: Duty id; empty for none.
    duty: str
    #: Post that does it; for an external step, the post that records it.
    post: str
    external: bool
    #: Outside party of an external step, else empty.
    party: str
    #: 办理要点.
    guide: str
    fields: tuple[FormField, ...]
    state: WorkItemState
    #: Officer id of who claimed or completed it, or None.
    officer: str | None
    #: Officer who delegated it, and to whom it comes back; None where nobody did.
    owner: str | None
    since: datetime
    #: The step's own limit, and when it ends; None for none.
    limit: TimeLimit | None
    due: datetime | None
    #: Whether the limit stands with the case's clock (特别程序); then there is no end of it.
    stands: bool = False
    done_at: datetime | None = None
    #: Set where what was done counts no more, and is done again or will be.
    undone: Undone | None = None
    kind: WorkItemKind = WorkItemKind.STEP
    #: Work item a side item belongs to, or None.
    of_item: str | None = None
    #: Kind of the side item it waits for; None where it can be done.
    waits_for: WorkItemKind | None = None
    #: How as many officers sign it; None where one of them does it.
    sign: Signing | None = None
    #: Why the officer asking may not take it, in Chinese; empty when they may.
    refusal: str = ""
    #: Why the rest of the case may not find officers, for who claimed it; else empty.
    warning: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One run of a procedure for one applicant or matter."""

    #: Short readable number, unique in the office: ``2026-000123``.
    id: str
    item_code: str
    item_name: str
    process_id: str
    title: str
    applicant: Applicant
    state: CaseState
    opened_at: datetime
    opened_by: str
    finished_at: datetime | None
    #: Case this is a child of, or None.
    parent: str | None
    #: Ids of its child cases, in order of rows.
    children: tuple[str, ...]
    #: Increases by one with every step; completing needs the version the officer saw.
    version: int
    #: Digest of the procedure's file this case runs on.
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """A case with everything a case page shows."""

    case: Case
    #: Open work items first, then done ones in order of completion.
    work_items: tuple[WorkItem, ...]
    #: Form data by field name.
    data: Mapping[str, object]
    #: Fields whose value was given by work that is undone and waits to be given anew.
    undone: Mapping[str, Undone]
    attachments: tuple[Attachment, ...]
    #: Node ids by progress, for the drawing: ``done``, ``current``, ``waiting``.
    progress: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalEntry:
    """One row of the append-only journal; facts about a step, no personal data."""

    sequence: int
    case_id: str
    at: datetime
    #: Officer id, or ``system`` for timers and automatic steps.
    actor: str
    #: ``opened``, ``claimed``, ``released``, ``completed``, ``refused``, ``timer``, ``finished`` …
    action: str
    step: str
    step_name: str
    #: SHA-256 of the form as submitted, or empty.
    form_digest: str
    #: Rule, waiver or reason that belongs to it; empty for none.
    note: str
    #: Set where it tells of work that counts no more; no part of the journal itself.
    undone: Undone | None = None
