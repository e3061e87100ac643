"""A step has no post, or an outside step nobody who records it.

What it checks
    That a step has a post of its own or stands in a named lane; that an
    external step names its ``recorder``.
Why it matters
    The case would wait for a person nobody can name.
Basis
    许昌市财政局2017年实施意见三（一）4: the lists name the posts.
Wrong
    A task outside all lanes, or ``<qd:step external="true"/>``.
Right
    A task in the lane 出纳会计, or ``<qd:step external="true" recorder="受理窗口"/>``.
Known limits
    None.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "missing-post"
SEVERITY = Severity.ERROR
DRAFT = Severity.INFO
BASIS = "许昌市财政局2017年实施意见三（一）4"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.procedure.steps():
        if not subject.procedure.post_of(node):
            yield subject.finding(ID, SEVERITY, node, "post", basis=BASIS, step=node.label)
        if node.step is not None and node.step.external and not node.step.recorder:
            yield subject.finding(ID, SEVERITY, node, "recorder", basis=BASIS, step=node.label)
