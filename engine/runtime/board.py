"""The board of a case: its open work items and running timers, kept in step with its machine."""

from sqlalchemy import RowMapping, delete, insert, select, update

from engine.model.case import WorkItemState
from engine.store import schema

from .clock import due
from .ledger import SYSTEM, Ledger
from .machine import Machine, Open, OpenKind
from .places import place
from .program import Program

_item = schema.work_item
_timer = schema.timer
_OPEN_STATES = (WorkItemState.READY.value, WorkItemState.CLAIMED.value)


def sync_items(ledger: Ledger, row: RowMapping, machine: Machine) -> None:
    """Make the work items of a case those its machine waits for."""
    places = {p.id: p for p in machine.open_places() if p.kind is not OpenKind.CHILDREN}
    mine = (_item.c.office_id == ledger.office_id, _item.c.case_id == row["id"])
    held = ledger.connection.execute(
        select(_item.c.id, _item.c.step, _item.c.step_name).where(
            *mine, _item.c.state.in_(_OPEN_STATES)
        )
    ).all()
    for item in held:
        if item.id not in places:
            ledger.connection.execute(
                update(_item)
                .where(*mine, _item.c.id == item.id)
                .values(state=WorkItemState.CANCELLED.value, done_at=ledger.now)
            )
            ledger.note(row["id"], SYSTEM, "withdrawn", step=item.step, step_name=item.step_name)
    for new in places.keys() - {item.id for item in held}:
        _add_item(ledger, row, machine.program, places[new])


def _add_item(ledger: Ledger, row: RowMapping, program: Program, open_place: Open) -> None:
    asked = place(program, ledger.controls, open_place.path)
    ledger.connection.execute(
        insert(_item).values(
            office_id=ledger.office_id,
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
            since=ledger.now,
            due=due(asked.limit, ledger.now),
        )
    )


def gone_off(ledger: Ledger, row: RowMapping, machine: Machine) -> list[str]:
    """Steps of the timers that were due and are running no more."""
    running = {timer for timer, _, _ in machine.timers()}
    rows = ledger.connection.execute(
        select(_timer.c.task_id, _timer.c.step).where(
            _timer.c.office_id == ledger.office_id,
            _timer.c.case_id == row["id"],
            _timer.c.due <= ledger.now,
        )
    )
    return [timer.step for timer in rows if timer.task_id not in running]


def note_timers(ledger: Ledger, row: RowMapping, machine: Machine) -> None:
    """Journal the timers that went off."""
    for step in gone_off(ledger, row, machine):
        name = machine.program.chain(step)[-1][1].label
        ledger.note(row["id"], SYSTEM, "timer", step=step, step_name=name)


def sync_timers(ledger: Ledger, row: RowMapping, machine: Machine) -> None:
    """Make the stored timers of a case those that are running."""
    ledger.connection.execute(
        delete(_timer).where(_timer.c.office_id == ledger.office_id, _timer.c.case_id == row["id"])
    )
    for task_id, path, moment in machine.timers():
        ledger.connection.execute(
            insert(_timer).values(
                office_id=ledger.office_id,
                case_id=row["id"],
                task_id=task_id,
                step=path,
                due=moment,
            )
        )
