"""Random runs of drawings on the product's own workflow machine."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from lxml import etree

from engine.bpmn.reader import read
from engine.model.procedure import Document, FieldType, FormField, Node, Procedure
from engine.runtime.forms import FormInvalid
from engine.runtime.machine import Machine, OpenKind
from engine.runtime.program import build
from engine.runtime.simulation import Simulation

from .trees import DOMAIN, OTHER

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_OURS = "{urn:qingdan:bpmn:1.0}"
START = datetime(2026, 3, 2, tzinfo=UTC)
#: A run that takes longer is left unfinished.
MOST_MOVES = 60


def decidable(content: bytes, random: Random) -> tuple[bytes, Mapping[str, int]]:
    """A drawing whose gateways ask variables, and how many exits each variable chooses among.

    An inclusive gateway has one variable of two values per exit.
    """
    root = etree.fromstring(content)
    variables: dict[str, int] = {}
    flows: dict[str, list[etree._Element]] = {}
    for flow in root.iter(_BPMN + "sequenceFlow"):
        flows.setdefault(flow.get("sourceRef"), []).append(flow)
    for gateway in root.iter(_BPMN + "exclusiveGateway", _BPMN + "inclusiveGateway"):
        name, outs = gateway.get("id"), flows.get(gateway.get("id"), [])
        if len(outs) < 2:
            continue
        if gateway.get("default") is None:
            gateway.set("default", outs[-1].get("id"))
        for number, flow in enumerate(outs):
            if flow.get("id") == gateway.get("default"):
                continue
            fact = flow.find(f".//{_OURS}condition")
            if fact is not None:
                condition = f'{fact.get("key")} == "{fact.get("value")}"'
            elif gateway.tag == _BPMN + "exclusiveGateway":
                variables[name] = len(outs)
                condition = f"{name} == {number}"
            else:
                variables[f"{name}_{number}"] = 2
                condition = f"{name}_{number} == 1"
            etree.SubElement(flow, _BPMN + "conditionExpression").text = condition
    for number, event in enumerate([*root.iter(_BPMN + "messageEventDefinition")]):
        event.set("messageRef", f"msg{number}")
        message = etree.Element(_BPMN + "message", id=f"msg{number}", name=f"msg{number}")
        root.insert(0, message)
    for loop in root.iter(_BPMN + "multiInstanceLoopCharacteristics"):
        etree.SubElement(loop, _BPMN + "loopCardinality").text = str(random.randint(0, 2))
    return bytes(etree.tostring(root)), variables


@dataclass
class Play:
    """Random runs of one file."""

    content: bytes
    variables: Mapping[str, int]
    random: Random
    document: Document = field(init=False)
    now: datetime = START

    def __post_init__(self) -> None:
        self.document = read(self.content, path="model.bpmn")

    @property
    def procedures(self) -> Mapping[str, Procedure]:
        """The file's processes by id."""
        return {procedure.id: procedure for procedure in self.document.procedures}

    def run(self, process: str = "") -> tuple[set[str], bool]:
        """The steps that one random run comes to, and whether it was finished."""
        process = process or self.document.procedures[0].id
        documents = dict.fromkeys(self.procedures, self.document)
        program = build(process, documents, {self.document.digest: self.content})
        data: dict[str, object] = {"k": OTHER}
        self._decide(data)
        machine = Machine.start(program, data, lambda: self.now)
        executed: set[str] = set()
        for _ in range(MOST_MOVES):
            machine.news()
            places, timers = machine.open_places(), machine.timers()
            executed |= {place.path for place in places if place.kind is OpenKind.STEP}
            if machine.finished or not (*places, *timers):
                break
            chosen = self.random.choice([*places, *timers])
            self._decide(data)
            if chosen in timers:
                self.now = max(self.now, chosen.due)
                machine.advance()
                continue
            if chosen.kind is OpenKind.CHILDREN:
                called = program.chain(chosen.path)[-1][1].called or ""
                executed.update(self._children(called, chosen.path))
            else:
                self._rewrite(program.chain(chosen.path)[-1][1], data)
            machine.complete(chosen.id, {})
        return executed, machine.finished

    def _children(self, called: str, path: str) -> Iterator[str]:
        for _ in range(self.random.randint(0, 2)):
            yield from (f"{path}/{step}" for step in self.run(called)[0])

    def _decide(self, data: dict[str, object]) -> None:
        """Let every gateway that asks no fact decide anew."""
        data.update({name: self.random.randrange(count) for name, count in self.variables.items()})

    def _rewrite(self, node: Node, data: dict[str, object]) -> None:
        """Fill in the fields whose values are facts."""
        for asked in node.step.fields if node.step else ():
            if asked.key:
                data[asked.key] = self.random.choice((*DOMAIN, OTHER))


def walk(simulation: Simulation, random: Random) -> set[str]:
    """The steps a random run of an item comes to; ends only when the item does."""
    executed: set[str] = set()
    while not simulation.finished:
        choices = simulation.choices()
        executed |= {choice.path for choice in choices if choice.kind is OpenKind.STEP}
        chosen = random.choice(choices)
        if chosen.kind is OpenKind.CHILDREN:
            children = simulation.children(chosen)
            for child in children:
                executed |= {f"{chosen.path}/{step}" for step in walk(child, random)}
            simulation.collect(chosen, children)
        elif chosen.kind is None:
            simulation.wait(chosen)
        else:
            values: dict[str, str] = {}
            files: dict[str, str] = {}
            for asked in chosen.asked.fields:
                if asked.type is FieldType.FILE:
                    files[asked.name] = "扫描.pdf"
                elif asked.type is FieldType.TABLE:
                    for row in range(random.randint(1, 2)):
                        for column in asked.columns:
                            values[f"{asked.name}.{row}.{column.name}"] = _value(column, random)
                else:
                    values[asked.name] = _value(asked, random)
            with suppress(FormInvalid):  # tried again with other values
                simulation.fill(chosen, values, files)
    return executed


def _value(asked: FormField, random: Random) -> str:
    if asked.type is FieldType.CHOICE:
        return random.choice(asked.options)
    if asked.type in (FieldType.NUMBER, FieldType.MONEY):
        least = int(asked.least or 0)
        return str(random.choice((least, least + 1, random.randint(least, least + 100_000))))
    return _SAMPLES[asked.type]


_SAMPLES = {
    FieldType.TEXT: "样例",
    FieldType.DATE: "2026-03-02",
    FieldType.PERSON: "钱二水",
    FieldType.ID_CARD: "11010519491231002X",
    FieldType.BANK_CARD: "6222020200011112222",
    FieldType.PHONE: "13800000000",
}
