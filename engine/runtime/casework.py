"""Moving cases on, inside one transaction of the store.

Whatever a step changes — state, work items, timers, children, journal — is
written together, so that it is stored together or not at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import RowMapping, func, insert, select, update

from engine.model.case import Applicant, CaseState
from engine.model.procedure import FormField, Procedure
from engine.model.wording import say
from engine.store import schema

from . import board
from .duties import recused
from .errors import Stale
from .ledger import SYSTEM, Ledger
from .machine import Machine, Open, OpenKind
from .places import fields_of
from .records import case_row, form_data

_case = schema.case_file


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
    parent: RowMapping | None = None
    parent_task: str | None = None
    row_number: int | None = None
    call: str = ""


class Casework(Ledger):
    """One transaction's work on the cases of one office."""

    def open(self, opening: Opening) -> str:
        """Open a case and run it to its first open places; its number."""
        case_id = self.next_number()
        self._enter_case(case_id, opening)
        sealed = self.enter(case_id, opening.by, opening.fields, opening.values)
        self.note(case_id, opening.by, "opened", form_digest=sealed)
        row = case_row(self.connection, self.office_id, case_id)
        data = form_data(self.connection, self.office_id, case_id)
        self.settle(row, Machine.start(self.program(row), data, lambda: self.now))
        return case_id

    def _enter_case(self, case_id: str, opening: Opening) -> None:
        parent = opening.parent
        self.connection.execute(
            insert(_case).values(
                office_id=self.office_id,
                id=case_id,
                item_code=opening.item_code,
                item_name=opening.item_name,
                process_id=opening.procedure.id,
                digest=self.versions.digest(opening.bundle),
                bundle=opening.bundle,
                state=CaseState.OPEN.value,
                opened_at=self.now,
                opened_by=opening.by,
                parent_id=parent["id"] if parent else None,
                root_id=parent["root_id"] if parent else case_id,
                parent_task=opening.parent_task,
                row_number=opening.row_number,
                trail=f"{parent['trail']}{opening.call}/" if parent else "",
                version=0,
            )
        )
        who = opening.applicant
        self.connection.execute(
            insert(schema.subject).values(
                office_id=self.office_id,
                case_id=case_id,
                title=opening.title,
                name=who.name,
                id_card=who.id_card,
                phone=who.phone,
            )
        )
        self.connection.execute(
            insert(schema.case_state).values(office_id=self.office_id, case_id=case_id, content="")
        )

    def settle(self, row: RowMapping, machine: Machine) -> None:
        """Store a case after its machine has moved, with all that follows from it.

        Raises
        ------
        Stale
            Somebody else has moved the case since ``row`` was read.
        """
        self.settling.add(row["id"])
        board.note_timers(self, row, machine)
        self._run_children(row, machine)
        self._save(row, machine)
        board.sync_items(self, row, machine)
        board.sync_timers(self, row, machine)
        self.settling.discard(row["id"])
        if machine.finished:
            self.note(row["id"], SYSTEM, "finished")
            self._wake_parent(row)

    def _save(self, row: RowMapping, machine: Machine) -> None:
        finished = machine.finished
        moved = self.connection.execute(
            update(_case)
            .where(
                _case.c.office_id == self.office_id,
                _case.c.id == row["id"],
                _case.c.version == row["version"],
            )
            .values(
                version=row["version"] + 1,
                state=(CaseState.FINISHED if finished else CaseState.OPEN).value,
                finished_at=self.now if finished else None,
            )
        )
        if moved.rowcount != 1:
            raise Stale(say("run.stale", case=row["id"]))
        state = schema.case_state
        self.connection.execute(
            update(state)
            .where(state.c.office_id == self.office_id, state.c.case_id == row["id"])
            .values(content=machine.dump())
        )

    def fire(self, case_id: str) -> int:
        """Let the due timers of a case go off; how many did."""
        row = case_row(self.connection, self.office_id, case_id)
        machine = self.load(row)
        machine.advance()
        gone = len(board.gone_off(self, row, machine))
        if gone:
            self.settle(row, machine)
        return gone

    def _wake_parent(self, row: RowMapping) -> None:
        if row["parent_id"] is None or row["parent_id"] in self.settling:
            return
        parent = case_row(self.connection, self.office_id, row["parent_id"])
        if parent["state"] != CaseState.FINISHED:
            machine = self.load(parent)
            if self._children_left(parent, row["parent_task"]) == 0:
                self.settle(parent, machine)

    def _children_left(self, row: RowMapping, task: str) -> int | None:
        """How many child cases of a waiting call still run; None when none was opened."""
        rows = self.connection.execute(
            select(_case.c.state, func.count())
            .where(
                _case.c.office_id == self.office_id,
                _case.c.parent_id == row["id"],
                _case.c.parent_task == task,
            )
            .group_by(_case.c.state)
        ).all()
        if not rows:
            return None
        return sum(int(number) for state, number in rows if state != CaseState.FINISHED)

    def _run_children(self, row: RowMapping, machine: Machine) -> None:
        waiting = True
        while waiting:
            waiting = False
            for open_place in machine.open_places():
                if open_place.kind is not OpenKind.CHILDREN:
                    continue
                if self._children_left(row, open_place.id) is None:
                    self._open_children(row, machine, open_place)
                if not self._children_left(row, open_place.id):
                    self._collect(row, machine, open_place)
                    machine.complete(open_place.id, {})
                    waiting = True
                    break

    def _open_children(self, row: RowMapping, machine: Machine, call: Open) -> None:
        where = {"step": call.path, "step_name": machine.program.chain(call.path)[-1][1].label}
        for opening in self._openings(row, machine, call):
            child = self.open(opening)
            note = say("run.note.opened-child", case=child)
            self.note(row["id"], SYSTEM, "child-opened", **where, note=note)
            for officer, rule in recused(self.officers, opening.applicant):
                note = say("run.note.recusal", officer=officer, case=child, rule=rule)
                self.note(row["id"], SYSTEM, "recusal", **where, note=note)

    def _openings(self, row: RowMapping, machine: Machine, call: Open) -> Iterator[Opening]:
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

    def _collect(self, row: RowMapping, machine: Machine, call: Open) -> None:
        """Bring what the children found back into the columns of the parent's table."""
        step = machine.program.chain(call.path)[-1][1].step
        assert step is not None
        field_ = next((f for f in fields_of(machine.program) if f.name == step.child_rows), None)
        before = machine.data.get(step.child_rows)
        if field_ is None or not isinstance(before, list):
            return
        after = [dict(values) for values in before]
        columns = {column.name for column in field_.columns}
        found = self.connection.execute(
            select(_case.c.id, _case.c.row_number).where(
                _case.c.office_id == self.office_id,
                _case.c.parent_id == row["id"],
                _case.c.parent_task == call.id,
            )
        )
        for child, number in found.all():
            data = form_data(self.connection, self.office_id, child)
            after[number].update({name: data[name] for name in columns & data.keys()})
        if after != before:
            machine.data[step.child_rows] = after
            sealed = self.enter(row["id"], SYSTEM, [field_], {step.child_rows: after})
            self.note(row["id"], SYSTEM, "collected", step=call.path, form_digest=sealed)
