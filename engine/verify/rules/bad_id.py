"""An id is no XML name.

What it checks
    The ``id`` of every element: a letter or underscore first, no spaces.
Why it matters
    Other tools refuse the file, and references to it break.
Basis
    BPMN 2.0.2, XSD: ``id`` is of type ``xsd:ID``.
Wrong
    ``<bpmn:task id="1 审核"/>``
Right
    ``<bpmn:task id="examine"/>``
Known limits
    None.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "bad-id"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY, by_problem=False)
