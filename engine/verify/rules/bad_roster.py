"""The roster cannot be read or contradicts itself.

What it checks
    TOML, unknown and missing entries, posts and officers that do not exist,
    overlapping appointments, dates that end before they begin, waivers of
    pairs that a statute forbids.
Why it matters
    A roster read by half proves nothing about the office.
Basis
    会计法（2024年修正）第二十五条、第三十五条: what no waiver can allow.
Wrong
    ``posts = ["出呐会计"]``
Right
    ``posts = ["出纳会计"]``
Known limits
    Lines are those of the ``[[…]]`` headers.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import OfficeSubject

ID = "bad-roster"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: OfficeSubject) -> Iterator[Finding]:
    for fault in subject.roster_file.faults:
        yield subject.finding(ID, SEVERITY, fault.line, text=fault.facts["text"])
