"""Rows of the store as model objects, and the queries the office asks."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, RowMapping, func, select

from engine.model.case import (
    OPEN_ITEM,
    Applicant,
    Attachment,
    Case,
    CaseState,
    WorkItem,
    WorkItemKind,
    WorkItemState,
)
from engine.model.wording import say
from engine.store import schema

from .errors import UnknownCase, UnknownWorkItem
from .places import Place
from .statements import Row, Wire, grouped

_case = schema.case_file
_subject = schema.subject
_item = schema.work_item

_CASES = select(
    _case, _subject.c.title, _subject.c.name, _subject.c.id_card, _subject.c.phone
).join_from(_case, _subject)

# Asked for at every step of an item that opens child cases: at driver level.
_CHILDREN = (
    "SELECT parent_id, id FROM case_file WHERE office_id = ? AND parent_id IN ({marks}) "
    "ORDER BY parent_id, opened_at, row_number, id"
)

_side = _item.alias("side")
#: Kind of an open side item that holds a work item up.
_WAITS_FOR = (
    select(func.min(_side.c.kind))
    .where(
        _side.c.office_id == _item.c.office_id,
        _side.c.of_item == _item.c.id,
        # An expression, so that no database reads all open items off the index of states.
        func.coalesce(_side.c.state, "").in_(OPEN_ITEM),
        _side.c.kind != WorkItemKind.REVIEW.value,
    )
    .scalar_subquery()
)


def case_row(
    connection: Connection, office_id: str, case_id: str, *, lock: bool = False
) -> RowMapping:
    """A case and its subject; ``lock`` keeps other writers of the case waiting.

    Raises
    ------
    UnknownCase
        No such case in the office.
    """
    query = _CASES.where(_case.c.office_id == office_id, _case.c.id == case_id)
    if lock:
        query = query.with_for_update(of=_case)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise UnknownCase(say("run.unknown-case", case=case_id))
    return row


def case_rows(
    connection: Connection, office_id: str, case_ids: Sequence[str]
) -> Sequence[RowMapping]:
    """Cases and their subjects, in the order of their numbers here."""
    query = _CASES.where(_case.c.office_id == office_id, _case.c.id.in_(case_ids))
    found = {row["id"]: row for row in connection.execute(query).mappings()}
    return [found[case_id] for case_id in case_ids]


def children(
    connection: Connection, office_id: str, parents: Iterable[str]
) -> Mapping[str, tuple[str, ...]]:
    """Ids of child cases in order of rows, by parent."""
    asked = set(parents)
    if not asked:
        return {}
    text = _CHILDREN.format(marks=", ".join("?" * len(asked)))
    return grouped(Wire(connection).run(text, office_id, *asked).fetchall())


def to_case(row: RowMapping | Row, child_ids: tuple[str, ...]) -> Case:
    """The model object of a case."""
    return Case(
        id=row["id"],
        item_code=row["item_code"],
        item_name=row["item_name"],
        process_id=row["process_id"],
        title=row["title"],
        applicant=Applicant(name=row["name"], id_card=row["id_card"], phone=row["phone"]),
        state=CaseState(row["state"]),
        opened_at=row["opened_at"],
        opened_by=row["opened_by"],
        finished_at=row["finished_at"],
        parent=row["parent_id"],
        children=child_ids,
        version=row["version"],
        digest=row["digest"],
    )


def item_rows(
    connection: Connection, office_id: str, *where: object, most: int | None = None
) -> Sequence[RowMapping]:
    """Work items with what a list shows of their case, oldest first; ``most`` of them at most."""
    query = (
        select(
            _item,
            _case.c.item_code,
            _case.c.item_name,
            _case.c.bundle,
            _subject.c.title,
            _WAITS_FOR.label("waits_for"),
        )
        .join_from(_item, _case)
        .join_from(_case, _subject)
        .where(_item.c.office_id == office_id, *where)  # type: ignore[arg-type]
        .order_by(_item.c.since, _item.c.id)
        .limit(most)
    )
    return connection.execute(query).mappings().all()


def item_row(connection: Connection, office_id: str, work_item_id: str) -> RowMapping:
    """One work item.

    Raises
    ------
    UnknownWorkItem
        No such work item in the office.
    """
    rows = item_rows(connection, office_id, _item.c.id == work_item_id)
    if not rows:
        raise UnknownWorkItem(say("run.unknown-work-item", work_item=work_item_id))
    return rows[0]


def to_work_item(row: RowMapping | Row, asked: Place, refusal: str = "") -> WorkItem:
    """The model object of a work item."""
    return WorkItem(
        id=row["id"],
        case_id=row["case_id"],
        item_code=row["item_code"],
        item_name=row["item_name"],
        case_title=row["title"],
        step=row["step"],
        step_name=row["step_name"],
        duty=row["duty"],
        post=row["post"],
        external=row["external"],
        party=row["party"],
        guide=asked.guide,
        fields=asked.fields,
        limit=asked.limit,
        state=WorkItemState(row["state"]),
        officer=row["officer"],
        owner=row["owner"],
        since=row["since"],
        due=row["due"],
        stands=row["stands"],
        done_at=row["done_at"],
        kind=WorkItemKind(row["kind"]),
        of_item=row["of_item"],
        waits_for=WorkItemKind(row["waits_for"]) if row["waits_for"] else None,
        sign=asked.sign if row["kind"] == WorkItemKind.STEP else None,
        refusal=refusal,
    )


def attachments(connection: Connection, office_id: str, case_id: str) -> tuple[Attachment, ...]:
    """Attachments of a case, oldest first, without their content."""
    table = schema.attachment
    columns = [column for column in table.c if column.name != "content"]
    rows = connection.execute(
        select(*columns)
        .where(table.c.office_id == office_id, table.c.case_id == case_id)
        .order_by(table.c.added_at, table.c.id)
    ).mappings()
    return tuple(to_attachment(row) for row in rows)


def to_attachment(row: RowMapping) -> Attachment:
    """The model object of an attachment."""
    names = ("id", "case_id", "step", "field", "filename", "media_type", "size_bytes", "sha256")
    return Attachment(
        **{name: row[name] for name in names}, added_at=row["added_at"], added_by=row["added_by"]
    )
