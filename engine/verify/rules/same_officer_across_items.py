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
from engine.verify.conflicting import of_one_officer
from engine.verify.segregation import crossings_met
from engine.verify.subject import ProcedureSubject

ID = "same-officer-across-items"
SEVERITY = Severity.WARNING
BASIS = "会计法（2024年修正）第二十五条、第三十五条"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    return of_one_officer(subject, ID, SEVERITY, crossings_met)
