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
from engine.verify.conflicting import of_one_post
from engine.verify.segregation import conflicts_met
from engine.verify.subject import ProcedureSubject

ID = "same-post-conflict"
SEVERITY = Severity.ERROR
BASIS = "会计法（2024年修正）第二十五条、第三十五条"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    return of_one_post(subject, ID, SEVERITY, conflicts_met)
