"""Findings about conflicting pairs of steps: of one post, and of one officer with two posts.

Belongs here: what the rules within a procedure and those across items tell alike. Does
not: which pairs conflict.
"""

from collections.abc import Callable, Iterator

from engine.model.finding import Finding, Severity

from .segregation import LISTED, ConflictingPair
from .subject import ProcedureSubject

#: Conflicting pairs between posts that concern the asker, each with how many more are alike.
Meeting = Callable[
    [ProcedureSubject, Callable[[str, str], bool]], Iterator[tuple[ConflictingPair, int]]
]


def of_one_post(
    subject: ProcedureSubject, rule: str, severity: Severity, meeting: Meeting
) -> Iterator[Finding]:
    """Conflicting pairs that belong to one post."""
    for pair, alike in meeting(subject, lambda post, other: post == other != ""):
        post = subject.post_at(pair.other)
        yield _told(
            subject,
            rule,
            severity,
            pair,
            alike,
            variant="statutory" if pair.statutory else "waivable",
            posts=(post,),
            waiver=None if pair.statutory else subject.waiver(pair.duties, pair.steps),
            post=post,
        )


def of_one_officer(
    subject: ProcedureSubject, rule: str, severity: Severity, meeting: Meeting
) -> Iterator[Finding]:
    """Conflicting pairs between two posts that one officer of the roster holds today."""
    held = subject.posts_held

    def both(post: str, other: str) -> bool:
        return post != other and any(has.issuperset((post, other)) for _, has in held)

    for pair, alike in meeting(subject, both) if held else ():
        posts = (subject.post_at(pair.one), subject.post_at(pair.other))
        able = [officer for officer, has in held if has.issuperset(posts)]
        yield _told(
            subject,
            rule,
            severity,
            pair,
            alike,
            variant="pair",
            posts=posts,
            officers=tuple(officer.id for officer in able),
            waiver=None if pair.statutory else subject.waiver(posts, pair.duties, pair.steps),
            names="、".join(officer.name for officer in able),
        )


def _told(
    subject: ProcedureSubject,
    rule: str,
    severity: Severity,
    pair: ConflictingPair,
    alike: int,
    *,
    variant: str,
    **facts: object,
) -> Finding:
    """One pair, or how many more there are like it."""
    return subject.finding(
        rule,
        severity,
        subject.node_at(pair.other),
        "rest" if alike else variant,
        elements=pair.steps,
        basis=pair.basis,
        witness=() if alike else pair.witness(subject),
        statutory=pair.statutory,
        source=pair.basis or subject.procedure.title,
        count=alike,
        listed=LISTED,
        **pair.names,
        **facts,
    )
