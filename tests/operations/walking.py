"""Anything done at any time by anybody: what is drawn at random, and doing it."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from inspect import signature
from random import Random
from typing import Any

from sqlalchemy import Column, Table, select

from engine.bpmn.library import Library
from engine.model.case import CaseState, WorkItem, WorkItemKind, WorkItemState
from engine.model.errors import QingdanError
from engine.model.procedure import FieldType, FormField
from engine.runtime import FaultyCase, Office, Upload
from engine.store import schema
from engine.store.columns import metadata
from tests.cases.conftest import Clock

from .anything import ALL_ROUND, HEADS, SCAN

#: An operation with all it takes but the key of the request.
Act = Callable[..., object]
_TEXTS = ("防汛", "材料不全", "请核对", "外出")
_SAMPLES = {
    FieldType.TEXT: ("样例", "另一份"),
    FieldType.MONEY: ("100.00", "0.01", "99999999.99"),
    FieldType.NUMBER: ("1", "2"),
    FieldType.DATE: ("2026-03-02",),
    FieldType.PERSON: ("钱二水",),
    FieldType.ID_CARD: ("11010519491231002X",),
    FieldType.BANK_CARD: ("6222020200011112222",),
    FieldType.PHONE: ("13800000000",),
}
OPEN = (WorkItemState.READY, WorkItemState.CLAIMED)
BESIDE = (WorkItemKind.SIGN_BEFORE, WorkItemKind.SIGN_AFTER, WorkItemKind.REVIEW)
#: What a refused request may leave behind: that it was refused.
_OF_REFUSALS = {"journal", "journal_head"}


@dataclass
class Walk:
    """Draws what is done next, does it, and looks at what came of it."""

    office: Office
    clock: Clock
    random: Random
    #: What succeeded and what was refused, by operation.
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    #: Officers who stood in for another: they do what their own post does not.
    deputies: set[str] = field(default_factory=set)
    #: What may be published while cases go on.
    editions: Sequence[Library] = ()
    #: Whether nobody else does anything meanwhile: then what is stored can be compared.
    is_alone: bool = True

    def __post_init__(self) -> None:
        self.officers = [officer.id for officer in self.office.roster().officers]
        self.heads = self.officers[:HEADS]
        self.codes = [p.item.code for p in self.office.items() if p.item]
        self.by_post: dict[str, list[str]] = defaultdict(list)
        for officer in self.office.roster().officers:
            for appointment in officer.appointments:
                self.by_post[appointment.post].append(officer.id)

    # Drawing -------------------------------------------------------------------

    def words(self) -> str:
        return self.random.choice(_TEXTS)

    def anybody(self) -> str:
        return self.random.choice(self.officers)

    def head(self) -> str:
        return self.random.choice(self.heads)

    def going_on(self) -> list[str]:
        """Cases that have not ended."""
        states = (CaseState.OPEN, CaseState.SUSPENDED)
        return [case.id for state in states for case in self.office.cases(state=state, limit=99)]

    def case(self) -> str:
        """A case, rather one that has not ended."""
        found = self.going_on() if self.random.random() < 0.95 else []
        return self.random.choice(found or [case.id for case in self.office.cases(limit=99)])

    def items(self, *states: WorkItemState) -> list[WorkItem]:
        """Work items of the cases that have not ended, in these states."""
        cases = (self.office.case(case) for case in self.going_on())
        found = [item for case in cases for item in case.work_items if item.state in states]
        # Ids are drawn by the office: the same seed would choose otherwise.
        return sorted(found, key=lambda one: (one.case_id, one.step, one.since, one.officer or ""))

    def item(self, state: WorkItemState | None = None) -> WorkItem | None:
        """A work item, mostly one that is open, and where a state is given, in that state."""
        states = (state,) if state and self.random.random() < 0.9 else OPEN
        found = self.items(*(states if self.random.random() < 0.95 else WorkItemState))
        return self.random.choice(found) if found else None

    def of_post(self, item: WorkItem) -> list[str]:
        return self.by_post.get(item.post) or self.officers

    def able(self, item: WorkItem) -> str:
        """Who holds it, or somebody of its post; now and then anybody.

        In every second case one who holds all posts would do whatever there is.
        """
        if self.random.random() < 0.08:
            return self.anybody()
        if item.officer and item.state is WorkItemState.CLAIMED:
            return item.officer
        if int(item.case_id[-1]) % 2 and self.random.random() < 0.6:
            return ALL_ROUND
        return self.random.choice(self.of_post(item))

    def colleague(self, item: WorkItem) -> str:
        """Somebody of its post who does not hold it."""
        found = [one for one in self.of_post(item) if one != item.officer]
        return self.random.choice(found if found and self.random.random() < 0.9 else self.officers)

    def filled(
        self, item: WorkItem, option: int | None = None
    ) -> tuple[dict[str, str], dict[str, Upload]]:
        """A form of the item; of the options always the same one, or any."""
        values: dict[str, str] = {}
        files: dict[str, Upload] = {}
        for one in item.fields:
            if one.type is FieldType.FILE:
                files[one.name] = SCAN
            elif one.type is FieldType.TABLE:
                cells = {f"{one.name}.0.{c.name}": self._value(c, option) for c in one.columns}
                values.update(cells)
            else:
                values[one.name] = self._value(one, option)
        return values, files

    def _value(self, one: FormField, option: int | None) -> str:
        if one.type is not FieldType.CHOICE:
            return self.random.choice(_SAMPLES[one.type])
        if option is None:
            return self.random.choice(one.options)
        return one.options[option % len(one.options)]

    def choice(self, item: WorkItem, option: int | None = None) -> str:
        """What is signed."""
        options = ("同意", "不同意")
        if item.kind is WorkItemKind.STEP:
            options = next((one.options for one in item.fields if one.options), options)
        return self.random.choice(options) if option is None else options[option % len(options)]

    # Doing ---------------------------------------------------------------------

    def move(self, name: str, act: Act) -> bool:
        """Do one thing with a request of its own; whether it was done."""
        key = f"{self.random.getrandbits(64):x}" if "key" in _takes(act) else ""
        print(name, _said(act))
        looks = self.is_alone and self.random.random() < 0.3
        before, did = self.dump() if looks else {}, self.deeds()
        asked = partial(act, key=key) if key else act
        try:
            asked()
        except FaultyCase:
            raise
        except QingdanError as error:
            self.refused[name] += 1
            print(f"  → {error}")
            if looks:
                self._left_alone(before, self.dump())
            return False
        self.done[name] += 1
        assert did <= self.deeds(), f"{name}: forgotten {did - self.deeds()}"
        if looks and key:
            before = self.dump()
            asked()
            self._left_alone(before, self.dump())
        return True

    def deeds(self) -> set[tuple[object, ...]]:
        """Who did what: it stays, whatever is returned or taken back."""
        item = schema.work_item.c
        did = select(item.id, item.step, item.officer, item.cosigners, item.done_at)
        with self.office.store.read() as connection:
            rows = connection.execute(did.where(item.state == WorkItemState.DONE.value))
            return {tuple(row) for row in rows}

    def dump(self) -> dict[str, list[str]]:
        """Everything stored, by table."""
        with self.office.store.read() as connection:
            return {
                table.name: sorted(map(str, connection.execute(select(*_stored(table)))))
                for table in metadata.sorted_tables
            }

    def _left_alone(self, before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
        changed = {name for name in before if before[name] != after[name]}
        more = changed - _OF_REFUSALS
        rows = {name: [*set(before[name]) ^ set(after[name])] for name in more}
        assert not more, rows


def _stored(table: Table) -> Iterable[Column[Any]]:
    """What is stored of a table but for counts of how often a family was looked at."""
    return (column for column in table.columns if column.name != "revision")


def _takes(act: Act) -> Iterable[str]:
    return signature(act).parameters


def _said(act: Act) -> str:
    if isinstance(act, partial):
        named = {k: v for k, v in act.keywords.items() if k not in ("files", "scan")}
        return f"{act.args} {named}"
    return ""
