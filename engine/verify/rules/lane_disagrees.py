"""A step stands in the lane of one post and names another.

What it checks
    ``post`` of every step against the name of its lane, aliases allowed.
Why it matters
    The chart shows one post, the to-do list goes to the other.
Basis
    None; a lane is a post.
Wrong
    A step with ``post="出纳会计"`` in the lane 所长.
Right
    The step drawn in the lane 出纳会计, or a lane named by ``group``.
Known limits
    Lanes named by the step's ``group`` only merge posts for display.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "lane-disagrees"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.procedure.nodes.values():
        if node.step is None or not node.step.post or not node.lane:
            continue
        if subject.post(node.step.post) != subject.post(node.lane) != node.step.group:
            yield subject.finding(
                ID,
                SEVERITY,
                node,
                posts=(node.step.post, node.lane),
                step=node.label,
                post=node.step.post,
                lane=node.lane,
            )
