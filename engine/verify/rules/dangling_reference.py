"""A reference leads to no element.

What it checks
    Ends of flows, nodes of lanes, hosts of boundary events, default flows,
    and the messages, signals, errors and escalations that events name.
Why it matters
    The flow would be dropped by one tool and redrawn elsewhere by another.
Basis
    BPMN 2.0.2, XSD: references are of type ``xsd:IDREF`` or ``xsd:QName``.
Wrong
    ``<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="gone"/>``
Right
    ``<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b"/>``
Known limits
    Called processes are judged by ``missing-callee``.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "dangling-reference"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY, by_problem=False)
