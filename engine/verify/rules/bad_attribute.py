"""A BPMN element has an attribute the schema does not know, or a value it forbids.

What it checks
    Attributes of BPMN elements, and values that are booleans, numbers or choices.
Why it matters
    A misspelt ``default`` or ``isInterrupting`` is ignored by every tool.
Basis
    BPMN 2.0.2, XSD.
Wrong
    ``<bpmn:boundaryEvent cancelActivity="no"/>``
Right
    ``<bpmn:boundaryEvent cancelActivity="false"/>``
Known limits
    Attributes of other namespaces are left alone.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "bad-attribute"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY)
