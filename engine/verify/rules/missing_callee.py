"""A call activity calls a process that no file holds.

What it checks
    ``calledElement`` against the checked files, those beside them and the
    shipped items.
Why it matters
    The case would stop there, and no conflict behind the call can be excluded.
Basis
    BPMN 2.0.2, 10.3.4.
Wrong
    ``<bpmn:callActivity id="c" calledElement="paymnet"/>``
Right
    ``<bpmn:callActivity id="c" calledElement="payment"/>``
Known limits
    None.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "missing-callee"
SEVERITY = Severity.ERROR
BASIS = "BPMN 2.0.2"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    known = subject.library.procedures
    for node in subject.procedure.nodes.values():
        if node.called and node.called not in known:
            near = get_close_matches(node.called, known, n=1) or sorted(known)[:5]
            yield subject.finding(
                ID, SEVERITY, node, step=node.label, called=node.called, near="、".join(near)
            )
