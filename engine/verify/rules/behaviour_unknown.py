"""What the procedure can do could not be explored to the end.

What it checks
    Whether exploration finished: calls that lead nowhere, circles of calls,
    constructs without a defined meaning, too many states.
Why it matters
    What was not explored is not proved: *unknown* is never *fine*.
Basis
    None; the limits of :mod:`engine.verify.behaviour`.
Wrong
    A call of a process that is not among the files.
Right
    The called file checked together with this one.
Known limits
    Findings about what was explored remain valid.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "behaviour-unknown"
SEVERITY = Severity.UNKNOWN
BASIS = ""


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    reason = subject.behaviour.unknown_reason
    if reason is not None:
        yield subject.finding(ID, SEVERITY, title=subject.procedure.title, reason=reason)
