"""One office at work: everything the command line and the pages ask of the runtime."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, astuple

from sqlalchemy import Connection, update

from engine.model.case import (
    Applicant,
    Case,
    CaseState,
    WorkItem,
)
from engine.model.errors import UnknownItem
from engine.model.office import Roster
from engine.model.procedure import Procedure
from engine.model.wording import say
from engine.store import journal, schema

from . import records, rosters
from .atwork import AtHand, item_at_work
from .casework import Casework, Opening
from .deadlines.handover import Answering
from .deadlines.revising import Revising
from .deadlines.timekeeping import Timekeeping
from .deadlines.watch import Watch
from .errors import FaultyCase, Refused
from .filing import Upload
from .forms import parse_form
from .judging import Judge
from .ledger import SYSTEM, raise_revision
from .migration.rounds import Rounds
from .opening import parse_opening
from .operations.returning import ReturningDesk
from .operations.substitution import Substitution
from .operations.suspending import Suspending
from .operations.undoing import Undoing
from .oversight import Oversight
from .places import fields_of
from .statements import Row, Wire

_case = schema.case_file


class Office(
    Undoing, Timekeeping, Answering, Revising, Suspending, Substitution, Oversight, Watch, Rounds
):
    """One office at work: all that can be asked of it, and all that can be done.

    Parameters
    ----------
    store : the database; several offices may share one.
    office_id : short stable id of the office.
    controls : posts, duties and conflicts.
    clock : tells the present moment; another one in tests.
    """

    def appoint(self, roster: Roster, *, key: str = "") -> None:
        """Put a roster in place of the present one, and journal it.

        Parameters
        ----------
        key : of this request; the same request with the same key again changes nothing.
        """
        note = say("run.note.roster", officers=len(roster.officers))
        with self.store.write() as connection:
            if not self._keys(connection).is_repeated(key, "appoint", asdict(roster)):
                rosters.save_roster(connection, self.id, roster)
                self._enter(connection, SYSTEM, "appointed", note)

    def open_case(
        self,
        item_code: str,
        *,
        by: str,
        applicant: Applicant,
        title: str = "",
        values: Mapping[str, str] | None = None,
        key: str = "",
    ) -> Case:
        """Open a case of an item; ``values`` fill fields of its forms beforehand.

        Parameters
        ----------
        key : of this request; the same request with the same key again changes nothing.

        Raises
        ------
        UnknownItem
            The office has not published it.
        UnknownOfficer
            Nobody of the office has the id ``by``.
        FormInvalid
            The applicant or the title cannot be accepted, or a value does not fit its field.
        FaultyCase
            The procedure cannot start.
        """
        applicant, title = parse_opening(applicant, title)
        request = ("open", item_code, by, astuple(applicant), title, dict(values or {}))
        with self._at_work() as (work, judge):
            connection = work.connection
            first = work.keys.first_answer(key, *request)
            if first is not None:
                return self._case(connection, first)
            procedure, code = self._published(connection, item_code)
            judge.officer(by)
            bundle = self._versions.bundle(connection, procedure.id)
            fields = fields_of(self._versions.program(connection, bundle))
            case_id = work.open(
                Opening(
                    procedure=procedure,
                    bundle=bundle,
                    item_code=code,
                    item_name=procedure.title,
                    title=title or f"{procedure.title} · {applicant.name}",
                    applicant=applicant,
                    by=by,
                    fields=fields,
                    values=parse_form(fields, values or {}, partial=True),
                )
            )
            work.keys.answer(key, case_id)
            return self._case(connection, case_id)

    def _published(self, connection: Connection, name: str) -> tuple[Procedure, str]:
        """An item new cases may be opened for, and its code."""
        library = self._versions.library(connection)
        procedure = library.find(name)
        if procedure.item is None:
            known = "、".join(p.item.code for p in library.items() if p.item)
            raise UnknownItem(say("run.unknown-item", name=name, known=known))
        return procedure, procedure.item.code

    def claim(self, work_item_id: str, *, by: str, key: str = "") -> WorkItem:
        """Take a work item; taking it twice changes nothing.

        Returns
        -------
        WorkItem
            With a warning where the rest of the case may not find officers.

        Raises
        ------
        Refused
            A rule forbids it, or nobody could take a later step then; the attempt is
            journalled.
        AlreadyTaken
            Somebody else has it, or it is done or withdrawn.
        """
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, "claim", work_item_id, by):
                desk.claim()
            return self._held(desk)

    def release(self, work_item_id: str, *, by: str, key: str = "") -> WorkItem:
        """Give a claimed work item back.

        Raises
        ------
        NotAllowed, AlreadyTaken
            The officer does not have it.
        """
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, "release", work_item_id, by):
                desk.release()
            return self._held(desk)

    def complete(
        self,
        work_item_id: str,
        *,
        by: str,
        values: Mapping[str, str],
        files: Mapping[str, Upload] | None = None,
        version: int | None = None,
        key: str = "",
    ) -> Case:
        """Finish a claimed work item with its form and move the case on, all or nothing.

        Parameters
        ----------
        values : raw text by field; a table ``t`` as ``t.row.column`` or pasted text;
            ``cosigner`` names the other officers of a step for two or more.
        files : by file field; other keys are attachments of the step.
        version : version of the case the officer saw; None to skip the check.
        key : of this request; the same request with the same key again changes nothing.

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
        sums = {name: upload.sha256 for name, upload in (files or {}).items()} if key else {}
        request = ("complete", work_item_id, by, dict(values), sums, version)
        with self._desk(work_item_id, by) as desk:
            if not desk.work.keys.is_repeated(key, *request):
                desk.complete(values, files or {}, version)
            return self._as_case(desk.work, desk.case)

    @contextmanager
    def _at_work(self) -> Iterator[tuple[Casework, Judge]]:
        """A transaction that changes cases; what it leaves in memory is kept once committed."""
        with self.store.write() as connection:
            judge = self._judge(connection)
            work = self._work(judge)
            yield work, judge
            work.flush()
        work.keep()

    def _at_hand(self, wire: Wire, work_item_id: str) -> AtHand:
        """A work item for a transaction that holds its family: from memory, or read."""
        kept = self._shelf.claim(work_item_id)
        if kept is not None and kept.is_still_so(wire):
            return kept
        self._shelf.drop_claim(work_item_id)
        return item_at_work(wire, self.id, work_item_id)

    def _as_case(self, work: Casework, row: Row) -> Case:
        below: tuple[str, ...] = ()
        if work.program(row).opens_children:
            below = records.children(work.connection, self.id, [row["id"]]).get(row["id"], ())
        return records.to_case(row, below)

    @contextmanager
    def _desk(self, work_item_id: str, by: str) -> Iterator[ReturningDesk]:
        """A transaction on one work item; what was refused is journalled after it is undone."""
        desk = None
        try:
            with self.store.write() as connection:
                wire = Wire(connection)
                found = self._at_hand(wire, work_item_id)
                judge = self._judge_by(wire, found.case["roster_revision"])
                work = self._work(judge)
                desk = ReturningDesk(work, judge, found, by)
                yield desk
                work.flush()
            work.keep()
        except Refused as refused:
            if desk is not None:
                self._note_failure(desk.item, by, "refused", refused.rule)
            raise
        except FaultyCase:
            if desk is not None:
                self._mark_faulty(desk.item["case_id"])
                self._note_failure(desk.item, by, "faulty", "")
            raise

    @contextmanager
    def case_at_work(self, case_id: str, by: str) -> Iterator[Casework]:
        """A transaction in which an officer does something to a case as a whole.

        Raises
        ------
        UnknownCase, UnknownOfficer
            The office has no such case or officer.
        """
        with self._at_work() as (work, judge):
            judge.officer(by)
            work.case(case_id)
            yield work

    def _note_failure(self, item: Row, actor: str, action: str, note: str) -> None:
        with self.store.write() as connection:
            records.case_row(connection, self.id, item["root_id"], lock=True)
            raise_revision(Wire(connection), self.id, item["root_id"])
            entry = journal.Entry(
                at=self.clock(),
                actor=actor,
                action=action,
                step=item["step"],
                step_name=item["step_name"],
                note=note,
            )
            journal.append(connection, self.id, item["case_id"], entry)

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

    def _work(self, judge: Judge) -> Casework:
        return Casework(
            judge.wire,
            self.id,
            versions=self._versions,
            controls=self.controls,
            officers=judge.roster.officers,
            now=self.clock(),
            shelf=self._shelf,
            calendars=self._calendars,
        )
