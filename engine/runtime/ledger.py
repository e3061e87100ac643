"""One transaction's hold on the store: read cases, write their journals and forms."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from os import urandom

from engine.model.calendar import Calendar
from engine.model.controls import Controls
from engine.model.office import Officer
from engine.model.procedure import FormField
from engine.store import journal, schema

from . import states
from .atwork import AtHand, case_at_work, head_of
from .deadlines.calendars import Calendars
from .family import Deeds, load_deeds
from .keys import Keys
from .machine import Machine
from .program import Program
from .shelf import Shelf
from .statements import Row, Wire
from .values import digest, to_store
from .versions import Versions

#: Actor of what happens by itself.
SYSTEM = "system"

_NUMBER = (
    "INSERT INTO counter (office_id, name, value) VALUES (?, ?, 1) "
    "ON CONFLICT (office_id, name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)
_BUMP = "UPDATE case_file SET revision = revision + 1 WHERE office_id = ? AND id = ?"


def raise_revision(wire: Wire, office_id: str, root_id: str) -> None:
    """A family of cases changes in this transaction: nobody may go on with what was read before."""
    wire.put(_BUMP, office_id, root_id)


class Ledger:
    """What every part of a transaction on the cases of one office needs.

    The transaction ends with :meth:`flush`, and after its commit :meth:`keep`.
    """

    def __init__(
        self,
        wire: Wire,
        office_id: str,
        *,
        versions: Versions,
        controls: Controls,
        officers: tuple[Officer, ...],
        now: datetime,
        shelf: Shelf,
        calendars: Calendars,
    ) -> None:
        self.connection = wire.connection
        self.wire = wire
        self.office_id = office_id
        self.versions = versions
        self.controls = controls
        self.officers = officers
        self.now = now
        self.keys = Keys(self.wire, office_id, now)
        self.shelf = shelf
        self._calendars = calendars
        #: Cases being settled: a child that ends meanwhile need not wake them.
        self.settling: set[str] = set()
        #: Work items finished in this transaction.
        self.done: set[str] = set()
        #: What officers did, by root of the family, where it was asked for.
        self.deeds: dict[str, Deeds] = {}
        #: Roots of families in which nobody takes or gives up anything in this transaction.
        self.same_deeds: set[str] = set()
        #: Work items claimed in this transaction, as they are left.
        self.claimed: list[AtHand] = []
        self._revisions: dict[str, int] = {}
        #: Families whose revision has been raised already.
        self._bumped: set[str] = set()
        self._heads: dict[str, journal.Head] = {}
        self._notes: dict[str, list[journal.Entry]] = {}
        #: Number of the last form handed in, by case.
        self._forms: dict[str, int] = {}
        #: Machines as they will be after the commit, by case, with their version.
        self._moved: dict[str, tuple[int, Machine]] = {}

    def case(self, case_id: str) -> Row:
        """A case and its subject, its family held.

        Raises
        ------
        UnknownCase
            No such case in the office.
        """
        row = case_at_work(self.wire, self.office_id, case_id)
        self.hold(row)
        return row

    def hold(self, case: Row) -> None:
        """Take note of a case just read: its family changes with this transaction."""
        self._revisions.setdefault(case["root_id"], case["family_revision"])
        if case["id"] not in self._notes:
            self._heads[case["id"]] = head_of(case)
        self._forms.setdefault(case["id"], case["last_form"] or 0)

    def begin_chain(self, case_id: str) -> None:
        """Take note of a case just opened: nothing is written of it yet."""
        self._heads[case_id] = journal.START
        self._forms[case_id] = 0

    def note(self, case_id: str, actor: str, action: str, **facts: str) -> None:
        """Write a journal row; all of a transaction are written at its end."""
        entry = journal.Entry(at=self.now, actor=actor, action=action, **facts)
        self._notes.setdefault(case_id, []).append(entry)

    def flush(self) -> None:
        """Write what was put off: the journal, and that the families have changed."""
        rows: list[dict[str, object]] = []
        for case_id, entries in self._notes.items():
            head = self._heads.get(case_id) or journal.head_of(
                self.connection, self.office_id, case_id
            )
            fresh, self._heads[case_id] = journal.linked(self.office_id, case_id, entries, head)
            rows += fresh
        self._notes.clear()
        if rows:
            self.wire.insert(schema.journal, *rows)
        for root_id in self._revisions.keys() - self._bumped:
            raise_revision(self.wire, self.office_id, root_id)

    def bump_of(self, row: Row) -> int:
        """How much to add to the revision of a case that is written anyway."""
        root_id = row["root_id"]
        if row["id"] != root_id or root_id not in self._revisions or root_id in self._bumped:
            return 0
        self._bumped.add(root_id)
        return 1

    def keep(self) -> None:
        """After the commit: let the next step find its case in memory."""
        for case_id, (version, machine) in self._moved.items():
            self.shelf.put(case_id, version, machine)
        for root_id, before in self._revisions.items():
            deeds = self.deeds.get(root_id)
            if deeds is not None:
                self.shelf.keep_deeds(root_id, before + 1, deeds)
            elif root_id in self.same_deeds:
                self.shelf.renew_deeds(root_id, before, before + 1)
        for item_id in self.done:
            self.shelf.drop_claim(item_id)
        for claimed in self.claimed:
            self.shelf.keep_claim(replace(claimed, case=self._left(claimed.case)))

    def _left(self, case: Row) -> Row:
        """A case as it is after the transaction."""
        revision = self._revisions[case["root_id"]] + 1
        head = self._heads[case["id"]]
        return case | {
            "family_revision": revision,
            "revision": revision if case["id"] == case["root_id"] else case["revision"],
            "head_sequence": head.sequence,
            "head_hash": head.hash,
            "head_sm3": head.sm3,
            "last_form": self._forms[case["id"]] or None,
        }

    @property
    def calendar(self) -> Calendar:
        """The office's working days."""
        return self._calendars.at(self.connection)

    def calendar_for(self, row: Row) -> tuple[Calendar, bool]:
        """The office's working days, and whether the clock of a case may stand for its steps."""
        return self._calendars.where_it_stands(self.wire, row["id"], row["root_id"])

    def program(self, row: Row) -> Program:
        """The program a case runs."""
        return self.versions.program(self.connection, row["bundle"])

    def load(self, row: Row) -> Machine:
        """The machine of a case, from memory or as stored."""
        case_id, version = row["id"], row["version"]
        moved = self._moved.pop(case_id, None)
        machine = moved[1] if moved and moved[0] == version else self.shelf.take(case_id, version)
        if machine is None:
            program = self.program(row)
            return states.load(self.wire, self.office_id, row, program, lambda: self.now)
        machine.set_clock(lambda: self.now)
        return machine

    def form_of(self, row: Row) -> Mapping[str, object]:
        """The form of a case as it stands."""
        machine = self.load(row)
        self.put_back(row, machine)
        return machine.data

    def store(self, row: Row, machine: Machine) -> None:
        """Store what moved in a case; kept in memory after the commit."""
        version = row["version"] + 1
        states.save(self.wire, self.office_id, row["id"], version, machine)
        self._moved[row["id"]] = version, machine

    def put_back(self, row: Row, machine: Machine) -> None:
        """The machine has not moved: the next step may have it."""
        self._moved[row["id"]] = row["version"], machine

    def deeds_of(self, case: Row) -> Deeds:
        """What officers did and hold in the family of a case, each deed with its number."""
        root_id = case["root_id"]
        deeds = self.deeds.get(root_id)
        if deeds is None:
            deeds = self.shelf.deeds(root_id, case["family_revision"])
        if deeds is None:
            deeds = load_deeds(self.wire, self.office_id, root_id)
        self.deeds[root_id] = deeds
        return deeds

    def forget_deeds(self, root_id: str) -> None:
        """What officers did in a family is to be read again: it changes otherwise than here."""
        self.deeds.pop(root_id, None)
        self.same_deeds.discard(root_id)

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
        last = self._forms[case_id]
        self._forms[case_id] = last + 1
        key = {"office_id": self.office_id, "case_id": case_id, "number": last + 1}
        salt = urandom(16).hex()
        sealed = digest(values, files or {}, salt)
        made = {"work_item_id": work_item_id, "officer": officer, "at": self.now}
        self.wire.insert(schema.form_entry, {**key, **made, "salt": salt, "digest": sealed})
        rows = [
            {**key, **_stored(field, values[field.name])}
            for field in fields
            if field.name in values
        ]
        if rows:
            self.wire.insert(schema.form_value, *rows)
        return sealed

    def next_number(self) -> str:
        """A new case number: ``2026-000123``."""
        year = self.now.year
        found = self.wire.run(_NUMBER, self.office_id, f"case {year}").fetchone()
        return f"{year}-{found[0]:06}"


def _stored(field: FormField, value: object) -> dict[str, object]:
    kept = to_store(field, value)
    return {
        "field": field.name,
        "type": field.type.value,
        "fen": kept.fen,
        "content": kept.content,
    }
