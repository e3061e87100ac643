"""Gateways where branches meet, after BPMN 2.0.2, at a cost that does not grow with history.

SpiffWorkflow looks at every task of a gateway there ever was: in the second
round of a loop it lets a parallel join pass with one branch missing. Here a
task that has met the others is marked with the number of the one that goes on, and
never counted again.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.deep_merge import DeepMerge
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from .live import LiveTask


class Meeting(UnstructuredJoin):
    """Mixed into gateways: who has arrived, and who has met already."""

    def arrived(self, my_task: "LiveTask") -> list["LiveTask"]:
        """Tasks of this gateway a branch has come to and that wait for the others."""
        waiting = my_task.workflow.arrivals.get(self.name, {}).values()
        return [
            t for t in waiting if t.parent is not None and t.parent.state == TaskState.COMPLETED
        ]

    def _update_hook(self, my_task: "LiveTask") -> bool:
        may_fire = self._check_threshold_unstructured(my_task)
        for other in list(my_task.workflow.arrivals.get(self.name, {}).values()):
            if other is not my_task and other.state == TaskState.WAITING:
                other.cancel()
        if may_fire:
            my_task._inherit_data()
        else:
            my_task._set_state(TaskState.WAITING)
        return bool(may_fire)

    def _run_hook(self, my_task: "LiveTask") -> bool:
        others = [t for t in self.arrived(my_task) if t is not my_task]
        for other in sorted(others, key=lambda t: t.last_state_change):
            DeepMerge.merge(my_task.data, other.parent.data)
        my_task._inherit_data()
        arrivals = my_task.workflow.arrivals.get(self.name, {})
        for task in (*others, my_task):
            task.internal_data["met"] = my_task.number
            task.touch()
            arrivals.pop(task.id, None)
        return True


def _has_token(task: "LiveTask") -> bool:
    """Whether a branch has come to a task: SpiffWorkflow tells the exits of a split in turn."""
    if task.has_state(TaskState.FUTURE):
        return bool(task.parent is not None and task.parent.state == TaskState.COMPLETED)
    return bool(task.has_state(TaskState.WAITING | TaskState.READY | TaskState.STARTED))


class ParallelMeeting(Meeting, ParallelGateway):
    """A parallel gateway: waits for every incoming flow."""

    def _check_threshold_unstructured(self, my_task: "LiveTask") -> bool:
        came_from = {task.parent.task_spec.name for task in self.arrived(my_task)}
        return came_from.issuperset(self._inputs)


class InclusiveMeeting(Meeting, InclusiveGateway):
    """An inclusive gateway: waits for every branch that can still come.

    It waits for a token elsewhere from which a path leads to an incoming flow
    without a token, unless one leads to a flow that has one; paths through the
    gateway itself do not count (BPMN 2.0.2, 13.4.3).
    """

    def _check_threshold_unstructured(self, my_task: "LiveTask") -> bool:
        came_from = {task.parent.task_spec.name for task in self.arrived(my_task)}
        free = [name for name in self._inputs if name not in came_from]
        if not free:
            return True
        to_free, to_taken = self._sources(free), self._sources(came_from)
        return not any(
            _has_token(task)
            and task.task_spec.name in to_free
            and task.task_spec.name not in to_taken
            for task in my_task.workflow.unfinished.values()
            if task.task_spec is not self
        )

    def _sources(self, names: Iterable[str]) -> set[str]:
        """Nodes from which one of these is reached without passing this gateway."""
        found = set(names) - {self.name}
        pile = list(found)
        while pile:
            spec: TaskSpec = self._wf_spec.task_specs[pile.pop()]
            fresh = set(spec._inputs) - found - {self.name}
            found |= fresh
            pile += fresh
        return found

    def _run_hook(self, my_task: "LiveTask") -> bool:
        Meeting._run_hook(self, my_task)
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise WorkflowTaskException("No conditions satisfied on gateway", task=my_task)
        my_task._sync_children(matches or defaults, TaskState.FUTURE)
        return True


class EndMeeting(Meeting, BpmnTaskSpec):
    """Where all that a process started comes together: its end."""

    def _check_threshold_unstructured(self, my_task: "LiveTask") -> bool:
        end = self._outputs
        return not any(
            task is not my_task and task.task_spec.name not in end
            for task in my_task.workflow.unfinished.values()
        )

    def _run_hook(self, my_task: "LiveTask") -> bool:
        Meeting._run_hook(self, my_task)
        my_task.workflow.data.update(my_task.data)
        return True
