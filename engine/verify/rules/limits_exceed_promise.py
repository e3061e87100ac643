"""The limits of the steps add up to more than the item promises.

What it checks
    The longest way through the procedure, called procedures included, against
    the promised limit of the item (or its statutory one): loops are walked
    once, of parallel branches the longest counts, and days of another unit are
    counted so that only what no calendar can save is an error.
Why it matters
    Every officer may keep his limit and the office still break its word.
Basis
    许昌市财政局2017年实施意见三（三）: limits are made public and kept.
Wrong
    ``promised="3"`` over steps of 2 and 2 working days.
Right
    ``promised="4"``; or ``offClock="true"`` on a step that the ``limitNote`` leaves out.
Known limits
    A called procedure with a ``limit`` of its own takes that long. Where it depends
    on the calendar, or a step is 按月 or 按批复, the verdict is unknown. Items that
    promise 按月 or 按批复 promise no number of days.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.model.item import LimitUnit, TimeLimit
from engine.verify.limits import in_unit, longest
from engine.verify.subject import ProcedureSubject

ID = "limits-exceed-promise"
SEVERITY = Severity.ERROR
DRAFT = Severity.INFO
BASIS = "许昌市财政局2017年实施意见三（三）"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    item = subject.procedure.item
    if item is None:
        return
    promise = item.promised or item.statutory
    if promise is None or in_unit(promise, promise.unit) is None:
        return
    calendar = promise.unit is LimitUnit.CALENDAR_DAY
    unit = LimitUnit.CALENDAR_DAY if calendar else LimitUnit.WORKING_DAY
    span = longest(subject.procedure, subject.library.procedures, unit)
    if span.least > promise.days:
        variant, severity, elements = "exceeded", SEVERITY, span.way
    elif span.vague:
        variant, severity, elements = "vague", Severity.UNKNOWN, span.vague
    elif span.most > promise.days:
        variant, severity, elements = "calendar", Severity.UNKNOWN, span.way
    else:
        return
    nodes = [subject.procedure.nodes[element] for element in elements]
    yield subject.finding(
        ID,
        severity,
        item.line,
        variant,
        elements=tuple(node.id for node in nodes if variant == "vague" or node.kind.is_activity),
        basis=BASIS,
        witness=span.way,
        title=subject.procedure.title,
        promise=promise,
        least=TimeLimit(days=span.least, unit=unit),
        most=TimeLimit(days=span.most, unit=unit),
        steps="、".join(node.label for node in nodes),
    )
