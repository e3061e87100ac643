"""A legal basis cites a text that nobody has compared yet.

What it checks
    The mark ``verified`` of the cited version in ``processes/statutes.toml``.
Why it matters
    It was entered from memory: number, date and article may be wrong.
Basis
    None.
Wrong
    A published item that rests on an unverified document.
Right
    The text read, the citation compared, the mark set.
Known limits
    The mark is set by hand.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "unverified-basis"
SEVERITY = Severity.INFO
BASIS = ""


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for basis in subject.bases():
        cited = subject.controls.statute_version(basis.statute, basis.version)
        if cited is not None and not cited.verified:
            yield subject.finding(
                ID, SEVERITY, basis.line, statute=cited.title, number=cited.number or cited.version
            )
