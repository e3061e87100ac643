"""A condition stands on a flow that does not leave a gateway.

What it checks
    Flows with a condition whose source is a task, a call, a sub-process, an
    event, or a gateway that does not decide.
Why it matters
    The condition is ignored and the flow is taken always.
Basis
    Behaviour of SpiffWorkflow 3.2.0, measured.
Wrong
    审核 → (金额大于五万) 审批
Right
    审核 → 排他网关 → (金额大于五万) 审批
Known limits
    None.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.model.procedure import NodeKind
from engine.verify.subject import ProcedureSubject

ID = "condition-on-task-flow"
SEVERITY = Severity.ERROR
BASIS = "SpiffWorkflow 3.2.0"

_DECIDING = (
    NodeKind.EXCLUSIVE_GATEWAY,
    NodeKind.INCLUSIVE_GATEWAY,
    NodeKind.COMPLEX_GATEWAY,
)


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for flow in subject.procedure.flows.values():
        source = subject.procedure.nodes[flow.source]
        if flow.condition is not None and source.kind not in _DECIDING:
            yield subject.finding(ID, SEVERITY, flow, basis=BASIS, step=source.label)
