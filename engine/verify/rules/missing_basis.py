"""An item has no legal basis.

What it checks
    ``qd:legalBasis`` of every item.
Why it matters
    法无授权不可为: a power without a basis may not be exercised.
Basis
    许昌市财政局2017年实施意见三（一）4: each entry of the lists names its basis.
Wrong
    An item without ``qd:legalBasis``.
Right
    ``<qd:legalBasis statute="预算法" version="2018-12-29" article="57"/>``
Known limits
    Whether the article carries the power is for a jurist.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "missing-basis"
SEVERITY = Severity.ERROR
DRAFT = Severity.INFO
BASIS = "许昌市财政局2017年实施意见三（一）4"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    item = subject.procedure.item
    if item is not None and not subject.procedure.bases:
        yield subject.finding(ID, SEVERITY, item.line, basis=BASIS, title=subject.procedure.title)
