"""A procedure calls itself, directly or through others.

What it checks
    The calls of every procedure, followed to their end.
Why it matters
    The case would open procedures within procedures without end, and nothing
    can be proved about it.
Basis
    None; a limit of what is run and proved here.
Wrong
    报账 calls 支付, 支付 calls 报账.
Right
    报账 calls 支付; 支付 returns a result that 报账 acts on.
Known limits
    Each procedure of the circle reports its own call.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.verify.subject import ProcedureSubject

ID = "call-cycle"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    for node in subject.procedure.nodes.values():
        called = subject.library.procedures.get(node.called or "")
        if called is None:
            continue
        reached = {called.id: called}
        pending = [called]
        while pending:
            for further in subject.library.called_by(pending.pop()):
                if further.id not in reached:
                    reached[further.id] = further
                    pending.append(further)
        if subject.procedure.id in reached:
            yield subject.finding(ID, SEVERITY, node, step=node.label, called=called.title)
