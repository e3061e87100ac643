"""Two files hold a process with the same id.

What it checks
    Process ids across all files that are checked together.
Why it matters
    A call names the process by its id: it would run whichever was read first.
Basis
    BPMN 2.0.2, 10.3.4: a called element is identified by its id.
Wrong
    ``payment`` in both ``payment.bpmn`` and ``copy.bpmn``.
Right
    ``payment`` and ``payment_2026``.
Known limits
    Two processes of one file are judged by ``duplicate-id``.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "duplicate-process"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: FileSubject) -> Iterator[Finding]:
    for procedure in subject.document.procedures:
        others = [
            document.path
            for document in subject.documents
            if document is not subject.document
            and any(other.id == procedure.id for other in document.procedures)
        ]
        if procedure.id and others:
            yield subject.finding(
                ID, SEVERITY, procedure.line, process=procedure.id, id=procedure.id, first=others[0]
            )
