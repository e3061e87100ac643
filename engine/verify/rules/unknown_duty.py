"""A step names a duty that does not exist.

What it checks
    ``duty`` of every step against ``processes/duties.toml``.
Why it matters
    Conflicts are judged by duty: an unknown one conflicts with nothing.
Basis
    会计法（2024年修正）第二十五条、第三十五条: which duties exclude each other.
Wrong
    ``<qd:step duty="aprove"/>``
Right
    ``<qd:step duty="approve"/>``
Known limits
    Whether the duty fits what the step is called is not judged.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "unknown-duty"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    known = subject.controls.duties
    for node in subject.procedure.nodes.values():
        duty = node.step.duty if node.step else ""
        if duty and duty not in known:
            near = get_close_matches(duty, known, n=1)
            variant = "near" if near else "none"
            yield subject.finding(
                ID,
                SEVERITY,
                node,
                variant,
                step=node.label,
                duty=duty,
                near="、".join(near or known),
            )
