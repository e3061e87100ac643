"""An item ends before it begins.

What it checks
    ``effectiveTo`` of an item against its ``effectiveFrom``.
Why it matters
    It would apply on no day: nobody could publish it, and its chart shows days that make no
    sense.
Basis
    None.
Wrong
    ``effectiveFrom="2026-03-01" effectiveTo="2025-12-31"``
Right
    ``effectiveFrom="2026-03-01" effectiveTo="2026-12-31"``, or no ``effectiveTo``.
Known limits
    An item whose time is over is no fault of its file: publishing it is refused.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "reversed-dates"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    item = subject.procedure.item
    if item is None or item.effective_to is None or item.effective_to >= item.effective_from:
        return
    yield subject.finding(
        ID,
        SEVERITY,
        item.line,
        title=subject.procedure.title,
        since=item.effective_from,
        until=item.effective_to,
    )
