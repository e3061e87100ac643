"""The part of an office that puts running cases on another version of their procedure."""

import hashlib
import json
import secrets
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from engine.model.case import RUNNING, Case, CaseState
from engine.model.wording import say
from engine.store.version import case_migration

from .. import objects, records, states
from ..casework import Casework
from ..editions import EditionState, chosen
from ..errors import NotAllowed, Refused, Stale
from ..judging import Judge
from ..ledger import SYSTEM
from ..matter import Matter
from ..operations.remarks import asked_text
from ..publishing import Publishing
from ..statements import Row
from ..timers import Timers
from .deeds import asked_of, has_changed
from .family import FamilyMove, Member
from .plan import Plan
from .renaming import NONE, Stated

_MOVE = (
    "UPDATE case_file SET version = version + 1, bundle = ?, digest = ?, item_name = ?, state = ? "
    "WHERE office_id = ? AND id = ? AND version = ?"
)
_REWRITE = (
    "UPDATE work_item SET step_name = ?, duty = ?, post = ?, external = ?, party = ? "
    "WHERE office_id = ? AND id = ?"
)


class Unmovable(Refused):
    """A case that cannot go on with a version, with everything that speaks against it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        texts = "；".join(reason.text for reason in plan.reasons)
        message = say("migration.refused", case=plan.case_id, reasons=texts)
        super().__init__(plan.reasons[0].rule, say("migration.basis"), message)


@dataclass(frozen=True, kw_only=True, slots=True)
class Migration:
    """A move that was made."""

    case_id: str
    at: datetime
    #: Id of the officer, or ``system`` for the operator.
    officer: str
    #: Hash of the item's file before, and since.
    old: str
    new: str
    reason: str


class Moving(Publishing, Timers):
    """换版本: running cases go on with another version, where nothing is skipped or undone."""

    @abstractmethod
    def _work(self, judge: Judge) -> Casework:
        """A transaction's work on cases."""

    def migration_plan(self, case_id: str, *, to: str = "", renamed: Stated = NONE) -> Plan:
        """What putting a case on a version would mean; changes nothing.

        Parameters
        ----------
        to : the version; empty for the one in force.
        renamed : nodes that are the same though renamed and edited, by id in the version the
            case runs on, the id in that version.

        Raises
        ------
        UnknownCase, UnknownVersion
            The office has no such case or version.
        NotAllowed
            The case does not run, belongs to another, or the version is not in force yet; or
            what is said to be renamed cannot be.
        """
        with self.store.read() as connection:
            judge = self._judge(connection)
            work = self._work(judge)

            def read(each: str) -> Row:
                return dict(records.case_row(connection, self.id, each))

            move = self._move(work, judge, read(case_id), to, read, renamed)
            plan = move.plan()
            for member in move.members:
                work.put_back(member.row, member.machine)
        work.keep()
        return plan

    def migrate(
        self,
        case_id: str,
        *,
        by: str = "",
        reason: str,
        to: str = "",
        renamed: Stated = NONE,
        version: int | None = None,
        key: str = "",
    ) -> Case:
        """Put a case, and the cases below it, on a version of its item.

        Deadlines, the clock, running timers and who holds what stay as they are.

        Parameters
        ----------
        by : the head of the office; empty for the operator.
        to, renamed : as for :meth:`migration_plan`.
        version : version of the case the plan was seen at; None to skip the check.
        key : of this request; the same request with the same key again changes nothing.

        Raises
        ------
        Unmovable, Refused
            Something speaks against it, or the officer is kept out of the case; journalled.
        NotAllowed, FormInvalid
            The officer is not the head, the case does not run, or there is no reason.
        Stale
            The case has moved on.
        FaultyCase
            The version cannot go on from there; nothing is changed.
        """
        row: Row | None = None
        try:
            with self._at_work() as (work, judge):
                row = work.case(case_id)
                request = ("migrate", case_id, by, reason, to, version, *sorted(renamed.items()))
                if work.keys.first_answer(key, *request) is None:
                    self._permit_move(work, judge, row, by)
                    text = asked_text(reason, "reason")
                    if version is not None and version != row["version"]:
                        raise Stale(say("run.stale", case=case_id))
                    move = self._move(work, judge, row, to, work.case, renamed)
                    self._carry_out(move, by, text)
                    work.keys.answer(key, case_id)
                return self._case(work.connection, case_id)
        except Refused as refused:
            if row is not None:
                self._note_refused(row, by or SYSTEM, refused)
            raise

    def migrations(self, case_id: str) -> tuple[Migration, ...]:
        """The moves a case has made, the first one first."""
        with self.store.read() as connection:
            rows = connection.execute(
                select(case_migration)
                .where(case_migration.c.office_id == self.id, case_migration.c.case_id == case_id)
                .order_by(case_migration.c.version)
            ).all()
        return tuple(
            Migration(
                case_id=row.case_id,
                at=row.at,
                officer=row.officer,
                old=self._versions.digest(row.old_bundle),
                new=self._versions.digest(row.new_bundle),
                reason=row.reason,
            )
            for row in rows
        )

    def _permit_move(self, work: Casework, judge: Judge, row: Row, by: str) -> None:
        """The operator may, and the head where no rule keeps the head out of the case."""
        if not by:
            return
        officer = judge.officer(by)
        heads = judge.roster.heads(judge.today)
        Matter(work, judge, row, officer).allow(officer, among=heads)
        if officer.id not in heads:
            raise NotAllowed(say("migration.not-head"))

    def _move(
        self,
        work: Casework,
        judge: Judge,
        row: Row,
        to: str,
        read: Callable[[str], Row],
        renamed: Stated,
    ) -> FamilyMove:
        if row["parent_id"] is not None:
            raise NotAllowed(say("migration.child", case=row["id"], root=row["root_id"]))
        if row["state"] not in RUNNING:
            state = say(f"suspending.state.{row['state']}")
            raise NotAllowed(say("migration.ended", case=row["id"], state=state))
        bundle = self._target(work.connection, row["process_id"], to)
        return FamilyMove(work, judge, row, bundle, read, renamed)

    def _target(self, connection: Connection, process: str, to: str) -> str:
        """The bundle of a version that applies or applied."""
        if not to:
            return self._versions.bundle(connection, process)
        edition = chosen(self._versions.editions(connection, process), to)
        if edition.state is EditionState.PLANNED:
            raise NotAllowed(say("migration.planned", day=edition.since.date()))
        return self._versions.bundle(connection, process, str(edition.digest))

    def _carry_out(self, move: FamilyMove, by: str, text: str) -> None:
        plan = move.plan()
        if plan.reasons:
            raise Unmovable(plan)
        if plan.is_current:
            for member in move.members:
                move.work.put_back(member.row, member.machine)
            return
        moved = [self._rebased(move, member, by, text) for member in move.members]
        self._rewrite(move)
        for member in moved:
            self._go_on(move.work, member)

    def _rebased(self, move: FamilyMove, member: Member, by: str, text: str) -> Member:
        """Store one case as one of the other version, where it stands."""
        work, row = move.work, member.row
        versions, old = work.versions, row["bundle"]
        machine = member.machine.on(member.program)
        state = CaseState.OPEN if row["state"] == CaseState.FAULTY else CaseState(row["state"])
        fresh: Row = {
            "bundle": member.bundle,
            "digest": versions.digest(member.bundle),
            "item_name": member.program.procedure.title,
            "state": state.value,
        }
        found = work.wire.run(_MOVE, *fresh.values(), self.id, row["id"], row["version"])
        if found.rowcount != 1:
            raise Stale(say("run.stale", case=row["id"]))
        version = row["version"] + 1
        salt = secrets.token_hex(16)
        work.wire.insert(
            case_migration,
            {
                "office_id": self.id,
                "case_id": row["id"],
                "version": version,
                "at": work.now,
                "officer": by or SYSTEM,
                "old_bundle": old,
                "new_bundle": member.bundle,
                "reason": text,
                "salt": salt,
            },
        )
        states.rebase(work.wire, self.id, row["id"], version, machine)
        work.note(
            row["id"],
            by or SYSTEM,
            "migrated",
            form_digest=hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest(),
            note=_told(old, member.bundle, move.said),
        )
        row |= {**fresh, "version": version}
        work.put_back(row, machine)
        objects.remember(work.wire, row, member.program, machine.data, machine.data)
        return Member(row, machine, member.bundle, member.program)

    def _rewrite(self, move: FamilyMove) -> None:
        """Let free and held work items say what the version asks; since and due stay."""
        for item in move.items:
            asked = asked_of(move.new, move.judge, item)
            is_open = item["state"] != "done" and item["kind"] == "step"
            if asked is None or not is_open:
                continue
            if item["step_name"] != asked.name or has_changed(item, asked):
                facts = (asked.name, asked.duty, asked.post, asked.external, asked.party)
                move.work.wire.run(_REWRITE, *facts, self.id, item["id"])
        move.work.deeds.pop(move.root["root_id"], None)

    def _go_on(self, work: Casework, member: Member) -> None:
        """Run what the version lets run by itself, such as a join that need not wait any more."""
        row = member.row
        if row["state"] != CaseState.OPEN:
            return
        machine = work.load(row)
        machine.advance()
        if machine.has_moved:
            work.settle(row, machine)
        else:
            work.put_back(row, machine)


def _told(old: str, new: str, said: Stated) -> str:
    """The files that change and what was said to be renamed, for the journal."""
    before, after = (json.loads(bundle)["digests"] for bundle in (old, new))
    notes = [
        say("migration.note", process=name, old=before.get(name, "—"), new=digest)
        for name, digest in after.items()
        if before.get(name) != digest
    ]
    if said:
        pairs = "、".join(f"{one}={other}" for one, other in sorted(said.items()))
        notes.append(say("renaming.note", pairs=pairs))
    return "；".join(notes)
