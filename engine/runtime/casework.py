"""Moving cases on, inside one transaction of the store.

Whatever a step changes — state, work items, timers, children, journal — is
written together, so that it is stored together or not at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.model.case import Applicant, CaseState
from engine.model.procedure import FormField, Procedure
from engine.model.wording import say
from engine.store import schema

from . import board, objects
from .deadlines import following
from .duties import recused
from .errors import NotAllowed, Stale
from .ledger import SYSTEM, Ledger
from .machine import Machine, News, Open, OpenKind
from .places import fields_of
from .program import Program
from .statements import Row
from .states import form_data

_VERSION = "WHERE office_id = ? AND id = ? AND version = ?"
#: While it stays open, its indexes are left alone.
_MOVE = f"UPDATE case_file SET version = version + 1, revision = revision + ? {_VERSION}"
_END = (
    "UPDATE case_file SET version = version + 1, revision = revision + ?, "
    f"state = ?, finished_at = ? {_VERSION}"
)
_REVIEW = (
    "SELECT step_name FROM work_item WHERE office_id = ? AND case_id = ? "
    "AND kind = 'review' AND state IN ('ready', 'claimed') LIMIT 1"
)
_OF_CALL = "FROM case_file WHERE office_id = ? AND parent_id = ? AND parent_task = ?"
_RUNS = "state IN ('open', 'faulty', 'suspended')"
_ANY_CHILD = f"SELECT 1 {_OF_CALL} LIMIT 1"
_RUNNING_CHILD = f"SELECT 1 {_OF_CALL} AND {_RUNS} LIMIT 1"
_RUNNING_CHILDREN = f"SELECT id {_OF_CALL} AND {_RUNS} ORDER BY row_number, id"
_CHILDREN = f"SELECT id, row_number {_OF_CALL} ORDER BY row_number, id"


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What a new case starts with."""

    procedure: Procedure
    bundle: str
    item_code: str
    item_name: str
    title: str
    applicant: Applicant
    by: str
    fields: Sequence[FormField] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    #: Parent case, the task of it that waits, the row, and the path of that call.
    parent: Row | None = None
    parent_task: str | None = None
    row_number: int | None = None
    call: str = ""


class Casework(Ledger):
    """One transaction's work on the cases of one office."""

    def open(self, opening: Opening) -> str:
        """Open a case and run it to its first open places; its number."""
        case_id = self.next_number()
        row = self._enter_case(case_id, opening)
        sealed = self.enter(case_id, opening.by, opening.fields, opening.values)
        self.note(case_id, opening.by, "opened", form_digest=sealed)
        following.begin(self, case_id, opening.procedure)
        data = {f.name: opening.values[f.name] for f in opening.fields if f.name in opening.values}
        program = self.program(row)
        objects.remember(self.wire, row, program, data, data)
        self.settle(row, Machine.start(program, data, lambda: self.now))
        return case_id

    def _enter_case(self, case_id: str, opening: Opening) -> Row:
        parent, who = opening.parent, opening.applicant
        case: Row = {
            "office_id": self.office_id,
            "id": case_id,
            "item_code": opening.item_code,
            "item_name": opening.item_name,
            "process_id": opening.procedure.id,
            "digest": self.versions.digest(opening.bundle),
            "bundle": opening.bundle,
            "state": CaseState.OPEN.value,
            "opened_at": self.now,
            "opened_by": opening.by,
            "finished_at": None,
            "parent_id": parent["id"] if parent else None,
            "root_id": parent["root_id"] if parent else case_id,
            "parent_task": opening.parent_task,
            "row_number": opening.row_number,
            "trail": f"{parent['trail']}{opening.call}/" if parent else "",
            "version": 0,
            "revision": 0,
        }
        subject: Row = {
            "office_id": self.office_id,
            "case_id": case_id,
            "title": opening.title,
            "name": who.name,
            "id_card": who.id_card,
            "phone": who.phone,
        }
        self.wire.insert(schema.case_file, case)
        self.wire.insert(schema.subject, subject)
        self.begin_chain(case_id)
        return {**subject, **case}

    def settle(self, row: Row, machine: Machine) -> int:
        """Store a case after its machine has moved, with all that follows from it.

        Returns
        -------
        int
            How many of its timers went off.

        Raises
        ------
        Stale
            Somebody else has moved the case since ``row`` was read.
        """
        program = machine.program
        self.settling.add(row["id"])
        news = machine.news()
        board.note_timers(self, row, program, news)
        fired = len(news.fired)
        if program.opens_children:
            self._announce(row, program, news)
            self._run_children(row, machine)
            news = machine.news()
        if machine.finished:
            self._must_be_reviewed(row)
        state = CaseState.FINISHED if machine.finished else CaseState.OPEN
        self._save(row, machine, state)
        self._announce(row, program, news)
        self.settling.discard(row["id"])
        following.keep_pace(self, row, machine, news)
        if machine.finished:
            self.note(row["id"], SYSTEM, "finished")
            self._wake_parent(row)
        return fired

    def _must_be_reviewed(self, row: Row) -> None:
        """What was done in an emergency has been reviewed: else the case cannot end."""
        left = self.wire.run(_REVIEW, self.office_id, row["id"]).fetchone()
        if left is not None:
            raise NotAllowed(say("emergency.open-review", case=row["id"], step=left[0]))

    def _announce(self, row: Row, program: Program, news: News) -> None:
        board.sync(self, row, program, news)
        for closed in news.closed:
            if closed.kind is OpenKind.CHILDREN and closed.id not in self.done:
                self._withdraw_children(row, closed)

    def _save(self, row: Row, machine: Machine, state: CaseState) -> None:
        ended = self.now if state is not CaseState.OPEN else None
        key = (self.office_id, row["id"], row["version"])
        bump = self.bump_of(row)

        def stale() -> Stale:
            return Stale(say("run.stale", case=row["id"]))

        if ended is None and row["state"] == CaseState.OPEN:
            self.wire.put(_MOVE, bump, *key, missed=stale)
        else:
            at = self.wire.moment(ended)
            self.wire.put(_END, bump, state.value, at, *key, missed=stale)
        self.store(row, machine)
        row |= {"version": row["version"] + 1, "state": state.value, "finished_at": ended}

    def fire(self, case_id: str) -> int:
        """Let the due timers of a case go off; how many did. Cases that do not run have none."""
        row = self.case(case_id)
        if row["state"] != CaseState.OPEN:
            return 0
        machine = self.load(row)
        machine.advance()
        if not machine.has_moved:
            self.put_back(row, machine)
            return 0
        return self.settle(row, machine)

    def _wake_parent(self, row: Row) -> None:
        if row["parent_id"] is None or row["parent_id"] in self.settling:
            return
        if self._children_left(row["parent_id"], row["parent_task"]):
            return
        parent = self.case(row["parent_id"])
        if parent["state"] in (CaseState.OPEN, CaseState.FAULTY):
            self.settle(parent, self.load(parent))

    def _children_left(self, parent_id: str, task: str) -> bool:
        """Whether a child case of a waiting call still runs."""
        found = self.wire.run(_RUNNING_CHILD, self.office_id, parent_id, task)
        return found.fetchone() is not None

    def _run_children(self, row: Row, machine: Machine) -> None:
        """Open the cases of calls that are reached, go on where all have ended."""
        waiting = machine.calls()
        while waiting:
            call, *_ = waiting
            key = (self.office_id, row["id"], call.id)
            if self.wire.run(_ANY_CHILD, *key).fetchone() is None:
                self._open_children(row, machine, call)
            if self._children_left(row["id"], call.id):
                waiting = tuple(other for other in waiting if other != call)
                continue
            self._collect(row, machine, call)
            self.done.add(call.id)
            machine.complete(call.id, {})
            waiting = machine.calls()

    def close(self, row: Row, state: CaseState) -> None:
        """End a case before its end, with all below it."""
        self._close(row, state)
        following.end(self, row)
        self._wake_parent(row)

    def _close(self, row: Row, state: CaseState) -> None:
        self._must_be_reviewed(row)
        machine = self.load(row)
        machine.withdraw()
        news = machine.news()
        self._save(row, machine, state)
        self._announce(row, machine.program, news)

    def _withdraw_children(self, row: Row, call: Open) -> None:
        """End the child cases of a call that waits for them no more."""
        running = self.wire.run(_RUNNING_CHILDREN, self.office_id, row["id"], call.id)
        for (child_id,) in running.fetchall():
            self._close(self.case(child_id), CaseState.WITHDRAWN)
            self.note(child_id, SYSTEM, "withdrawn", note=say("hotpath.parent-went-on"))

    def _open_children(self, row: Row, machine: Machine, call: Open) -> None:
        where = {"step": call.path, "step_name": machine.program.chain(call.path)[-1][1].label}
        for opening in self._openings(row, machine, call):
            child = self.open(opening)
            note = say("run.note.opened-child", case=child)
            self.note(row["id"], SYSTEM, "child-opened", **where, note=note)
            for officer, rule in recused(self.officers, opening.applicant):
                note = say("run.note.recusal", officer=officer, case=child, rule=rule)
                self.note(row["id"], SYSTEM, "recusal", **where, note=note)

    def _openings(self, row: Row, machine: Machine, call: Open) -> Iterator[Opening]:
        """The child cases a call asks for, in order of rows."""
        program = machine.program
        node = program.chain(call.path)[-1][1]
        step, procedure = node.step, program.procedures[node.called or ""]
        assert step is not None
        table = machine.data.get(step.child_rows)
        columns = next((f.columns for f in fields_of(program) if f.name == step.child_rows), ())
        bundle = self.versions.sub_bundle(row["bundle"], procedure.id, program.procedures)
        for number, values in enumerate(table if isinstance(table, list) else ()):
            who = Applicant(
                name=str(values.get(step.child_name) or ""),
                id_card=str(values.get(step.child_id_card) or ""),
            )
            yield Opening(
                procedure=procedure,
                bundle=bundle,
                item_code=row["item_code"],
                item_name=procedure.title,
                title=f"{procedure.title} · {who.name}" if who.name else procedure.title,
                applicant=who,
                by=SYSTEM,
                fields=columns,
                values=values,
                parent=row,
                parent_task=call.id,
                row_number=number,
                call=call.path,
            )

    def _collect(self, row: Row, machine: Machine, call: Open) -> None:
        """Bring what the children found back into the columns of the parent's table."""
        step = machine.program.chain(call.path)[-1][1].step
        assert step is not None
        field_ = next((f for f in fields_of(machine.program) if f.name == step.child_rows), None)
        before = machine.data.get(step.child_rows)
        if field_ is None or not isinstance(before, list):
            return
        after = [dict(values) for values in before]
        columns = {column.name for column in field_.columns}
        found = self.wire.run(_CHILDREN, self.office_id, row["id"], call.id)
        for child, number in found.fetchall():
            data = form_data(self.wire, self.office_id, child)
            after[number].update({name: data[name] for name in columns & data.keys()})
        if after != before:
            values = {step.child_rows: after}
            machine.data |= values
            sealed = self.enter(row["id"], SYSTEM, [field_], values)
            self.note(row["id"], SYSTEM, "collected", step=call.path, form_digest=sealed)
