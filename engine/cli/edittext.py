"""Elements of a BPMN file as text for a terminal, and as JSON."""

import json
from collections.abc import Iterator
from typing import Any

from engine.bpmn.places import HOSTS, Carried, Host, Places, main_rows, needs_nothing, rows_in
from engine.bpmn.reader import read
from engine.bpmn.writer import own_keys
from engine.model.procedure import Flow, Lane, Node, Procedure
from engine.model.wording import say

from .columns import columns


def as_text(content: bytes, wanted: str) -> str:
    """An element with all that may be changed; without one wanted, a line for each."""
    places, drawing = Places(content), _Drawing(content)
    if wanted:
        return "\n".join(_described(places.host(places.element(wanted)), drawing))
    rows = [_row(host, drawing) for host in places.hosts()]
    return columns(rows) if rows else say("edit.empty")


def as_json(content: bytes, wanted: str) -> str:
    """The stable JSON form of the same."""
    places, drawing = Places(content), _Drawing(content)
    if wanted:
        found: object = _fields(places.host(places.element(wanted)), drawing)
    else:
        found = {"elements": [_fields(host, drawing) for host in places.hosts()]}
    return json.dumps(found, ensure_ascii=False, indent=2)


class _Drawing:
    """What stands around the elements of a file: lanes and flows."""

    def __init__(self, content: bytes) -> None:
        self.of_nodes: dict[str, tuple[Procedure, Node]] = {}
        self.of_flows: dict[str, tuple[Procedure, Flow]] = {}
        self.lanes: dict[str, Lane] = {}
        for procedure in read(content).procedures:
            self.of_nodes |= {node.id: (procedure, node) for node in procedure.nodes.values()}
            self.of_flows |= {flow.id: (procedure, flow) for flow in procedure.flows.values()}
            self.lanes |= {lane.id: lane for lane in procedure.lanes}

    def around(self, element: str) -> dict[str, Any]:
        """What BPMN says of an element by itself, by the key that sets it or that we gave it."""
        if element in self.of_nodes:
            procedure, node = self.of_nodes[element]
            return {
                "post": procedure.post_of(node),
                "default": node.default,
                "calledElement": node.called,
                "incoming": list(node.incoming),
                "outgoing": list(node.outgoing),
            }
        if element in self.of_flows:
            procedure, flow = self.of_flows[element]
            return {
                "source": flow.source,
                "target": flow.target,
                "condition": flow.condition,
                "isDefault": procedure.nodes[flow.source].default == flow.id,
            }
        return {"nodes": list(self.lanes[element].nodes)} if element in self.lanes else {}

    def label(self, element: str) -> str:
        """A node or a flow in a few words."""
        if element in self.of_nodes:
            return f"{element} {self.of_nodes[element][1].name}".rstrip()
        if element in self.of_flows:
            words = (element, self.of_flows[element][1].name, self.way(element))
            return "  ".join(filter(None, words))
        return element

    def way(self, flow_id: str) -> str:
        """From where a flow leads to where, and when."""
        procedure, flow = self.of_flows[flow_id]
        default = procedure.nodes[flow.source].default == flow.id
        when = say("edit.fact.isDefault") if default else flow.condition
        return f"{flow.source} → {flow.target}" + (f"  [{when}]" if when else "")


def _fields(host: Host, drawing: _Drawing) -> dict[str, Any]:
    return {
        "id": host.id,
        "kind": host.kind,
        "name": host.name,
        "line": host.line,
        **drawing.around(host.id),
        "annotations": [
            {"path": each.path, "line": each.line, "attributes": dict(each.attributes)}
            for each in host.carried
        ],
    }


def _row(host: Host, drawing: _Drawing) -> tuple[str, str, str, str]:
    """One line of the list: id, kind, name, and what it is about."""
    around = drawing.around(host.id)
    about = [around.get("post"), *(v for a in host.carried for k, v in a.attributes if k == "duty")]
    if "source" in around:
        about = [drawing.way(host.id)]
    return host.id, say(f"edit.kind.{host.kind}"), host.name, "  ".join(filter(None, about))


def _described(host: Host, drawing: _Drawing) -> Iterator[str]:
    """An element, what BPMN says of it, and what we do."""
    around = drawing.around(host.id)
    settable = own_keys(host.kind)
    yield _heading(f"{host.id} {host.name}".rstrip(), _kind(host.kind), host.line)
    rows = [
        (key, host.name if key == "name" else around.get(key) or "", say(f"edit.own.{key}"))
        for key in settable
    ]
    yield from _table([row for row in rows if row[1]])
    for key, value in around.items():
        if key not in settable and value:
            values = value if isinstance(value, list) else [value]
            yield from (f"  {say(f'edit.fact.{key}')}  {_value(v, drawing)}" for v in values)
    unset = [key for key, value, _ in rows if not value]
    if unset:
        yield "  " + say("edit.may-set", names="、".join(unset))
    for each in host.carried:
        yield from _carried(each)
    main = main_rows().get(host.kind)
    there = {each.row.name for each in host.carried}
    holds = main is not None and (main.name in there or needs_nothing(main))
    addable = [*rows_in(host.kind), *(rows_in(main.name) if main and holds else ())]
    names = dict.fromkeys(r.name for r in addable if r.repeatable or r.name not in there)
    if names:
        yield say("edit.may-add", names="、".join(names))


def _carried(each: Carried) -> Iterator[str]:
    """One annotation: what is written, what it means, what else may be."""
    yield _heading(each.path, each.row.meaning.partition("：")[0], each.line)
    meanings = {a.name: a.meaning for a in each.row.attributes}
    yield from _table([(name, text, meanings.get(name, "")) for name, text in each.attributes])
    written = dict(each.attributes)
    unset = [name for name in meanings if name not in written]
    if unset:
        yield "  " + say("edit.may-set", names="、".join(unset))


def _heading(name: str, kind: str, line: int) -> str:
    return say("edit.heading", name=name, kind=kind, line=line)


def _table(rows: list[tuple[str, str, str]]) -> list[str]:
    return [f"  {line}" for line in columns(rows).splitlines()] if rows else []


def _value(value: object, drawing: _Drawing) -> str:
    return say("edit.fact.yes") if value is True else drawing.label(str(value))


def _kind(kind: str) -> str:
    """A kind in Chinese; of elements that stand in no drawing BPMN's own word."""
    return say(f"edit.kind.{kind}") if kind in HOSTS else kind
