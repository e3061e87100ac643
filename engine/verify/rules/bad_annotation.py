"""A ``qd:`` element lacks an attribute, or a value has the wrong form.

What it checks
    Required attributes, numbers, dates, choices, identifiers; limits with both
    their number and their unit.
Why it matters
    What cannot be read cannot be published or run.
Basis
    The format table, :mod:`engine.bpmn.table`.
Wrong
    ``<qd:step limit="5d" limitUnit="working-day"/>``
Right
    ``<qd:step limit="5" limitUnit="working-day"/>``
Known limits
    Whether a name exists (post, duty, statute) is for other rules.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import FileSubject

ID = "bad-annotation"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY)
