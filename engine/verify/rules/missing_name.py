"""A step, a lane or a deciding gateway has no name.

What it checks
    Names of activities and lanes, and of gateways that decide.
Why it matters
    The wall chart and the to-do list would show an id instead of words.
Basis
    None.
Wrong
    ``<bpmn:userTask id="Activity_0x1"/>``
Right
    ``<bpmn:userTask id="examine" name="审核申请材料"/>``
Known limits
    Events and joining gateways may stay unnamed.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.model.procedure import NodeKind
from engine.verify.subject import ProcedureSubject

ID = "missing-name"
SEVERITY = Severity.WARNING
DRAFT = Severity.INFO
BASIS = ""

_DECIDING = (NodeKind.EXCLUSIVE_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.procedure.nodes.values():
        deciding = node.kind in _DECIDING and len(node.outgoing) > 1
        if not node.name and (node.kind.is_activity or deciding):
            yield subject.finding(ID, SEVERITY, node, "gateway" if deciding else "step", id=node.id)
    for lane in subject.procedure.lanes:
        if not lane.name and lane.nodes:
            yield subject.finding(ID, SEVERITY, lane, "lane", id=lane.id)
