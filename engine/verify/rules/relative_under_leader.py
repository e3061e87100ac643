"""A close relative of the leader works under him.

What it checks
    Officers who must avoid each other (``[[avoid]]``, or a declared relative who
    is an officer) where one holds the leading post today and the other any post.
Why it matters
    Nobody controls a relative; funds need both the leader and the office.
Basis
    公务员法（2018年修订）第七十四条第一款: not in one chain of command, and no
    finance post where the relative leads.
Wrong
    张三 is 所长, his wife 李四 is 出纳会计.
Right
    李四 works in another office.
Known limits
    Whether both are civil servants is not known; for others the rule of their
    own service applies.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import OfficeSubject

ID = "relative-under-leader"
SEVERITY = Severity.ERROR
BASIS = "公务员法（2018年修订）第七十四条第一款"


def check(subject: OfficeSubject) -> Iterator[Finding]:
    held = dict(subject.posts_held)
    for pair in subject.relatives:
        for leader, other in (pair, pair[::-1]):
            leads = sorted(filter(subject.leads, held[leader]))
            if leads and held[other] and not any(map(subject.leads, held[other])):
                posts = sorted(held[other])
                yield subject.finding(
                    ID,
                    SEVERITY,
                    subject.roster_file.officer_lines.get(other.id),
                    posts=(leads[0], *posts),
                    officers=(leader.id, other.id),
                    basis=BASIS,
                    statutory=True,
                    leader=leader.name,
                    lead=leads[0],
                    name=other.name,
                    held="、".join(posts),
                    source=BASIS,
                )
