"""One transaction's hold on the store: read a case, write its journal and forms."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from engine.model.controls import Controls
from engine.model.office import Officer
from engine.model.procedure import FormField
from engine.store import journal, schema

from .machine import Machine
from .program import Program
from .records import enter_form, form_data, state
from .versions import Versions

#: Actor of what happens by itself.
SYSTEM = "system"


class Ledger:
    """What every part of a transaction on the cases of one office needs."""

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
        #: Cases being settled: a child that ends meanwhile need not wake them.
        self.settling: set[str] = set()

    def note(self, case_id: str, actor: str, action: str, **facts: str) -> None:
        """Write a journal row."""
        entry = journal.Entry(at=self.now, actor=actor, action=action, **facts)
        journal.append(self.connection, self.office_id, case_id, entry)

    def program(self, row: RowMapping) -> Program:
        """The program a case runs."""
        return self.versions.program(self.connection, row["bundle"])

    def load(self, row: RowMapping) -> Machine:
        """The machine of a case as stored."""
        content = state(self.connection, self.office_id, row["id"])
        data = form_data(self.connection, self.office_id, row["id"])
        return Machine.load(self.program(row), content, data, lambda: self.now)

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

    def next_number(self) -> str:
        """A new case number: ``2026-000123``."""
        # Numbers of an office are given out one at a time.
        office = select(schema.office.c.id).where(schema.office.c.id == self.office_id)
        self.connection.execute(office.with_for_update())
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
