"""SpiffWorkflow's workflow and task with indexes: a step costs the same however long a case ran.

SpiffWorkflow looks for work by walking the whole tree of tasks, and gives up in
silence below its thousandth level. Here every task that can still do something
is in an index of its workflow, and the top workflow knows what a step changed.

SpiffWorkflow also foresees: it hangs all that may ever follow below a task that has
come up. Here a task gets the next ones when it is run, and nobody foresees
(:func:`foresee_nothing`).
"""

from collections.abc import Iterator
from os import urandom
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import (
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
)
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow, BpmnSubWorkflow
from SpiffWorkflow.bpmn.util.task import BpmnTaskIterator
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from .expressions import SafeEngine
from .joins import Meeting

#: No tree is as deep as this.
_BOTTOMLESS = 10**9
#: They choose what follows while they run.
_CHOOSING = (EventBasedGateway, ExclusiveGateway, InclusiveGateway)


def foresee_nothing(spec: BpmnProcessSpec) -> None:
    """Let the tasks of a process add nothing below themselves before they are run."""
    for task_spec in spec.task_specs.values():
        task_spec._predict = _nothing


def _nothing(*_: object, **__: object) -> None:
    pass


class LiveTask(Task):
    """A task that keeps the indexes of its workflow right.

    Its id is text, which is found faster than a UUID; its moments of change are numbers
    that count up, not times of the day.
    """

    def __init__(
        self,
        workflow: "Indexed",
        task_spec: TaskSpec,
        parent: "LiveTask | None" = None,
        state: int = TaskState.MAYBE,
        id: str = "",
        number: int = 0,
    ) -> None:
        # What Task does, without the clock and the log.
        top = workflow.top_workflow
        self.id = id or urandom(16).hex()
        self.workflow = workflow
        self.task_spec = task_spec
        self._above = parent
        self._parent = parent.id if parent is not None else None
        self._children: list[str] = []
        self._state = state
        self.triggered = False
        self.thread_id = 0
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        #: Place in the order of creation within the case.
        self.number = number or top.next_number()
        #: Whether the store knows it, and how many merged instances of it.
        self.is_stored = False
        self.merged_stored = 0
        self.last_state_change = top.next_tick()
        above = parent if parent is not None else workflow.caller
        self._is_below_instance: bool = above is not None and above.is_instance
        workflow.tasks[self.id] = self
        top.everywhere[self.id] = self
        workflow.index(self)
        top.touched[self] = None
        if parent is not None:
            parent._children.append(self.id)

    @property
    def parent(self) -> Any:
        """The task it follows; None where it is the first of its workflow."""
        return self._above

    @property
    def is_instance(self) -> bool:
        """Whether it runs inside one instance of a multi-instance activity."""
        inner = self.internal_data
        return self._is_below_instance or "key_or_index" in inner or "item" in inner

    def touch(self) -> None:
        """Have it stored with the next step."""
        self.workflow.top_workflow.touched[self] = None

    def is_descendant_of(self, task: Task) -> bool:
        above = self.parent
        while above is not None and above is not task:
            above = above.parent
        return above is not None

    def find_ancestor(self, spec_name: str) -> Task | None:
        above = self.parent
        while above is not None and above.task_spec.name != spec_name:
            above = above.parent
        return above

    def _add_child(self, task_spec: TaskSpec, state: int = TaskState.MAYBE) -> "LiveTask":
        task = LiveTask(self.workflow, task_spec, self, state)
        if isinstance(task_spec, LoopTask):
            # Its instances are its children too: they come after.
            task.lead_on()
        if state == TaskState.READY:
            task._ready()
        return task

    def run(self) -> bool | None:
        if not self._children and not isinstance(self.task_spec, _CHOOSING):
            self.lead_on()
        outcome: bool | None = super().run()
        return outcome

    def lead_on(self) -> None:
        """Add the tasks that follow it as drawn."""
        if isinstance(self.task_spec, BoundaryEventSplit):
            self.task_spec._predict_hook(self)
        else:
            for task_spec in self.task_spec.outputs:
                self._add_child(task_spec, TaskState.FUTURE)

    def _set_state(self, value: int) -> None:
        if value == self._state:
            return
        self._state = value
        # SpiffWorkflow cancels tasks it has removed a moment before: they are gone.
        if self.id in self.workflow.top_workflow.everywhere:
            self.last_state_change = self.workflow.top_workflow.next_tick()
            self.workflow.index(self)
            self.touch()


class Indexed(BpmnBaseWorkflow):
    """Mixed into workflows: which tasks can still do something."""

    tasks: dict[str, LiveTask]
    task_tree: LiveTask

    if TYPE_CHECKING:

        @property
        def top_workflow(self) -> "LiveWorkflow":
            """The workflow of the case."""

    @property
    def caller(self) -> LiveTask | None:
        """The task it runs for; None for the top one."""
        above = self.parent_task_id
        return None if above is None else self.top_workflow.everywhere[above]

    def prepare_indexes(self, stored: list[object] | None = None) -> None:
        """Start with nothing."""
        self.waiting: dict[str, LiveTask] = {}
        #: READY, and of a kind that runs by itself.
        self.automatic: dict[str, LiveTask] = {}
        self.unfinished: dict[str, LiveTask] = {}
        #: By name of a joining gateway: its tasks that have not met the others yet.
        self.arrivals: dict[str, dict[str, LiveTask]] = {}
        #: What the store knows of the workflow itself.
        self.stored = stored

    def begin(self) -> None:
        """Make the first task ready."""
        self.task_tree = LiveTask(self, self.spec.start, state=TaskState.FUTURE)
        self.task_tree._ready()

    def index(self, task: LiveTask) -> None:
        """Put a task where its state belongs."""
        state, key = task._state, task.id
        if state == TaskState.WAITING:
            self.waiting[key] = task
        else:
            self.waiting.pop(key, None)
        if state == TaskState.READY and not task.task_spec.manual:
            self.automatic[key] = task
        else:
            self.automatic.pop(key, None)
        if state & TaskState.FINISHED_MASK:
            self.unfinished.pop(key, None)
        else:
            self.unfinished[key] = task
        if isinstance(task.task_spec, Meeting) and "met" not in task.internal_data:
            self.arrivals.setdefault(task.task_spec.name, {})[key] = task

    def run_automatic(self) -> bool:
        """Run what is ready and needs nobody; whether there was anything."""
        ready = list(self.automatic.values())
        for task in ready:
            if task._state == TaskState.READY:
                task.run()
        return bool(ready)

    def update_waiting_tasks(self) -> None:
        for task in list(self.waiting.values()):
            if task._state == TaskState.WAITING:
                task.task_spec._update(task)

    def get_tasks_iterator(
        self, first_task: Task | None = None, **criteria: Any
    ) -> BpmnTaskIterator:
        return BpmnTaskIterator(
            first_task or self.task_tree, **{"max_depth": _BOTTOMLESS, **criteria}
        )

    def cancel(self, success: bool = False) -> list[Task]:
        """Cancel whatever is not finished, with the workflows below."""
        self.success = success
        self.completed = True
        cancelled = []
        for task in list(self.unfinished.values()):
            if task.id in self.tasks:
                task.cancel()
                cancelled.append(task)
        return cancelled

    def _remove_task(self, task_id: str) -> None:
        task = self.tasks[task_id]
        task.parent._children.remove(task_id)
        pile = [task]
        while pile:
            task = pile.pop()
            pile += task.children
            self.drop(task)
            self._task_removed_notify(task)

    def drop(self, task: LiveTask) -> None:
        """Forget a task, and the workflow below it.

        Whoever holds it still, as in a list of what is to run or to end, finds that nothing
        of it runs any more.
        """
        task._children.clear()
        if task._state & TaskState.NOT_FINISHED_MASK:
            task._state = TaskState.CANCELLED
        del self.tasks[task.id]
        for index in (self.waiting, self.automatic, self.unfinished):
            index.pop(task.id, None)
        self.arrivals.get(task.task_spec.name, {}).pop(task.id, None)
        self.top_workflow.forget(task)


class LiveSubWorkflow(Indexed, BpmnSubWorkflow):
    """A called process or sub-process."""

    def __init__(self, spec: BpmnProcessSpec, parent_task_id: str, top: "LiveWorkflow") -> None:
        super().__init__(spec, parent_task_id, top, deserializing=True)
        self.prepare_indexes()


class LiveWorkflow(Indexed, BpmnWorkflow):
    """The workflow of a case."""

    subprocesses: dict[str, LiveSubWorkflow]

    def __init__(
        self, spec: BpmnProcessSpec, called: dict[str, BpmnProcessSpec], engine: SafeEngine
    ) -> None:
        super().__init__(spec, called, script_engine=engine, deserializing=True)
        self.prepare_indexes()
        #: Tasks of all its workflows.
        self.everywhere: dict[str, LiveTask] = {}
        self._active: dict[str, LiveSubWorkflow] = {}
        #: What changed since it was stored last: tasks, and numbers of those that are gone.
        self.touched: dict[LiveTask, None] = {}
        self.gone: list[int] = []
        self.dropped: list[LiveTask] = []
        self.last_number = 0
        self.last_tick = 0

    @property
    def top_workflow(self) -> "LiveWorkflow":
        return self

    def next_number(self) -> int:
        """Number of a new task."""
        self.last_number += 1
        return self.last_number

    def next_tick(self) -> int:
        """Number of a change."""
        self.last_tick += 1
        return self.last_tick

    def forget(self, task: LiveTask) -> None:
        """A task has been removed from one of its workflows."""
        del self.everywhere[task.id]
        self.event_manager.remove_task(task)
        self.touched.pop(task, None)
        self.dropped.append(task)
        if task.is_stored:
            self.gone.append(task.number)
        if task.id in self.subprocesses:
            self.delete_subprocess(task)

    def workflows(self) -> Iterator[Indexed]:
        """It and all below it."""
        yield self
        yield from self.subprocesses.values()

    def create_subprocess(self, my_task: LiveTask, spec_name: str) -> LiveSubWorkflow:
        sub = self.add_subprocess(my_task, spec_name)
        sub.begin()
        return sub

    def add_subprocess(self, my_task: LiveTask, spec_name: str) -> LiveSubWorkflow:
        """A workflow below a task, without tasks yet."""
        sub = LiveSubWorkflow(self.subprocess_specs[spec_name], my_task.id, self)
        self.subprocesses[my_task.id] = self._active[my_task.id] = sub
        return sub

    def delete_subprocess(self, my_task: LiveTask) -> list[Task]:
        sub = self.subprocesses.pop(my_task.id)
        self._active.pop(my_task.id, None)
        tasks = list(sub.tasks.values())
        for task in tasks:
            sub.drop(task)
        return tasks

    def get_active_subprocesses(self) -> list[LiveSubWorkflow]:
        done = [key for key, sub in self._active.items() if sub.completed]
        for key in done:
            del self._active[key]
        return list(self._active.values())

    def resume(self, sub: LiveSubWorkflow) -> None:
        """Let a workflow that has ended run again."""
        sub.completed, sub.success = False, True
        self._active[sub.parent_task_id] = sub

    def get_task_from_id(self, task_id: str) -> LiveTask:
        task = self.everywhere.get(task_id)
        return task if task is not None else super().get_task_from_id(task_id)

    def _do_engine_steps(
        self, will_complete_task: None = None, did_complete_task: None = None
    ) -> bool:
        busy = [sub for sub in self.get_active_subprocesses() if sub.automatic]
        for sub in sorted(busy, key=lambda sub: sub.depth, reverse=True):
            while sub.run_automatic():
                pass
            caller = self.everywhere.get(sub.parent_task_id)
            if caller is not None:
                caller.task_spec._update(caller)
        return self.run_automatic() or bool(busy)
