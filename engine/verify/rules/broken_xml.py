"""The file is not well-formed XML.

What it checks
    That the file can be parsed: closed tags, quoted attributes, valid characters.
Why it matters
    No tool can open it; nothing else in it can be judged.
Basis
    XML 1.0, well-formedness.
Wrong
    ``<bpmn:task id="a">`` without an end tag.
Right
    ``<bpmn:task id="a"/>``
Known limits
    Only the first fault is named: what follows it cannot be trusted.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "broken-xml"
SEVERITY = Severity.ERROR
BASIS = "XML 1.0"


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY, by_problem=False)
