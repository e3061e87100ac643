"""A step that no run can reach.

What it checks
    Every activity against all reachable states.
Why it matters
    It hangs on the wall and is never done.
Basis
    van der Aalst 1998, soundness.
Wrong
    A step without incoming flow beside the drawn path.
Right
    The step on a path from the start.
Known limits
    Conditions count only by their ``qd:condition`` facts.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "dead-step"
SEVERITY = Severity.ERROR
BASIS = "van der Aalst 1998"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    yield from subject.unsound(ID, SEVERITY)
