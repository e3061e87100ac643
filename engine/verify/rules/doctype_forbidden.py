"""The file declares a document type.

What it checks
    That there is no ``<!DOCTYPE``.
Why it matters
    Entities declared there can read files of the computer or fill its memory.
Basis
    OWASP XML External Entity Prevention.
Wrong
    ``<!DOCTYPE bpmn [<!ENTITY x SYSTEM "file:///etc/passwd">]>``
Right
    No document type at all: BPMN needs none.
Known limits
    A harmless one is refused too.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "doctype-forbidden"
SEVERITY = Severity.ERROR
BASIS = "OWASP XXE Prevention"


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY, by_problem=False)
