"""A step has no duty.

What it checks
    Tasks done inside the office; steps of outside parties are left out.
Why it matters
    Conflicts are judged by duty: a step without one conflicts with nothing.
Basis
    会计法（2024年修正）第二十五条、第三十五条: which duties exclude each other.
Wrong
    ``<qd:step limit="3" limitUnit="working-day"/>``
Right
    ``<qd:step duty="examine" limit="3" limitUnit="working-day"/>``
Known limits
    Calls and sub-processes have no duty of their own: their steps do.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "missing-duty"
SEVERITY = Severity.ERROR
DRAFT = Severity.INFO
BASIS = "会计法（2024年修正）第二十五条、第三十五条"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.steps():
        if node.step is not None and node.step.duty:
            continue
        if not subject.is_misread(node.id, "step", "duty"):
            yield subject.finding(ID, SEVERITY, node, basis=BASIS, step=node.label)
