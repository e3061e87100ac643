"""A number or an amount is compared with a text.

What it checks
    Comparisons of ``number`` and ``money`` fields with texts in conditions,
    timers, cardinalities and object keys.
Why it matters
    Equality never holds, and the case stops at ``<`` and ``>``.
Basis
    None.
Wrong
    ``amount > '五万'``
Right
    ``amount > 50000``
Known limits
    Only literals are judged, not one field against another.
"""

from collections.abc import Iterator

from engine.model.finding import Finding, Severity
from engine.model.procedure import FieldType
from engine.verify.expressions import comparisons_in, fields_in_reach
from engine.verify.subject import ProcedureSubject

ID = "mismatched-comparison"
SEVERITY = Severity.ERROR
BASIS = ""

_NUMERIC = (FieldType.MONEY, FieldType.NUMBER)


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    reach = fields_in_reach(subject)
    for found in comparisons_in(subject.procedure):
        fields = reach.get(found.name, ())
        # '' asks whether anything was filled in.
        if not found.value or not isinstance(found.value, str) or not fields:
            continue
        if all(field.type in _NUMERIC for field in fields):
            element = found.written.element
            yield subject.finding(
                ID,
                SEVERITY,
                found.written.line,
                elements=() if element is None else (element,),
                text=found.written.text,
                name=found.name,
                label=fields[0].label,
                value=found.value,
            )
