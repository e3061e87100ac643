"""A service item lists no materials.

What it checks
    ``qd:material`` of items on the service list.
Why it matters
    People come twice when nobody told them what to bring (一次性告知).
Basis
    优化营商环境条例（2019年公布）第三十五条: materials are made public.
Wrong
    A service item without a single ``qd:material``.
Right
    ``<qd:material name="身份证" form="复印件" source="申请人自备"/>``
Known limits
    An item that needs none lists one with ``required="false"`` or is suppressed.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.model.item import ItemList
from engine.verify.subject import ProcedureSubject

ID = "missing-materials"
SEVERITY = Severity.ERROR
DRAFT = Severity.INFO
BASIS = "优化营商环境条例（2019年公布）第三十五条"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    item = subject.procedure.item
    if item is not None and ItemList.SERVICE in item.lists and not item.materials:
        yield subject.finding(ID, SEVERITY, item.line, basis=BASIS, title=subject.procedure.title)
