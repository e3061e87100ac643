"""The state of a workflow as text: a snapshot, or what a step changed.

Both are the same JSON: ``t`` tasks (new ones in full, others what may change),
``x`` numbers of tasks that are gone, ``w`` workflows. Reading a snapshot and
the changes after it, in order, gives the workflow back; specs are not inside.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.deep_merge import DeepMerge
from SpiffWorkflow.util.task import TaskState

from .expressions import SafeEngine
from .live import Indexed, LiveTask, LiveWorkflow
from .program import Program

#: Tasks that have not come up: the procedure alone says that they may.
_FORESEEN = TaskState.PREDICTED_MASK | TaskState.FUTURE
#: Stands for data that are those of the task before.
_INHERITED = 1

_WRITE: dict[type, Callable[[Any], object]] = {
    Decimal: str,
    date: date.isoformat,
    datetime: datetime.isoformat,
    range: lambda v: [v.start, v.stop],
}
_READ: dict[str, Callable[[Any], object]] = {
    "Decimal": Decimal,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "range": lambda v: range(*v),
}


def _default(value: object) -> dict[str, object]:
    write = _WRITE.get(type(value))
    if write is None:
        raise TypeError(f"{type(value).__name__} cannot be stored")
    return {"typename": type(value).__name__, "value": write(value)}


def _hook(found: dict[str, Any]) -> object:
    read = _READ.get(found.get("typename", ""))
    return read(found["value"]) if read else found


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_default).encode
_decode = json.JSONDecoder(object_hook=_hook).decode


def changes(workflow: LiveWorkflow) -> str:
    """What changed since the last call, as text; the workflow counts as stored then."""
    touched = sorted(workflow.touched, key=lambda task: task.number)
    text = _text(workflow, touched, {workflow: None} | {t.workflow: None for t in touched})
    workflow.touched.clear()
    workflow.gone.clear()
    return text


def snapshot(workflow: LiveWorkflow, *, foreseen: bool = True) -> str:
    """The whole state as text; without tasks that are only foreseen where these are not asked.

    A workflow written without them is of no more use.
    """
    tasks = sorted(workflow.everywhere.values(), key=lambda task: task.number)
    if not foreseen:
        tasks = [task for task in tasks if not task.has_state(_FORESEEN)]
    for task in tasks:
        task.is_stored, task.merged_stored = False, 0
    for each in workflow.workflows():
        each.stored = None
    workflow.touched.clear()
    workflow.gone.clear()
    return _text(workflow, tasks, workflow.workflows())


def _text(workflow: LiveWorkflow, tasks: Sequence[LiveTask], workflows: Iterable[Indexed]) -> str:
    found: dict[str, object] = {"t": [_record(task) for task in tasks]}
    if workflow.gone:
        found["x"] = workflow.gone
    noted = {}
    for each in workflows:
        now = [each.completed, each.success, _number(each.last_task), each.data or 0]
        if now != each.stored:
            each.stored = [*now[:3], dict(each.data)] if each.data else now
            noted[str(_caller(each))] = now
    if noted:
        found["w"] = noted
    return _encode(found)


def _number(task: LiveTask | None) -> int:
    return 0 if task is None else task.number


def _caller(workflow: Indexed) -> int:
    """Number of the task a workflow belongs to; 0 for the top one."""
    return _number(workflow.caller)


def _record(task: LiveTask) -> list[object]:
    parent = task.parent
    noted = task.internal_data
    inner = dict(noted) if noted else noted
    merged = noted.get("merged")
    if merged is not None:
        # Grows with every instance: only what is new is written.
        inner["merged"] = [len(merged), merged[task.merged_stored :]]
        task.merged_stored = len(merged)
    data: object = task.data or 0
    if data and parent is not None and data == parent.data:
        data = _INHERITED
    record: list[object]
    if task.is_stored:
        record = [task.number, task._state, task.last_state_change, inner or 0, data]
    else:
        above = -_caller(task.workflow) if parent is None else parent.number
        key, triggered = task.id, int(task.triggered)
        name = task.task_spec.name
        record = [task.number, name, task._state, task.last_state_change, above, key, triggered]
        record += [inner or 0, data]
        task.is_stored = True
    while record[-1] == 0 and type(record[-1]) is int and len(record) > 3:
        record.pop()
    return record


def replay(program: Program, engine: SafeEngine, texts: Iterable[str]) -> LiveWorkflow:
    """The workflow a snapshot and the changes after it tell.

    Raises
    ------
    ValueError, LookupError, TypeError, AttributeError
        The texts are damaged or do not belong together.
    """
    workflow = LiveWorkflow(program.spec, program.called, engine)
    by_number: dict[int, LiveTask] = {}
    for text in texts:
        _apply(workflow, by_number, _decode(text))
    for each in workflow.workflows():
        each.prepare_indexes(stored=each.stored)
    workflow.last_number = max(by_number)
    workflow.last_tick = max(task.last_state_change for task in by_number.values())
    for task in by_number.values():
        task.is_stored = True
        task.merged_stored = len(task.internal_data.get("merged", ()))
        task.workflow.index(task)
        if task._state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            workflow.event_manager.add_task(task)
    for key, sub in workflow.subprocesses.items():
        caller = workflow.everywhere[key]
        sub.completed_event.connect(caller.task_spec._on_subworkflow_completed, caller)
    workflow.touched.clear()
    workflow.gone.clear()
    workflow.dropped.clear()
    return workflow


def transplant(workflow: LiveWorkflow, program: Program, engine: SafeEngine) -> LiveWorkflow:
    """What has happened in a workflow as the beginning of a run of another program.

    The program must hold every node something happened at. What follows those that run is
    added anew; the workflow given is of no more use.
    """
    moved = replay(program, engine, [snapshot(workflow, foreseen=False)])
    for task in list(moved.everywhere.values()):
        if task.state == TaskState.STARTED or (
            isinstance(task.task_spec, LoopTask) and not task.has_state(TaskState.FINISHED_MASK)
        ):
            task.lead_on()
    return moved


def _apply(workflow: LiveWorkflow, by_number: dict[int, LiveTask], found: dict[str, Any]) -> None:
    gone = [by_number.pop(number) for number in found.get("x", ())]
    for task in gone:
        _unlink(workflow, task)
    for record in found["t"]:
        if isinstance(record[1], str):
            number, name, state, tick, above, key, triggered, inner, data = _padded(record, 9)
            task = _new(workflow, by_number, number, name, above, key)
            task.triggered = bool(triggered)
            by_number[number] = task
        else:
            number, state, tick, inner, data = _padded(record, 5)
            task = by_number[number]
        task._state, task.last_state_change = state, tick
        _fill(task, inner or {}, data)
    for number, noted in found.get("w", {}).items():
        each = workflow if number == "0" else workflow.subprocesses[by_number[int(number)].id]
        each.completed, each.success, last, data = noted
        each.last_task = by_number.get(last)
        each.data = data or {}
        each.stored = [*noted[:3], dict(data)] if data else noted


def _padded(record: list[Any], length: int) -> list[Any]:
    return record + [0] * (length - len(record))


def _unlink(workflow: LiveWorkflow, task: LiveTask) -> None:
    parent = task.parent
    if parent is not None:
        parent._children.remove(task.id)
    task.workflow.tasks.pop(task.id, None)
    workflow.everywhere.pop(task.id, None)
    workflow.subprocesses.pop(task.id, None)


def _new(
    workflow: LiveWorkflow,
    by_number: dict[int, LiveTask],
    number: int,
    name: str,
    above: int,
    key: str,
) -> LiveTask:
    parent = by_number[above] if above > 0 else None
    home: Indexed
    if parent is not None:
        home = parent.workflow
    elif above == 0:
        home = workflow
    else:
        caller = by_number[-above]
        home = workflow.add_subprocess(caller, caller.task_spec.spec)
    task = LiveTask(home, home.spec.task_specs[name], parent, id=key, number=number)
    if parent is None:
        home.task_tree = task
    return task


def _fill(task: LiveTask, inner: dict[str, Any], data: object) -> None:
    if "merged" in inner:
        total, fresh = inner["merged"]
        before = task.internal_data.get("merged", [])
        inner["merged"] = [*before[: total - len(fresh)], *fresh]
    task.internal_data = inner
    if data == _INHERITED and task.parent is not None:
        task.data = DeepMerge.merge({}, task.parent.data)
    else:
        task.data = data if isinstance(data, dict) else {}
