"""A condition asks for a value that the choice field does not offer.

What it checks
    Texts and numbers that expressions compare a choice field with, and the
    values of ``qd:condition`` on a choice field, against the options of that
    field in the procedure, in those it calls and in those that call it.
Why it matters
    The condition never holds: every case silently takes the other way.
Basis
    None.
Wrong
    ``opinion == '退 回'`` where the options are ``同意|退回``
Right
    ``opinion == '退回'``
Known limits
    Where forms of several steps share the name, the options of all of them are
    allowed. Columns counted by ``count`` are not judged.
"""

from collections.abc import Iterable, Iterator

from engine.model.finding import Finding, Severity
from engine.model.procedure import FieldType, FormField
from engine.verify.expressions import comparisons_in, fields_in_reach
from engine.verify.subject import ProcedureSubject

ID = "unknown-option"
SEVERITY = Severity.ERROR
BASIS = ""


def _options(fields: Iterable[FormField]) -> dict[str, None]:
    """What the fields offer, in order; nothing where one takes any value or is a bad-form."""
    fields = tuple(fields)
    if not all(field.type is FieldType.CHOICE and len(field.options) > 1 for field in fields):
        return {}
    return {option: None for field in fields for option in field.options}


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    reach = fields_in_reach(subject)
    asked: list[tuple[int, str | None, str, object, tuple[FormField, ...]]] = []
    for found in comparisons_in(subject.procedure):
        # None and '' ask whether anything was chosen.
        if found.is_equality and found.value not in (None, ""):
            at, fields = found.written, reach.get(found.name, ())
            asked.append((at.line, at.element, found.name, found.value, fields))
    for flow in subject.procedure.flows.values():
        if flow.fact is not None:
            key, wanted = flow.fact
            fields = tuple(f for same in reach.values() for f in same if key in (f.name, f.key))
            asked.append((flow.line, flow.id, key, wanted, fields))
    for line, element, name, value, fields in asked:
        options = _options(fields)
        if options and value not in options:
            yield subject.finding(
                ID,
                SEVERITY,
                line,
                "unquoted" if str(value) in options else "absent",
                elements=() if element is None else (element,),
                value=value,
                name=name,
                label=fields[0].label,
                options="、".join(options),
            )
