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

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from engine.model.controls import Duty
from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "unknown-duty"
SEVERITY = Severity.ERROR
BASIS = ""


def _meant(duty: str, known: Mapping[str, Duty]) -> tuple[str, str]:
    """Variant of the wording, and the ids to suggest."""
    by_name = {other.name: other.id for other in known.values()}
    if duty in by_name:
        return "name", by_name[duty]
    near = get_close_matches(duty, known, n=1)
    return ("near", near[0]) if near else ("none", "、".join(known))


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    known = subject.controls.duties
    for node in subject.procedure.nodes.values():
        duty = node.step.duty if node.step else ""
        if duty and duty not in known:
            variant, near = _meant(duty, known)
            yield subject.finding(
                ID,
                SEVERITY,
                node,
                variant,
                step=node.label,
                duty=duty,
                near=near,
            )
