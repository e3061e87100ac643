"""One case's workflow while it is loaded: run it, ask what is open, dump it.

The only place that drives SpiffWorkflow. Form data stay outside: the machine
is given them to evaluate expressions and keeps none of them.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter
from SpiffWorkflow.bpmn.serializer.helpers import DefaultRegistry
from SpiffWorkflow.bpmn.serializer.helpers.bpmn_converter import BpmnConverter
from SpiffWorkflow.bpmn.specs.defaults import CallActivity, EventBasedGateway
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.model.errors import UnsafeExpression
from engine.model.wording import say

from .clock import Clock
from .errors import FaultyCase
from .expressions import SafeEngine, is_instance
from .program import Program
from .specs import ChildCases, HumanTask, Timer

#: Longest chain of finished steps; from 1,000 on SpiffWorkflow overlooks tasks in silence.
MAX_DEPTH = 900


class OpenKind(StrEnum):
    """What an open place of a workflow waits for."""

    STEP = "step"
    #: A message from outside that an officer records.
    MESSAGE = "message"
    #: Child cases, one per row.
    CHILDREN = "children"


@dataclass(frozen=True, kw_only=True, slots=True)
class Open:
    """A place where the workflow waits for somebody."""

    #: Task id; for a branch of an event-based gateway followed by ``-`` and its number.
    id: str
    kind: OpenKind
    #: Node id; ``callId/nodeId`` inside a called process.
    path: str


class _CompactConverter(BpmnWorkflowConverter):
    """The state without the specs, which the stored file gives again."""

    def to_dict(self, workflow: BpmnWorkflow) -> dict[str, object]:
        state = super(BpmnWorkflowConverter, self).to_dict(workflow)
        state["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        return dict(state)

    def from_dict(self, dct: dict[str, object], program: Program) -> BpmnWorkflow:
        workflow = self.target_class(program.spec, program.called, deserializing=True)
        workflow.tasks = self.mapping_from_dict(dct["tasks"], UUID, workflow=workflow)
        workflow.task_tree = workflow.tasks[UUID(str(dct["root"]))]
        self.set_default_attributes(workflow, dct)
        self.subprocesses_from_dict(dct["subprocesses"], workflow)
        return workflow


class _TimerConverter(BpmnConverter):
    def to_dict(self, timer: Timer) -> dict[str, object]:
        return {"name": timer.name, "expression": timer.expression}

    def from_dict(self, dct: dict[str, object]) -> Timer:
        return Timer(dct["name"], dct["expression"])


def _registry() -> DefaultRegistry:
    registry = DefaultRegistry()
    registry.register(Decimal, lambda v: {"value": str(v)}, lambda v: Decimal(v["value"]))
    registry.register(
        date, lambda v: {"value": v.isoformat()}, lambda v: date.fromisoformat(v["value"])
    )
    ours = {BpmnWorkflow: _CompactConverter, Timer: _TimerConverter}
    return BpmnWorkflowSerializer.configure(DEFAULT_CONFIG | ours, registry)


_REGISTRY = _registry()


class Machine:
    """A loaded workflow with its data and clock; one per transaction, never shared.

    Every method that moves it on raises :class:`FaultyCase` when an expression
    or gateway cannot be decided; the machine is then of no more use.
    """

    def __init__(
        self, program: Program, workflow: BpmnWorkflow, data: dict[str, object], clock: Clock
    ) -> None:
        self.program = program
        #: The form of the case, by field; expressions read it.
        self.data = data
        self._workflow = workflow
        # A restored workflow comes with SpiffWorkflow's own engine, which evaluates Python.
        workflow.script_engine = SafeEngine(data, clock)

    @classmethod
    def start(cls, program: Program, data: dict[str, object], clock: Clock) -> "Machine":
        """A new workflow, run up to its first open places."""
        engine = SafeEngine(data, clock)
        with _decided():
            workflow = BpmnWorkflow(program.spec, dict(program.called), script_engine=engine)
            machine = cls(program, workflow, data, clock)
            workflow.do_engine_steps()
        return machine

    @classmethod
    def load(
        cls, program: Program, content: str, data: dict[str, object], clock: Clock
    ) -> "Machine":
        """A workflow as it was dumped."""
        workflow = _REGISTRY.restore(json.loads(content), program=program)
        return cls(program, workflow, data, clock)

    def dump(self) -> str:
        """The state as text."""
        state = _REGISTRY.convert(self._workflow)
        return json.dumps(state, ensure_ascii=False, default=_REGISTRY.convert)

    @property
    def finished(self) -> bool:
        """Whether the procedure has come to its end."""
        return bool(self._workflow.completed)

    def advance(self) -> None:
        """Fire timers that are due, and run whatever runs by itself."""
        with _decided():
            self._workflow.refresh_timers()
            self._workflow.do_engine_steps()

    def complete(self, place: str, values: Mapping[str, object]) -> None:
        """Finish an open place; ``values`` are already in :attr:`data`."""
        task_id, _, branch = place.partition("-")
        task = self._workflow.get_task_from_id(UUID(task_id))
        if task.depth > MAX_DEPTH:
            raise FaultyCase(say("run.too-long"))
        with _decided():
            if isinstance(task.task_spec, HumanTask | ChildCases):
                if is_instance(task):
                    task.data.update(values)
                task.run()
            else:
                definition = task.task_spec.event_definition
                if branch:
                    definition = definition.event_definitions[int(branch)]
                event = BpmnEvent(definition, payload={})
                task.task_spec.catch(task, event)
                task.task_spec._update(task)
            self._workflow.do_engine_steps()

    def open_places(self) -> tuple[Open, ...]:
        """Where the workflow waits for somebody."""
        return tuple(place for task in self._tasks() for place in _places(task))

    def timers(self) -> Iterator[tuple[str, str, datetime]]:
        """Task id, path and due moment of every running timer."""
        for task in self._tasks():
            if task.state != TaskState.WAITING or not isinstance(task.task_spec, CatchingEvent):
                continue
            definition = task.task_spec.event_definition
            for timer in getattr(definition, "event_definitions", [definition]):
                if isinstance(timer, Timer):
                    place = f"{task.id.hex}-{timer.name}"
                    yield place, _sibling(_path(task), timer.name), timer.due(task)

    def progress(self) -> dict[str, str]:
        """``done``, ``current`` or ``waiting`` by path of node."""
        rank = {"done": 0, "waiting": 1, "current": 2}
        found: dict[str, str] = {}
        for task in self._tasks():
            mark = _MARKS.get(task.state)
            if mark is None or getattr(task.task_spec, "bpmn_id", None) is None:
                continue
            paths = [_path(task)]
            if mark == "waiting" and isinstance(task.task_spec, EventBasedGateway):
                paths += [_sibling(paths[0], spec.bpmn_id) for spec in task.task_spec.outputs]
            for path in paths:
                if rank[mark] >= rank[found.get(path, "done")]:
                    found[path] = mark
        return found

    def _tasks(self) -> Iterator[Task]:
        for workflow in (self._workflow, *self._workflow.subprocesses.values()):
            yield from workflow.tasks.values()


_MARKS = {
    TaskState.COMPLETED: "done",
    TaskState.READY: "current",
    TaskState.STARTED: "current",
    TaskState.WAITING: "waiting",
}


def _path(task: Task) -> str:
    """``callId/nodeId`` of a task; sub-processes inside a file add nothing."""
    path = str(task.task_spec.bpmn_id)
    workflow = task.workflow
    while workflow.parent_task_id is not None:
        caller = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
        if isinstance(caller.task_spec, CallActivity):
            path = f"{caller.task_spec.bpmn_id}/{path}"
        workflow = caller.workflow
    return path


def _sibling(path: str, name: str) -> str:
    return f"{path.rpartition('/')[0]}/{name}".removeprefix("/")


def _places(task: Task) -> Iterator[Open]:
    spec = task.task_spec
    if task.state == TaskState.READY and isinstance(spec, HumanTask | ChildCases):
        kind = OpenKind.STEP if isinstance(spec, HumanTask) else OpenKind.CHILDREN
        yield Open(id=task.id.hex, kind=kind, path=_path(task))
    if task.state != TaskState.WAITING or not isinstance(spec, CatchingEvent):
        return
    if isinstance(spec.event_definition, MessageEventDefinition):
        yield Open(id=task.id.hex, kind=OpenKind.MESSAGE, path=_path(task))
    elif isinstance(spec, EventBasedGateway):
        for number, definition in enumerate(spec.event_definition.event_definitions):
            if isinstance(definition, MessageEventDefinition):
                path = _sibling(_path(task), spec.outputs[number].bpmn_id)
                yield Open(id=f"{task.id.hex}-{number}", kind=OpenKind.MESSAGE, path=path)


@contextmanager
def _decided() -> Iterator[None]:
    try:
        yield
    except UnsafeExpression as error:
        raise FaultyCase(say("run.faulty", reason=error.message)) from error
    except SpiffWorkflowException as error:
        text = str(error)
        if text.startswith("No conditions satisfied"):
            gateway = getattr(getattr(error, "task_spec", None), "bpmn_name", None) or text
            text = say("run.no-way-out", gateway=gateway)
        raise FaultyCase(say("run.faulty", reason=text)) from error
