"""A legal basis cites a version that is no longer in force.

What it checks
    The day the cited version ended, and whether a later one is in force today.
Why it matters
    A wall chart that cites repealed law invites the complaint it answers.
Basis
    立法法: the new provision prevails over the old.
Wrong
    ``<qd:legalBasis statute="会计法" version="2017-11-04" article="37"/>``
Right
    ``<qd:legalBasis statute="会计法" version="2024-06-28" article="35"/>``
Known limits
    Only versions registered in ``processes/statutes.toml`` are known.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "superseded-statute"
SEVERITY = Severity.WARNING
BASIS = "立法法"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for basis in subject.bases():
        cited = subject.controls.statute_version(basis.statute, basis.version)
        if cited is None:
            continue
        later = [
            version
            for version in subject.controls.statutes[basis.statute]
            if version.version > cited.version and version.in_force <= subject.today
        ]
        ended = cited.until is not None and cited.until <= subject.today
        if later or ended:
            yield subject.finding(
                ID,
                SEVERITY,
                basis.line,
                "amended" if later else "repealed",
                basis=BASIS,
                statute=basis.statute,
                version=cited.version,
                later=later[-1].version if later else "",
            )
