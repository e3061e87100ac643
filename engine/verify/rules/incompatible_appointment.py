"""An officer holds two incompatible posts.

What it checks
    The posts every officer holds today against the incompatible pairs of
    ``processes/posts.toml``; substitutes count fully.
Why it matters
    One person could begin and conceal the same fraud.
Basis
    许昌市财政局2017年实施意见三（二）5；会计法（2024年修正）第二十五条、第三十五条.
Wrong
    ``posts = ["总预算会计", "出纳会计"]``
Right
    The two posts held by two officers, or a waiver where no statute forbids it.
Known limits
    Appointments that begin later are judged when they begin.
"""

from collections.abc import Iterator
from itertools import combinations

from engine.model.finding import Finding, Severity
from engine.verify.subject import OfficeSubject

ID = "incompatible-appointment"
SEVERITY = Severity.ERROR
BASIS = "许昌市财政局2017年实施意见三（二）5"


def check(subject: OfficeSubject) -> Iterator[Finding]:
    for officer, held in subject.posts_held:
        for one, other in combinations(sorted(held), 2):
            conflict = subject.controls.between_posts(one, other)
            if conflict is None:
                continue
            yield subject.finding(
                ID,
                SEVERITY,
                subject.roster_file.officer_lines.get(officer.id),
                "statutory" if conflict.statutory else "waivable",
                posts=(one, other),
                officers=(officer.id,),
                basis=conflict.basis,
                statutory=conflict.statutory,
                waiver=None if conflict.statutory else subject.waiver((one, other)),
                name=officer.name,
                one=one,
                other=other,
                source=conflict.basis,
            )
