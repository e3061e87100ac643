"""One case's workflow while it is loaded: run it, ask what is open, dump it.

The only place that drives SpiffWorkflow. Form data stay outside: the machine
is given them to evaluate expressions and keeps none of them.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from SpiffWorkflow.bpmn.specs.defaults import CallActivity, EventBasedGateway
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.model.errors import UnsafeExpression
from engine.model.wording import say

from .clock import Clock
from .errors import FaultyCase
from .expressions import SafeEngine
from .live import LiveTask, LiveWorkflow
from .program import Program, sibling
from .rewinding import Rewind, rewind, rewind_to, root_of
from .specs import ChildCases, HumanTask, Timer
from .tape import changes, replay, snapshot, transplant

# It gathers what it would log even when nobody listens, unless it is told not to.
for _name in ("spiff.task", "spiff.workflow"):
    logging.getLogger(_name).setLevel(logging.WARNING)


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """A running timer."""

    #: Task id, ``-`` and the id of the timer's node.
    id: str
    #: Node id; ``callId/nodeId`` inside a called process.
    path: str
    due: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What a step changed for the office."""

    opened: tuple[Open, ...]
    closed: tuple[Open, ...]
    started: tuple[Alarm, ...]
    stopped: tuple[Alarm, ...]
    #: Those of the stopped timers that went off.
    fired: tuple[Alarm, ...]


class Mark(StrEnum):
    """What has happened at a node."""

    DONE = "done"
    #: It waits, or is under way.
    OPEN = "open"
    #: It was taken away before it was done.
    GONE = "gone"

    @classmethod
    def of(cls, task: LiveTask) -> "Mark | None":
        """The mark a task leaves; None where it is only foreseen."""
        if task.state == TaskState.COMPLETED:
            return cls.DONE
        if task.has_state(TaskState.FINISHED_MASK):
            return cls.GONE
        began = TaskState.READY | TaskState.STARTED | TaskState.WAITING
        return cls.OPEN if task.has_state(began) else None


class Machine:
    """A loaded workflow with its data and clock; used by one transaction at a time.

    Every method that moves it on raises :class:`FaultyCase` when an expression
    or gateway cannot be decided; the machine is then of no more use.
    """

    def __init__(self, program: Program, workflow: LiveWorkflow, data: dict[str, object]) -> None:
        self.program = program
        #: The form of the case, by field; expressions read it.
        self.data = data
        #: Length of the stored snapshot, and of the changes after it.
        self.written = (0, 0)
        #: Number of tasks when it was last put away.
        self.size = 0
        self._workflow = workflow
        self._places: dict[str, tuple[Open, ...]] = {}
        self._timers: dict[str, tuple[Alarm, ...]] = {}

    @classmethod
    def start(cls, program: Program, data: dict[str, object], clock: Clock) -> "Machine":
        """A new workflow, run up to its first open places."""
        with _decided():
            workflow = LiveWorkflow(program.spec, program.called, SafeEngine(data, clock))
            workflow.begin()
            workflow.do_engine_steps()
            return cls(program, workflow, data)

    @classmethod
    def load(
        cls, program: Program, texts: Iterable[str], data: dict[str, object], clock: Clock
    ) -> "Machine":
        """A workflow as it was stored: a snapshot or nothing, then changes."""
        machine = cls(program, replay(program, SafeEngine(data, clock), texts), data)
        machine._review(machine._tasks())
        return machine

    def on(self, program: Program) -> "Machine":
        """The same run as the beginning of one of another program; this one is of no more use."""
        workflow = transplant(self._workflow, program, self._workflow.script_engine)
        machine = Machine(program, workflow, self.data)
        machine._review(machine._tasks())
        return machine

    def set_clock(self, clock: Clock) -> None:
        """Let it go by another clock from now on."""
        self._workflow.script_engine.clock = clock

    def count(self) -> int:
        """How many tasks it holds."""
        return len(self._workflow.everywhere)

    def changes(self) -> str:
        """What changed since the last call, as text to be stored."""
        return changes(self._workflow)

    def snapshot(self) -> str:
        """The whole state as text; needs no changes before it."""
        return snapshot(self._workflow)

    @property
    def finished(self) -> bool:
        """Whether the procedure has come to its end."""
        return bool(self._workflow.completed)

    @property
    def has_moved(self) -> bool:
        """Whether anything is to be stored."""
        return bool(self._workflow.touched or self._workflow.gone)

    def advance(self) -> None:
        """Fire timers that are due, and run whatever runs by itself."""
        with _decided():
            self._workflow.refresh_timers()
            self._workflow.do_engine_steps()

    def complete(self, place: str, values: Mapping[str, object]) -> None:
        """Finish an open place; ``values`` are already in :attr:`data`."""
        task_id, _, branch = place.partition("-")
        task = self._workflow.get_task_from_id(task_id)
        with _decided():
            if isinstance(task.task_spec, HumanTask | ChildCases):
                if task.is_instance:
                    task.data.update(values)
                task.run()
            elif branch:
                task.task_spec.choose(task, int(branch))
            else:
                event = BpmnEvent(task.task_spec.event_definition, payload={})
                task.task_spec.catch(task, event)
                task.task_spec._update(task)
            self._workflow.do_engine_steps()
            self._workflow.bpmn_events.clear()

    def done_last(self, places: Iterable[str]) -> list[str]:
        """Those of these places that are done and not undone, the latest of the run first."""
        tasks = ((place, self._task(place)) for place in places)
        done = [(p, root_of(t).number) for p, t in tasks if t and t.state == TaskState.COMPLETED]
        return [place for place, _ in sorted(done, key=lambda pair: -pair[1])]

    def rewind_to(self, place: str, given_back: str | None = None) -> Rewind:
        """What going back to a place that is done would undo, and what speaks against it."""
        return rewind_to(self._workflow, self._task(place), self._task(given_back or place))

    def rewind(self, plan: Rewind) -> None:
        """Go back as planned; what is undone has to be done again."""
        with _decided():
            rewind(self._workflow, plan)
            self._workflow.do_engine_steps()

    def _task(self, place: str) -> LiveTask | None:
        """The task of a place; None where it was undone."""
        return self._workflow.everywhere.get(place.partition("-")[0])

    def withdraw(self) -> None:
        """Stop: nothing of it waits for anybody any more."""
        self._workflow.cancel()

    def news(self) -> "News":
        """What has opened, closed, started or stopped since the last call."""
        workflow = self._workflow
        before_places, before_timers = dict[str, Open](), dict[str, Alarm]()
        fired = list[Alarm]()
        for task in (*workflow.touched, *workflow.dropped):
            for place in self._places.pop(task.id, ()):
                before_places[place.id] = place
            for alarm in self._timers.pop(task.id, ()):
                before_timers[alarm.id] = alarm
                if _went_off(task, alarm):
                    fired.append(alarm)
        workflow.dropped.clear()
        places, timers = self._review(workflow.touched)
        return News(
            opened=tuple(p for key, p in places.items() if key not in before_places),
            closed=tuple(p for key, p in before_places.items() if key not in places),
            started=tuple(t for key, t in timers.items() if key not in before_timers),
            stopped=tuple(t for key, t in before_timers.items() if key not in timers),
            fired=tuple(fired),
        )

    def _review(self, tasks: Iterable[LiveTask]) -> tuple[dict[str, Open], dict[str, Alarm]]:
        """Note what these tasks wait for."""
        places, timers = dict[str, Open](), dict[str, Alarm]()
        for task in tasks:
            if task._state == TaskState.READY or task._state == TaskState.WAITING:
                if found := tuple(_places(task)):
                    self._places[task.id] = found
                    places |= {p.id: p for p in found}
                if alarms := tuple(_alarms(task)):
                    self._timers[task.id] = alarms
                    timers |= {t.id: t for t in alarms}
        return places, timers

    def open_places(self) -> tuple[Open, ...]:
        """Where the workflow waits for somebody; as of the last :meth:`news`."""
        return tuple(place for places in self._places.values() for place in places)

    def calls(self) -> tuple[Open, ...]:
        """Calls that wait for child cases now."""
        if not self.program.opens_children:
            return ()
        open_tasks = (t for w in self._workflow.workflows() for t in w.unfinished.values())
        return tuple(p for t in open_tasks for p in _places(t) if p.kind is OpenKind.CHILDREN)

    def timers(self) -> tuple[Alarm, ...]:
        """Every running timer; as of the last :meth:`news`."""
        return tuple(alarm for alarms in self._timers.values() for alarm in alarms)

    def progress(self) -> dict[str, str]:
        """``done``, ``current`` or ``waiting`` by path of node."""
        rank = {"done": 0, "waiting": 1, "current": 2}
        found: dict[str, str] = {}
        for task in self._tasks():
            mark = _MARKS.get(task.state)
            if mark is None or getattr(task.task_spec, "bpmn_id", None) is None:
                continue
            paths = [path_of(task)]
            if mark == "waiting" and isinstance(task.task_spec, EventBasedGateway):
                paths += [sibling(paths[0], spec.bpmn_id) for spec in task.task_spec.outputs]
            for path in paths:
                if rank[mark] >= rank[found.get(path, "done")]:
                    found[path] = mark
        return found

    def footprints(self) -> dict[str, set[Mark]]:
        """What has happened at each node the run has come to, by path."""
        found: dict[str, set[Mark]] = {}
        for task in self._tasks():
            mark = Mark.of(task)
            if mark is not None and getattr(task.task_spec, "bpmn_id", None) is not None:
                found.setdefault(path_of(task), set()).add(mark)
        return found

    def _tasks(self) -> Iterable[LiveTask]:
        return self._workflow.everywhere.values()


_MARKS = {
    TaskState.COMPLETED: "done",
    TaskState.READY: "current",
    TaskState.STARTED: "current",
    TaskState.WAITING: "waiting",
}


def _alarms(task: LiveTask) -> Iterator[Alarm]:
    if task._state != TaskState.WAITING or not isinstance(task.task_spec, CatchingEvent):
        return
    definition = task.task_spec.event_definition
    for timer in getattr(definition, "event_definitions", [definition]):
        if isinstance(timer, Timer):
            path = sibling(path_of(task), timer.name)
            yield Alarm(id=f"{task.id}-{timer.name}", path=path, due=timer.due(task))


def _went_off(task: LiveTask, alarm: Alarm) -> bool:
    """Whether a timer has moved its task on, and not another event of a gateway."""
    if task._state != TaskState.COMPLETED:
        return False
    if not isinstance(task.task_spec, EventBasedGateway):
        return True
    taken = (sibling(path_of(task), child.task_spec.bpmn_id) for child in task.children)
    return alarm.path in taken


def path_of(task: LiveTask) -> str:
    """``callId/nodeId`` of a task; sub-processes inside a file add nothing."""
    path = str(task.task_spec.bpmn_id)
    workflow = task.workflow
    while workflow.parent_task_id is not None:
        caller = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
        if isinstance(caller.task_spec, CallActivity):
            path = f"{caller.task_spec.bpmn_id}/{path}"
        workflow = caller.workflow
    return path


def _places(task: LiveTask) -> Iterator[Open]:
    spec = task.task_spec
    if task.state == TaskState.READY and isinstance(spec, HumanTask | ChildCases):
        kind = OpenKind.STEP if isinstance(spec, HumanTask) else OpenKind.CHILDREN
        yield Open(id=task.id, kind=kind, path=path_of(task))
    if task.state != TaskState.WAITING or not isinstance(spec, CatchingEvent):
        return
    if isinstance(spec.event_definition, MessageEventDefinition):
        yield Open(id=task.id, kind=OpenKind.MESSAGE, path=path_of(task))
    elif isinstance(spec, EventBasedGateway):
        for number, definition in enumerate(spec.event_definition.event_definitions):
            if isinstance(definition, MessageEventDefinition):
                path = sibling(path_of(task), spec.outputs[number].bpmn_id)
                yield Open(id=f"{task.id}-{number}", kind=OpenKind.MESSAGE, path=path)


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
