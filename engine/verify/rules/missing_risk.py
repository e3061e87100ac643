"""A step that moves or guards money names no integrity risk.

What it checks
    ``qd:risk`` of steps that approve, pay, collect, record, or keep cash,
    notes, assets or seals.
Why it matters
    廉政风险点 are what the auditor watches; these steps always have one.
Basis
    许昌市财政局2017年实施意见三（一）4: flow charts show risk points.
Wrong
    ``<qd:step duty="pay"/>`` without ``qd:risk``
Right
    ``<qd:step duty="pay"><qd:risk level="高" form="错付" measure="双人复核"/></qd:step>``
Known limits
    Other duties may have risks too; they are not asked for.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "missing-risk"
SEVERITY = Severity.ERROR
DRAFT = Severity.INFO
BASIS = "许昌市财政局2017年实施意见三（一）4"

_RISKY = frozenset(
    {
        "approve",
        "pay",
        "collect",
        "record",
        "keep-cash",
        "keep-notes",
        "keep-asset",
        "keep-seal",
    }
)


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.steps():
        if node.step is not None and node.step.duty in _RISKY and not node.step.risks:
            duty = subject.controls.duties[node.step.duty].name
            yield subject.finding(ID, SEVERITY, node, basis=BASIS, step=node.label, duty=duty)
