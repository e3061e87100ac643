"""An officer could do conflicting steps of two items on one business object.

What it checks
    Every pair of steps of different procedures that name the same kind of
    ``qd:object`` and whose duties conflict, with different posts that one
    officer holds today.
Why it matters
    The second step will be refused to this officer: somebody else must be there.
Basis
    会计法（2024年修正）第二十五条、第三十五条; the table in ``processes/duties.toml``.
Wrong
    王五 holds 政府采购管理 and 资产管理; 采购 and 验收 of one 合同 lie in two items.
Right
    The two posts held by two officers.
Known limits
    Possible, not forced: whether another officer can do the step is not asked.
    Only files that are checked together are compared. Only the first hundred
    conflicts of a procedure are told one by one; the rest are counted by duties.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.segregation import LISTED, crossing_witness, crossings_met
from engine.verify.subject import ProcedureSubject

ID = "same-officer-across-items"
SEVERITY = Severity.WARNING
BASIS = "会计法（2024年修正）第二十五条、第三十五条"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    held = subject.posts_held

    def both(post: str, other: str) -> bool:
        return post != other and any(has.issuperset((post, other)) for _, has in held)

    for pair, alike in crossings_met(subject, both) if held else ():
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
            witness=() if alike else crossing_witness(subject, pair),
            statutory=pair.statutory,
            waiver=None if pair.statutory else subject.waiver(posts, pair.duties, pair.steps),
            names="、".join(officer.name for officer in able),
            one=pair.one.node.label,
            item=pair.elsewhere.procedure.title,
            other=pair.other.node.label,
            kind=pair.kind,
            source=pair.basis,
            count=alike,
            listed=LISTED,
        )
