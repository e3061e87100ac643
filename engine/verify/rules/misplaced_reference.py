"""A reference leads to an element it must not lead to.

What it checks
    Kinds of referred elements; flows across the border of a sub-process or a
    pool, into a start or out of an end; hosts of boundary events; default
    flows; ``incoming`` and ``outgoing`` lists; nodes in two lanes.
Why it matters
    Each tool mends it in its own way: the drawing shows one thing, the engine
    runs another.
Basis
    BPMN 2.0.2, 10.4, 10.5 and 10.8.
Wrong
    ``<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="lane_1"/>``
Right
    ``<bpmn:sequenceFlow id="f" sourceRef="a" targetRef="b"/>``
Known limits
    References into other files are not followed.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "misplaced-reference"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY)
