"""Going back to a step done before: what would be undone, and whether the procedure stays sound.

The events of a run that do not follow from the step form a run themselves, and
its state is what a return leaves: everything that follows from the step is taken
out, and the step waits again as a new task. Following is read off the tree of
tasks; where tokens met, all of them must lie behind the step, or the return is
refused with the reason.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.bpmn.specs.event_definitions.simple import (
    NoneEventDefinition,
    TerminateEventDefinition,
)
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent, ThrowingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask, MultiInstanceTask
from SpiffWorkflow.util.task import TaskState

from .joins import Meeting
from .live import Indexed, LiveTask, LiveWorkflow
from .specs import ChildCases, HumanTask, Timer


class Obstacle(StrEnum):
    """Why a case cannot go back to a step."""

    #: The step was undone before, or never done.
    NOT_DONE = "not-done"
    #: An event at the border of a step: the step itself has to be done again.
    BORDER = "border"
    #: It stands in another branch: what would be given back does not follow from it.
    OTHER_BRANCH = "other-branch"
    #: Behind it branches have met of which one does not come from it.
    BEHIND_JOIN = "behind-join"
    #: One of several instances, of which others are done or under way.
    INSTANCE = "instance"
    #: Inside a sub-process that was cut short, or is done and had events at its border.
    CLOSED = "closed"
    #: It sent an event that another branch has gone on from.
    HEARD = "heard"


@dataclass(frozen=True, slots=True)
class Rewind:
    """What going back to a step would undo."""

    #: First task to be taken out; a new one like it takes its place.
    root: LiveTask
    #: Ended sub-processes that would run again, innermost first.
    reopened: tuple[LiveTask, ...]
    #: Everything taken out, the root too.
    undone: tuple[LiveTask, ...]
    obstacle: Obstacle | None

    def steps_done(self) -> set[str]:
        """Ids of the places in it that somebody has finished."""
        kinds = (HumanTask, CatchingEvent)
        return {
            task.id
            for task in self.undone
            if task.state == TaskState.COMPLETED and isinstance(task.task_spec, kinds)
        }

    def calls(self) -> tuple[str, ...]:
        """Ids of the places in it that open child cases, as the cases name them."""
        return tuple(t.id for t in self.undone if isinstance(t.task_spec, ChildCases))

    def has_sent(self) -> bool:
        """Whether an event was thrown in it."""
        return any(True for task in self.undone for _ in _thrown(task))

    def has_timed_out(self) -> bool:
        """Whether a timer went off in it."""
        return any(
            task.state == TaskState.COMPLETED
            and isinstance(task.task_spec, CatchingEvent)
            and any(isinstance(each, Timer) for each in _definitions(task))
            for task in self.undone
        )


def rewind_to(top: LiveWorkflow, target: LiveTask | None, given_back: LiveTask | None) -> Rewind:
    """What going back from one task to another would undo, and what speaks against it.

    Parameters
    ----------
    given_back : the task a return comes from; None for whatever follows.
    """
    if target is None or target.state != TaskState.COMPLETED:
        return Rewind(top.task_tree, (), (), Obstacle.NOT_DONE)
    root = root_of(target)
    obstacle = Obstacle.INSTANCE if _is_instance(root) else None
    if isinstance(target.task_spec, BoundaryEvent):
        obstacle = Obstacle.BORDER
    undone = [*_below(top, [root])]
    reopened: list[LiveTask] = []
    level: Indexed = target.workflow
    while level.parent_task_id is not None:
        caller = top.everywhere[level.parent_task_id]
        if not caller.has_state(TaskState.FINISHED_MASK):
            break
        obstacle = obstacle or _closed(caller, level)
        reopened.append(caller)
        undone += _below(top, caller.children)
        level = caller.workflow
    if given_back is not None and given_back not in set(undone):
        obstacle = obstacle or Obstacle.OTHER_BRANCH
    if _splits_a_meeting(set(undone)):
        obstacle = obstacle or Obstacle.BEHIND_JOIN
    if _was_heard(top, set(undone)):
        obstacle = obstacle or Obstacle.HEARD
    return Rewind(root, tuple(reopened), tuple(undone), obstacle)


def root_of(target: LiveTask) -> LiveTask:
    """The first task that going back to one takes out."""
    root = _whole(target)
    return root.parent if isinstance(root.parent.task_spec, BoundaryEventSplit) else root


def _definitions(task: LiveTask) -> list[Any]:
    definition = task.task_spec.event_definition
    return getattr(definition, "event_definitions", None) or [definition]


def _thrown(task: LiveTask) -> Iterator[Any]:
    """The event a task has thrown."""
    if task.state == TaskState.COMPLETED and isinstance(task.task_spec, ThrowingEvent):
        definition = task.task_spec.event_definition
        if not isinstance(definition, (NoneEventDefinition, TerminateEventDefinition)):
            yield definition


def _below(top: LiveWorkflow, tasks: Iterable[LiveTask]) -> Iterator[LiveTask]:
    """Tasks, all that follow from them, and the workflows below each."""
    pile = list(tasks)
    while pile:
        task = pile.pop()
        yield task
        pile += task.children
        sub = top.subprocesses.get(task.id)
        if sub is not None:
            pile.append(sub.task_tree)


def _whole(task: LiveTask) -> LiveTask:
    """What has to be done again with a task: of a multi-instance that is done, all instances.

    One of them alone would leave its siblings before and behind it at once.
    """
    loop = task.parent
    is_done = _is_instance(task) and loop.state == TaskState.COMPLETED
    return loop if is_done and isinstance(loop.task_spec, MultiInstanceTask) else task


def _is_instance(task: LiveTask) -> bool:
    """Whether it is an instance itself: what follows a multi-instance is its child as well."""
    above = task.parent.task_spec
    return isinstance(above, LoopTask) and task.task_spec.name == above.task_spec


def _closed(caller: LiveTask, level: Indexed) -> Obstacle | None:
    """What speaks against letting an ended workflow run again."""
    if _is_instance(caller):
        return Obstacle.INSTANCE
    cut_short = caller.state != TaskState.COMPLETED or any(
        isinstance(getattr(task.task_spec, "event_definition", None), TerminateEventDefinition)
        and task.state == TaskState.COMPLETED
        for task in level.tasks.values()
    )
    if cut_short or isinstance(caller.parent.task_spec, BoundaryEventSplit):
        return Obstacle.CLOSED
    return None


def _splits_a_meeting(undone: set[LiveTask]) -> bool:
    """Whether tokens met of which some are undone and others are not."""
    for workflow in {task.workflow for task in undone}:
        met: dict[tuple[str, object], set[bool]] = {}
        for task in workflow.tasks.values():
            if isinstance(task.task_spec, Meeting) and "met" in task.internal_data:
                key = task.task_spec.name, task.internal_data["met"]
                met.setdefault(key, set()).add(task in undone)
        if any(len(sides) > 1 for sides in met.values()):
            return True
    return False


def _was_heard(top: LiveWorkflow, undone: set[LiveTask]) -> bool:
    """Whether an event thrown in what is undone was caught outside it."""
    thrown = [(each, task.last_state_change) for task in undone for each in _thrown(task)]
    return bool(thrown) and any(
        heard == each and task.last_state_change > moment
        for task in top.everywhere.values()
        if task not in undone
        and task.state == TaskState.COMPLETED
        and isinstance(task.task_spec, CatchingEvent)
        for heard in _definitions(task)
        for each, moment in thrown
    )


def rewind(top: LiveWorkflow, plan: Rewind) -> None:
    """Take out what a plan without an obstacle undoes, and let its step wait anew."""
    root, home = plan.root, plan.root.workflow
    before, spec = root.parent, root.task_spec
    home._remove_task(root.id)
    levels = [home]
    for caller in plan.reopened:
        caller._drop_children(force=True)
        _reopen(top, caller)
        levels.append(caller.workflow)
    for level in levels:
        if level.last_task is not None and level.last_task.id not in level.tasks:
            level.last_task = before if level is home else None
        _revive_arrivals(level)
    task = before._add_child(spec, TaskState.FUTURE)
    spec._update(task)
    for level in levels:
        level.update_waiting_tasks()


def _reopen(top: LiveWorkflow, caller: LiveTask) -> None:
    caller._set_state(TaskState.STARTED)
    caller.lead_on()
    top.resume(top.subprocesses[caller.id])


def _revive_arrivals(level: Indexed) -> None:
    """Let a token wait at every gateway where some have come and none stands for them.

    Only the last to come waits; with it undone, the one before has to.
    """
    for arrivals in level.arrivals.values():
        come = [t for t in arrivals.values() if t.parent.state == TaskState.COMPLETED]
        if not come or any(t.state == TaskState.WAITING for t in come):
            continue
        last = max(come, key=lambda t: t.last_state_change)
        if last.state == TaskState.CANCELLED:
            last._set_state(TaskState.WAITING)
