"""Our task and event classes for SpiffWorkflow, and the parser that makes them.

Every task is a human step; a call with ``qd:children`` waits for child cases;
timers ask the case's clock. What SpiffWorkflow would run wrongly in silence is
refused before parsing (:mod:`engine.runtime.executable`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.parser.event_parsers import (
    BoundaryEventParser,
    EventBasedGatewayParser,
    IntermediateCatchEventParser,
    StartEventParser,
)
from SpiffWorkflow.bpmn.parser.task_parsers import (
    CallActivityParser,
    ConditionalGatewayParser,
    GatewayParser,
    SubWorkflowParser,
)
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.data_spec import TaskDataReference
from SpiffWorkflow.bpmn.specs.defaults import (
    BoundaryEvent,
    CallActivity,
    EventBasedGateway,
    IntermediateCatchEvent,
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
    StartEvent,
    SubWorkflowTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.bpmn.util import PendingBpmnEvent
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.table import NAMESPACE
from engine.model.procedure import TASKS

from .joins import InclusiveMeeting, ParallelMeeting


class HumanTask(BpmnSpecMixin):
    """A step somebody does: any kind of BPMN task."""

    def __init__(self, wf_spec: object, bpmn_id: str, **kwargs: object) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = True


class ChildCases(BpmnSpecMixin):
    """A call that opens one child case per row of a table and waits for all of them."""

    def __init__(self, wf_spec: object, bpmn_id: str, **kwargs: object) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = True


class Timer(TimerEventDefinition):
    """A timer on the case's own clock: a moment, a duration, or an expression for either."""

    @property
    def _key(self) -> str:
        return f"due {self.name}"

    def due(self, my_task: Task) -> datetime:
        """When it goes off; fixed when the task begins to wait."""
        noted = my_task.internal_data.get(self._key)
        if noted is None:
            engine = my_task.workflow.script_engine
            noted = engine.moment(my_task, self.expression).isoformat()
            my_task.internal_data[self._key] = noted
        return datetime.fromisoformat(noted)

    def set_due(self, my_task: Task, moment: datetime) -> None:
        """Let it go off at another moment."""
        my_task.internal_data[self._key] = moment.isoformat()

    def has_fired(self, my_task: Task) -> bool:
        return bool(self.due(my_task) <= my_task.workflow.script_engine.clock())

    def reset(self, my_task: Task) -> None:
        my_task.internal_data.pop(self._key, None)

    def details(self, my_task: Task) -> PendingBpmnEvent:
        return PendingBpmnEvent(
            self.name, type(self).__name__, my_task.internal_data.get(self._key)
        )


class FirstEvent(EventBasedGateway):
    """An event-based gateway: one event takes place, and its branch alone is gone.

    SpiffWorkflow takes every branch whose event has taken place by the time it looks, and
    the first drawn where messages bear one name.
    """

    def choose(self, my_task: Task, number: int) -> None:
        """Let the event of a branch take place."""
        my_task.internal_data["branch"] = number
        self._update(my_task)

    def _update_hook(self, my_task: Task) -> bool:
        noted = my_task.internal_data
        if "branch" not in noted:
            due = self._due(my_task)
            if not due:
                my_task._set_state(TaskState.WAITING)
                my_task.workflow.top_workflow.event_manager.add_task(my_task)
                return False
            noted["branch"] = min(due)[1]
        return True

    def _due(self, my_task: Task) -> list[tuple[datetime, int]]:
        """Timers that are due, and the branch of each."""
        return [
            (timer.due(my_task), number)
            for number, timer in enumerate(self.event_definition.event_definitions)
            if isinstance(timer, Timer) and timer.has_fired(my_task)
        ]

    def _run_hook(self, my_task: Task) -> bool:
        taken = self.outputs[my_task.internal_data.pop("branch")]
        my_task._sync_children([taken], TaskState.FUTURE)
        return True


class _Instances:
    """Mixed into multi-instances: the item of one instance never meets that of the next.

    SpiffWorkflow merges an instance's data into the activity and then refuses
    the next instance because the item "already exists".
    """

    input_item: TaskDataReference | None

    def merge_child(self, workflow: object, child: Task) -> None:
        child.parent.touch()
        super().merge_child(workflow, child)  # type: ignore[misc]

    def create_child(self, my_task: Task, item: object, key_or_index: object = None) -> None:
        if self.input_item is not None:
            my_task.data.pop(self.input_item.bpmn_id, None)
        super().create_child(my_task, item, key_or_index)  # type: ignore[misc]


class SequentialInstances(_Instances, SequentialMultiInstanceTask):
    """An activity repeated one after the other."""

    def init_remaining_items(self, my_task: Task) -> Sequence[object]:
        """Numbers of the rows to come: a range, which stays short however many they are."""
        remaining: list[object] = super().init_remaining_items(my_task)
        numbers = range(len(remaining))
        return numbers if remaining == list(numbers) else remaining


class ParallelInstances(_Instances, ParallelMultiInstanceTask):
    """An activity repeated at the same time."""

    def create_children(self, my_task: Task) -> None:
        super().create_children(my_task)
        my_task.internal_data["instances"] = sum(1 for _ in self._instances(my_task))

    def children_complete(self, my_task: Task) -> bool:
        """By count: looking at every instance would cost more with each."""
        return len(my_task.internal_data["merged"]) >= int(my_task.internal_data["instances"])


class _OurLoops:
    """Mixed into activity parsers: the multi-instances are ours."""

    SEQUENTIAL_MI_CLASS = SequentialInstances
    PARALLEL_MI_CLASS = ParallelInstances


class _Step(_OurLoops, TaskParser):
    pass


class _SubProcess(_OurLoops, SubWorkflowParser):
    pass


class _OurTimers:
    """Mixed into event parsers: the timers are ours."""

    node: etree._Element

    def parse_timer_event(self, event: etree._Element) -> Timer:
        body = next(
            (
                child.text
                for kind in ("timeDate", "timeDuration")
                for child in event.iterchildren(full_tag(kind))
            ),
            None,
        )
        return Timer(self.node.get("id"), (body or "").strip())


class _Start(StartEventParser):
    """Opening a case is the event: a start event never waits."""

    def get_event_definition(self, xpaths: list[str]) -> NoneEventDefinition:
        return NoneEventDefinition(description="Default")


class _Catch(_OurTimers, IntermediateCatchEventParser):
    pass


class _Boundary(_OurTimers, BoundaryEventParser):
    pass


class _Call(_OurLoops, CallActivityParser):
    def create_task(self) -> BpmnSpecMixin:
        children = f"./{full_tag('extensionElements')}/{{{NAMESPACE}}}children"
        if self.node.find(children) is None:
            return super().create_task()
        return ChildCases(self.spec, self.bpmn_id, **self.bpmn_attributes)


class Parser(BpmnParser):
    """SpiffWorkflow's parser with our classes."""

    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, tuple[type, type]]] = {
        **{full_tag(kind.value): (_Step, HumanTask) for kind in TASKS},
        full_tag("callActivity"): (_Call, CallActivity),
        full_tag("subProcess"): (_SubProcess, SubWorkflowTask),
        full_tag("parallelGateway"): (GatewayParser, ParallelMeeting),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, InclusiveMeeting),
        full_tag("startEvent"): (_Start, StartEvent),
        full_tag("intermediateCatchEvent"): (_Catch, IntermediateCatchEvent),
        full_tag("boundaryEvent"): (_Boundary, BoundaryEvent),
        full_tag("eventBasedGateway"): (EventBasedGatewayParser, FirstEvent),
    }
