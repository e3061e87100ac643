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
    Types are not inferred: comparing a text with a number shows at run time.
"""

from collections.abc import Callable, Iterator

from engine.bpmn.expression import parse, parse_timer
from engine.model.errors import UnsafeExpression
from engine.model.finding import Finding, Severity
from engine.model.procedure import Procedure, Trigger
from engine.verify.subject import FileSubject

ID = "unsafe-expression"
SEVERITY = Severity.ERROR
BASIS = ""

#: Process id, element id, line, text, how it is parsed.
_Written = tuple[str, str, int, str, Callable[[str], object]]


def _written(procedure: Procedure) -> Iterator[_Written]:
    for flow in procedure.flows.values():
        if flow.condition is not None:
            yield procedure.id, flow.id, flow.line, flow.condition, parse
    for node in procedure.nodes.values():
        if node.event is not None and node.event.expression is not None:
            timer = node.event.trigger is Trigger.TIMER
            yield (
                procedure.id,
                node.id,
                node.line,
                node.event.expression,
                parse_timer if timer else parse,
            )
        if node.loop is not None:
            for text in (node.loop.cardinality, node.loop.condition):
                if text is not None:
                    yield procedure.id, node.id, node.line, text, parse


def check(subject: FileSubject) -> Iterator[Finding]:
    yield from subject.from_faults(ID, SEVERITY, by_problem=False)
    for procedure in subject.document.procedures:
        for process, element, line, text, reader in _written(procedure):
            try:
                reader(text)
            except UnsafeExpression as error:
                yield subject.finding(
                    ID,
                    SEVERITY,
                    line,
                    process=process,
                    elements=(element,),
                    problem=error.message,
                )
