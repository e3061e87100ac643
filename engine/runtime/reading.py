"""What an office can be asked: its roster, procedures, to-do lists and cases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, RowMapping, select

from engine.bpmn.library import Library
from engine.model.case import (
    Attachment,
    Case,
    CaseFile,
    CaseState,
    JournalEntry,
    WorkItem,
    WorkItemKind,
    WorkItemState,
)
from engine.model.controls import Controls
from engine.model.office import Officer, Roster
from engine.model.procedure import Procedure
from engine.model.wording import say
from engine.store import Store, journal, schema

from . import records, rosters, states
from .clock import Clock, day_of, system_clock
from .deadlines.calendars import Calendars
from .errors import Refused, UnknownAttachment
from .judging import Judge
from .places import place
from .searching import Wanted, found_by, newest
from .shelf import Shelf
from .statements import Row, Wire
from .todo import SCREEN, Listed, Todo, free_in, held_by, lengths, listed
from .undone import undone_fields, undone_in
from .verdicts import Verdicts, step_of
from .versions import Versions

_item = schema.work_item
#: Entries of the journal that tell of a work item being done.
_FINISHING = {"completed", "signed", "paper-recorded", "reworked"}


class Reading:
    """The part of an office that changes nothing."""

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
        self._versions = Versions(office_id, clock)
        self._shelf = Shelf()
        self._calendars = Calendars(office_id)
        self._roster: tuple[int, Roster] | None = None
        #: By case: due timers that could not go off, and the revision of its family then.
        self._waiting_timers: dict[str, tuple[int, frozenset[str]]] = {}
        with store.read() as connection:
            known = rosters.office_name(connection, office_id) is not None
        if not known:
            with store.write() as connection:
                rosters.name_office(connection, office_id, office_id)

    @property
    def name(self) -> str:
        """The office's name."""
        with self.store.read() as connection:
            return rosters.office_name(connection, self.id) or self.id

    def roster(self) -> Roster:
        """The present roster."""
        with self.store.read() as connection:
            return rosters.load_roster(connection, self.id)

    def names(self) -> Mapping[str, str]:
        """The names of all officers by id, of those who left too."""
        with self.store.read() as connection:
            return rosters.names(connection, self.id)

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

    def todo(
        self,
        officer_id: str,
        *,
        mine_after: str = "",
        open_after: str = "",
        most: int = SCREEN,
    ) -> Todo:
        """What waits for an officer: claimed items, and those free in the officer's posts.

        Parameters
        ----------
        mine_after, open_after : work item after which each list begins.
        most : work items of each list.

        Raises
        ------
        UnknownOfficer
            Nobody of the office has this id.
        """
        with self.store.read() as connection:
            judge, wire = self._judge(connection), Wire(connection)
            officer = judge.officer(officer_id)
            held, free = held_by(officer_id), free_in(self._posts(judge, officer))
            mine, mine_next = listed(wire, self.id, held, after=mine_after, most=most)
            found, open_next = listed(wire, self.id, free, after=open_after, most=most)
            mine_count, open_count = lengths(wire, self.id, held, free)
            return Todo(
                mine=tuple(self._work_item(connection, item) for item, _ in mine),
                open=tuple(self._judged(judge, officer, found)),
                mine_count=mine_count,
                open_count=open_count,
                mine_next=mine_next,
                open_next=open_next,
            )

    def kept_from(self, case_id: str, officer_id: str) -> Mapping[str, Refused | None]:
        """The free work items of a case, each with what keeps an officer from it, or None.

        Raises
        ------
        UnknownOfficer
            Nobody of the office has this id.
        """
        with self.store.read() as connection:
            judge = self._judge(connection)
            officer = judge.officer(officer_id)
            free = (_item.c.case_id == case_id, _item.c.state == WorkItemState.READY.value)
            rows = records.item_rows(connection, self.id, *free)
            case = records.case_row(connection, self.id, case_id)
            # The instances of a step are all alike.
            steps = {step_of(row): row for row in rows}
            known = {step: _refused(judge, officer, row, case) for step, row in steps.items()}
            return {row["id"]: known[step_of(row)] for row in rows}

    def _posts(self, judge: Judge, officer: Officer) -> set[str]:
        """Posts whose work items come to an officer; with any, those of no post too."""
        posts = {self.controls.canonical(post) for post in officer.posts_on(judge.today)}
        return {*posts, ""} if posts else set()

    def _judged(
        self, judge: Judge, officer: Officer, found: Sequence[Listed]
    ) -> Iterator[WorkItem]:
        judge.remember_all({case["root_id"] for _, case in found})
        verdicts = Verdicts(judge, officer)
        for one in found:
            yield self._work_item(judge.connection, one[0], verdicts.refusal(one))

    def _work_item(
        self, connection: Connection, row: RowMapping | Row, refusal: str = ""
    ) -> WorkItem:
        program = self._versions.program_with(connection, row, row["step"])
        asked = place(program, self.controls, row["step"])
        return records.to_work_item(row, asked, refusal)

    def cases(
        self,
        *,
        state: CaseState | None = None,
        text: str = "",
        parent: str | None = None,
        top: bool = False,
        limit: int = 50,
        offset: int = 0,
    ) -> tuple[Case, ...]:
        """Cases, newest first.

        Parameters
        ----------
        text : looked for as :mod:`.searching` says, in number, title, applicant and item.
        parent : only the child cases of this one.
        top : leave child cases out.
        """
        wanted = Wanted(state=state, parent=parent, top=top)
        with self.store.read() as connection:
            among = self._found_by(connection, text)
            found = newest(connection, self.id, wanted, among=among, limit=limit, offset=offset)
            rows = records.case_rows(connection, self.id, found)
            below = records.children(connection, self.id, (row["id"] for row in rows))
            return tuple(records.to_case(row, below.get(row["id"], ())) for row in rows)

    def _found_by(self, connection: Connection, text: str) -> set[str] | None:
        """Numbers of the cases a text brings; None for all, where there is no text."""
        text = text.strip()
        if not text:
            return None
        items = self._versions.library(connection).items()
        named = [p.item.code for p in items if p.item and text in f"{p.item.code} {p.title}"]
        return found_by(connection, self.id, text, named)

    def case(self, case_id: str) -> CaseFile:
        """A case with everything a case page shows.

        Raises
        ------
        UnknownCase
            No such case in the office.
        """
        with self.store.read() as connection:
            row = records.case_row(connection, self.id, case_id)
            undone = undone_in(connection, self.id, case_id)
            items = [
                replace(self._work_item(connection, item), undone=undone.get(item["id"]))
                for item in records.item_rows(connection, self.id, _item.c.case_id == case_id)
                if item["state"] != WorkItemState.CANCELLED and item["kind"] != WorkItemKind.CLOCK
            ]
            items.sort(key=lambda item: (item.done_at is not None, item.done_at or item.since))
            program = self._versions.program(connection, row["bundle"])
            machine = states.load(Wire(connection), self.id, dict(row), program, self.clock)
            below = records.children(connection, self.id, [case_id])
            return CaseFile(
                case=records.to_case(row, below.get(case_id, ())),
                work_items=tuple(items),
                data=machine.data,
                undone=undone_fields(connection, self.id, case_id, undone),
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
        query = select(table).where(table.c.office_id == self.id, table.c.id == attachment_id)
        with self.store.read() as connection:
            row = connection.execute(query).mappings().first()
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
            undone = undone_in(connection, self.id, case_id)
            where = (_item.c.case_id == case_id, _item.c.id.in_(undone))
            rows = records.item_rows(connection, self.id, *where) if undone else ()
            told = {(row["step"], row["done_at"]): undone[row["id"]] for row in rows}
            return tuple(
                replace(entry, undone=told[entry.step, entry.at])
                if entry.action in _FINISHING and (entry.step, entry.at) in told
                else entry
                for entry in journal.entries(connection, self.id, case_id)
            )

    def _case(self, connection: Connection, case_id: str) -> Case:
        row = records.case_row(connection, self.id, case_id)
        below = records.children(connection, self.id, [case_id])
        return records.to_case(row, below.get(case_id, ()))

    def _judge(self, connection: Connection) -> Judge:
        return self._judge_by(Wire(connection), rosters.revision(connection, self.id))

    def _judge_by(self, wire: Wire, revision: int) -> Judge:
        """The judge by this revision of the roster, which is the present one."""
        return Judge(
            wire,
            self.id,
            versions=self._versions,
            controls=self.controls,
            roster=self._roster_at(wire.connection, revision),
            today=self._today(),
        )

    def _today(self) -> date:
        return day_of(self.clock())

    def _roster_at(self, connection: Connection, revision: int) -> Roster:
        """The present roster, read again only where it has changed."""
        if self._roster is None or self._roster[0] != revision:
            self._roster = revision, rosters.load_roster(connection, self.id)
        return self._roster[1]


def _refused(judge: Judge, officer: Officer, item: RowMapping, case: RowMapping) -> Refused | None:
    try:
        judge.assign(officer, item, case)
    except Refused as refused:
        return refused
    return None
