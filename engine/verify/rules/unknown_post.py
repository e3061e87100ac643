"""A lane, step or risk names a post that does not exist.

What it checks
    Posts of steps, recorders, posts of risks and names of lanes against
    ``processes/posts.toml``, names and aliases.
Why it matters
    Nobody can be appointed to it, and its conflicts are unknown.
Basis
    许昌市财政局2017年实施意见三（二）5: the posts of a township finance office.
Wrong
    ``<qd:step post="出呐会计"/>``
Right
    ``<qd:step post="出纳会计"/>``
Known limits
    A lane that only groups posts for display must carry the steps' ``group``.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from engine.model.finding import Finding, Severity
from engine.model.procedure import Lane, Node
from engine.verify.subject import ProcedureSubject

ID = "unknown-post"
SEVERITY = Severity.ERROR
BASIS = "许昌市财政局2017年实施意见三（二）5"


def _named(subject: ProcedureSubject) -> Iterator[tuple[Node | Lane | int, str]]:
    nodes = subject.procedure.nodes
    for lane in subject.procedure.lanes:
        inside = [nodes[node] for node in lane.nodes if node in nodes]
        groups = {node.step.group for node in inside if node.step is not None}
        if inside and lane.name and lane.name not in groups:
            yield lane, lane.name
    for node in nodes.values():
        if node.step is None:
            continue
        for name in (node.step.post, node.step.recorder):
            if name:
                yield node, name
        for risk in node.step.risks:
            if risk.post:
                yield risk.line, risk.post


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    known = subject.controls.post_names()
    for at, name in _named(subject):
        if subject.controls.post(name) is None:
            near = get_close_matches(name, known, n=1, cutoff=0.4)
            variant = "near" if near else "none"
            yield subject.finding(
                ID,
                SEVERITY,
                at,
                variant,
                basis=BASIS,
                posts=(name,),
                name=name,
                near="".join(near),
            )
