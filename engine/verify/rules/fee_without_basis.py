"""An item takes a fee without naming what allows it.

What it checks
    ``feeBasis`` of every item whose ``fee`` is neither empty nor 不收费.
Why it matters
    A fee without a basis is an arbitrary charge (乱收费).
Basis
    优化营商环境条例（2019年公布）第二十五条: fees follow statutes and public lists.
Wrong
    ``<qd:item fee="每份10元" …/>``
Right
    ``<qd:item fee="每份10元" feeBasis="发改价格〔…〕…号" …/>``
Known limits
    The basis is not looked up.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "fee-without-basis"
SEVERITY = Severity.ERROR
BASIS = "优化营商环境条例（2019年公布）第二十五条"

_FREE = ("", "不收费", "免费", "无")


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    item = subject.procedure.item
    if item is not None and item.fee not in _FREE and not item.fee_basis:
        yield subject.finding(
            ID, SEVERITY, item.line, basis=BASIS, title=subject.procedure.title, fee=item.fee
        )
