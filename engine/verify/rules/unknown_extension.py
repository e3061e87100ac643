"""A ``qd:`` element or attribute is not in the format.

What it checks
    Every element and attribute of our namespace: known, in its place, and not
    repeated where one is meant.
Why it matters
    A misspelt duty or limit would otherwise be ignored, and the check with it.
Basis
    The format table, :mod:`engine.bpmn.table`.
Wrong
    ``<qd:step dutty="approve"/>``
Right
    ``<qd:step duty="approve"/>``
Known limits
    Namespaces of other tools are left alone.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "unknown-extension"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY)
