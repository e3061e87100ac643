"""A BPMN element stands where the schema does not allow it.

What it checks
    Children of every BPMN element: known, in their order, not repeated.
Why it matters
    Strict tools refuse the whole file; others leave the element out.
Basis
    BPMN 2.0.2, XSD.
Wrong
    ``<bpmn:outgoing>`` before ``<bpmn:extensionElements>``
Right
    ``<bpmn:extensionElements>`` first
Known limits
    Choreographies and conversations are not described.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "bpmn-order"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY)
