"""BPMN bytes made ready to run: models for people, specs for SpiffWorkflow.

A program belongs to one set of file versions and never changes, so that every
case on these versions shares it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.data_spec import TaskDataReference
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask, MultiInstanceTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import CallActivity, SubWorkflowTask
from SpiffWorkflow.task import Task

from engine.bpmn.xml import BPMN, Refused, load
from engine.model.errors import UnsafeExpression
from engine.model.procedure import Document, Node, NodeKind, Procedure, Step
from engine.model.wording import say

from .errors import Unexecutable
from .executable import check_executable
from .expressions import Count
from .joins import EndMeeting
from .live import foresee_nothing
from .specs import Parser

_Found = TypeVar("_Found")


class CaseData(TaskDataReference):
    """A collection a multi-instance runs over, read from the form of the case."""

    def get(self, my_task: Task) -> object:
        data = {**my_task.data, **my_task.workflow.script_engine.data}
        if self.bpmn_id not in data:
            raise UnsafeExpression(say("expression.no-value", text=self.bpmn_id, name=self.bpmn_id))
        if not isinstance(data[self.bpmn_id], list):
            raise UnsafeExpression(say("run.not-rows", name=self.bpmn_id))
        return data[self.bpmn_id]

    def exists(self, my_task: Task) -> bool:
        return self.bpmn_id in my_task.workflow.script_engine.data or self.bpmn_id in my_task.data


@dataclass(frozen=True, eq=False)
class Program:
    """A process and all it calls, parsed."""

    #: The process cases run.
    procedure: Procedure
    #: By process id: it and all it calls, directly or not.
    procedures: Mapping[str, Procedure]
    spec: BpmnProcessSpec
    #: Specs of called processes and of sub-processes, as SpiffWorkflow looks them up.
    called: dict[str, BpmnProcessSpec]
    _known: dict[object, Any] = field(default_factory=dict, repr=False)

    def once(self, work_out: "Callable[[Program], _Found]") -> _Found:
        """What a function works out about it, kept as long as the program is."""
        found: _Found
        try:
            found = self._known[work_out]
        except KeyError:
            found = self._known[work_out] = work_out(self)
        return found

    def steps(self) -> Iterator[Step]:
        """What its nodes ask of the office, those of called processes included."""
        for procedure in self.procedures.values():
            yield from (node.step for node in procedure.nodes.values() if node.step)

    @cached_property
    def opens_children(self) -> bool:
        """Whether a call of it opens child cases."""
        return any(step.child_rows for step in self.steps())

    def chain(self, path: str) -> tuple[tuple[Procedure, Node], ...]:
        """The calls a path goes through and, last, the node it names."""
        procedure, found = self.procedure, []
        *calls, last = path.split("/")
        for call in calls:
            node = procedure.nodes[call]
            found.append((procedure, node))
            procedure = self.procedures[node.called or ""]
        found.append((procedure, procedure.nodes[last]))
        return tuple(found)

    def has(self, path: str) -> bool:
        """Whether a path names a node of it."""
        try:
            self.chain(path)
        except KeyError:
            return False
        return True


def sibling(path: str, name: str) -> str:
    """Path of the node with this id beside the one at a path."""
    return f"{path.rpartition('/')[0]}/{name}".removeprefix("/")


def closure(start: str, procedures: Mapping[str, Procedure]) -> tuple[str, ...]:
    """Ids of a process and of all it calls, as far as they are known."""
    found: dict[str, None] = {}
    open_ids = [start]
    while open_ids:
        process = open_ids.pop()
        if process in found or process not in procedures:
            continue
        found[process] = None
        for node in procedures[process].nodes.values():
            if node.kind is NodeKind.CALL_ACTIVITY and node.called:
                open_ids.append(node.called)
    return tuple(found)


def build(
    process_id: str,
    documents: Mapping[str, Document],
    contents: Mapping[str, bytes],
    parser: type[Parser] | None = None,
) -> Program:
    """The program of a process.

    Parameters
    ----------
    documents : by process id, the document each process of the program is in.
    contents : by digest, the bytes of those documents.
    parser : what reads them; ours by default, a replay has its own.

    Raises
    ------
    Unexecutable
        A process holds something the runtime will not run.
    """
    procedures = {
        name: next(p for p in document.procedures if p.id == name)
        for name, document in documents.items()
    }
    specs: dict[str, BpmnProcessSpec] = {}
    for name in closure(process_id, procedures):
        check_executable(procedures[name], procedures)
        specs.update(_specs(name, documents[name], contents[documents[name].digest], parser))
    return Program(procedures[process_id], procedures, specs[process_id], specs)


def _specs(
    process_id: str, document: Document, content: bytes, parser_class: type[Parser] | None
) -> dict[str, BpmnProcessSpec]:
    """Specs of one process and of its sub-processes.

    Sub-processes are keyed ``process/…/sub-process``: two files may use one id.
    """
    parser = (parser_class or Parser)()
    try:
        root = load(content).root
    except Refused as error:
        raise Unexecutable(say("run.unreadable-version"), path=document.path) from error
    for process in root.iterchildren(f"{{{BPMN}}}process"):
        process.set("isExecutable", "true")
    try:
        parser.add_bpmn_xml(root, filename=document.path)
        found = {process_id: parser.get_spec(process_id)}
        for key, spec in _sub_specs(parser, process_id, found[process_id]):
            found[key] = spec
    except ValidationException as error:
        raise Unexecutable(
            say("run.unexecutable", what=str(error)),
            path=document.path,
            element=getattr(error, "id", None) or None,
        ) from error
    for spec in found.values():
        spec.end.__class__ = EndMeeting
        _prepare_loops(spec)
        foresee_nothing(spec)
    return found


def _sub_specs(
    parser: Parser, prefix: str, spec: BpmnProcessSpec
) -> Iterator[tuple[str, BpmnProcessSpec]]:
    for task_spec in spec.task_specs.values():
        if isinstance(task_spec, SubWorkflowTask) and not isinstance(task_spec, CallActivity):
            inner = parser.get_spec(task_spec.spec)
            key = f"{prefix}/{task_spec.spec}"
            task_spec.spec = key
            yield key, inner
            yield from _sub_specs(parser, key, inner)


def _prepare_loops(spec: BpmnProcessSpec) -> None:
    """Connect loops to their instances now: a restored case would never finish otherwise."""
    for task_spec in list(spec.task_specs.values()):
        if isinstance(task_spec, LoopTask):
            instance = spec.task_specs[task_spec.task_spec]
            if not instance.completed_event.is_connected(task_spec.merge_child):
                instance.completed_event.connect(task_spec.merge_child)
        if isinstance(task_spec, MultiInstanceTask):
            if task_spec.data_input is not None:
                task_spec.data_input = CaseData(task_spec.data_input.bpmn_id)
            if task_spec.cardinality is not None:
                task_spec.cardinality = Count(task_spec.cardinality)
