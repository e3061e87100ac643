"""A step of an outside party is not marked external, or is recorded by one.

What it checks
    Steps whose post is a party (申请人, 村民委员会, 代发银行 …), and recorders.
Why it matters
    Nobody of the office can claim such a step: the case would stand still.
Basis
    None; what an outside party did is recorded by an officer.
Wrong
    ``<qd:step post="代发银行"/>``
Right
    ``<qd:step post="代发银行" external="true" recorder="总预算会计"/>``
Known limits
    None.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "outside-post"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.procedure.steps():
        external = node.step is not None and node.step.external
        variant = "recorder" if external else "step"
        written = node.step.recorder if external and node.step else subject.procedure.post_of(node)
        post = subject.controls.post(written)
        if post is not None and post.external:
            yield subject.finding(
                ID, SEVERITY, node, variant, posts=(post.name,), step=node.label, post=post.name
            )
