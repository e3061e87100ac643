"""Inclusive joins wait for each other.

What it checks
    Reachable states in which an inclusive join can never tell whether more will come.
Why it matters
    The case stands still, and tools disagree about what should happen.
Basis
    BPMN 2.0.2, 13.4.3.
Wrong
    Two inclusive joins, each on a path to the other.
Right
    The loop closed by an exclusive gateway.
Known limits
    Conditions count only by their ``qd:condition`` facts.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "or-join-cycle"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    yield from subject.unsound(ID, SEVERITY)
