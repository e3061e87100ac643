"""A deciding gateway has no default flow.

What it checks
    Exclusive and inclusive gateways with several outgoing flows.
Why it matters
    When no condition holds, the case fails at the gateway.
Basis
    BPMN 2.0.2, 13.4.2 and 13.4.3: an exception is thrown.
Wrong
    Two flows, ``amount > 50000`` and ``amount < 50000``.
Right
    One flow with ``amount > 50000``, the other as the default.
Known limits
    Conditions that together cover everything are not recognised.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.model.procedure import NodeKind
from engine.verify.subject import ProcedureSubject

ID = "split-without-default"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"

_DECIDING = (NodeKind.EXCLUSIVE_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.procedure.nodes.values():
        if node.kind in _DECIDING and len(node.outgoing) > 1 and node.default is None:
            yield subject.finding(ID, SEVERITY, node, step=node.label)
