"""Our workflow against SpiffWorkflow as it comes, never reloaded: the same state after each step.

Ours is thrown away and read back from what it stored at random steps. Stock
SpiffWorkflow runs the same tasks with its own workflow, gateways and
multi-instances; only expressions and timers are ours on both sides.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from random import Random
from typing import Any, ClassVar

import pytest
from lxml import etree
from SpiffWorkflow.bpmn.parser.event_parsers import EventBasedGatewayParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import (
    EventBasedGateway,
    InclusiveGateway,
    ParallelGateway,
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import MultiInstanceTask
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.library import Library
from engine.bpmn.reader import read
from engine.bpmn.table import NAMESPACE
from engine.bpmn.xml import BPMN
from engine.model.procedure import Document, FieldType, FormField, Procedure
from engine.runtime import Unexecutable
from engine.runtime.expressions import SafeEngine
from engine.runtime.machine import Machine
from engine.runtime.places import fields_of
from engine.runtime.program import Program, build, closure
from engine.runtime.specs import Parser
from engine.runtime.versions import content_of
from tests.proof.test_proof_trees import model

from .conftest import Clock

LIBRARY = Library.load()
FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(2_400 if FULL else 60)
MOST_STEPS = 25
#: Stock runs, or looks for, a task that was cancelled a moment before, and breaks over it.
STOCK_BREAKS = ("non-predicted child", "was not found")
LOOP = f"{{{BPMN}}}multiInstanceLoopCharacteristics"
EXTENSIONS = f"{{{BPMN}}}extensionElements"
CHILDREN = f"{{{NAMESPACE}}}children"


def _with_stock_loops(parser: type) -> type:
    if not hasattr(parser, "SEQUENTIAL_MI_CLASS"):
        return parser
    loops = {
        "SEQUENTIAL_MI_CLASS": SequentialMultiInstanceTask,
        "PARALLEL_MI_CLASS": ParallelMultiInstanceTask,
    }
    return type(parser.__name__, (parser,), loops)


class StockParser(Parser):
    """Our steps and timers with SpiffWorkflow's gateways and multi-instances."""

    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, tuple[type, type]]] = {
        **{
            tag: (_with_stock_loops(parser), spec)
            for tag, (parser, spec) in Parser.OVERRIDE_PARSER_CLASSES.items()
        },
        full_tag("parallelGateway"): (GatewayParser, ParallelGateway),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, InclusiveGateway),
        full_tag("eventBasedGateway"): (EventBasedGatewayParser, EventBasedGateway),
    }


class StockEngine(SafeEngine):
    """The safe language for stock tasks, which do not know whether they are instances."""

    def evaluate(
        self, task: Task, expression: str, external_context: Mapping[str, object] | None = None
    ) -> Any:
        return self.environment.evaluate(expression, task.data)


def tasks_of(workflow: BpmnWorkflow) -> Iterator[Task]:
    """Every task, of called processes too; stock keeps processes whose call it has dropped."""
    below = [workflow]
    for each in below:
        for task in list(each.tasks.values()):
            yield task
            if task.id in workflow.subprocesses:
                below.append(workflow.subprocesses[task.id])


def state_of(workflow: BpmnWorkflow) -> dict[str, Any]:
    """What waits for whom, and what is done, wherever it stands."""
    ready: Counter[str] = Counter()
    done: Counter[str] = Counter()
    for task in tasks_of(workflow):
        if task.task_spec.manual and task.has_state(TaskState.READY):
            ready[_name(task)] += 1
        if task.task_spec.manual and task.has_state(TaskState.FINISHED_MASK):
            done[f"{_name(task)} {TaskState.get_name(task.state)}"] += 1
    waiting = Counter(map(_name, workflow.event_manager.tasks.values()))
    return {"ready": ready, "waiting": waiting, "done": done, "finished": workflow.completed}


def tasks_ready(workflow: BpmnWorkflow) -> Iterator[Task]:
    """What somebody may do now."""
    return (
        task
        for task in tasks_of(workflow)
        if task.task_spec.manual and task.has_state(TaskState.READY)
    )


def messages_of(workflow: BpmnWorkflow) -> Iterator[tuple[str, Task, str, Any]]:
    """Messages waited for: a name for each, the task, the branch of it, and what is waited for."""
    for task in list(workflow.event_manager.tasks.values()):
        definition = task.task_spec.event_definition
        if isinstance(definition, MessageEventDefinition):
            yield _name(task), task, "", definition
        for number, each in enumerate(getattr(definition, "event_definitions", ())):
            if isinstance(each, MessageEventDefinition):
                yield f"{_name(task)} {number}", task, f"-{number}", each


def executable(content: bytes, chance: Random) -> bytes:
    """A drawn model with a condition on each branch, and two instances of each repeated step."""
    root = etree.fromstring(content)
    for process in root.iter(f"{{{BPMN}}}process"):
        process.set("isExecutable", "false")
    for kind in ("exclusiveGateway", "inclusiveGateway"):
        for gateway in root.iter(f"{{{BPMN}}}{kind}"):
            leaving = root.xpath(f"//*[@sourceRef='{gateway.get('id')}']")
            if len(leaving) < 2:
                continue
            gateway.set("default", leaving[-1].get("id"))
            for number, flow in enumerate(leaving[:-1]):
                for old in flow.findall(f"{{{BPMN}}}conditionExpression"):
                    flow.remove(old)
                condition = etree.SubElement(flow, f"{{{BPMN}}}conditionExpression")
                condition.text = f"pick == {number}" if kind[0] == "e" else f"pick &gt;= {number}"
                condition.text = condition.text.replace("&gt;", ">")
    for message in root.iter(f"{{{BPMN}}}messageEventDefinition"):
        # Stock SpiffWorkflow tells messages apart by their names.
        message.attrib.pop("messageRef", None)
        message.getparent().set("name", message.getparent().get("id"))
    for inner in list(root.iter(f"{{{BPMN}}}subProcess")):
        if inner.get("triggeredByEvent") is None and chance.random() < 0.3:
            _move_out(root, inner)
    for kind in ("userTask", "subProcess", "callActivity"):
        for activity in root.iter(f"{{{BPMN}}}{kind}"):
            if chance.random() < 0.15 and activity.find(LOOP) is None and _may_repeat(activity):
                activity.insert(len(activity.findall(EXTENSIONS)), etree.Element(LOOP))
    for loop in root.iter(LOOP):
        loop.set("isSequential", chance.choice(("true", "false")))
        etree.SubElement(loop, f"{{{BPMN}}}loopCardinality").text = chance.choice("123")
        if chance.random() < 0.2:
            etree.SubElement(loop, f"{{{BPMN}}}completionCondition").text = "pick == 1"
    return bytes(etree.tostring(root))


def _move_out(root: Any, inner: Any) -> None:
    """Make a sub-process a called process."""
    called = etree.SubElement(root, f"{{{BPMN}}}process", id=f"of_{inner.get('id')}")
    called.extend([child for child in inner if child.tag != LOOP])
    inner.tag = f"{{{BPMN}}}callActivity"
    inner.set("calledElement", called.get("id"))


def _may_repeat(activity: Any) -> bool:
    """Whether it is no event sub-process and opens no child cases."""
    return activity.get("triggeredByEvent") is None and activity.find(f".//{CHILDREN}") is None


def programs(
    process: str, documents: Mapping[str, Document], contents: Mapping[str, bytes]
) -> tuple[Program, Program]:
    """The program as we run it, and with stock specs."""
    ours = build(process, documents, contents)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.runtime.program.Parser", StockParser)
        patch.setattr("engine.runtime.program.EndMeeting", _EndJoin)
        patch.setattr("engine.runtime.program.foresee_nothing", lambda spec: None)
        return ours, build(process, documents, contents)


def programs_of_model(content: bytes) -> tuple[Program, Program]:
    found = read(content, path="model.bpmn")
    return programs("main", {p.id: found for p in found.procedures}, {found.digest: content})


def programs_of_item(item: Procedure) -> tuple[Program, Program]:
    names = closure(item.id, LIBRARY.procedures)
    documents = {name: LIBRARY.document_of(LIBRARY.procedures[name]) for name in names}
    contents = {document.digest: content_of(document) for document in documents.values()}
    return programs(item.id, documents, contents)


def stock_is_right(content: bytes) -> bool:
    """Whether stock SpiffWorkflow joins branches as drawn.

    Its inclusive joins look at nothing below an earlier one, and in a loop its
    parallel joins count branches of earlier rounds.
    """
    return b"<inclusiveGateway" not in content and not (
        b"<parallelGateway" in content and b'id="top_' in content
    )


class Twins:
    """One model run by stock, by ours kept in memory, and by ours read back now and then."""

    def __init__(self, seed: int, found: tuple[Program, Program], *, with_stock: bool) -> None:
        self.chance = Random(seed)
        self.clock = Clock()
        ours, stock = found
        self.fields = fields_of(ours)
        self.drops_instances = any(
            isinstance(each, MultiInstanceTask)
            for spec in ours.called.values()
            for each in spec.task_specs.values()
        )
        self.data: dict[str, object] = {}
        self.fill()
        self.stock = None
        if with_stock:
            engine = StockEngine(self.data, self.clock)
            self.stock = BpmnWorkflow(stock.spec, dict(stock.called), script_engine=engine)
            self._stock_step(None)
        self.kept = Machine.start(ours, self.data, self.clock)
        self.kept.news()
        self.stored = [self.kept.changes()]
        self.read = self.reloaded()

    def fill(self) -> None:
        """Answer every question of every form anew."""
        self.data["pick"] = self.chance.randrange(3)
        for field in self.fields:
            self.data[field.name] = self._answer(field)

    def _answer(self, field: FormField) -> object:
        match field.type:
            case FieldType.CHOICE:
                return self.chance.choice(field.options)
            case FieldType.MONEY | FieldType.NUMBER:
                return Decimal(self.chance.randrange(1, 4))
            case FieldType.DATE:
                return self.clock().date()
            case FieldType.TABLE:
                rows = range(self.chance.randrange(3))
                return [{c.name: self._answer(c) for c in field.columns} for _ in rows]
            case _:
                return "样例"

    def reloaded(self) -> Machine:
        return Machine.load(self.kept.program, self.stored, self.data, self.clock)

    def agree(self) -> None:
        ours = state_of(self.kept._workflow)
        assert state_of(self.read._workflow) == ours
        assert self.read.progress() == self.kept.progress()
        assert {p.path for p in self.read.open_places()} == {
            p.path for p in self.kept.open_places()
        }
        if self.stock is not None:
            stock = state_of(self.stock)
            if self.drops_instances:
                # Stock keeps some of what it has cancelled.
                assert ours["done"] <= stock.pop("done")
                del ours["done"]
            assert stock == ours

    def step(self) -> bool:
        """Do one of the open steps, or let two days pass; whether there was anything."""
        names = [name for name, n in state_of(self.kept._workflow)["ready"].items() if n]
        messages = sorted({name for name, *_ in messages_of(self.kept._workflow)})
        self.fill()
        if messages and self.chance.random() < (0.4 if names else 0.8):
            self._receive(self.chance.choice(messages))
        elif not names or self.chance.random() < 0.1:
            self.clock.move(days=2)
            for machine in (self.kept, self.read):
                machine.advance()
            self._stock_step(None)
        else:
            name = self.chance.choice(sorted(names))
            for machine in (self.kept, self.read):
                task = next(t for t in tasks_ready(machine._workflow) if _name(t) == name)
                machine.complete(task.id, {})
            self._stock_step(name)
        self.kept.news()
        self.stored.append(self.kept.changes())
        if self.chance.random() < 0.3:
            if self.chance.random() < 0.3:
                self.stored = [self.kept.snapshot()]
            self.read = self.reloaded()
        else:
            self.read.news()
        return bool(names or messages)

    def _receive(self, name: str) -> None:
        """An officer records a message from outside."""
        for machine in (self.kept, self.read):
            found = next(m for m in messages_of(machine._workflow) if m[0] == name)
            machine.complete(f"{found[1].id}{found[2]}", {})
        self._stock_step(name)

    def _stock_step(self, name: str | None) -> None:
        """The same step, or none but the time that passed."""
        if self.stock is None:
            return
        try:
            message = next((m for m in messages_of(self.stock) if m[0] == name), None)
            if name is None:
                self.stock.refresh_timers()
            elif message is not None:
                _, task, _, definition = message
                task.task_spec.catch(task, BpmnEvent(definition, payload={}))
                task.task_spec._update(task)
            else:
                next(t for t in tasks_ready(self.stock) if _name(t) == name).run()
            self.stock.do_engine_steps()
        except WorkflowException as error:
            if not any(words in str(error) for words in STOCK_BREAKS):
                raise
            self.stock = None


def _name(task: Task) -> str:
    return str(task.task_spec.bpmn_id)


def run(twins: Twins) -> bool:
    """Run to the end, or for long enough; whether stock kept up."""
    for _ in range(MOST_STEPS):
        twins.agree()
        if not twins.step() and twins.kept.finished:
            break
    twins.agree()
    return twins.stock is not None


def run_model(seed: int) -> str:
    """Run a random model; empty where it cannot be run at all, else by whom it was compared."""
    content = executable(model(seed)[0], Random(seed))
    try:
        found = programs_of_model(content)
    except Unexecutable:
        return ""
    return "stock" if run(Twins(seed, found, with_stock=stock_is_right(content))) else "ours"


@pytest.mark.prove
def test_random_models_run_as_in_spiffworkflow() -> None:
    wrong, compared = [], Counter[str]()
    for seed in SEEDS:
        try:
            compared[run_model(seed)] += 1
        except AssertionError as error:
            wrong.append(f"seed {seed}: {str(error)[:300]}")
    assert wrong == []
    assert compared["stock"] > len(SEEDS) // 10
    assert compared["ours"] > len(SEEDS) // 10


@pytest.mark.parametrize("item", LIBRARY.items(), ids=lambda item: item.id)
def test_shipped_items_run_as_in_spiffworkflow(item: Procedure) -> None:
    found = programs_of_item(item)
    for seed in range(20 if FULL else 2):
        assert run(Twins(seed, found, with_stock=True))
