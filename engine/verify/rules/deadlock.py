"""Some run stops before the end and can never go on.

What it checks
    All reachable states, explored exactly: none but the end may be without a next move.
Why it matters
    The case stays open for ever and nobody finds it on a to-do list.
Basis
    BPMN 2.0.2, 13; van der Aalst 1998, soundness.
Wrong
    An exclusive split joined by a parallel gateway.
Right
    An exclusive split joined by an exclusive gateway.
Known limits
    Conditions count only by their ``qd:condition`` facts.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "deadlock"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    yield from subject.unsound(ID, SEVERITY)
