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
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import (
    InclusiveGateway,
    ParallelGateway,
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
)
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.library import Library
from engine.bpmn.reader import read
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
SEEDS = range(600 if FULL else 60)
MOST_STEPS = 25


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
    }


class StockEngine(SafeEngine):
    """The safe language for stock tasks, which do not know whether they are instances."""

    def evaluate(
        self, task: Task, expression: str, external_context: Mapping[str, object] | None = None
    ) -> Any:
        return self.environment.evaluate(expression, task.data)


def state_of(workflow: BpmnWorkflow) -> dict[str, Any]:
    """What waits for whom, and what is done, wherever it stands."""
    ready: Counter[str] = Counter()
    for each in (workflow, *workflow.subprocesses.values()):
        for task in each.tasks.values():
            if task.has_state(TaskState.READY) and task.task_spec.manual:
                ready[str(task.task_spec.bpmn_id)] += 1
    waiting = Counter(str(t.task_spec.bpmn_id) for t in workflow.event_manager.tasks.values())
    return {"ready": ready, "waiting": waiting, "finished": workflow.completed}


def tasks_ready(workflow: BpmnWorkflow) -> Iterator[Task]:
    for each in (workflow, *workflow.subprocesses.values()):
        for task in list(each.tasks.values()):
            if task.has_state(TaskState.READY) and task.task_spec.manual:
                yield task


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
    for loop in root.iter(f"{{{BPMN}}}multiInstanceLoopCharacteristics"):
        loop.set("isSequential", chance.choice(("true", "false")))
        etree.SubElement(loop, f"{{{BPMN}}}loopCardinality").text = "2"
    return bytes(etree.tostring(root))


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
        self.data: dict[str, object] = {}
        self.fill()
        self.stock = None
        if with_stock:
            engine = StockEngine(self.data, self.clock)
            self.stock = BpmnWorkflow(stock.spec, dict(stock.called), script_engine=engine)
            self.stock.do_engine_steps()
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
            assert state_of(self.stock) == ours

    def step(self) -> bool:
        """Do one of the open steps, or let two days pass; whether there was anything."""
        names = [name for name, n in state_of(self.kept._workflow)["ready"].items() if n]
        self.fill()
        if not names or self.chance.random() < 0.1:
            self.clock.move(days=2)
            for machine in (self.kept, self.read):
                machine.advance()
            self._stock_step(None)
        else:
            name = self.chance.choice(sorted(names))
            for machine in (self.kept, self.read):
                task = next(t for t in tasks_ready(machine._workflow) if _name(t) == name)
                machine.complete(task.id.hex, {})
            self._stock_step(name)
        self.kept.news()
        self.stored.append(self.kept.changes())
        if self.chance.random() < 0.3:
            if self.chance.random() < 0.3:
                self.stored = [self.kept.snapshot()]
            self.read = self.reloaded()
        else:
            self.read.news()
        return bool(names)

    def _stock_step(self, name: str | None) -> None:
        """The same step, or none but the time that passed."""
        if self.stock is None:
            return
        try:
            if name is None:
                self.stock.refresh_timers()
            else:
                next(t for t in tasks_ready(self.stock) if _name(t) == name).run()
            self.stock.do_engine_steps()
        except WorkflowException as error:
            if "non-predicted child" not in str(error):
                raise
            # Stock runs a task that was cancelled a moment before, and breaks over it.
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
