"""Steps that one person must not control belong to one post.

What it checks
    Every pair of steps whose duties conflict or that are separated, that some
    run of one case executes both of, and that belong to the same post: by
    exact exploration, called procedures included.
Why it matters
    One person could begin and conceal the same fraud, in every office that
    uses the drawing.
Basis
    会计法（2024年修正）第二十五条、第三十五条; the table in ``processes/duties.toml``.
Wrong
    审批 and 支付 both in the lane 所长.
Right
    审批 in the lane 所长, 支付 in the lane 出纳会计.
Known limits
    Steps of outside parties are left out; where exploration reaches its limit,
    ``behaviour-unknown`` says so. Only the first hundred conflicts of a procedure
    are told one by one; the rest are counted by duties.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.segregation import LISTED, conflicts_met
from engine.verify.subject import ProcedureSubject

ID = "same-post-conflict"
SEVERITY = Severity.ERROR
BASIS = "会计法（2024年修正）第二十五条、第三十五条"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for pair, alike in conflicts_met(subject, lambda post, other: post == other != ""):
        post = subject.post_at(pair.one)
        yield subject.finding(
            ID,
            SEVERITY,
            subject.node_at(pair.other),
            "rest" if alike else "statutory" if pair.statutory else "waivable",
            elements=pair.steps,
            posts=(post,),
            basis=pair.basis,
            witness=() if alike else subject.behaviour.witness(*pair.steps),
            statutory=pair.statutory,
            waiver=None if pair.statutory else subject.waiver(pair.duties, pair.steps),
            one=pair.one.node.label,
            other=pair.other.node.label,
            post=post,
            source=pair.basis or subject.procedure.title,
            count=alike,
            listed=LISTED,
        )
