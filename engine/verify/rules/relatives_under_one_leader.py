"""Two close relatives work under the same leader.

What it checks
    Officers who must avoid each other (``[[avoid]]``, or a declared relative who
    is an officer) where both hold posts today and neither leads.
Why it matters
    They cover for each other; each case needs an office without one of them.
Basis
    公务员法（2018年修订）第七十四条第一款、第三款.
Wrong
    李四 is 出纳会计, her brother 李五 资产管理, in one office.
Right
    One of them works in another office.
Known limits
    A province may allow it where an office is remote or its work special: the
    finding is a warning. Both in one case are refused at the claim in any event.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import OfficeSubject

ID = "relatives-under-one-leader"
SEVERITY = Severity.WARNING
BASIS = "公务员法（2018年修订）第七十四条第一款"


def check(subject: OfficeSubject) -> Iterator[Finding]:
    held = dict(subject.posts_held)
    for pair in subject.relatives:
        one, other = pair
        posts = held[one] | held[other]
        if held[one] and held[other] and not any(map(subject.leads, posts)):
            yield subject.finding(
                ID,
                SEVERITY,
                subject.roster_file.officer_lines.get(other.id),
                posts=tuple(sorted(posts)),
                officers=(one.id, other.id),
                basis=BASIS,
                statutory=True,
                one=one.name,
                other=other.name,
                source=BASIS,
            )
