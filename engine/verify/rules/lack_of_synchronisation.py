"""A step can be started again while it is still under way.

What it checks
    All reachable states: no flow ever carries two tokens.
Why it matters
    The same work is given out twice, a payment perhaps made twice.
Basis
    van der Aalst 1998, safeness.
Wrong
    A parallel split joined by an exclusive gateway.
Right
    A parallel split joined by a parallel gateway.
Known limits
    Conditions count only by their ``qd:condition`` facts.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "lack-of-synchronisation"
SEVERITY = Severity.ERROR
BASIS = "van der Aalst 1998"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    yield from subject.unsound(ID, SEVERITY)
