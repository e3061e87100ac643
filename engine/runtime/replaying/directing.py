"""SpiffWorkflow led along a given run, one node at a time.

Belongs here: making it do the next thing and nothing else. Does not: what the
next thing is (:mod:`engine.verify.behaviour.retrace`), what is filled in
(:mod:`.filling`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from lxml import etree
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import (
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
)
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
)
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask, StandardLoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.model.procedure import Node
from engine.verify.behaviour.build import MAX_CALLS
from engine.verify.behaviour.retrace import Act

from ..clock import Clock
from ..expressions import SafeEngine
from ..live import Indexed, LiveTask, LiveWorkflow
from ..machine import path_of
from ..program import Program, sibling
from ..specs import ChildCases, HumanTask, Parser, Timer

#: No timer of a replay goes off by itself before this has passed.
_NEVER = timedelta(days=36_500)


class _Exits(ConditionalGatewayParser):
    """A gateway that asks for each exit by the id of its flow, condition or not."""

    def parse_condition(self, sequence_flow: etree._Element) -> str:
        return str(sequence_flow.get("id"))


class DirectedParser(Parser):
    """Our parser, but for gateways that take the exits they are told to."""

    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, tuple[type, type]]] = {
        **Parser.OVERRIDE_PARSER_CLASSES,
        full_tag("exclusiveGateway"): (_Exits, ExclusiveGateway),
        full_tag("inclusiveGateway"): (
            _Exits,
            Parser.OVERRIDE_PARSER_CLASSES[full_tag("inclusiveGateway")][1],
        ),
    }


class _Director(SafeEngine):
    """Answers what a run has decided: exits, how often an activity is done, when timers go off.

    Parameters
    ----------
    counts : by path, how often each occurrence of a repeated activity is done.
    """

    def __init__(
        self, data: Mapping[str, object], clock: Clock, counts: Mapping[str, Sequence[int]]
    ) -> None:
        super().__init__(data, clock)
        self.counts = counts
        #: Flows the next gateway takes.
        self.exits: frozenset[str] = frozenset()
        #: Conditions by which it finds them itself; None where it is forced.
        self.conditions: Mapping[str, str] | None = None

    def evaluate(
        self, task: Task, expression: str, external_context: Mapping[str, object] | None = None
    ) -> Any:
        spec = task.task_spec
        if isinstance(spec, ExclusiveGateway | InclusiveGateway):
            if self.conditions is None:
                return expression in self.exits
            return super().evaluate(task, self.conditions[expression])
        if isinstance(spec, LoopTask):
            count = self.count(task.workflow, path_of(task))
            done = len(task.internal_data.get("merged", ()))
            return done < count if isinstance(spec, StandardLoopTask) else count
        return False  # a completion condition: all instances of the run are done

    def count(self, workflow: Indexed, path: str) -> int:
        """How often the activity that comes next at a path is done."""
        top = workflow.top_workflow
        past = sum(
            isinstance(task.task_spec, LoopTask)
            and task.has_state(TaskState.FINISHED_MASK)
            and path_of(task) == path
            for task in top.everywhere.values()
        )
        told = self.counts.get(path, ())
        return told[past] if past < len(told) else 1

    def moment(self, task: Task, text: str) -> datetime:
        return self.clock() + _NEVER


class Astray(Exception):
    """SpiffWorkflow is not where the run goes on."""


class Stepper:
    """One workflow led by hand.

    Parameters
    ----------
    program : made with :class:`DirectedParser`.
    data : the form of the case; the caller fills it in between.
    counts : see :class:`_Director`.
    """

    def __init__(
        self,
        program: Program,
        data: dict[str, object],
        clock: Clock,
        counts: Mapping[str, Sequence[int]],
    ) -> None:
        self.program = program
        self.data = data
        self._collections = dict(_collections(program))
        self._engine = _Director(data, clock, counts)
        self.workflow = LiveWorkflow(program.spec, program.called, self._engine)
        self.workflow.begin()
        self._settle()

    @property
    def finished(self) -> bool:
        """Whether the end is reached."""
        return bool(self.workflow.completed)

    def act(
        self,
        act: Act,
        path: str,
        exits: Sequence[str] = (),
        conditions: Mapping[str, str] | None = None,
    ) -> None:
        """Do one thing.

        Parameters
        ----------
        exits : flows a gateway takes.
        conditions : what it asks to find them, by flow; None to force it.

        Raises
        ------
        Astray
            It is not possible here.
        """
        self._engine.exits, self._engine.conditions = frozenset(exits), conditions
        for at, name in self._collections.items():
            count = self._engine.count(self.workflow, at)
            if len(_rows(self.data.get(name))) != count:
                self.data[name] = [{} for _ in range(count)]
        try:
            self._do(act, path)
            self._settle()
        except SpiffWorkflowException as error:
            raise Astray from error

    def _do(self, act: Act, path: str) -> None:
        if act is Act.FIRE:
            self._fire(path)
        elif act is Act.PASS:
            self._pass(path)
        elif act is Act.DO:
            self._run(path, HumanTask)
        elif act is Act.OPEN:
            self._expect(path, HumanTask | ChildCases | SubWorkflowTask)
        elif act is Act.CLOSE:
            self._run(path, ChildCases | SubWorkflowTask)
        elif self._has(path, ChildCases):
            self._run(path, ChildCases)

    def tokens(self, path: str) -> int:
        """How many tokens wait at a node."""
        return sum(not isinstance(task.task_spec, LoopTask) for task in self._at(path))

    def waiting(self) -> tuple[str, ...]:
        """Paths where something can go on: steps, events, and what runs by itself."""
        found = (path_of(task) for task in self.workflow.everywhere.values() if _goes_on(task))
        return tuple(dict.fromkeys(found))

    def _at(self, path: str) -> Iterator[LiveTask]:
        """Tasks at a node that a token has come to, the oldest first."""
        come = TaskState.READY | TaskState.WAITING | TaskState.STARTED
        for workflow in [*self.workflow.workflows()]:
            for task in list(workflow.unfinished.values()):
                if task.has_state(come) and path_of(task) == path:
                    yield task

    def _has(self, path: str, kind: Any) -> bool:
        return any(isinstance(task.task_spec, kind) for task in self._at(path))

    def _expect(self, path: str, kind: Any) -> None:
        if not self._has(path, kind):
            raise Astray

    def _run(self, path: str, kind: Any = TaskSpec) -> None:
        """Run the task at a node that is ready."""
        for task in self._at(path):
            if task.has_state(TaskState.READY) and isinstance(task.task_spec, kind):
                task.run()
                return
        raise Astray

    def _pass(self, path: str) -> None:
        """What happens by itself; an event-based gateway only begins to wait."""
        if not self._has(path, EventBasedGateway):
            self._run(path)

    def _fire(self, path: str) -> None:
        """Let an event occur."""
        self._occur(path)
        self._run(path, CatchingEvent)

    def _occur(self, path: str) -> None:
        for task in self._at(path):
            if isinstance(task.task_spec, CatchingEvent):
                if not task.has_state(TaskState.READY):
                    _notify(task, task.task_spec.event_definition)
                return
        for task in self._gateways():
            names = [sibling(path_of(task), spec.bpmn_id) for spec in task.task_spec.outputs]
            if path in names:
                task.task_spec.choose(task, names.index(path))
                task.run()
                self._settle()
                return
        raise Astray

    def _gateways(self) -> Iterator[LiveTask]:
        """Event-based gateways that wait."""
        for workflow in [*self.workflow.workflows()]:
            for task in list(workflow.waiting.values()):
                if isinstance(task.task_spec, EventBasedGateway):
                    yield task

    def _settle(self) -> None:
        """Let pass what BPMN does not draw, and nothing else."""
        top, before = self.workflow, -1
        while before != top.last_tick:
            before = top.last_tick
            for workflow in [*top.workflows()]:
                for task in list(workflow.automatic.values()):
                    if task.has_state(TaskState.READY) and _is_undrawn(task):
                        task.run()
        top.bpmn_events.clear()


def _is_undrawn(task: LiveTask) -> bool:
    spec = task.task_spec
    return isinstance(spec, LoopTask) or getattr(spec, "bpmn_id", None) is None


def _notify(task: LiveTask, definition: Any) -> None:
    """Have a waiting event take place."""
    spec = task.task_spec
    if isinstance(definition, Timer):
        definition.set_due(task, task.workflow.script_engine.clock())
    else:
        spec.catch(task, BpmnEvent(definition, {}))
    spec._update(task)


def _rows(collection: object) -> Sequence[object]:
    return collection if isinstance(collection, list) else ()


def _collections(program: Program) -> Iterator[tuple[str, str]]:
    """Path of each multi-instance that runs over a collection, and its name."""
    for path, node in nodes_in(program):
        if node.loop is not None and node.loop.collection:
            yield path, node.loop.collection


def nodes_in(program: Program) -> Iterator[tuple[str, Node]]:
    """Every node of a program with its path; those of child cases are left out."""
    waiting = [("", program.procedure)]
    while waiting:
        prefix, procedure = waiting.pop()
        for node in procedure.nodes.values():
            yield prefix + node.id, node
            own = node.step is not None and bool(node.step.child_rows)
            if node.called and not own and prefix.count("/") < MAX_CALLS:
                waiting.append((f"{prefix}{node.id}/", program.procedures[node.called]))


def _goes_on(task: LiveTask) -> bool:
    """Whether a task runs by itself, or waits for somebody or for an event from outside."""
    if task.has_state(TaskState.READY):
        return not _is_undrawn(task)
    definition = getattr(task.task_spec, "event_definition", None)
    thrown_inside = isinstance(definition, ErrorEventDefinition | EscalationEventDefinition)
    kinds = HumanTask | ChildCases | CatchingEvent
    waits = task.has_state(TaskState.WAITING) and isinstance(task.task_spec, kinds)
    return waits and not thrown_inside
