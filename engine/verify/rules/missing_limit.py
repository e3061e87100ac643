"""A step or an item has no time limit.

What it checks
    ``limit`` and ``limitUnit`` of steps inside the office; the promised or
    statutory limit of items.
Why it matters
    限时办结 cannot be promised, and nothing is ever late.
Basis
    许昌市财政局2017年实施意见三（三）: limits are made public and kept.
Wrong
    ``<qd:step duty="examine"/>``
Right
    ``<qd:step duty="examine" limit="3" limitUnit="working-day"/>``
Known limits
    Steps of outside parties are not bound by the office's limits.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "missing-limit"
SEVERITY = Severity.ERROR
DRAFT = Severity.INFO
BASIS = "许昌市财政局2017年实施意见三（三）"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    item = subject.procedure.item
    if item is not None and item.promised is None and item.statutory is None:
        written = ("promised", "promisedUnit", "statutory", "statutoryUnit")
        if not subject.is_misread(subject.procedure.id, *written):
            yield subject.finding(
                ID, SEVERITY, item.line, "item", basis=BASIS, title=subject.procedure.title
            )
    for node in subject.steps():
        if node.step is not None and node.step.limit is not None:
            continue
        if not subject.is_misread(node.id, "step", "limit", "limitUnit"):
            yield subject.finding(ID, SEVERITY, node, "step", basis=BASIS, step=node.label)
