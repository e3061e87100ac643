"""The part of an office that puts many cases on another version, and keeps what became of each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import uuid4

from sqlalchemy import ColumnElement, func, insert, select

from engine.model.case import RUNNING
from engine.store import schema
from engine.store.version import migration_result, migration_round

from ..editions import chosen
from ..errors import FaultyCase, NotAllowed, Refused, Stale, StateDamaged, UnknownCase
from ..keys import short
from ..ledger import SYSTEM
from ..versions import are_same_files
from .moving import Moving, Unmovable
from .plan import Outcome, Plan, Report, Round
from .renaming import NONE, Stated

_case = schema.case_file
#: Bulk moves a list shows.
MOST_ROUNDS = 20


class Rounds(Moving):
    """Many cases at once: each moves or stays by itself, and the whole is reported."""

    def migrate_all(
        self,
        cases: Sequence[str],
        *,
        to: str = "",
        renamed: Stated = NONE,
        apply: bool = False,
        by: str = "",
        reason: str = "",
        key: str = "",
    ) -> Iterator[Report]:
        """Plan or carry out the move of many cases, each by itself; what became of each.

        What was carried out is kept: see :meth:`migration_rounds`.

        Parameters
        ----------
        renamed : as for :meth:`migration_plan`.
        key : of this request, and id of what is kept; the same request with the same key
            again is answered from what was kept, and goes on where it was cut off.

        Raises
        ------
        RepeatedKey
            The key came with another request.
        """
        asked = tuple(dict.fromkeys(cases))
        if not apply:
            for case_id in asked:
                yield self._told(case_id, to, renamed)
            return
        request = ("migrate-all", asked, to, by, reason, *sorted(renamed.items()))
        with self.store.write() as connection:
            first = self._keys(connection).first_answer(key, *request)
        if first:
            yield from self.migration_reports(first)
            return
        reports = []
        for case_id in asked:
            own = f"{key} {case_id}" if key else ""
            reports.append(self._carried(case_id, to, renamed, by, reason, own))
            yield reports[-1]
        self._keep(reports, by, reason, key)

    def cases_on(self, item: str, version: str = "", *, to: str = "") -> tuple[str, ...]:
        """Running cases of an item at the top of their family that do not run on a version.

        Parameters
        ----------
        version : only those that run on this one; empty for any.
        to : the version they are to go to; empty for the one in force.

        Raises
        ------
        UnknownVersion
            Nothing of that name was ever published.
        """
        with self.store.read() as connection:
            editions = self._versions.editions(connection, item)
            process = editions[-1].process_id
            query = (
                select(_case.c.id, _case.c.bundle)
                .where(
                    _case.c.office_id == self.id,
                    _case.c.state.in_(RUNNING),
                    _case.c.process_id == process,
                    _case.c.parent_id.is_(None),
                )
                .order_by(_case.c.opened_at, _case.c.id)
            )
            if version:
                query = query.where(_case.c.digest == chosen(editions, version).digest)
            bundle = self._target(connection, process, to)
            rows = connection.execute(query).all()
        return tuple(row.id for row in rows if not are_same_files(row.bundle, bundle))

    def cases_behind(self) -> Counter[str]:
        """Running cases at the top of their family that are not on what is in force, by process.

        Those of a process of which nothing is in force any more are left out.
        """
        with self.store.read() as connection:
            rows = connection.execute(
                select(_case.c.process_id, _case.c.bundle, func.count().label("cases"))
                .where(
                    _case.c.office_id == self.id,
                    _case.c.state.in_(RUNNING),
                    _case.c.parent_id.is_(None),
                )
                .group_by(_case.c.process_id, _case.c.bundle)
            ).all()
            known = self._versions.library(connection).procedures
            current = {
                name: self._versions.bundle(connection, name)
                for name in {row.process_id for row in rows} & known.keys()
            }
        found = Counter[str]()
        for row in rows:
            bundle = current.get(row.process_id)
            if bundle is not None and not are_same_files(row.bundle, bundle):
                found[row.process_id] += row.cases
        return found

    def migration_rounds(self) -> tuple[Round, ...]:
        """The latest bulk moves, the last one first."""
        return self._rounds(migration_round.c.office_id == self.id)

    def migration_round(self, round_id: str) -> Round | None:
        """A bulk move; None where there was none of that id."""
        table = migration_round.c
        return next(iter(self._rounds(table.office_id == self.id, table.id == round_id)), None)

    def _rounds(self, *which: ColumnElement[bool]) -> tuple[Round, ...]:
        table, result = migration_round, migration_result
        with self.store.read() as connection:
            rounds = connection.execute(
                select(table)
                .where(*which)
                .order_by(table.c.at.desc(), table.c.id)
                .limit(MOST_ROUNDS)
            ).all()
            counted = connection.execute(
                select(result.c.round_id, result.c.outcome, func.count().label("cases"))
                .where(
                    result.c.office_id == self.id,
                    result.c.round_id.in_([row.id for row in rounds]),
                )
                .group_by(result.c.round_id, result.c.outcome)
            ).all()
        return tuple(
            Round(
                id=row.id,
                at=row.at,
                officer=row.officer,
                reason=row.reason,
                counts=Counter({c.outcome: c.cases for c in counted if c.round_id == row.id}),
            )
            for row in rounds
        )

    def migration_reports(self, round_id: str) -> tuple[Report, ...]:
        """What became of the cases of a bulk move."""
        table = migration_result
        query = select(table).where(table.c.office_id == self.id, table.c.round_id == round_id)
        with self.store.read() as connection:
            rows = connection.execute(query.order_by(table.c.position)).all()
        return tuple(
            Report(
                case_id=row.case_id,
                outcome=Outcome(row.outcome),
                old=row.old_digest,
                new=row.new_digest,
                reasons=tuple(row.reasons.splitlines()),
            )
            for row in rows
        )

    def _told(self, case_id: str, to: str, renamed: Stated) -> Report:
        """What the move of a case would mean."""
        try:
            plan = self.migration_plan(case_id, to=to, renamed=renamed)
        except (NotAllowed, StateDamaged, UnknownCase) as refused:
            return _report(case_id, Outcome.REFUSED, None, refused.lines())
        if plan.is_current:
            return _report(case_id, Outcome.CURRENT, plan)
        reasons = tuple(reason.text for reason in plan.reasons)
        return _report(case_id, Outcome.REFUSED if reasons else Outcome.POSSIBLE, plan, reasons)

    def _carried(
        self, case_id: str, to: str, renamed: Stated, by: str, reason: str, key: str
    ) -> Report:
        """Move a case; what became of it."""
        told = self._told(case_id, to, renamed)
        plan = told.plan
        if plan is None:
            return told
        if plan.is_current:
            return self._moved_before(told, key)
        try:
            self.migrate(
                case_id,
                by=by,
                reason=reason,
                to=to,
                renamed=renamed,
                version=plan.version,
                key=key,
            )
        except Unmovable as refused:
            reasons = tuple(each.text for each in refused.plan.reasons)
            return _report(case_id, Outcome.REFUSED, refused.plan, reasons)
        except (NotAllowed, Refused, Stale, FaultyCase, StateDamaged) as refused:
            return _report(case_id, Outcome.REFUSED, plan, refused.lines())
        return _report(case_id, Outcome.MOVED, plan)

    def _moved_before(self, told: Report, key: str) -> Report:
        """The report of a case that this very request has moved, before it was cut off."""
        with self.store.read() as connection:
            if not self._keys(connection).is_known(key):
                return told
        last = self.migrations(told.case_id)[-1]
        return Report(
            case_id=told.case_id,
            outcome=Outcome.MOVED,
            old=last.old,
            new=last.new,
            plan=told.plan,
        )

    def _keep(self, reports: Sequence[Report], by: str, reason: str, key: str) -> None:
        if not reports:
            return
        round_id = short(key) or uuid4().hex
        head = {"id": round_id, "at": self.clock(), "officer": by or SYSTEM, "reason": reason}
        rows = [
            {
                "office_id": self.id,
                "round_id": round_id,
                "position": position,
                "case_id": report.case_id,
                "old_digest": report.old,
                "new_digest": report.new,
                "outcome": report.outcome.value,
                "reasons": "\n".join(report.reasons),
            }
            for position, report in enumerate(reports)
        ]
        with self.store.write() as connection:
            connection.execute(insert(migration_round).values(office_id=self.id, **head))
            connection.execute(insert(migration_result), rows)
            self._keys(connection).answer(key, round_id)


def _report(
    case_id: str, outcome: Outcome, plan: Plan | None, reasons: Sequence[str] = ()
) -> Report:
    return Report(
        case_id=case_id,
        outcome=outcome,
        old=plan.old if plan else "",
        new=plan.new if plan else "",
        reasons=tuple(reasons),
        plan=plan,
    )
