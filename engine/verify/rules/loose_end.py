"""A node that nothing leads to, or that leads nowhere.

What it checks
    In a process or sub-process with start events, every other node is led to;
    in one with end events, every other node leads on.
Why it matters
    A step drawn but not connected starts by itself, at once and for every case;
    a step without a way out ends a branch where the reader expects it to go on.
Basis
    BPMN 2.0.2, 10.5.2 and 10.5.3.
Wrong
    开始 → 受理 → 办结; 审核 beside them, connected to nothing
Right
    开始 → 受理 → 审核 → 办结
Known limits
    Boundary events and event sub-processes need no incoming flow, link events
    are led by their name; none of them is reported.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.model.procedure import Node, NodeKind, Trigger
from engine.verify.subject import ProcedureSubject

ID = "loose-end"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    nodes = subject.procedure.nodes.values()
    started = {node.scope for node in nodes if node.kind is NodeKind.START_EVENT}
    ended = {node.scope for node in nodes if node.kind is NodeKind.END_EVENT}
    for node in nodes:
        if node.by_event and node.kind.is_container:
            continue
        if node.scope in started and not node.incoming and not _starts_by_itself(node):
            yield subject.finding(ID, SEVERITY, node, "unreached", step=node.label)
        elif node.scope in ended and not node.outgoing and not _ends_by_itself(node):
            yield subject.finding(ID, SEVERITY, node, "endless", step=node.label)


def _is_link(node: Node) -> bool:
    return node.event is not None and node.event.trigger is Trigger.LINK


def _starts_by_itself(node: Node) -> bool:
    return node.kind in (NodeKind.START_EVENT, NodeKind.BOUNDARY_EVENT) or (
        node.kind is NodeKind.CATCH_EVENT and _is_link(node)
    )


def _ends_by_itself(node: Node) -> bool:
    return node.kind is NodeKind.END_EVENT or (node.kind is NodeKind.THROW_EVENT and _is_link(node))
