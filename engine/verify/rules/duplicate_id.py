"""Two elements of a file have the same id.

What it checks
    The ``id`` of every BPMN element, across all processes of the file.
Why it matters
    A flow or lane that names the id means one of them, and nobody knows which.
Basis
    BPMN 2.0.2, XSD: ``id`` is of type ``xsd:ID``.
Wrong
    ``<bpmn:task id="a"/> … <bpmn:task id="a"/>``
Right
    ``<bpmn:task id="a"/> … <bpmn:task id="b"/>``
Known limits
    Ids of the diagram part are not compared.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "duplicate-id"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY, by_problem=False)
