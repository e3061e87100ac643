"""Several flows leave a task or an event without a gateway.

What it checks
    Outgoing flows of everything that is not a gateway.
Why it matters
    BPMN starts all of them at once; the reader of a wall chart sees a choice.
Basis
    BPMN 2.0.2, 13.2.1; refused by SpiffWorkflow 3.2.0.
Wrong
    受理 → 审核, 受理 → 退回
Right
    受理 → 排他网关 → 审核 or 退回
Known limits
    Several flows *into* a task are allowed: each starts it once.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "implicit-split"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.procedure.nodes.values():
        if not node.kind.is_gateway and len(node.outgoing) > 1:
            yield subject.finding(ID, SEVERITY, node, step=node.label, number=len(node.outgoing))
