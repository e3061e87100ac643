"""The lists of waiting work: each is read off an index, as far as it is shown.

What a list costs follows from its length on the screen, whatever else the office has.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from engine.model.case import WorkItem
from engine.store import schema

from .atwork import WAITS_FOR
from .statements import Columns, Row, Wire

#: Work items of each list on one screen.
SCREEN = 25
#: A list is counted so far; beyond it there are just more.
MOST_COUNTED = 999

_ITEM = Columns(
    {"w": schema.work_item},
    item_code="c.item_code",
    item_name="c.item_name",
    bundle="c.bundle",
    title="s.title",
    waits_for=WAITS_FOR,
)
#: What a judgement asks of a case.
_CASE = Columns(
    {},
    id="c.id",
    root_id="c.root_id",
    trail="c.trail",
    item_code="c.item_code",
    bundle="c.bundle",
    name="s.name",
    id_card="s.id_card",
)
_HELD = "office_id = ? AND state = 'claimed' AND officer = ?"
_FREE = "office_id = ? AND state = 'ready' AND post = ?"
_SINCE = "SELECT since FROM work_item WHERE office_id = ? AND id = ?"
_PICK = "SELECT * FROM (SELECT id, since FROM work_item WHERE {where}{after} {order}) AS q{number}"
_ORDER = "ORDER BY since, id LIMIT ?"
_AFTER = " AND (since, id) > (?, ?)"
#: Joined as written: no statistics may have SQLite begin with all cases.
_CASES = (
    "JOIN case_file c ON c.office_id = w.office_id AND c.id = w.case_id "
    "JOIN subject s ON s.office_id = c.office_id AND s.case_id = c.id"
)
_SHOW = (
    f"SELECT {_ITEM.text}, {_CASE.text} FROM ({{picked}} {_ORDER}) AS p "
    f"JOIN work_item w ON w.office_id = ? AND w.id = p.id {_CASES} ORDER BY p.since, p.id"
)
_COUNT = "(SELECT count(*) FROM (SELECT 1 FROM work_item WHERE {where} LIMIT ?) AS q{number})"

#: A work item with its case.
Listed = tuple[Row, Row]


@dataclass(frozen=True, kw_only=True, slots=True)
class Todo:
    """What waits for an officer: a screen of each list."""

    #: Claimed by the officer, the oldest first.
    mine: tuple[WorkItem, ...]
    #: Free to claim in the officer's posts; ``refusal`` says where a rule forbids it.
    open: tuple[WorkItem, ...]
    #: Length of each list, up to one more than :data:`MOST_COUNTED`.
    mine_count: int
    open_count: int
    #: Work item after which the list goes on; empty where it ends.
    mine_next: str = ""
    open_next: str = ""


@dataclass(frozen=True, slots=True)
class Ranges:
    """Ranges of the index of waiting work that make up a list."""

    where: str
    #: What is looked for in each: an officer, or a post.
    keys: tuple[str, ...]


def held_by(officer_id: str) -> Ranges:
    """What an officer has claimed."""
    return Ranges(_HELD, (officer_id,))


def free_in(posts: Collection[str]) -> Ranges:
    """What nobody has claimed in some posts; an empty name stands for every post."""
    return Ranges(_FREE, tuple(sorted(posts)))


def listed(
    wire: Wire, office_id: str, ranges: Ranges, *, after: str = "", most: int = SCREEN
) -> tuple[list[Listed], str]:
    """Work items of a list, the oldest first, and the one after which it goes on, or empty.

    Parameters
    ----------
    after : work item after which to begin; empty for the beginning.
    """
    if not ranges.keys:
        return [], ""
    since = wire.run(_SINCE, office_id, after).fetchone() if after else None
    mark = (since[0], after) if since else ()
    asked = [(office_id, key, *mark, most + 1) for key in ranges.keys]
    text = _text(ranges.where, len(asked), bool(mark))
    values = (*(value for one in asked for value in one), most + 1, office_id)
    found = _run(wire, text, *values)
    rows = [_split(wire, found_row) for found_row in found[:most]]
    return rows, rows[-1][0]["id"] if len(found) > most else ""


def _run(wire: Wire, text: str, *values: object) -> list[tuple[object, ...]]:
    ordered = text.replace(" JOIN ", " CROSS JOIN ") if wire.is_sqlite else text
    found: list[tuple[object, ...]] = wire.run(ordered, *values).fetchall()
    return found


def _split(wire: Wire, row: Sequence[object]) -> Listed:
    width = len(_ITEM)
    return (
        _ITEM.row(row[:width], sqlite=wire.is_sqlite),
        _CASE.row(row[width:], sqlite=wire.is_sqlite),
    )


@cache
def _text(where: str, ranges: int, begun: bool) -> str:
    picks = (
        _PICK.format(where=where, after=_AFTER if begun else "", order=_ORDER, number=number)
        for number in range(ranges)
    )
    return _SHOW.format(picked=" UNION ALL ".join(picks))


def lengths(wire: Wire, office_id: str, *lists: Ranges) -> tuple[int, ...]:
    """How long each list is, counted up to one more than :data:`MOST_COUNTED`."""
    counts, values = [], []
    for ranges in lists:
        parts = [_COUNT.format(where=ranges.where, number=n) for n in range(len(ranges.keys))]
        counts.append(" + ".join(parts) or "0")
        for key in ranges.keys:
            values += [office_id, key, MOST_COUNTED + 1]
    found = wire.run(f"SELECT {', '.join(counts)}", *values).fetchone()
    return tuple(min(int(count), MOST_COUNTED + 1) for count in found)
