"""Reading a BPMN file into frozen model objects; faults are collected, not raised.

Belongs here: BPMN's own elements. Does not: the ``qd:`` elements
(:mod:`engine.bpmn.annotations`), what the schema allows (:mod:`engine.bpmn.schema`,
:mod:`engine.bpmn.references`) or judging the diagram.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lxml import etree

from engine.model.errors import UnreadablePath, reason_of
from engine.model.finding import Fault
from engine.model.procedure import (
    Document,
    Event,
    Flow,
    Lane,
    Loop,
    Node,
    NodeKind,
    Procedure,
    Trigger,
)
from engine.model.wording import say

from . import annotations
from .extension import Annotations, Report, check_places, reporter
from .references import check_references
from .schema import check_ids, check_schema
from .xml import BPMN, MAX_BYTES, Refused, load

_B = f"{{{BPMN}}}"
_KINDS = {kind.value: kind for kind in NodeKind}
_TRIGGERS = {f"{trigger.value}EventDefinition": trigger for trigger in Trigger}
#: Attribute of an event definition that names what it refers to, by trigger.
_REFERENCES = {
    Trigger.MESSAGE: "messageRef",
    Trigger.SIGNAL: "signalRef",
    Trigger.ERROR: "errorRef",
    Trigger.ESCALATION: "escalationRef",
}
_TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


def read_file(path: Path | str) -> Document:
    """Read one BPMN file.

    Raises
    ------
    UnreadablePath
        The path does not exist or the system will not open it. Everything
        wrong *inside* the file is a fault of the document.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                content += file.read()
    except OSError as error:
        raise UnreadablePath(say("read.unreadable", reason=reason_of(error)), path=path) from error
    return read(content, path=str(path))


def read(content: bytes, *, path: str = "") -> Document:
    """Read the bytes of a BPMN file; ``path`` is only quoted in messages."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        loaded = load(content)
    except Refused as refused:
        return Document(
            path=path, digest=digest, encoding="UTF-8", procedures=(), faults=(refused.fault,)
        )
    definitions = _Definitions(loaded.root, path)
    procedures = tuple(definitions.procedures())
    if not procedures:
        definitions.faults.append(
            Fault(rule="missing-part", line=loaded.root.sourceline, facts={"problem": "process"})
        )
    return Document(
        path=path,
        digest=digest,
        encoding=loaded.encoding,
        procedures=procedures,
        faults=tuple(definitions.faults),
    )


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _children(element: etree._Element) -> Iterator[etree._Element]:
    """Child elements in the BPMN namespace."""
    for child in element:
        if isinstance(child.tag, str) and child.tag.startswith(_B):
            yield child


def _text(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    return "".join(element.itertext()).strip() or None


def _name(element: etree._Element) -> str:
    return " ".join(element.get("name", "").split())


def _flag(element: etree._Element, attribute: str, *, default: bool = False) -> bool:
    """A boolean attribute as the schema writes them: ``true`` or ``1``."""
    written = element.get(attribute)
    return default if written is None else written.strip() in ("true", "1")


class _Definitions:
    """One ``bpmn:definitions``: global ids, then its processes."""

    def __init__(self, root: etree._Element, path: str) -> None:
        self.root = root
        self.path = path
        self.faults: list[Fault] = []
        self.by_id = check_ids(root, self.faults)
        check_schema(root, self.faults)
        check_places(root, self.faults)
        check_references(root, self.by_id, self.faults)

    def procedures(self) -> Iterator[Procedure]:
        """The processes, in document order."""
        for process in self.root.iterchildren(f"{_B}process"):
            yield _Process(self, process).procedure()

    def referred(self, element: etree._Element, trigger: Trigger) -> str | None:
        """Name (message, signal) or code (error, escalation) an event definition refers to."""
        attribute = _REFERENCES[trigger]
        written = element.get(attribute)
        if not written:
            return None
        target = self.by_id.get(written.rpartition(":")[2])
        if target is None:
            return str(written)  # reported as dangling-reference
        code = {Trigger.ERROR: "errorCode", Trigger.ESCALATION: "escalationCode"}.get(trigger)
        coded: str | None = target.get(code) if code else None
        return coded or _name(target) or str(written)


class _Process:
    """One ``bpmn:process`` on its way to a :class:`Procedure`."""

    def __init__(self, definitions: _Definitions, element: etree._Element) -> None:
        self.definitions = definitions
        self.element = element
        self.id = element.get("id", "")
        self.nodes: dict[str, Node] = {}
        self.flows: dict[str, Flow] = {}
        self.lanes: list[Lane] = []

    def report(self, element: etree._Element) -> Report:
        return reporter(self.definitions.faults, self.id or None, element.get("id"))

    def procedure(self) -> Procedure:
        element = self.element
        report = self.report(element)
        if not self.id:
            report("missing-part", element.sourceline, problem="id", what="process")
        self._scope(element, None)
        lane_of = self._lanes()
        self._connect(lane_of)
        found = Annotations(element, report)
        return Procedure(
            id=self.id,
            name=_name(element),
            path=self.definitions.path,
            line=element.sourceline,
            item=annotations.read_item(found, report),
            nodes=self.nodes,
            flows=self.flows,
            lanes=tuple(self.lanes),
            bases=annotations.read_bases(found),
            separations=annotations.read_groups(found, "separate"),
            bindings=annotations.read_groups(found, "bind"),
            objects=annotations.read_objects(found),
            suppressions=annotations.read_suppressions(found),
        )

    def _scope(self, container: etree._Element, scope: str | None) -> None:
        for child in _children(container):
            name = _local(child)
            kind = _KINDS.get(name)
            if kind is None and name != "sequenceFlow":
                continue
            identifier = child.get("id")
            if not identifier:
                self.report(child)("missing-part", child.sourceline, problem="id", what=name)
                continue
            if identifier in self.nodes or identifier in self.flows:
                continue  # reported as duplicate-id
            if kind is None:
                self._flow(child)
                continue
            self.nodes[identifier] = self._node(child, kind, scope)
            if kind.is_container:
                self._scope(child, identifier)

    def _flow(self, element: etree._Element) -> None:
        fact = Annotations(element, self.report(element)).one("condition")
        if not element.get("sourceRef") or not element.get("targetRef"):
            return
        self.flows[element.attrib["id"]] = Flow(
            id=element.attrib["id"],
            name=_name(element),
            source=element.attrib["sourceRef"],
            target=element.attrib["targetRef"],
            line=element.sourceline,
            condition=_text(next(element.iterchildren(f"{_B}conditionExpression"), None)),
            fact=None if fact is None else (fact.text("key"), fact.text("value")),
        )

    def _node(self, element: etree._Element, kind: NodeKind, scope: str | None) -> Node:
        report = self.report(element)
        called = element.get("calledElement")
        if kind is NodeKind.CALL_ACTIVITY and not called:
            report(
                "missing-part",
                element.sourceline,
                problem="attribute",
                what="callActivity",
                name="calledElement",
            )
        return Node(
            id=element.attrib["id"],
            kind=kind,
            name=_name(element),
            line=element.sourceline,
            scope=scope,
            default=element.get("default"),
            step=annotations.read_step(Annotations(element, report), report),
            event=self._event(element, report) if kind.is_event else None,
            attached_to=element.get("attachedToRef"),
            interrupting=_flag(element, "cancelActivity", default=True)
            and _flag(element, "isInterrupting", default=True),
            by_event=_flag(element, "triggeredByEvent") or _flag(element, "instantiate"),
            called=called.rpartition(":")[2] if called else None,
            loop=self._loop(element),
        )

    def _event(self, element: etree._Element, report: Report) -> Event:
        found = [child for child in _children(element) if _local(child) in _TRIGGERS]
        if len(found) > 1:
            return Event(trigger=Trigger.MULTIPLE)
        if not found:
            return Event(trigger=Trigger.NONE)
        definition = found[0]
        trigger = _TRIGGERS[_local(definition)]
        if trigger is Trigger.TIMER:
            for child in _children(definition):
                if _local(child) in _TIMERS and _text(child):
                    return Event(
                        trigger=trigger, timer_kind=_TIMERS[_local(child)], expression=_text(child)
                    )
            report("missing-part", element.sourceline, problem="timer", what=_local(element))
            return Event(trigger=trigger)
        if trigger is Trigger.CONDITIONAL:
            return Event(trigger=trigger, expression=_text(definition.find(f"{_B}condition")))
        if trigger is Trigger.LINK:
            return Event(trigger=trigger, reference=definition.get("name"))
        if trigger in _REFERENCES:
            reference = self.definitions.referred(definition, trigger)
            return Event(trigger=trigger, reference=reference)
        return Event(trigger=trigger)

    def _loop(self, element: etree._Element) -> Loop | None:
        standard = next(element.iterchildren(f"{_B}standardLoopCharacteristics"), None)
        if standard is not None:
            return Loop(mode="standard", condition=_text(standard.find(f"{_B}loopCondition")))
        multiple = next(element.iterchildren(f"{_B}multiInstanceLoopCharacteristics"), None)
        if multiple is None:
            return None
        collection = multiple.find(f"{_B}loopDataInputRef")
        return Loop(
            mode="sequential" if _flag(multiple, "isSequential") else "parallel",
            cardinality=_text(multiple.find(f"{_B}loopCardinality")),
            collection=_text(collection),
            condition=_text(multiple.find(f"{_B}completionCondition")),
        )

    def _lanes(self) -> dict[str, str]:
        """Innermost lane's name by node id."""
        lane_of: dict[str, str] = {}
        for lane in self.element.iter(f"{_B}lane"):
            nodes = tuple(
                (reference.text or "").strip() for reference in lane.findall(f"{_B}flowNodeRef")
            )
            self.lanes.append(
                Lane(id=lane.get("id", ""), name=_name(lane), line=lane.sourceline, nodes=nodes)
            )
            lane_of.update(dict.fromkeys(nodes, _name(lane)))
        return lane_of

    def _connect(self, lane_of: dict[str, str]) -> None:
        incoming: dict[str, list[str]] = {}
        outgoing: dict[str, list[str]] = {}
        for flow in list(self.flows.values()):
            if flow.source not in self.nodes or flow.target not in self.nodes:
                del self.flows[flow.id]  # reported as dangling-reference or misplaced-reference
                continue
            outgoing.setdefault(flow.source, []).append(flow.id)
            incoming.setdefault(flow.target, []).append(flow.id)
        for node in list(self.nodes.values()):
            self.nodes[node.id] = replace(
                node,
                incoming=tuple(incoming.get(node.id, ())),
                outgoing=tuple(outgoing.get(node.id, ())),
                lane=self._lane(node, lane_of),
            )

    def _lane(self, node: Node, lane_of: dict[str, str]) -> str:
        """The node's lane, or that of the sub-process around it."""
        current: Node | None = node
        while current is not None:
            if current.id in lane_of:
                return lane_of[current.id]
            current = self.nodes.get(current.scope) if current.scope else None
        return ""
