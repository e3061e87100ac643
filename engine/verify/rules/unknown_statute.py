"""A legal basis cites a statute or a version that is not registered.

What it checks
    Statute and version of every ``qd:legalBasis`` against
    ``processes/statutes.toml``.
Why it matters
    A basis that nobody can look up is no basis on a public list.
Basis
    许昌市财政局2017年实施意见三（一）4: each entry names its basis.
Wrong
    ``<qd:legalBasis statute="会记法" version="2024-06-28" article="25"/>``
Right
    ``<qd:legalBasis statute="会计法" version="2024-06-28" article="25"/>``
Known limits
    The text of the article is not compared.
"""

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "unknown-statute"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    known = subject.controls.statutes
    for basis in subject.bases():
        if not basis.statute:
            continue  # reported as bad-annotation
        if basis.statute not in known:
            near = get_close_matches(basis.statute, known, n=3, cutoff=0.4) or sorted(known)[:5]
            yield subject.finding(
                ID, SEVERITY, basis.line, "statute", statute=basis.statute, near="、".join(near)
            )
        elif basis.version == date.min:
            continue  # could not be read: reported as bad-annotation
        elif subject.controls.statute_version(basis.statute, basis.version) is None:
            versions = "、".join(str(v.version) for v in known[basis.statute])
            yield subject.finding(
                ID,
                SEVERITY,
                basis.line,
                "version",
                statute=basis.statute,
                version=basis.version,
                near=versions,
            )
