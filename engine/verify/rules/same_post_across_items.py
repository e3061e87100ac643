"""Steps of two items that touch one business object conflict and belong to one post.

What it checks
    Every pair of steps of different procedures that name the same kind of
    ``qd:object``, whose duties conflict and that belong to the same post.
Why it matters
    A batch of funds applied for in one item and paid out in another passes
    through one pair of hands, and no single drawing shows it.
Basis
    会计法（2024年修正）第二十五条、第三十五条; the table in ``processes/duties.toml``.
Wrong
    采购 of an item and 验收 of another, both about the same 合同, in the lane 政府采购管理.
Right
    验收 in the lane 资产管理.
Known limits
    Only files that are checked together are compared. Two cases of one item about
    the same object are judged at the claim. Only the first hundred conflicts of a
    procedure are told one by one; the rest are counted by duties.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.conflicting import of_one_post
from engine.verify.segregation import crossings_met
from engine.verify.subject import ProcedureSubject

ID = "same-post-across-items"
SEVERITY = Severity.ERROR
BASIS = "会计法（2024年修正）第二十五条、第三十五条"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    return of_one_post(subject, ID, SEVERITY, crossings_met)
