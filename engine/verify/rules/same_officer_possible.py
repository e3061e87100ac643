"""An officer of the roster could do both steps of a conflicting pair.

What it checks
    Every pair of steps that conflict and that some run executes both of, with
    different posts that one officer holds today.
Why it matters
    The claim of the second step will be refused to this officer: somebody
    else must be there.
Basis
    会计法（2024年修正）第二十五条、第三十五条; the table in ``processes/duties.toml``.
Wrong
    王五 holds 所长 and 出纳会计, and 审批 and 支付 occur in one case.
Right
    The two posts held by two officers.
Known limits
    Possible, not forced: whether another officer can do the step is not asked. Only
    the first hundred conflicts of a procedure are told one by one.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.segregation import LISTED, conflicts_met
from engine.verify.subject import ProcedureSubject

ID = "same-officer-possible"
SEVERITY = Severity.WARNING
BASIS = "会计法（2024年修正）第二十五条、第三十五条"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    held = subject.posts_held

    def both(post: str, other: str) -> bool:
        return post != other and any(has.issuperset((post, other)) for _, has in held)

    for pair, alike in conflicts_met(subject, both) if held else ():
        posts = (subject.post_at(pair.one), subject.post_at(pair.other))
        able = [officer for officer, has in held if has.issuperset(posts)]
        yield subject.finding(
            ID,
            SEVERITY,
            subject.node_at(pair.other),
            "rest" if alike else "pair",
            elements=pair.steps,
            posts=posts,
            officers=tuple(officer.id for officer in able),
            basis=pair.basis,
            witness=() if alike else subject.behaviour.witness(*pair.steps),
            statutory=pair.statutory,
            waiver=None if pair.statutory else subject.waiver(posts, pair.duties, pair.steps),
            names="、".join(officer.name for officer in able),
            one=pair.one.node.label,
            other=pair.other.node.label,
            source=pair.basis or subject.procedure.title,
            count=alike,
            listed=LISTED,
        )
