"""Steps are left out of the promised limit, and the item does not say so.

What it checks
    Items with a step that is ``offClock`` against their ``limitNote``.
Why it matters
    The public reads a limit that is not the one meant.
Basis
    许昌市财政局2017年实施意见三（三）: limits are made public and kept.
Wrong
    ``<qd:step offClock="true" …/>`` in an item without ``limitNote``.
Right
    ``limitNote="自材料齐全起；公示期不计入"``
Known limits
    What the note says is not read.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "unexplained-exclusion"
SEVERITY = Severity.ERROR
DRAFT = Severity.INFO
BASIS = "许昌市财政局2017年实施意见三（三）"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    item = subject.procedure.item
    if item is None or item.limit_note or (item.promised or item.statutory) is None:
        return
    left_out = [n for n in subject.procedure.nodes.values() if n.step and n.step.off_clock]
    if left_out and not subject.is_misread(subject.procedure.id, "limitNote"):
        yield subject.finding(
            ID,
            SEVERITY,
            item.line,
            elements=tuple(node.id for node in left_out),
            basis=BASIS,
            steps="、".join(node.label for node in left_out),
        )
