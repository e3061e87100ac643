"""Reading what is on record about a batch, in a few queries: thousands of households at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, select

from engine.model.case import OPEN_ITEM, CaseState, WorkItemKind, WorkItemState
from engine.model.procedure import FieldType, FormField, Procedure
from engine.model.wording import say
from engine.store import schema
from engine.store.undoing import undone

from .. import records
from ..reading import Reading
from ..values import from_store
from .bank import Meaning
from .entry import result_words
from .evidence import Answer, Child, Deed, Evidence, Reported, Stated
from .payment import BatchFaulty, Payment, column_names, payment_in, payment_tables
from .sent import sent_files

_case = schema.case_file
_item = schema.work_item
_entry = schema.form_entry
_value = schema.form_value


def list_fields(procedure: Procedure, case_id: str) -> tuple[FormField, FormField]:
    """The table that lists a batch's payments, and the one that records their results.

    Raises
    ------
    BatchFaulty
        No step has such a table.
    """
    fields = payment_tables(procedure)
    if not fields:
        raise BatchFaulty([say("batch.no-list", case=case_id)])
    listed = next((each for each in fields if not each.rows), fields[0])
    return listed, next((each for each in fields if each.rows), fields[0])


def gather(office: Reading, case_id: str) -> Evidence:
    """What is on record about a batch, at one moment.

    Raises
    ------
    BatchFaulty
        The case is no batch.
    UnknownCase
        There is no such case.
    """
    procedure = office.procedure_of(case_id)
    listed, reported = list_fields(procedure, case_id)
    steps = [node.step for node in procedure.nodes.values() if node.step]
    opened_from = {step.child_rows for step in steps if step.child_rows}
    sums = [each for step in steps for each in step.fields if each.sum]
    with office.store.read() as connection:
        row = records.case_row(connection, office.id, case_id)
        look = _Look(connection, office.id, case_id)
        return Evidence(
            case_id=case_id,
            title=row["title"],
            state=CaseState(row["state"]),
            roll=_payments(listed, look.table(listed)[0]),
            reported=look.reported(reported) if reported != listed else (),
            children=look.children(reported),
            from_report=reported.name in opened_from and reported != listed,
            files=sent_files(connection, office.id, case_id),
            stated=look.stated(sums),
        )


def _payments(listed: FormField, rows: Iterable[Mapping[str, object]]) -> tuple[Payment, ...]:
    names = column_names(listed)
    return tuple(payment_in(names, number, row) for number, row in enumerate(rows, start=1))


def forms_of(office: Reading, case_id: str) -> Mapping[str, Mapping[str, object]]:
    """The forms of a batch's child cases as they stand, by case."""
    query = (
        select(_value.c.case_id, _value.c.field, _value.c.type, _value.c.fen, _value.c.content)
        .join(_case, _same(_value.c.case_id, _case.c.id, _value, _case))
        .where(_case.c.office_id == office.id, _case.c.parent_id == case_id)
        .order_by(_value.c.number)
    )
    found: dict[str, dict[str, object]] = {}
    with office.store.read() as connection:
        for child, field, *stored in connection.execute(query):
            found.setdefault(child, {})[field] = from_store(*stored)
    return found


class _Look:
    """The queries about one batch."""

    def __init__(self, connection: Connection, office_id: str, case_id: str) -> None:
        self.connection = connection
        self.office_id = office_id
        self.case_id = case_id

    def table(
        self, asked: FormField, *, by_officer: bool = False
    ) -> tuple[list[Mapping[str, object]], datetime | None, str]:
        """The rows a table was given last, when and by whom.

        ``by_officer`` passes over what the children brought back into it.
        """
        query = (
            _values(_value.c.content, _entry.c.at, _entry.c.officer)
            .where(
                _value.c.office_id == self.office_id,
                _value.c.case_id == self.case_id,
                _value.c.field == asked.name,
            )
            .order_by(_value.c.number.desc())
            .limit(1)
        )
        if by_officer:
            query = _standing(query.where(_entry.c.work_item_id.is_not(None)), _entry)
        found = self.connection.execute(query).first()
        if found is None:
            return [], None, ""
        rows = from_store(FieldType.TABLE, None, found.content)
        return rows if isinstance(rows, list) else [], found.at, found.officer

    def reported(self, asked: FormField) -> tuple[Reported, ...]:
        """The bank's first answer as an officer recorded it."""
        names = column_names(asked)
        if Meaning.RESULT not in names:
            return ()
        rows, at, by = self.table(asked, by_officer=True)
        paid, _ = result_words(asked)
        return tuple(
            Reported(
                payment=payment_in(names, number, row),
                answer=Answer(
                    is_paid=row.get(names[Meaning.RESULT]) == paid,
                    reason=str(row.get(names.get(Meaning.REASON, "")) or ""),
                    at=at,
                    by=by,
                ),
            )
            for number, row in enumerate(rows, start=1)
        )

    def stated(self, asked: Sequence[FormField]) -> tuple[Stated, ...]:
        """Sums of the batch that its own forms hold."""
        names = [each.name for each in asked]
        query = (
            select(_value.c.field, _value.c.fen)
            .where(
                _value.c.office_id == self.office_id,
                _value.c.case_id == self.case_id,
                _value.c.field.in_(names),
            )
            .order_by(_value.c.number)
        )
        given = {row.field: row.fen for row in self.connection.execute(query)} if names else {}
        return tuple(
            Stated(label=each.label, sum=each.sum, amount=Decimal(fen).scaleb(-2))
            for each in asked
            if each.sum and (fen := given.get(each.name)) is not None
        )

    def children(self, asked: FormField) -> Mapping[int, Child]:
        """Cases of households, the latest of each row."""
        deeds, waiting = self._deeds(asked), self._waiting()
        rows = self.connection.execute(
            select(_case.c.id, _case.c.state, _case.c.row_number)
            .where(_case.c.office_id == self.office_id, _case.c.parent_id == self.case_id)
            .order_by(_case.c.opened_at, _case.c.id)
        )
        return {
            row.row_number: Child(
                id=row.id,
                state=CaseState(row.state),
                deeds=tuple(deeds.get(row.id, ())),
                open_step=waiting.get(row.id, ("", ""))[0],
                open_post=waiting.get(row.id, ("", ""))[1],
            )
            for row in rows
            if row.row_number is not None
        }

    def _deeds(self, asked: FormField) -> Mapping[str, Sequence[Deed]]:
        """Steps done in the children, by child, in order."""
        names, given = column_names(asked), self._given(asked)
        paid, failed = result_words(asked) if Meaning.RESULT in names else ("", "")
        query = (
            select(_item.c.case_id, _item.c.step_name, _item.c.done_at, _item.c.officer)
            .add_columns(_entry.c.number)
            .join(_case, _same(_item.c.case_id, _case.c.id, _item, _case))
            .outerjoin(
                _entry,
                _same(_item.c.case_id, _entry.c.case_id, _item, _entry)
                & (_entry.c.work_item_id == _item.c.id),
            )
            .where(
                _item.c.office_id == self.office_id,
                _case.c.parent_id == self.case_id,
                _item.c.state == WorkItemState.DONE.value,
                _item.c.kind == WorkItemKind.STEP.value,
            )
            .order_by(_item.c.case_id, _item.c.done_at, _entry.c.number, _item.c.id)
        )
        found: dict[str, list[Deed]] = {}
        for case_id, step_name, at, by, number in self.connection.execute(_standing(query, _item)):
            values = given.get((case_id, number), {})
            result = values.get(names.get(Meaning.RESULT, ""), "")
            reason = values.get(names.get(Meaning.REASON, ""), "")
            answer = Answer(is_paid=result == paid, reason=reason, at=at, by=by or "")
            found.setdefault(case_id, []).append(
                Deed(
                    step_name=step_name,
                    at=at,
                    by=by or "",
                    bank_card=values.get(names[Meaning.BANK_CARD], ""),
                    answer=answer if result and result in (paid, failed) else None,
                )
            )
        return found

    def _given(self, asked: FormField) -> Mapping[tuple[str, int], Mapping[str, str]]:
        """What officers gave for the table's columns in the children's forms, by submission."""
        names = column_names(asked)
        wanted = (Meaning.RESULT, Meaning.REASON, Meaning.BANK_CARD)
        query = (
            _values(_value.c.case_id, _value.c.number, _value.c.field, _value.c.content)
            .join(_case, _same(_value.c.case_id, _case.c.id, _value, _case))
            .where(
                _case.c.office_id == self.office_id,
                _case.c.parent_id == self.case_id,
                _entry.c.work_item_id.is_not(None),
                _value.c.field.in_([names[each] for each in wanted if each in names]),
            )
        )
        found: dict[tuple[str, int], dict[str, str]] = {}
        for case_id, number, name, content in self.connection.execute(query):
            found.setdefault((case_id, number), {})[name] = content or ""
        return found

    def _waiting(self) -> Mapping[str, tuple[str, str]]:
        """Name and post of a step that waits in a child, by child."""
        query = (
            select(_item.c.case_id, _item.c.step_name, _item.c.post)
            .join(_case, _same(_item.c.case_id, _case.c.id, _item, _case))
            .where(
                _item.c.office_id == self.office_id,
                _case.c.parent_id == self.case_id,
                _item.c.state.in_(OPEN_ITEM),
                _item.c.kind == WorkItemKind.STEP.value,
            )
        )
        return {case_id: (name, post) for case_id, name, post in self.connection.execute(query)}


def _same(one: Column[Any], other: Column[Any], left: Table, right: Table) -> ColumnElement[bool]:
    """Rows of one office that agree in a column."""
    return (left.c.office_id == right.c.office_id) & (one == other)


def _values(*columns: Any) -> Select[Any]:
    """Values of forms with the submission each came in."""
    same = _same(_value.c.case_id, _entry.c.case_id, _value, _entry)
    numbered = _value.c.number == _entry.c.number
    return select(*columns).select_from(_value).join(_entry, same & numbered)


def _standing(query: Select[Any], of: Table) -> Select[Any]:
    """Without what was undone since."""
    item = of.c.id if of is _item else of.c.work_item_id
    gone = _same(item, undone.c.work_item_id, of, undone)
    return query.outerjoin(undone, gone).where(undone.c.work_item_id.is_(None))
