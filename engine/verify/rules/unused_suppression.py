"""A suppression silences nothing.

What it checks
    Every ``qd:suppress`` against the findings of its process.
Why it matters
    What was mended must not stay excused, and a misspelt rule excuses nothing.
Basis
    None.
Wrong
    ``<qd:suppress rule="missing-phnoe" reason="…"/>``
Right
    ``<qd:suppress rule="missing-phone" reason="…"/>``, while the phone is missing.
Known limits
    Conflicts that a statute forbids cannot be suppressed: trying to is unused.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from engine.model.finding import Finding, Severity
from engine.verify.rules import all_rules
from engine.verify.subject import SuppressionSubject

ID = "unused-suppression"
SEVERITY = Severity.WARNING
BASIS = ""


def check(subject: SuppressionSubject) -> Iterator[Finding]:
    known = [rule.id for rule in all_rules()]
    for suppression in subject.unused:
        near = get_close_matches(suppression.rule, known, n=1)
        variant = "unused" if suppression.rule in known else "near" if near else "unknown"
        yield subject.finding(
            ID,
            SEVERITY,
            suppression.line,
            variant,
            name=suppression.rule,
            near="".join(near),
        )
