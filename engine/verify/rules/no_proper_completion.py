"""One run can come to the same end twice.

What it checks
    Runs that reach an end event again before the scope is over.
Why it matters
    The case is reported as finished while work is still open.
Basis
    van der Aalst 1998, proper completion.
Wrong
    A parallel split whose branches run to one end event.
Right
    The branches joined by a parallel gateway before the end.
Known limits
    Conditions count only by their ``qd:condition`` facts.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "no-proper-completion"
SEVERITY = Severity.ERROR
BASIS = "van der Aalst 1998"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    yield from subject.unsound(ID, SEVERITY)
