"""An item promises more days than the statute leaves it.

What it checks
    The promised limit of an item against its statutory one.
Why it matters
    A promise that is kept would still break the law.
Basis
    优化营商环境条例第三十六条: within the time that laws and regulations set.
Wrong
    ``promised="30" statutory="20"``, both in working days.
Right
    ``promised="15" statutory="20"``
Known limits
    Days of different units are compared so that only what no calendar can save is
    an error.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.limits import in_unit
from engine.verify.subject import ProcedureSubject

ID = "promise-exceeds-statute"
SEVERITY = Severity.ERROR
BASIS = "优化营商环境条例第三十六条"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    item = subject.procedure.item
    if item is None or item.promised is None or item.statutory is None:
        return
    promised = in_unit(item.promised, item.statutory.unit)
    allowed = in_unit(item.statutory, item.statutory.unit)
    if promised is not None and allowed is not None and promised[0] > allowed[0]:
        yield subject.finding(
            ID,
            SEVERITY,
            item.line,
            basis=BASIS,
            title=subject.procedure.title,
            promised=item.promised,
            legal=item.statutory,
        )
