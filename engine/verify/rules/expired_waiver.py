"""A waiver's time is over.

What it checks
    ``until`` of every waiver of the roster against today.
Why it matters
    The conflict it allowed counts again; somebody still believes it does not.
Basis
    None.
Wrong
    ``until = 2020-12-31``
Right
    A new waiver, or an appointment that needs none.
Known limits
    None.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import OfficeSubject

ID = "expired-waiver"
SEVERITY = Severity.WARNING
BASIS = ""


def check(subject: OfficeSubject) -> Iterator[Finding]:
    for waiver in subject.roster.waivers if subject.roster else ():
        if not waiver.is_in_force(subject.today):
            yield subject.finding(
                ID,
                SEVERITY,
                subject.roster_file.waiver_lines.get(waiver.id),
                id=waiver.id,
                pair="—".join(sorted(waiver.between)),
                until=waiver.until,
            )
