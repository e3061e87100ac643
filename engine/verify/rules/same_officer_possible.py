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
from engine.verify.conflicting import of_one_officer
from engine.verify.segregation import conflicts_met
from engine.verify.subject import ProcedureSubject

ID = "same-officer-possible"
SEVERITY = Severity.WARNING
BASIS = "会计法（2024年修正）第二十五条、第三十五条"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    return of_one_officer(subject, ID, SEVERITY, conflicts_met)
