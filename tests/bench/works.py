"""What the rows about cases share: an office, a process, and stock SpiffWorkflow on it."""

import json
import os
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.library import Library
from engine.model.case import Applicant
from engine.model.controls import load_controls
from engine.model.office import Appointment, Officer, Roster
from engine.runtime import Office
from engine.store import Store, open_store

from ..cases.drawings import column, field, flow, line, process, step
from ..postgresql import Server

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
WHO = Applicant(name="何丽")
BY = "ding"
#: Reads of a step's own fields, and what is filled in.
VALUES = {"n": "3", "opinion": "情况属实，同意"}
ROSTER = Roster(
    office="示范镇财政所",
    officers=(Officer(id=BY, name="丁一", appointments=(Appointment(post="受理窗口"),)),),
)
_FORM = (field("n", "number"), field("opinion"))


def looping() -> bytes:
    """Two steps and a gateway, round and round."""
    return process(
        "p",
        '<exclusiveGateway id="in"/><exclusiveGateway id="out" default="out_in"/>',
        step("fill", *_FORM),
        step("sign", *_FORM),
        line("start", "in", "fill", "sign", "out"),
        flow("out", "in"),
        flow("out", "end", "n == 0"),
        code="T-1",
    )


def dozen() -> bytes:
    """Twelve steps in a lane, with a decision and two branches: an ordinary item."""
    steps = [f"s{number}" for number in range(1, 13)]
    gateways = ("which", "split", "join")
    nodes = "".join(
        f"<flowNodeRef>{node}</flowNodeRef>" for node in ("start", "end", *steps, *gateways)
    )
    lanes = f'<laneSet id="lanes"><lane id="lane" name="受理窗口">{nodes}</lane></laneSet>'
    drawn = process(
        "p",
        '<exclusiveGateway id="which" default="which_split"/>',
        '<parallelGateway id="split"/><parallelGateway id="join"/>',
        *(step(id_, *_FORM) for id_ in steps),
        line("start", *steps[:4], "which", "split", "s5", "s6", "join"),
        line("split", "s7", "s8", "join", *steps[8:], "end"),
        flow("which", "end", "n == 0"),
        code="T-1",
    )
    # Lanes come before everything else.
    return drawn.replace(b"<startEvent", lanes.encode() + b"<startEvent", 1)


def instances(number: int) -> bytes:
    """One step for many at the same time."""
    loop = (
        '<multiInstanceLoopCharacteristics isSequential="false">'
        f"<loopCardinality>{number}</loopCardinality></multiInstanceLoopCharacteristics>"
    )
    return process("p", step("fill", *_FORM, inner=loop), line("start", "fill", "end"), code="T-1")


def batch() -> tuple[bytes, bytes]:
    """A list of households, each a child case."""
    return (
        process(
            "p",
            step("list", field("people", "table", columns=column("who", "person"))),
            '<callActivity id="each" name="逐户" calledElement="child"><extensionElements>'
            '<qd:children rows="people" person="who"/></extensionElements></callActivity>',
            line("start", "list", "each", "end"),
            code="T-1",
        ),
        process("child", step("check", *_FORM), line("start", "check", "end")),
    )


def office_at(url: str, folder: Path, *files: bytes, new: bool = True) -> Office:
    """An office that runs these files."""
    store: Store = open_store(url)
    office = Office(store, "bench", controls=load_controls(), clock=lambda: NOW)
    if new:
        folder.mkdir(exist_ok=True)
        for number, content in enumerate(files):
            (folder / f"{number}.bpmn").write_bytes(content)
        office.appoint(ROSTER)
        office.publish(Library.load([folder]))
    return office


def server() -> Server:
    """The PostgreSQL server of this run, which goes with it.

    Its name is the run's own: one that was killed would else seem to use it still.
    """
    return Server(f"bench-{os.getpid()}")


def sqlite_url(path: Path) -> str:
    """Address of an SQLite file."""
    return f"sqlite:///{path.as_posix()}"


def waiting(office: Office, case_id: str) -> str:
    """The first open work item of a case, claimed."""
    item = next(w for w in office.case(case_id).work_items if w.done_at is None)
    office.claim(item.id, by=BY)
    return item.id


def bare(path: Path) -> sqlite3.Connection:
    """A database with the same settings, without an engine."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT)")
    return connection


def commit(connection: sqlite3.Connection, text: str) -> None:
    """One commit of one row."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO row (text) VALUES (?)", (text,))
    connection.execute("COMMIT")


class Stock:
    """SpiffWorkflow as it comes: the state loaded and saved whole at every step."""

    def __init__(self, *contents: bytes, process: str = "p") -> None:
        parser = BpmnParser()
        for content in contents:
            root = etree.fromstring(content)
            for element in root.iter("{*}process"):
                element.set("isExecutable", "true")
            parser.add_bpmn_xml(root)
        self._serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
        workflow = BpmnWorkflow(parser.get_spec(process), parser.get_subprocess_specs(process))
        workflow.do_engine_steps()
        self.text: str = self._serializer.serialize_json(workflow)

    def load(self) -> BpmnWorkflow:
        """The workflow as it was saved."""
        return self._serializer.deserialize_json(self.text)

    def save(self, workflow: BpmnWorkflow) -> None:
        """Its state as text."""
        self.text = self._serializer.serialize_json(workflow)

    @staticmethod
    def run(workflow: BpmnWorkflow, values: dict[str, Any]) -> None:
        """Do the first waiting step."""
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        task.data.update(values)
        task.run()
        workflow.do_engine_steps()

    def step(self, connection: sqlite3.Connection, **values: Any) -> None:
        """Load, do a step, save, commit."""
        workflow = self.load()
        self.run(workflow, values)
        self.save(workflow)
        commit(connection, self.text)


def size_of(office: Office) -> int:
    """Bytes of all columns of all rows of the office's database."""
    with office.store.read() as connection:
        tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        return sum(
            len(json.dumps(value, default=str, ensure_ascii=False).strip('"').encode())
            for (table,) in tables.all()
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"').all()
            for value in row
        )
