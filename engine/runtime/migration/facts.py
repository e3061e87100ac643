"""Whether the form of a case has what the rest of another version will ask of it."""

from collections.abc import Iterator, Mapping

from engine.bpmn.expression import Expression, parse, parse_timer
from engine.model.procedure import Node, NodeKind, Procedure

from ..machine import Mark
from ..places import fields_of
from ..program import Program, sibling
from .comparing import Footprints, Reason, node_at, reason


def missing_facts(
    old: Program, new: Program, footprints: Footprints, data: Mapping[str, object]
) -> Iterator[Reason]:
    """Fields the rest reads that no step still to come fills in, or that are of another type."""
    ahead = nodes_ahead(new, footprints)
    read = {name for place in ahead.values() for name in _read(*place)}
    offered = {f.name for _, node in ahead.values() if node.step for f in node.step.fields}
    fields, before = ({f.name: f for f in fields_of(program)} for program in (new, old))
    for name in sorted(read & fields.keys()):
        if name not in data and name not in offered:
            yield reason("no-fact", field=fields[name].label)
    for name in sorted(data.keys() & fields.keys() & before.keys()):
        if fields[name].type is not before[name].type:
            yield reason("field-type", field=fields[name].label)


def nodes_ahead(program: Program, footprints: Footprints) -> dict[str, tuple[Procedure, Node]]:
    """Everything a run may still come to, by path; what waits or is under way included."""
    found: dict[str, tuple[Procedure, Node]] = {}
    pile = [path for path, marks in footprints.items() if Mark.OPEN in marks]
    while pile:
        path = pile.pop()
        place = node_at(program, path)
        if path in found or place is None:
            continue
        found[path] = place
        procedure, node = place
        beside = [n.id for n in procedure.nodes.values() if n.attached_to == node.id]
        inside = [n.id for n in procedure.nodes.values() if n.scope == node.id]
        after = [n.id for n in procedure.successors(node)]
        pile += [sibling(path, id_) for id_ in (*beside, *inside, *after)]
        if node.kind is NodeKind.CALL_ACTIVITY and node.called:
            called = program.procedures[node.called]
            pile += [f"{path}/{id_}" for id_ in called.nodes]
    return found


def _read(procedure: Procedure, node: Node) -> Iterator[str]:
    """Names a node's expressions read."""
    texts = [procedure.flows[flow].condition for flow in node.outgoing]
    if node.loop is not None:
        yield node.loop.collection or ""
        texts += [node.loop.cardinality, node.loop.condition]
    for text in filter(None, texts):
        yield from parse(text).names
    if node.event is not None and node.event.expression:
        timer = parse_timer(node.event.expression)
        yield from timer.names if isinstance(timer, Expression) else ()
