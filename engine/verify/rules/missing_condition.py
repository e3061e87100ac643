"""A flow out of a deciding gateway has no condition and is not the default.

What it checks
    Outgoing flows of exclusive and inclusive gateways with several of them.
Why it matters
    Nobody can say when the flow is taken; the engine refuses it.
Basis
    BPMN 2.0.2, 13.4.2.
Wrong
    ``<bpmn:sequenceFlow sourceRef="gateway" …/>`` beside the default flow
Right
    The same with ``<bpmn:conditionExpression>opinion == '退回'``
Known limits
    None.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.model.procedure import NodeKind
from engine.verify.subject import ProcedureSubject

ID = "missing-condition"
SEVERITY = Severity.ERROR
DRAFT = Severity.WARNING
BASIS = "BPMN 2.0.2"

_DECIDING = (NodeKind.EXCLUSIVE_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.procedure.nodes.values():
        if node.kind not in _DECIDING or len(node.outgoing) < 2:
            continue
        for flow in map(subject.procedure.flows.__getitem__, node.outgoing):
            if flow.condition is None and flow.id != node.default:
                yield subject.finding(
                    ID, SEVERITY, flow, step=node.label, name=flow.name or flow.id
                )
