"""What officers did in a family of cases, held against another version of its procedure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from engine.model.case import Applicant, WorkItemKind, WorkItemState
from engine.model.procedure import StepGroup
from engine.store import schema

from ..duties import Bond, Family, Task, groups, judge_steps
from ..errors import Refused
from ..judging import Judge
from ..lookahead import BESIDE
from ..places import Place, place
from ..program import Program
from ..statements import Columns, Row, Wire
from .comparing import Reason, node_at, reason, vanished

_Group = TypeVar("_Group", StepGroup, Bond)

_ITEM = Columns({"w": schema.work_item})
_ITEMS = (
    f"SELECT {_ITEM.text} FROM work_item w WHERE w.office_id = ? AND w.root_id = ? "
    "AND w.state IN ('ready', 'claimed', 'done') ORDER BY w.since, w.id"
)


def items_of(wire: Wire, office_id: str, root_id: str) -> list[Row]:
    """The work items of a family that stand: done, held or free."""
    return wire.rows(_ITEM, _ITEMS, office_id, root_id)


def asked_of(program: Program, judge: Judge, row: Row) -> Place | None:
    """What a version asks of a work item's step; None where it has no such step."""
    trail = str(row["trail"]).partition(BESIDE)[0]
    return None if node_at(program, trail) is None else place(program, judge.controls, trail)


def has_changed(row: Row, asked: Place) -> bool:
    """Whether a version asks something else of whoever takes a step."""
    return (row["duty"], row["post"], row["external"]) != (asked.duty, asked.post, asked.external)


def misjudged(program: Program, judge: Judge, items: list[Row]) -> Iterator[Reason]:
    """Work items that the version would judge by something else than what was done or taken."""
    for row in items:
        asked = asked_of(program, judge, row)
        if asked is None:
            yield vanished(row["step_name"], program)
        elif row["kind"] != WorkItemKind.STEP:
            continue
        elif row["state"] == WorkItemState.DONE:
            if (row["duty"], row["external"]) != (asked.duty, asked.external):
                yield reason("duty", step=row["step_name"])
        elif row["state"] == WorkItemState.CLAIMED and has_changed(row, asked):
            holder = judge.name(row["officer"])
            yield reason("claimed", step=row["step_name"], officer=holder)


@dataclass(frozen=True, slots=True)
class Apart:
    """The ``qd:separate`` and ``qd:bind`` that only the other version has, as the deeds stand."""

    old: Program
    new: Program
    judge: Judge
    root: Row

    def breaches(self) -> Iterator[Reason]:
        """Deeds that these forbid."""
        old, new = groups(self.old), groups(self.new)
        separations, bindings = _fresh(old[0], new[0]), _fresh(old[1], new[1])
        deeds = self.judge.deeds_of(self.root["id"])
        for number, deed in enumerate(deeds):
            officer = self.judge.roster.officer(deed.officer)
            if officer is None:
                continue
            family = Family(
                applicant=Applicant(name=""),
                deeds=deeds[:number],
                lineage=self.judge.lineage(self._case(deed.case_id)),
                separations=separations,
                bindings=bindings,
                item=self.root["item_code"],
                root_id=self.root["id"],
            )
            task = Task(
                case_id=deed.case_id,
                trail=deed.trail,
                name=deed.name,
                duty=deed.duty,
                post=deed.post,
                external=False,
            )
            try:
                judge_steps(
                    officer, task, family, self.judge.roster, self.judge.controls, self.judge.today
                )
            except Refused as refused:
                yield Reason(rule=refused.rule, text=refused.message)

    def _case(self, case_id: str) -> Row:
        return {"id": case_id, "root_id": self.root["id"]}


def _fresh(before: tuple[_Group, ...], after: tuple[_Group, ...]) -> tuple[_Group, ...]:
    """The groups that keep apart, or together, what was not before."""
    known = [frozenset(group.steps) for group in before]
    return tuple(g for g in after if not any(frozenset(g.steps) <= steps for steps in known))
