"""Limits of single steps: counted when a step opens, and again when its clock goes on.

When steps stand is :mod:`.stops`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, bindparam, select, update

from engine.model.calendar import Calendar, last_day
from engine.model.case import OPEN_ITEM, WorkItemKind
from engine.model.clock import CaseClock, Deadline, DeadlineKind
from engine.model.item import LimitUnit, TimeLimit
from engine.model.wording import say
from engine.store import clock as tables
from engine.store import schema
from engine.store.version import case_migration

from ..clock import day_of, end_of
from ..ledger import Ledger
from ..places import place
from ..program import Program
from ..statements import Row
from .rows import deadline_row, load_clock
from .stops import NEVER, Stops

_item = schema.work_item
_case = schema.case_file
_limit = tables.deadline
_clock = tables.case_clock
#: Kinds of work items that have a limit.
_LIMITED = (WorkItemKind.STEP.value, WorkItemKind.REVIEW.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recount:
    """A limit that ends on another day than before."""

    case_id: str
    #: Name of the limit, or of the step it belongs to.
    name: str
    #: None while it stands.
    before: date | None
    after: date | None


class Arrival:
    """The limits of the steps that open in a case now."""

    def __init__(self, ledger: Ledger, row: Row, program: Program) -> None:
        self._ledger, self._row, self._program = ledger, row, program
        self._today = day_of(ledger.now)

    @cached_property
    def _counting(self) -> tuple[Calendar, Stops]:
        calendar, may_stand = self._ledger.calendar_for(self._row)
        return calendar, _stops(self._ledger, self._row, calendar) if may_stand else NEVER

    @cached_property
    def _root(self) -> Program:
        return self._ledger.program(self._ledger.case(self._row["root_id"]))

    def _at(self, path: str) -> tuple[Calendar, Stops]:
        calendar, stops = self._counting
        stood = stops != NEVER
        return calendar, stops.at(self._root, self._row["trail"] + path) if stood else stops

    def own(self, path: str) -> Row:
        """The limit of a step as its work item has it."""
        limit = place(self._program, self._ledger.controls, path).limit
        if limit is None:
            return {"due": None, "stands": False}
        return _own(limit, self._today, *self._at(path))

    def keep_statutory(self, path: str, work_item_id: str) -> None:
        """Count and store the limit the law sets a step."""
        ledger = self._ledger
        limit = place(self._program, ledger.controls, path).statutory
        if limit is None:
            return
        began = Deadline(
            kind=DeadlineKind.STATUTORY,
            limit=limit,
            basis=say("clock.basis-of-item"),
            since=self._today,
            work_item_id=work_item_id,
            **_by_law(limit, self._today, *self._at(path), ledger.now),
        )
        ledger.wire.insert(tables.deadline, deadline_row(ledger.office_id, self._row["id"], began))


def _stops(ledger: Ledger, row: Row, calendar: Calendar) -> Stops:
    """When the clock of a case stood; a case without one goes by its root's."""
    cases = dict.fromkeys((row["id"], row["root_id"]))
    clocks = (load_clock(ledger.wire, ledger.office_id, case_id) for case_id in cases)
    return Stops.of(next(filter(None, clocks), None), calendar)


def follow(ledger: Ledger, row: Row, before: CaseClock, after: CaseClock) -> bool:
    """Let the steps of a case stand or go on with its clock; whether they had to.

    The clock is the one of all cases below that have none of their own, too.
    """
    stops = Stops.of(after, ledger.calendar)
    if Stops.of(before, ledger.calendar).by_officers == stops.by_officers:
        return False
    below = select(_clock.c.case_id).where(
        _clock.c.office_id == ledger.office_id, _clock.c.case_id == _item.c.case_id
    )
    governed = _item.c.case_id == row["id"]
    if row["id"] == row["root_id"]:
        governed |= (_item.c.root_id == row["id"]) & ~below.exists()
    _Recounting(ledger, row, stops).count(governed)
    return True


def recount(ledger: Ledger, row: Row) -> list[Recount]:
    """Count the limits of a case's open steps again, by the present calendar."""
    stops = _stops(ledger, row, ledger.calendar)
    return _Recounting(ledger, row, stops).count(_item.c.case_id == row["id"])


class _Recounting:
    """Open steps of one family counted again, each by the version it was opened on."""

    def __init__(self, ledger: Ledger, row: Row, stops: Stops) -> None:
        self._ledger, self._row, self._stops = ledger, row, stops
        self._calendar = ledger.calendar

    def count(self, governed: ColumnElement[bool]) -> list[Recount]:
        """Count the steps of the cases that go by the pauses; what has changed."""
        own: list[Row] = []
        law: list[Row] = []
        told: list[Recount] = []
        for item in self._ledger.connection.execute(self._items(governed)).mappings().all():
            root = self._program(self._row["root_id"], self._row["root_bundle"], item["since"])
            is_review = item["kind"] == WorkItemKind.REVIEW
            stops = NEVER if is_review else self._stops.at(root, item["trail"])
            counted = self._own_limit(item, root, stops)
            if (counted["due"], counted["stands"]) != (item["due"], item["stands"]):
                own.append({"of": item["id"], **counted})
                told.append(_told(item, item["step_name"], item["due"], counted["due"]))
            if item["unit"] is None:
                continue
            total = TimeLimit(days=item["days"], unit=LimitUnit(item["unit"]))
            by_law = _by_law(total, item["began"], self._calendar, stops, self._ledger.now)
            if by_law["last"] != item["last"]:
                law.append({"of": item["id"], "in": item["case_id"], **by_law})
                name = say("clock.law-of-step", step=item["step_name"])
                told.append(_told(item, name, item["last"], by_law["last"]))
        self._save(own, law)
        return told

    def _items(self, governed: ColumnElement[bool]) -> Select[Any]:
        """Open work items, each with the limit the law sets it, oldest first."""
        law = and_(
            _limit.c.office_id == _item.c.office_id,
            _limit.c.case_id == _item.c.case_id,
            _limit.c.work_item_id == _item.c.id,
            _limit.c.met_at.is_(None),
        )
        total = (_limit.c.days + _limit.c.extra_days).label("days")
        return (
            select(_item, _case.c.bundle, _limit.c.unit, _limit.c.last, total)
            .add_columns(_limit.c.since.label("began"))
            .join_from(_item, _case)
            .outerjoin(_limit, law)
            .where(
                _item.c.office_id == self._ledger.office_id,
                _item.c.root_id == self._row["root_id"],
                _item.c.state.in_(OPEN_ITEM),
                _item.c.kind.in_(_LIMITED),
                governed,
            )
            .order_by(_item.c.since, _item.c.id)
        )

    @cached_property
    def _moves(self) -> Sequence[RowMapping]:
        """When cases of the family were put on another version, the latest first."""
        family = select(_case.c.id).where(
            _case.c.office_id == self._ledger.office_id, _case.c.root_id == self._row["root_id"]
        )
        moves = select(case_migration).where(
            case_migration.c.office_id == self._ledger.office_id,
            case_migration.c.case_id.in_(family),
        )
        ordered = moves.order_by(case_migration.c.version.desc())
        return self._ledger.connection.execute(ordered).mappings().all()

    def _program(self, case_id: str, bundle: str, moment: datetime) -> Program:
        """What a case ran on at a moment: limits of then hold, whatever came since."""
        moves = (move for move in self._moves if move["case_id"] == case_id)
        later = takewhile(lambda move: move["at"] > moment, moves)
        bundle = [bundle, *(move["old_bundle"] for move in later)][-1]
        return self._ledger.versions.program(self._ledger.connection, bundle)

    def _own_limit(self, item: RowMapping, root: Program, stops: Stops) -> Row:
        program = self._program(item["case_id"], item["bundle"], item["since"])
        limit = place(program, self._ledger.controls, item["step"]).limit
        if item["kind"] == WorkItemKind.REVIEW and root.procedure.item:
            days = root.procedure.item.emergency_review_days
            limit = TimeLimit(days=days, unit=LimitUnit.WORKING_DAY)
        if limit is None:
            return {"due": None, "stands": False}
        return _own(limit, day_of(item["since"]), self._calendar, stops)

    def _save(self, own: list[Row], law: list[Row]) -> None:
        office_id, connection = self._ledger.office_id, self._ledger.connection
        if own:
            item = (_item.c.office_id == office_id, _item.c.id == bindparam("of"))
            connection.execute(update(_item).where(*item).values(_given("due", "stands")), own)
        if law:
            limit = (
                _limit.c.office_id == office_id,
                _limit.c.case_id == bindparam("in"),
                _limit.c.work_item_id == bindparam("of"),
            )
            counted = _given("last", "account", "provisional", "counted_at")
            connection.execute(update(_limit).where(*limit).values(counted), law)


def _given(*names: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


def _own(limit: TimeLimit, since: date, calendar: Calendar, stops: Stops) -> Row:
    """A step's own limit as its work item has it: part of what the case is promised by."""
    last = _last(limit, DeadlineKind.PROMISED, since, calendar, stops)
    stands = last is None and limit.unit is not LimitUnit.AS_APPROVED
    return {"due": end_of(last) if last else None, "stands": stands}


def _by_law(limit: TimeLimit, since: date, calendar: Calendar, stops: Stops, now: datetime) -> Row:
    """A step's statutory limit as it is counted now."""
    last = _last(limit, DeadlineKind.STATUTORY, since, calendar, stops)
    return {
        "last": last,
        "account": calendar.account(since, last or since),
        "provisional": calendar.is_provisional(since, last or since),
        "counted_at": now,
    }


def _last(
    limit: TimeLimit, kind: DeadlineKind, since: date, calendar: Calendar, stops: Stops
) -> date | None:
    return last_day(calendar, limit, since, spans=stops.spans(kind))


def _told(
    item: RowMapping, name: str, before: date | datetime | None, after: date | datetime | None
) -> Recount:
    return Recount(case_id=item["case_id"], name=name, before=_day(before), after=_day(after))


def _day(moment: date | datetime | None) -> date | None:
    return day_of(moment) if isinstance(moment, datetime) else moment
