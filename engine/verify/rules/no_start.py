"""A process or sub-process has no place to start.

What it checks
    That a start event, or a node without incoming flows, opens every scope.
Why it matters
    A case of it could never be opened.
Basis
    BPMN 2.0.2, 13.2.
Wrong
    Every node has an incoming flow and there is no start event.
Right
    A start event with one flow to the first step.
Known limits
    Conditions count only by their ``qd:condition`` facts.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "no-start"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    yield from subject.unsound(ID, SEVERITY)
