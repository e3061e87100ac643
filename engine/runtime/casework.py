"""Moving cases on, inside one transaction of the store.

Whatever a step changes — state, work items, timers, children, journal — is
written here together, so that it is stored together or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from engine.model.case import Applicant, CaseState, WorkItemState
from engine.model.controls import Controls
from engine.model.office import Officer
from engine.model.procedure import FormField, Procedure
from engine.model.wording import say
from engine.store import journal, schema

from .clock import due
from .duties import recused
from .errors import Stale
from .machine import Machine, Open, OpenKind
from .places import fields_of, place
from .program import Program
from .records import case_row, enter_form, form_data
from .versions import Versions

_case = schema.case_file
_item = schema.work_item
_timer = schema.timer

#: Actor of what happens by itself.
SYSTEM = "system"
_OPEN_STATES = (WorkItemState.READY.value, WorkItemState.CLAIMED.value)


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


class Casework:
    """One transaction's work on the cases of one office."""

    def __init__(
        self,
        connection: Connection,
        office_id: str,
        *,
        versions: Versions,
        controls: Controls,
        officers: tuple[Officer, ...],
        now: datetime,
    ) -> None:
        self.connection = connection
        self.office_id = office_id
        self.versions = versions
        self.controls = controls
        self.officers = officers
        self.now = now
        self._settling: set[str] = set()

    def note(self, case_id: str, actor: str, action: str, **facts: str) -> None:
        """Write a journal row."""
        journal.append(
            self.connection,
            self.office_id,
            case_id,
            at=self.now,
            actor=actor,
            action=action,
            **facts,
        )

    def program(self, row: RowMapping) -> Program:
        """The program a case runs."""
        return self.versions.program(self.connection, row["bundle"])

    def load(self, row: RowMapping) -> Machine:
        """The machine of a case as stored."""
        state = schema.case_state
        content = self.connection.scalar(
            select(state.c.content).where(
                state.c.office_id == self.office_id, state.c.case_id == row["id"]
            )
        )
        data = form_data(self.connection, self.office_id, row["id"])
        return Machine.load(self.program(row), str(content), data, lambda: self.now)

    def open(self, opening: Opening) -> str:
        """Open a case and run it to its first open places; its number."""
        case_id = self._number()
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
        sealed = self.enter(case_id, opening.by, opening.fields, opening.values)
        self.note(case_id, opening.by, "opened", form_digest=sealed)
        row = case_row(self.connection, self.office_id, case_id)
        data = form_data(self.connection, self.office_id, case_id)
        self.connection.execute(
            insert(schema.case_state).values(office_id=self.office_id, case_id=case_id, content="")
        )
        self.settle(row, Machine.start(self.program(row), data, lambda: self.now))
        return case_id

    def enter(
        self,
        case_id: str,
        officer: str,
        fields: Sequence[FormField],
        values: Mapping[str, object],
        *,
        work_item_id: str | None = None,
        files: Mapping[str, str] | None = None,
    ) -> str:
        """Store a form as submitted; its digest, empty where there is nothing in it."""
        if not values and not files:
            return ""
        return enter_form(
            self.connection,
            self.office_id,
            case_id,
            work_item_id=work_item_id,
            officer=officer,
            at=self.now,
            fields=fields,
            values=values,
            files=files or {},
        )

    def _number(self) -> str:
        table, name = schema.counter, f"case {self.now.year}"
        where = (table.c.office_id == self.office_id, table.c.name == name)
        bumped = self.connection.execute(
            update(table).where(*where).values(value=table.c.value + 1)
        )
        if bumped.rowcount == 0:
            self.connection.execute(
                insert(table).values(office_id=self.office_id, name=name, value=1)
            )
        value = self.connection.scalar(select(table.c.value).where(*where))
        return f"{self.now.year}-{value:06}"

    def settle(self, row: RowMapping, machine: Machine) -> None:
        """Store a case after its machine has moved, with all that follows from it.

        Raises
        ------
        Stale
            Somebody else has moved the case since ``row`` was read.
        """
        self._settling.add(row["id"])
        self._note_timers(row, machine)
        self._run_children(row, machine)
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
        self._sync_items(row, machine)
        self._sync_timers(row, machine)
        self._settling.discard(row["id"])
        if finished:
            self.note(row["id"], SYSTEM, "finished")
            self._wake_parent(row)

    def _wake_parent(self, row: RowMapping) -> None:
        if row["parent_id"] is None or row["parent_id"] in self._settling:
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
        program = machine.program
        node = program.chain(call.path)[-1][1]
        step, procedure = node.step, program.procedures[node.called or ""]
        assert step is not None
        table = machine.data.get(step.child_rows)
        rows = table if isinstance(table, list) else []
        columns = next((f.columns for f in fields_of(program) if f.name == step.child_rows), ())
        bundle = self.versions.sub_bundle(row["bundle"], procedure.id, program.procedures)
        for number, values in enumerate(rows):
            who = Applicant(
                name=str(values.get(step.child_name) or ""),
                id_card=str(values.get(step.child_id_card) or ""),
            )
            child = self.open(
                Opening(
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
            )
            self.note(
                row["id"],
                SYSTEM,
                "child-opened",
                step=call.path,
                step_name=node.label,
                note=say("run.note.opened-child", case=child),
            )
            for officer in recused(self.officers, who):
                note = say(
                    "run.note.recusal", officer=officer.id, case=child, rule="relative-applicant"
                )
                self.note(
                    row["id"], SYSTEM, "recusal", step=call.path, step_name=node.label, note=note
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

    def _sync_items(self, row: RowMapping, machine: Machine) -> None:
        places = {p.id: p for p in machine.open_places() if p.kind is not OpenKind.CHILDREN}
        mine = (_item.c.office_id == self.office_id, _item.c.case_id == row["id"])
        held = self.connection.execute(
            select(_item.c.id, _item.c.step, _item.c.step_name).where(
                *mine, _item.c.state.in_(_OPEN_STATES)
            )
        ).all()
        for item in held:
            if item.id not in places:
                self.connection.execute(
                    update(_item)
                    .where(*mine, _item.c.id == item.id)
                    .values(state=WorkItemState.CANCELLED.value, done_at=self.now)
                )
                self.note(row["id"], SYSTEM, "withdrawn", step=item.step, step_name=item.step_name)
        for new in places.keys() - {item.id for item in held}:
            self._add_item(row, machine.program, places[new])

    def _add_item(self, row: RowMapping, program: Program, open_place: Open) -> None:
        asked = place(program, self.controls, open_place.path)
        self.connection.execute(
            insert(_item).values(
                office_id=self.office_id,
                id=open_place.id,
                case_id=row["id"],
                root_id=row["root_id"],
                step=open_place.path,
                trail=row["trail"] + open_place.path,
                step_name=asked.name,
                duty=asked.duty,
                post=asked.post,
                external=asked.external,
                party=asked.party,
                state=WorkItemState.READY.value,
                since=self.now,
                due=due(asked.limit, self.now),
            )
        )

    def fire(self, case_id: str) -> int:
        """Let the due timers of a case go off; how many did."""
        row = case_row(self.connection, self.office_id, case_id)
        machine = self.load(row)
        machine.advance()
        gone = len(self._gone_off(row, machine))
        if gone:
            self.settle(row, machine)
        return gone

    def _gone_off(self, row: RowMapping, machine: Machine) -> list[str]:
        """Steps of the timers that were due and are running no more."""
        running = {timer for timer, _, _ in machine.timers()}
        rows = self.connection.execute(
            select(_timer.c.task_id, _timer.c.step).where(
                _timer.c.office_id == self.office_id,
                _timer.c.case_id == row["id"],
                _timer.c.due <= self.now,
            )
        )
        return [timer.step for timer in rows if timer.task_id not in running]

    def _note_timers(self, row: RowMapping, machine: Machine) -> None:
        for step in self._gone_off(row, machine):
            name = machine.program.chain(step)[-1][1].label
            self.note(row["id"], SYSTEM, "timer", step=step, step_name=name)

    def _sync_timers(self, row: RowMapping, machine: Machine) -> None:
        self.connection.execute(
            delete(_timer).where(
                _timer.c.office_id == self.office_id, _timer.c.case_id == row["id"]
            )
        )
        for task_id, path, moment in machine.timers():
            self.connection.execute(
                insert(_timer).values(
                    office_id=self.office_id,
                    case_id=row["id"],
                    task_id=task_id,
                    step=path,
                    due=moment,
                )
            )
