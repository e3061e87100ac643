"""Where the references of a file lead: to nothing, to the wrong thing, across a border.

Belongs here: ends of flows, hosts, lists, lanes, shapes. Does not: what the
schema says about one element by itself (:mod:`engine.bpmn.schema`).
"""

from collections.abc import Mapping

from lxml import etree

from engine.model.finding import Fault
from engine.model.procedure import ACTIVITIES, NodeKind

from .extension import reporter_at
from .xml import BPMN, BPMNDI

_B = f"{{{BPMN}}}"
_NODES = frozenset(kind.value for kind in NodeKind)
_ACTIVITIES = frozenset(kind.value for kind in ACTIVITIES)
_ANY: frozenset[str] = frozenset()
#: Element → attribute that refers → local names of what it may refer to.
_ATTRIBUTES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "sequenceFlow": {"sourceRef": _NODES, "targetRef": _NODES},
    "boundaryEvent": {"attachedToRef": _ACTIVITIES},
    "messageEventDefinition": {"messageRef": frozenset({"message"})},
    "sendTask": {"messageRef": frozenset({"message"})},
    "receiveTask": {"messageRef": frozenset({"message"})},
    "signalEventDefinition": {"signalRef": frozenset({"signal"})},
    "errorEventDefinition": {"errorRef": frozenset({"error"})},
    "escalationEventDefinition": {"escalationRef": frozenset({"escalation"})},
    "compensateEventDefinition": {"activityRef": _ACTIVITIES},
    "participant": {"processRef": frozenset({"process"})},
    "messageFlow": {
        "sourceRef": _NODES | {"participant"},
        "targetRef": _NODES | {"participant"},
        "messageRef": frozenset({"message"}),
    },
    "association": {"sourceRef": _ANY, "targetRef": _ANY},
    "dataObjectReference": {"dataObjectRef": frozenset({"dataObject"})},
    "dataStoreReference": {"dataStoreRef": frozenset({"dataStore"})},
}
#: What an event-based gateway may lead to (BPMN 2.0.2, 10.6.6).
_AWAITED = frozenset({"intermediateCatchEvent", "receiveTask"})


def check_references(
    root: etree._Element, by_id: Mapping[str, etree._Element], faults: list[Fault]
) -> None:
    """Report every reference of a file that leads nowhere or where it must not."""
    _References(root, by_id, faults).check()


def _local(element: etree._Element) -> str:
    return str(element.tag[len(_B) :])


def id_in_file(element: etree._Element, written: str, namespace: str | None) -> str | None:
    """The id a reference names in this file; None where it names one of another file.

    Parameters
    ----------
    namespace : the file's target namespace.
    """
    prefix, _, identifier = written.strip().rpartition(":")
    named = element.nsmap.get(prefix) if prefix else None
    return None if named and named != namespace else identifier


def _process(element: etree._Element) -> etree._Element | None:
    return next(element.iterancestors(f"{_B}process"), None)


class _References:
    def __init__(
        self, root: etree._Element, by_id: Mapping[str, etree._Element], faults: list[Fault]
    ) -> None:
        self.root = root
        self.by_id = by_id
        self.faults = faults
        self.target_namespace = root.get("targetNamespace")
        #: Flows that arrive at and leave a node, by its id.
        self.arriving: dict[str, list[str]] = {}
        self.leaving: dict[str, list[str]] = {}

    def check(self) -> None:
        for name, attributes in _ATTRIBUTES.items():
            for element in self.root.iter(_B + name):
                for attribute, kinds in attributes.items():
                    self._refer(element, attribute, element.get(attribute), kinds)
        for flow in self.root.iter(f"{_B}sequenceFlow"):
            self._flow(flow)
        for kind in NodeKind:
            for node in self.root.iter(_B + kind.value):
                self._node(node)
        for process in self.root.iterchildren(f"{_B}process"):
            self._lanes(process)
        for shape in self.root.iter(f"{{{BPMNDI}}}*"):
            self._refer(shape, "bpmnElement", shape.get("bpmnElement"), _ANY)

    def report(self, element: etree._Element, rule: str, **facts: object) -> None:
        reporter_at(self.faults, element)(rule, element.sourceline, **facts)

    def _resolve(self, element: etree._Element, written: str) -> str | None:
        return id_in_file(element, written, self.target_namespace)

    def _refer(
        self,
        element: etree._Element,
        attribute: str,
        written: str | None,
        kinds: frozenset[str],
    ) -> etree._Element | None:
        """What a reference leads to, if that is of the right kind; else it is reported."""
        identifier = self._resolve(element, written) if written else None
        if not identifier:
            return None
        target = self.by_id.get(identifier)
        if target is None:
            self.report(element, "dangling-reference", attribute=attribute, target=written)
        elif kinds and _local(target) not in kinds:
            self.report(
                element,
                "misplaced-reference",
                problem="kind",
                attribute=attribute,
                target=written,
                found=_local(target),
                expected="节点" if kinds == _NODES else "、".join(sorted(kinds)),
            )
        else:
            return target
        return None

    def _flow(self, flow: etree._Element) -> None:
        ends = {name: self.by_id.get(flow.get(name, "")) for name in ("sourceRef", "targetRef")}
        source, target = ends["sourceRef"], ends["targetRef"]
        if source is None or target is None:
            return
        if _local(source) not in _NODES or _local(target) not in _NODES:
            return
        identifier = flow.get("id", "")
        self.leaving.setdefault(source.get("id"), []).append(identifier)
        self.arriving.setdefault(target.get("id"), []).append(identifier)
        scopes = {element.getparent() for element in (flow, source, target)}
        if len(scopes) > 1:
            processes = {_process(element) for element in (flow, source, target)}
            problem = "scope" if len(processes) == 1 else "pool"
            self.report(flow, "misplaced-reference", problem=problem)
        if _local(source) == "eventBasedGateway" and _local(target) not in _AWAITED:
            self.report(flow, "misplaced-reference", problem="awaited", target=target.get("id"))

    def _node(self, node: etree._Element) -> None:
        name, identifier = _local(node), node.get("id", "")
        arriving, leaving = self.arriving.get(identifier, []), self.leaving.get(identifier, [])
        for listed, flows in (("incoming", arriving), ("outgoing", leaving)):
            self._list(node, listed, flows)
        default = node.get("default")
        if default and default not in leaving:
            known = default in self.by_id
            self.report(
                node,
                "misplaced-reference" if known else "dangling-reference",
                **({"problem": "default"} if known else {}),
                attribute="default",
                target=default,
            )
        by_event = name == "subProcess" and node.get("triggeredByEvent") in ("true", "1")
        if arriving and (name in ("startEvent", "boundaryEvent") or by_event):
            what = "event-sub-process" if by_event else name
            self.report(node, "misplaced-reference", problem="arrives", what=what, flow=arriving[0])
        if leaving and (name == "endEvent" or by_event):
            what = "event-sub-process" if by_event else name
            self.report(node, "misplaced-reference", problem="leaves", what=what, flow=leaving[0])
        if name == "boundaryEvent":
            host = self.by_id.get(node.get("attachedToRef", ""))
            if host is not None and host.getparent() is not node.getparent():
                self.report(node, "misplaced-reference", problem="host", target=host.get("id"))

    def _list(self, node: etree._Element, listed: str, flows: list[str]) -> None:
        written = {
            self._resolve(entry, entry.text or ""): entry
            for entry in node.iterchildren(_B + listed)
        }
        for identifier, entry in written.items():
            if identifier is None or identifier in flows:
                continue
            rule = "misplaced-reference" if identifier in self.by_id else "dangling-reference"
            problem = {"problem": listed} if rule == "misplaced-reference" else {}
            self.report(entry, rule, **problem, attribute=listed, target=identifier)
        if written:
            for identifier in flows:
                if identifier not in written:
                    self.report(
                        node, "misplaced-reference", problem=f"not-{listed}", target=identifier
                    )

    def _lanes(self, process: etree._Element) -> None:
        """Nodes of lanes stand in the process, and in one lane of a lane set."""
        for lane_set in process.iter(f"{_B}laneSet", f"{_B}childLaneSet"):
            taken: dict[str, etree._Element] = {}
            for lane in lane_set.iterchildren(f"{_B}lane"):
                for entry in lane.iterchildren(f"{_B}flowNodeRef"):
                    written = (entry.text or "").strip()
                    node = self._refer(entry, "flowNodeRef", written, _NODES)
                    if node is None:
                        continue
                    if _process(node) is not process:
                        self.report(
                            entry, "misplaced-reference", problem="lane-process", target=written
                        )
                    other = taken.setdefault(written, lane)
                    if other is not lane:
                        self.report(
                            entry,
                            "misplaced-reference",
                            problem="lane-twice",
                            target=written,
                            other=other.get("name") or other.get("id"),
                        )
