"""One office at work: everything the command line and the pages ask of the runtime."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from engine.bpmn.library import Library
from engine.model.case import (
    Applicant,
    Attachment,
    Case,
    CaseFile,
    CaseState,
    JournalEntry,
    WorkItem,
    WorkItemState,
)
from engine.model.controls import Controls
from engine.model.errors import UnknownItem
from engine.model.office import Officer, Roster
from engine.model.procedure import Procedure
from engine.model.wording import say
from engine.store import Store, journal, schema

from . import records, rosters
from .casework import SYSTEM, Casework, Opening
from .clock import Clock, system_clock
from .desk import Desk, Upload
from .errors import FaultyCase, Refused, UnknownAttachment
from .forms import parse_form
from .judging import Judge
from .places import fields_of, place
from .versions import Versions

_item = schema.work_item
_case = schema.case_file


@dataclass(frozen=True, kw_only=True, slots=True)
class Todo:
    """What waits for an officer."""

    #: Claimed by the officer.
    mine: tuple[WorkItem, ...]
    #: Free to claim in the officer's posts; ``refusal`` says where a rule forbids it.
    open: tuple[WorkItem, ...]


class Office:
    """One office at work.

    Parameters
    ----------
    store : the database; several offices may share one.
    office_id : short stable id of the office.
    controls : posts, duties and conflicts.
    clock : tells the present moment; another one in tests.
    """

    def __init__(
        self,
        store: Store,
        office_id: str,
        *,
        controls: Controls,
        clock: Clock = system_clock,
    ) -> None:
        self.store = store
        self.id = office_id
        self.controls = controls
        self.clock = clock
        self._versions = Versions(office_id)
        with store.read() as connection:
            known = rosters.office_name(connection, office_id) is not None
        if not known:
            with store.write() as connection:
                rosters.name_office(connection, office_id, office_id)

    # Office and procedures

    @property
    def name(self) -> str:
        """The office's name."""
        with self.store.read() as connection:
            return rosters.office_name(connection, self.id) or self.id

    def roster(self) -> Roster:
        """The present roster."""
        with self.store.read() as connection:
            return rosters.load_roster(connection, self.id)

    def appoint(self, roster: Roster) -> None:
        """Put a roster in place of the present one, and journal it."""
        with self.store.write() as connection:
            rosters.save_roster(connection, self.id, roster)
            self._note(
                connection, "appointed", say("run.note.roster", officers=len(roster.officers))
            )

    def _note(self, connection: Connection, action: str, note: str) -> None:
        journal.append(
            connection,
            self.id,
            journal.OFFICE_CHAIN,
            at=self.clock(),
            actor=SYSTEM,
            action=action,
            note=note,
        )

    def officer(self, officer_id: str) -> Officer | None:
        """The officer with this id, also one who left; None if there never was one."""
        with self.store.read() as connection:
            officers = rosters.load_officers(connection, self.id, departed=True)
        return next((officer for officer in officers if officer.id == officer_id), None)

    def publish(self, library: Library) -> None:
        """Store the procedures of a library as what new cases run on.

        Raises
        ------
        Unexecutable
            A procedure would not run as drawn; nothing is published.
        """
        with self.store.write() as connection:
            for process in self._versions.publish(connection, library, self.clock()):
                self._note(connection, "published", process)

    def library(self) -> Library:
        """The procedures new cases run on."""
        with self.store.read() as connection:
            return self._versions.library(connection)

    def items(self) -> tuple[Procedure, ...]:
        """The items new cases may be opened for, by code."""
        return self.library().items()

    def procedure(self, name: str) -> Procedure:
        """A published procedure by item code or process id.

        Raises
        ------
        UnknownItem
            None has it.
        """
        return self.library().find(name)

    def procedure_of(self, case_id: str) -> Procedure:
        """The version of the procedure a case runs on."""
        with self.store.read() as connection:
            row = records.case_row(connection, self.id, case_id)
            return self._versions.program(connection, row["bundle"]).procedure

    # Looking

    def todo(self, officer_id: str) -> Todo:
        """What waits for an officer: claimed items, and those free in the officer's posts.

        Raises
        ------
        UnknownOfficer
            Nobody of the office has this id.
        """
        with self.store.read() as connection:
            judge = self._judge(connection)
            officer = judge.officer(officer_id)
            mine = records.item_rows(
                connection,
                self.id,
                _item.c.state == WorkItemState.CLAIMED.value,
                _item.c.officer == officer_id,
            )
            posts = {self._post(post) for post in officer.posts_on(judge.today)}
            free = records.item_rows(
                connection,
                self.id,
                _item.c.state == WorkItemState.READY.value,
                _item.c.post.in_({*posts, ""} if posts else set()),
            )
            refusals = [self._refusal(judge, officer, row) for row in free]
            return Todo(
                mine=tuple(self._work_item(connection, row) for row in mine),
                open=tuple(
                    self._work_item(connection, row, refusal)
                    for row, refusal in zip(free, refusals, strict=True)
                ),
            )

    def _post(self, name: str) -> str:
        post = self.controls.post(name)
        return post.name if post else name

    def _refusal(self, judge: Judge, officer: Officer, row: RowMapping) -> str:
        case = records.case_row(judge.connection, self.id, row["case_id"])
        try:
            judge.judge(officer, row, case)
        except Refused as refused:
            return refused.message
        return ""

    def _work_item(self, connection: Connection, row: RowMapping, refusal: str = "") -> WorkItem:
        program = self._versions.program(connection, row["bundle"])
        asked = place(program, self.controls, row["step"])
        return records.to_work_item(row, asked.fields, asked.guide, refusal)

    def cases(
        self, *, state: CaseState | None = None, text: str = "", limit: int = 50, offset: int = 0
    ) -> tuple[Case, ...]:
        """Cases, newest first; ``text`` is looked for in number, title, applicant and item."""
        with self.store.read() as connection:
            rows = records.case_rows(
                connection, self.id, state=state, text=text, limit=limit, offset=offset
            )
            below = records.children(connection, self.id, (row["id"] for row in rows))
            return tuple(records.to_case(row, below.get(row["id"], ())) for row in rows)

    def case(self, case_id: str) -> CaseFile:
        """A case with everything a case page shows.

        Raises
        ------
        UnknownCase
            No such case in the office.
        """
        with self.store.read() as connection:
            row = records.case_row(connection, self.id, case_id)
            items = [
                self._work_item(connection, item)
                for item in records.item_rows(connection, self.id, _item.c.case_id == case_id)
                if item["state"] != WorkItemState.CANCELLED
            ]
            items.sort(key=lambda item: (item.done_at is not None, item.done_at or item.since))
            work = self._work(connection, (), self.clock())
            machine = work.load(row)
            return CaseFile(
                case=records.to_case(
                    row, records.children(connection, self.id, [case_id]).get(case_id, ())
                ),
                work_items=tuple(items),
                data=machine.data,
                attachments=records.attachments(connection, self.id, case_id),
                progress=machine.progress(),
            )

    def work_item(self, work_item_id: str) -> WorkItem:
        """A work item, open or done.

        Raises
        ------
        UnknownWorkItem
            No such work item in the office.
        """
        with self.store.read() as connection:
            return self._work_item(connection, records.item_row(connection, self.id, work_item_id))

    def attachment(self, attachment_id: str) -> tuple[Attachment, bytes]:
        """An attachment and its content.

        Raises
        ------
        UnknownAttachment
            No such attachment in the office.
        """
        table = schema.attachment
        with self.store.read() as connection:
            row = (
                connection.execute(
                    select(table).where(table.c.office_id == self.id, table.c.id == attachment_id)
                )
                .mappings()
                .first()
            )
        if row is None:
            raise UnknownAttachment(say("run.unknown-attachment", attachment=attachment_id))
        return records.to_attachment(row), row["content"]

    def history(self, case_id: str) -> tuple[JournalEntry, ...]:
        """The journal of a case, oldest first.

        Raises
        ------
        UnknownCase
            No such case in the office.
        """
        with self.store.read() as connection:
            records.case_row(connection, self.id, case_id)
            return journal.entries(connection, self.id, case_id)

    # Doing

    def open_case(
        self,
        item_code: str,
        *,
        by: str,
        applicant: Applicant,
        title: str = "",
        values: Mapping[str, str] | None = None,
    ) -> Case:
        """Open a case of an item; ``values`` fill fields of its forms beforehand.

        Raises
        ------
        UnknownItem
            The office has not published it.
        UnknownOfficer
            Nobody of the office has the id ``by``.
        FormInvalid
            A value does not fit its field.
        FaultyCase
            The procedure cannot start.
        """
        with self.store.write() as connection:
            procedure = self._versions.find(connection, item_code)
            item = procedure.item
            if item is None:
                known = "、".join(
                    p.item.code for p in self._versions.library(connection).items() if p.item
                )
                raise UnknownItem(say("run.unknown-item", name=item_code, known=known))
            judge = self._judge(connection)
            judge.officer(by)
            bundle = self._versions.bundle(connection, procedure.id)
            fields = fields_of(self._versions.program(connection, bundle))
            given = f" · {applicant.name}" if applicant.name else ""
            work = self._work(connection, judge.roster.officers, self.clock())
            case_id = work.open(
                Opening(
                    procedure=procedure,
                    bundle=bundle,
                    item_code=item.code,
                    item_name=procedure.title,
                    title=title.strip() or procedure.title + given,
                    applicant=applicant,
                    by=by,
                    fields=fields,
                    values=parse_form(fields, values or {}, partial=True),
                )
            )
            return self._case(connection, case_id)

    def _case(self, connection: Connection, case_id: str) -> Case:
        row = records.case_row(connection, self.id, case_id)
        below = records.children(connection, self.id, [case_id])
        return records.to_case(row, below.get(case_id, ()))

    def claim(self, work_item_id: str, *, by: str) -> WorkItem:
        """Take a work item; taking it twice changes nothing.

        Raises
        ------
        Refused
            A rule forbids it; the attempt is journalled.
        AlreadyTaken
            Somebody else has it, or it is done or withdrawn.
        """
        with self._desk(work_item_id, by) as desk:
            desk.claim()
        return self.work_item(work_item_id)

    def release(self, work_item_id: str, *, by: str) -> WorkItem:
        """Give a claimed work item back.

        Raises
        ------
        NotAllowed, AlreadyTaken
            The officer does not have it.
        """
        with self._desk(work_item_id, by) as desk:
            desk.release()
        return self.work_item(work_item_id)

    def complete(
        self,
        work_item_id: str,
        *,
        by: str,
        values: Mapping[str, str],
        files: Mapping[str, Upload] | None = None,
        version: int | None = None,
    ) -> Case:
        """Finish a claimed work item with its form and move the case on, all or nothing.

        Parameters
        ----------
        values : raw text by field; a table ``t`` as ``t.row.column`` or pasted text;
            ``cosigner`` names the other officers of a step for two or more.
        files : by file field; other keys are attachments of the step.
        version : version of the case the officer saw; None to skip the check.

        Raises
        ------
        Refused
            A rule forbids it; the attempt is journalled.
        FormInvalid
            With a message for every bad field.
        AlreadyTaken, NotAllowed, Stale
            The officer does not have it, or the case has moved on.
        FaultyCase
            The procedure cannot go on from here; the case is marked.
        """
        with self._desk(work_item_id, by) as desk:
            desk.complete(values, files or {}, version)
            case_id = desk.case["id"]
            return self._case(desk.work.connection, case_id)

    @contextmanager
    def _desk(self, work_item_id: str, by: str) -> Iterator[Desk]:
        """A transaction on one work item; what was refused is journalled after it is undone."""
        desk = None
        try:
            with self.store.write() as connection:
                judge = self._judge(connection)
                work = self._work(connection, judge.roster.officers, self.clock())
                desk = Desk(work, judge, work_item_id, by)
                yield desk
        except Refused as refused:
            if desk is not None:
                self._note_failure(desk.item, by, "refused", refused.rule)
            raise
        except FaultyCase:
            if desk is not None:
                self._mark_faulty(desk.item["case_id"])
                self._note_failure(desk.item, by, "faulty", "")
            raise

    def _note_failure(self, item: RowMapping, actor: str, action: str, note: str) -> None:
        with self.store.write() as connection:
            records.case_row(connection, self.id, item["root_id"], lock=True)
            journal.append(
                connection,
                self.id,
                item["case_id"],
                at=self.clock(),
                actor=actor,
                action=action,
                step=item["step"],
                step_name=item["step_name"],
                note=note,
            )

    def _mark_faulty(self, case_id: str) -> None:
        with self.store.write() as connection:
            connection.execute(
                update(_case)
                .where(
                    _case.c.office_id == self.id,
                    _case.c.id == case_id,
                    _case.c.state == CaseState.OPEN.value,
                )
                .values(state=CaseState.FAULTY.value)
            )

    def tick(self) -> int:
        """Fire the due timers of all cases of the office; how many went off."""
        now = self.clock()
        timer = schema.timer
        with self.store.read() as connection:
            due = (
                connection.execute(
                    select(timer.c.case_id)
                    .join(
                        _case,
                        (_case.c.office_id == timer.c.office_id) & (_case.c.id == timer.c.case_id),
                    )
                    .where(
                        timer.c.office_id == self.id,
                        timer.c.due <= now,
                        _case.c.state == CaseState.OPEN.value,
                    )
                    .distinct()
                )
                .scalars()
                .all()
            )
        return sum(self._fire(case_id) for case_id in due)

    def _fire(self, case_id: str) -> int:
        try:
            with self.store.write() as connection:
                row = records.case_row(connection, self.id, case_id)
                records.case_row(connection, self.id, row["root_id"], lock=True)
                roster = rosters.load_roster(connection, self.id)
                work = self._work(connection, roster.officers, self.clock())
                return work.fire(case_id)
        except FaultyCase:
            self._mark_faulty(case_id)
            with self.store.write() as connection:
                journal.append(
                    connection, self.id, case_id, at=self.clock(), actor=SYSTEM, action="faulty"
                )
            return 0

    def _judge(self, connection: Connection) -> Judge:
        return Judge(
            connection,
            self.id,
            versions=self._versions,
            controls=self.controls,
            roster=rosters.load_roster(connection, self.id),
            today=self.clock().date(),
        )

    def _work(
        self, connection: Connection, officers: tuple[Officer, ...], now: datetime
    ) -> Casework:
        return Casework(
            connection,
            self.id,
            versions=self._versions,
            controls=self.controls,
            officers=officers,
            now=now,
        )
