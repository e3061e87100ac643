"""A step cannot be signed as it is drawn.

What it checks
    Steps with ``sign``: two or more ``persons``, a choice field whose first option
    means agreement, no outside party, a ``quorum`` that the signers can reach and
    that stands only where votes are counted.
Why it matters
    The step could never be decided, or one signature would pass for several.
Basis
    The format table, :mod:`engine.bpmn.table`.
Wrong
    ``<qd:step duty="approve" sign="all"/>``
Right
    ``<qd:step duty="approve" sign="all" persons="2">`` with a choice field whose
    options are ``同意|不同意``.
Known limits
    Whether the first option says yes cannot be seen from its words.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.model.procedure import Step
from engine.model.signing import SignMode
from engine.verify.subject import ProcedureSubject

ID = "bad-signing"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.procedure.nodes.values():
        if node.step is None or node.step.sign is None:
            continue
        if subject.is_misread(node.id, "persons", "quorum", "majority"):
            continue
        for variant in _problems(node.step, is_task=node.kind.is_task):
            yield subject.finding(
                ID,
                SEVERITY,
                node,
                variant,
                step=node.label,
                persons=node.step.persons,
                quorum=node.step.sign.quorum,
            )


def _problems(step: Step, *, is_task: bool) -> Iterator[str]:
    signing = step.sign
    assert signing is not None
    if not is_task:
        yield "no-task"
        return
    if step.external:
        yield "external"
    if step.ballot is None:
        yield "no-choice"
    if step.persons < 2:
        yield "persons"
    elif signing.quorum > step.persons:
        yield "quorum"
    if signing.mode is not SignMode.VOTE and signing.quorum != step.persons:
        yield "no-vote"
