"""A construct that is not run, or would be run wrongly in silence.

What it checks
    Script and business rule tasks, complex gateways, transactions, ad-hoc and
    event sub-processes, compensation, link, conditional, cancel and multiple
    events, repeating timers, signal end events, and calls for child cases
    with a loop or a boundary event.
Why it matters
    A step that is skipped without a word is worse than one that fails.
Basis
    Behaviour of SpiffWorkflow 3.2.0, measured.
Wrong
    ``<bpmn:scriptTask id="s"/>``
Right
    ``<bpmn:userTask id="s"/>`` with a form, or a condition on a gateway.
Known limits
    Where a construct can be drawn differently, the hint says how.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.model.procedure import Node, NodeKind, Procedure, Trigger
from engine.verify.subject import ProcedureSubject

ID = "unsupported-construct"
SEVERITY = Severity.ERROR
BASIS = "SpiffWorkflow 3.2.0"

_KINDS = {
    NodeKind.SCRIPT_TASK: "script",
    NodeKind.BUSINESS_RULE_TASK: "business-rule",
    NodeKind.COMPLEX_GATEWAY: "complex-gateway",
    NodeKind.TRANSACTION: "transaction",
    NodeKind.AD_HOC_SUB_PROCESS: "ad-hoc",
}
_TRIGGERS = {
    Trigger.COMPENSATION: "compensation",
    Trigger.LINK: "link",
    Trigger.CONDITIONAL: "conditional",
    Trigger.CANCEL: "cancel",
    Trigger.MULTIPLE: "multiple",
}


def _constructs(node: Node, procedure: Procedure) -> Iterator[str]:
    if node.kind in _KINDS:
        yield _KINDS[node.kind]
    if node.kind.is_container and node.by_event:
        yield "event-sub-process"
    if node.event is not None:
        if node.event.trigger in _TRIGGERS:
            yield _TRIGGERS[node.event.trigger]
        if node.event.timer_kind == "cycle":
            yield "cycle"
        if node.kind is NodeKind.END_EVENT and node.event.trigger is Trigger.SIGNAL:
            yield "signal-end"
    if node.step is not None and node.step.child_rows:
        if node.loop is not None:
            yield "children-loop"
        if any(other.attached_to == node.id for other in procedure.nodes.values()):
            yield "children-boundary"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.procedure.nodes.values():
        for construct in _constructs(node, subject.procedure):
            yield subject.finding(ID, SEVERITY, node, construct, basis=BASIS, step=node.label)
