"""An element lacks a part it cannot do without.

What it checks
    Processes in the file, ids, ends of flows, called elements, hosts of
    boundary events, bodies of timers.
Why it matters
    The element means nothing without it and would be left out in silence.
Basis
    BPMN 2.0.2, XSD: required attributes and elements.
Wrong
    ``<bpmn:callActivity id="c"/>``
Right
    ``<bpmn:callActivity id="c" calledElement="payment"/>``
Known limits
    Parts that only other tools need are not asked for.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "missing-part"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY)
