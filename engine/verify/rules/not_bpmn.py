"""The file is no BPMN 2.0 model.

What it checks
    The root element, the encoding, and files of other programs (Word, Excel)
    that were only renamed.
Why it matters
    The file holds no procedure; leaving it out in silence would hide an item.
Basis
    BPMN 2.0.2, 15.1: the root is ``definitions`` in the MODEL namespace.
Wrong
    A Word document saved as ``item.bpmn``.
Right
    A file saved by a BPMN tool.
Known limits
    Encodings other than UTF-8, UTF-16, GB18030 (with GBK), ISO-8859-1 and
    windows-1252 are refused, not guessed.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "not-bpmn"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY)
