"""A legal basis cites an article that its statute does not have.

What it checks
    The article's number against the number of articles of the cited version;
    that statutes with articles are cited by article.
Why it matters
    Statutes are renumbered when amended: the old number points elsewhere.
Basis
    The texts themselves, as registered in ``processes/statutes.toml``.
Wrong
    ``<qd:legalBasis statute="会计法" version="2024-06-28" article="250"/>``
Right
    ``<qd:legalBasis statute="会计法" version="2024-06-28" article="25"/>``
Known limits
    Paragraphs and subparagraphs are not counted.
"""

import re
from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "article-absent"
SEVERITY = Severity.ERROR
BASIS = ""

#: ``17`` or ``17-1`` (第十七条之一).
_ARTICLE = re.compile(r"^([1-9]\d{0,3})(-\d+)?$")


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for basis in subject.bases():
        version = subject.controls.statute_version(basis.statute, basis.version)
        if version is None or version.articles is None:
            continue
        number = _ARTICLE.match(basis.article)
        if number is None or int(number.group(1)) > version.articles:
            yield subject.finding(
                ID,
                SEVERITY,
                basis.line,
                "beyond" if number else "number",
                statute=basis.statute,
                version=basis.version,
                article=basis.article,
                last=version.articles,
            )
