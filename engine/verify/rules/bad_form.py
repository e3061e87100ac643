"""A form cannot be filled as it is drawn.

What it checks
    Field names used twice in a form or a table or reserved, choices with fewer than
    two options or with options run together, tables without columns, ``rows`` and
    ``qd:children`` that name no table or no column, ``sum`` on what is no amount.
Why it matters
    The step could not be finished: a field that is lost, a list with nothing
    to choose.
Basis
    The format table, :mod:`engine.bpmn.table`.
Wrong
    ``<qd:field name="kind" label="类别" type="choice"/>``
Right
    ``<qd:field name="kind" label="类别" type="choice" options="种粮|农机"/>``
Known limits
    The same name in forms of different steps is one value of the case.
"""

from collections.abc import Iterator
from keyword import kwlist

from engine.model.finding import Finding, Severity
from engine.model.procedure import FieldType, FormField, Node
from engine.verify.subject import ProcedureSubject

ID = "bad-form"
SEVERITY = Severity.ERROR
BASIS = ""

#: Words of the expression language, and the key SpiffWorkflow keeps for itself.
_RESERVED = frozenset({*kwlist, "typename"})
#: Marks that stand between options in prose.
_JOINTS = frozenset("，、；,")
#: Variant of the wording, line, facts.
_Problem = tuple[str, int | None, dict[str, object]]


def _in_fields(fields: tuple[FormField, ...], tables: dict[str, set[str]]) -> Iterator[_Problem]:
    seen: set[str] = set()
    for field in fields:
        if field.name in seen:
            yield "twice", field.line, {"name": field.name}
        seen.add(field.name)
        if field.name in _RESERVED:
            yield "reserved", field.line, {"name": field.name}
        if field.type is FieldType.CHOICE and len(field.options) < 2:
            yield "options" if field.options else "no-options", field.line, {"name": field.label}
        elif field.type is FieldType.CHOICE and _JOINTS & set("".join(field.options)):
            yield "options", field.line, {"name": field.label}
        if field.type is FieldType.TABLE and not field.columns:
            yield "no-columns", field.line, {"name": field.label}
        if field.type is not FieldType.TABLE and field.columns:
            yield "no-table", field.line, {"name": field.label}
        if field.rows and field.rows not in tables:
            yield "unknown-rows", field.line, {"name": field.label, "rows": field.rows}
        if field.sum and field.type is not FieldType.MONEY:
            yield "sum-of-no-money", field.line, {"name": field.label}
        yield from _in_fields(field.columns, tables)


def _in_children(node: Node, tables: dict[str, set[str]]) -> Iterator[_Problem]:
    step = node.step
    if step is None or not step.child_rows:
        return
    if step.child_rows not in tables:
        yield "unknown-rows", node.line, {"name": node.label, "rows": step.child_rows}
        return
    for column in (step.child_name, step.child_id_card):
        if column and column not in tables[step.child_rows]:
            facts = {"rows": step.child_rows, "column": column}
            yield "unknown-column", node.line, {"name": node.label, **facts}


def check(subject: ProcedureSubject) -> Iterator[Finding]:
    tables: dict[str, set[str]] = {}
    for procedure in subject.library.procedures.values():
        for node in procedure.nodes.values():
            for field in node.step.fields if node.step else ():
                if field.type is FieldType.TABLE:
                    columns = {column.name for column in field.columns}
                    tables.setdefault(field.name, set()).update(columns)
    for node in subject.procedure.nodes.values():
        if node.step is None:
            continue
        problems = (*_in_fields(node.step.fields, tables), *_in_children(node, tables))
        for variant, line, facts in problems:
            yield subject.finding(
                ID, SEVERITY, line or node.line, variant, elements=(node.id,), **facts
            )
