"""The file is larger or deeper than any procedure can be.

What it checks
    The number of bytes, of elements and the depth of nesting.
Why it matters
    Such a file would stop the office's computer instead of being judged.
Basis
    None; a guard of ours (:mod:`engine.bpmn.xml`).
Wrong
    A 50 MB file with pictures embedded.
Right
    One file per item, pictures left out.
Known limits
    The caps are fixed.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "file-too-large"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY)
