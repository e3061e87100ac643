"""A legal basis cites a version that is not yet in force.

What it checks
    The day the cited version comes into force against today.
Why it matters
    What is not yet law obliges nobody and entitles to nothing.
Basis
    立法法: a statute states the day it takes effect.
Wrong
    A procedure used today citing a version that takes effect next year.
Right
    The version in force; the next one when its day has come.
Known limits
    None.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "statute-not-in-force"
SEVERITY = Severity.ERROR
BASIS = "立法法"


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    effective = subject.procedure.item.effective_from if subject.procedure.item else subject.today
    for basis in subject.bases():
        cited = subject.controls.statute_version(basis.statute, basis.version)
        # An item prepared for the future may cite what will be law by then.
        if cited is not None and cited.in_force > max(subject.today, effective):
            yield subject.finding(
                ID,
                SEVERITY,
                basis.line,
                basis=BASIS,
                statute=basis.statute,
                version=cited.version,
                day=cited.in_force,
            )
