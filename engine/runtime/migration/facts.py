"""Whether the form of a case has what the rest of another version will ask of it."""

from collections.abc import Iterator, Mapping

from engine.bpmn.expression import Expression, parse, parse_timer
from engine.model.procedure import FieldType, Node, NodeKind, Procedure

from ..machine import Mark
from ..program import Program
from .comparing import Footprints, Reason, node_at, reason


def missing_facts(
    old: Program, new: Program, footprints: Footprints, data: Mapping[str, object]
) -> Iterator[Reason]:
    """Fields the rest reads that no step still to come fills in, or that are of another type."""
    ahead = steps_ahead(new, footprints)
    read = {name for place in ahead.values() for name in _read(*place)}
    offered = {f.name for _, node in ahead.values() if node.step for f in node.step.fields}
    types, before = _types(new), _types(old)
    labels = _labels(new)
    for name in sorted(read & types.keys()):
        if name not in data and name not in offered:
            yield reason("no-fact", field=labels[name])
    for name in sorted(data.keys() & types.keys() & before.keys()):
        if types[name] != before[name]:
            yield reason("field-type", field=labels[name])


def steps_ahead(program: Program, footprints: Footprints) -> dict[str, tuple[Procedure, Node]]:
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
        prefix = path.rpartition("/")[0]
        beside = [n.id for n in procedure.nodes.values() if n.attached_to == node.id]
        inside = [n.id for n in procedure.nodes.values() if n.scope == node.id]
        after = [n.id for n in procedure.successors(node)]
        pile += [f"{prefix}/{id_}".removeprefix("/") for id_ in (*beside, *inside, *after)]
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


def _types(program: Program) -> dict[str, FieldType]:
    return {
        field.name: field.type
        for procedure in program.procedures.values()
        for node in procedure.nodes.values()
        for field in (node.step.fields if node.step else ())
    }


def _labels(program: Program) -> dict[str, str]:
    return {
        field.name: field.label
        for procedure in program.procedures.values()
        for node in procedure.nodes.values()
        for field in (node.step.fields if node.step else ())
    }
