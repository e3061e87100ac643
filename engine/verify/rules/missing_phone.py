"""An item lacks its service phone or its supervision phone.

What it checks
    ``phone`` and ``supervisionPhone`` of every item.
Why it matters
    A notice on the wall without a number leaves people nobody to ask, and
    nobody to complain to.
Basis
    许昌市财政局2017年实施意见三（一）4: supervision and complaint channels.
Wrong
    ``<qd:item code="CZ-01" …/>`` without phones
Right
    ``<qd:item code="CZ-01" phone="0374-1234567" supervisionPhone="0374-7654321" …/>``
Known limits
    The numbers are not dialled.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "missing-phone"
SEVERITY = Severity.ERROR
DRAFT = Severity.INFO
BASIS = "许昌市财政局2017年实施意见三（一）4"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    item = subject.procedure.item
    if item is None:
        return
    for variant, number in (("service", item.phone), ("supervision", item.supervision_phone)):
        if not number:
            yield subject.finding(
                ID, SEVERITY, item.line, variant, basis=BASIS, title=subject.procedure.title
            )
