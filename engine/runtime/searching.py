"""Which cases a list shows: read off an index in its order, or found by a text.

No list reads all cases. A text is looked for where an index leads to it, whatever the age
of the case: at the beginning of a number, of a title and of an applicant's name, and in the
items the office has published; and anywhere in the title, the applicant's name and the item
of the newest cases.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, select, union_all

from engine.model.case import CaseState
from engine.store import schema

_case = schema.case_file
_subject = schema.subject
_counter = schema.counter

#: Most cases that one way of looking for a text brings.
MOST_FOUND = 300
#: So many of the newest cases are looked through for a text that stands anywhere in them.
NEWEST = 1000
#: Most items whose cases a text brings.
_MOST_ITEMS = 40
_LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a list of cases is narrowed to."""

    state: CaseState | None = None
    #: Only the child cases of this one.
    parent: str | None = None
    #: Leave child cases out.
    top: bool = False

    def conditions(self, office_id: str) -> list[ColumnElement[bool]]:
        """The same for a query."""
        found: list[ColumnElement[bool]] = [_case.c.office_id == office_id]
        if self.state is not None:
            found.append(_case.c.state == self.state.value)
        if self.parent is not None:
            found.append(_case.c.parent_id == self.parent)
        if self.top:
            found.append(_case.c.parent_id.is_(None))
        return found


def newest(
    connection: Connection,
    office_id: str,
    wanted: Wanted,
    *,
    among: Collection[str] | None = None,
    limit: int,
    offset: int = 0,
) -> Sequence[str]:
    """Numbers of cases, newest first; ``among`` narrows them to some.

    Numbers are given out in order, so the newest case has the highest.
    """
    query = select(_case.c.id).where(*wanted.conditions(office_id))
    if among is not None:
        query = query.where(_case.c.id.in_(among))
    query = query.order_by(_case.c.id.desc()).limit(limit).offset(offset)
    return connection.scalars(query).all()


def found_by(
    connection: Connection, office_id: str, text: str, item_codes: Iterable[str]
) -> set[str]:
    """Numbers of the cases a text brings.

    Parameters
    ----------
    item_codes : of the items the text stands in.
    """
    found: set[str] = set()
    for query in (
        *_by_number(connection, office_id, text),
        *(_beginning(connection, office_id, column, text) for column in ("name", "title")),
        *_by_item(office_id, tuple(item_codes)[:_MOST_ITEMS]),
        _anywhere(office_id, text),
    ):
        found.update(connection.scalars(query))
    return found


def _by_number(connection: Connection, office_id: str, text: str) -> Iterable[Select[str]]:
    """By the beginning of a number, or by its end without the zeros before it."""
    digits = text.replace("-", "")
    if not (digits.isascii() and digits.isdecimal()):
        return
    mine, number = _case.c.office_id == office_id, _case.c.id
    # Whatever order the database has for text, a letter comes after all digits.
    within = and_(number >= text, number < f"{text}z", number.startswith(text))
    yield select(number).where(mine, within).order_by(number.desc()).limit(MOST_FOUND)
    years = connection.scalars(
        select(_counter.c.name).where(
            _counter.c.office_id == office_id, _counter.c.name.startswith("case ")
        )
    )
    ids = [f"{year.removeprefix('case ')}-{text:0>6}" for year in years]
    yield select(number).where(mine, number.in_(ids))


def _beginning(connection: Connection, office_id: str, name: str, text: str) -> Select[str]:
    column = _subject.c[name]
    is_sqlite = connection.dialect.name == "sqlite"
    # PostgreSQL's own order of words is not that of beginnings; these operators have it.
    first, last = (">=", "<") if is_sqlite else ("~>=~", "~<~")
    within = and_(column.op(first)(text), column.op(last)(text + _LAST_CHARACTER))
    return (
        select(_subject.c.case_id)
        .where(_subject.c.office_id == office_id, within)
        .limit(MOST_FOUND)
    )


def _by_item(office_id: str, codes: Sequence[str]) -> Iterable[Select[str]]:
    mine = Wanted(top=True).conditions(office_id)
    parts = [
        select(_case.c.id)
        .where(*mine, _case.c.item_code == code)
        .order_by(_case.c.id.desc())
        .limit(MOST_FOUND)
        .subquery(f"q{number}")
        for number, code in enumerate(codes)
    ]
    if parts:
        every = union_all(*(select(part.c.id) for part in parts)).subquery("every")
        yield select(every.c.id).order_by(every.c.id.desc()).limit(MOST_FOUND)


def _anywhere(office_id: str, text: str) -> Select[str]:
    """In the newest cases; children are found by what they begin with."""
    recent = (
        select(_case.c.id, _case.c.item_name)
        .where(*Wanted(top=True).conditions(office_id))
        .order_by(_case.c.id.desc())
        .limit(NEWEST)
        .subquery("recent")
    )
    # A value of each row, not a condition: no database looks for it in all subjects first.
    named = (
        select(_subject.c.title + "\n" + _subject.c.name)
        .where(_subject.c.office_id == office_id, _subject.c.case_id == recent.c.id)
        .correlate(recent)
        .scalar_subquery()
    )
    told = recent.c.item_name + "\n" + named
    return select(recent.c.id).where(told.contains(text, autoescape=True)).limit(MOST_FOUND)
