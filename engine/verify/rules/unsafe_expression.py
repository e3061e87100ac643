"""An expression is outside the safe language or cannot be parsed.

What it checks
    Conditions of flows, bodies of timers, cardinalities, loop and event
    conditions, keys of business objects.
Why it matters
    Expressions run on the office's computer: ``__import__('os')`` would too.
Basis
    The safe language, :mod:`engine.bpmn.expression`.
Wrong
    ``__import__('os').system('…')``
Right
    ``amount > 50000 and kind == '公用经费'``
Known limits
    Types are not inferred: see ``mismatched-comparison`` for numbers and texts.
"""

from collections.abc import Iterator

from engine.model.errors import UnsafeExpression
from engine.model.finding import Finding, Severity
from engine.verify.expressions import written_in
from engine.verify.subject import FileSubject

ID = "unsafe-expression"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY, by_problem=False)
    for procedure in subject.document.procedures:
        for written in written_in(procedure):
            try:
                written.read()
            except UnsafeExpression as error:
                yield subject.finding(
                    ID,
                    SEVERITY,
                    written.line,
                    process=procedure.id,
                    elements=() if written.element is None else (written.element,),
                    problem=error.message,
                )
