"""Some run can never come to an end.

What it checks
    Loops that are entered and have no way out.
Why it matters
    The case goes in circles for ever.
Basis
    van der Aalst 1998, option to complete.
Wrong
    审核 and 补正 with flows to each other and none to the end.
Right
    A gateway in the loop with a flow to the end.
Known limits
    Conditions count only by their ``qd:condition`` facts.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "cannot-complete"
SEVERITY = Severity.ERROR
BASIS = "van der Aalst 1998"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    yield from subject.unsound(ID, SEVERITY)
