"""``qd:separate`` or ``qd:bind`` names steps that are not there or contradicts itself.

What it checks
    Step ids of both, ``callId/stepId`` included; at least two steps; no pair
    that is both separated and bound.
Why it matters
    A separation that names a wrong id protects nothing.
Basis
    None.
Wrong
    ``<qd:separate steps="examine aprove"/>``
Right
    ``<qd:separate steps="examine approve"/>``
Known limits
    Pairs bound through a third step are not followed.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import combinations

from engine.model.finding import Finding, Severity
from engine.model.procedure import StepGroup
from engine.verify.subject import ProcedureSubject

ID = "bad-group"
SEVERITY = Severity.ERROR
BASIS = ""


def _pairs(group: StepGroup) -> set[frozenset[str]]:
    return {frozenset(pair) for pair in combinations(group.steps, 2)}


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    known = {place.id for place in subject.places.values() if place.node.kind.is_task}
    procedure = subject.procedure
    for group in (*procedure.separations, *procedure.bindings):
        for step in group.steps:
            if step not in known:
                near = get_close_matches(step, known, n=1) or sorted(known)[:8]
                yield subject.finding(
                    ID, SEVERITY, group.line, "unknown", step=step, near="、".join(near)
                )
        if len(set(group.steps)) < 2:
            yield subject.finding(ID, SEVERITY, group.line, "single")
    separated = {pair for group in procedure.separations for pair in _pairs(group)}
    for group in procedure.bindings:
        for pair in sorted(map(sorted, _pairs(group) & separated)):
            yield subject.finding(
                ID, SEVERITY, group.line, "both", elements=tuple(pair), pair="、".join(pair)
            )
