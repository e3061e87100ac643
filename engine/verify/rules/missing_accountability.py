"""An item states no 追责情形.

What it checks
    ``qd:accountability`` of every item.
Why it matters
    The responsibility list must say what is answered for, and how.
Basis
    许昌市财政局2017年实施意见三（一）4: duties and 追责情形 of each entry.
Wrong
    An item without ``qd:accountability``.
Right
    ``<qd:accountability content="违规审批造成损失的，依法追责"/>``
Known limits
    The wording is not judged.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "missing-accountability"
SEVERITY = Severity.ERROR
DRAFT = Severity.INFO
BASIS = "许昌市财政局2017年实施意见三（一）4"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    item = subject.procedure.item
    if item is not None and not item.accountability:
        yield subject.finding(ID, SEVERITY, item.line, basis=BASIS, title=subject.procedure.title)
