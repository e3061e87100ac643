"""An expression reads a name that nothing fills.

What it checks
    Names in conditions, timers, cardinalities and object keys against the form
    fields of the procedure, of those it calls and of those that call it, and
    the columns of the table a child case comes from.
Why it matters
    The case stops at the gateway with a value that never came.
Basis
    None.
Wrong
    ``amuont > 50000`` where the form field is ``amount``
Right
    ``amount > 50000``
Known limits
    Whether the field is filled *before* the expression is read is not judged.
"""

from collections.abc import Iterator
from difflib import get_close_matches

from engine.bpmn.expression import Expression
from engine.model.errors import UnsafeExpression
from engine.model.finding import Finding, Severity
from engine.verify.expressions import fields_in_reach, written_in
from engine.verify.subject import ProcedureSubject

ID = "unknown-name"
SEVERITY = Severity.ERROR
BASIS = ""


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    filled = fields_in_reach(subject)
    for written in written_in(subject.procedure):
        try:
            parsed = written.read()
        except UnsafeExpression:
            continue  # reported as unsafe-expression
        for name in parsed.names if isinstance(parsed, Expression) else ():
            if name in filled:
                continue
            near = get_close_matches(name, filled, n=1)
            yield subject.finding(
                ID,
                SEVERITY,
                written.line,
                "near" if near else "none",
                elements=() if written.element is None else (written.element,),
                text=written.text,
                name=name,
                near="".join(near),
            )
