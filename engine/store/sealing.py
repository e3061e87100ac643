"""Sealing the journal day by day.

A chain shows by itself that a row was changed, but not that its last rows were cut
off. A seal does: a Merkle root over the ends of the chains that went on since the seal
before, and over that seal's root, and so over all that was ever sealed. It can be
printed and kept where nobody reaches it through the database.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, select

from . import schema
from .journal import GENESIS, HAS_SM3, OFFICE_CHAIN, Entry, append, hold, members, sm3_digest
from .merkle import Spine
from .raw import unescaped
from .seal import seal as _seal
from .seal import sealed_head as _sealed

_journal = schema.journal

#: What a seal's root covers: the ends of all chains, as the first seals had it ...
ALL = 1
#: ... or of those that went on since the seal before.
GROWN = 2
#: Heads written in one statement.
_AT_ONCE = 1000

#: A case, the number of its last row, and the hashes of that row.
End = tuple[str, int, str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """One seal as stored."""

    office_id: str
    #: 1, 2, 3 … without gaps.
    number: int
    at: datetime
    #: How many chains there were, and how many rows in all of them.
    chains: int
    entries: int
    root: str = ""
    #: Empty where the platform had no SM3.
    sm3_root: str = ""
    #: What its roots cover: :data:`ALL` or :data:`GROWN`.
    version: int = GROWN

    @property
    def leaf(self) -> list[str | int]:
        """What of the seal itself its roots cover."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        written: list[str | int] = [self.office_id, self.number, at, self.chains, self.entries]
        return written if self.version == ALL else [self.version, *written]


def sha256_digest(text: bytes) -> bytes:
    """SHA-256 of some bytes."""
    return hashlib.sha256(text).digest()


def signed(seal: Seal, ends: Iterable[End], previous: Seal | None) -> Seal:
    """The seal with the roots that follow from what it covers and the seal before.

    Parameters
    ----------
    ends : in the order of the bytes of the cases' numbers.
    """
    tree, sm3_tree = Spine(sha256_digest), Spine(sm3_digest)
    tree.add(leaf(*seal.leaf, previous.root if previous else GENESIS))
    sm3_tree.add(leaf(*seal.leaf, (previous.sm3_root or previous.root) if previous else GENESIS))
    for case_id, sequence, hash_, sm3 in ends:
        tree.add(leaf(case_id, sequence, hash_))
        if HAS_SM3:
            sm3_tree.add(leaf(case_id, sequence, sm3))
    return replace(seal, root=tree.root(), sm3_root=sm3_tree.root() if HAS_SM3 else "")


def leaf(*values: str | int) -> bytes:
    """Values as a JSON list."""
    return unescaped(f"[{members(values)}]")


def seals(connection: Connection, office_id: str) -> tuple[Seal, ...]:
    """All seals of an office, oldest first."""
    rows = connection.execute(
        select(_seal).where(_seal.c.office_id == office_id).order_by(_seal.c.number)
    )
    return tuple(Seal(**row) for row in rows.mappings())


def _last(connection: Connection, office_id: str) -> Seal | None:
    query = select(_seal).where(_seal.c.office_id == office_id)
    row = connection.execute(query.order_by(_seal.c.number.desc()).limit(1)).mappings().first()
    return None if row is None else Seal(**row)


def is_sealed_between(
    connection: Connection, office_id: str, begin: datetime, end: datetime
) -> bool:
    """Whether the journal of an office was sealed from one moment until before another."""
    within = (_seal.c.office_id == office_id, _seal.c.at >= begin, _seal.c.at < end)
    return connection.execute(select(_seal.c.number).where(*within).limit(1)).first() is not None


def _grown(office_id: str) -> Select[Any]:
    """Ends of the chains that go beyond where they were sealed, and where that was.

    Where every chain ends is read off the journal itself, by its key: no mark that a writer
    sets would be as sure.
    """
    ends = (
        select(_journal.c.case_id, func.max(_journal.c.sequence).label("sequence"))
        .where(_journal.c.office_id == office_id)
        .group_by(_journal.c.case_id)
        .subquery("ends")
    )
    of_case: ColumnElement[bool] = and_(
        _sealed.c.office_id == office_id, _sealed.c.case_id == ends.c.case_id
    )
    before = (
        select(_sealed.c.sequence)
        .where(of_case)
        .order_by(_sealed.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    is_sealed = select(_sealed.c.number).where(of_case, _sealed.c.sequence >= ends.c.sequence)
    return (
        select(_journal.c.case_id, _journal.c.sequence, _journal.c.hash, _journal.c.sm3, before)
        .join(
            ends,
            and_(_journal.c.case_id == ends.c.case_id, _journal.c.sequence == ends.c.sequence),
        )
        .where(
            _journal.c.office_id == office_id,
            ~is_sealed.exists(),
        )
        .execution_options(yield_per=_AT_ONCE)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A seal of the journal as one transaction sees it, not stored yet."""

    seal: Seal
    #: Ends of the chains that went on since the seal before.
    ends: Sequence[End]


def draft(connection: Connection, office_id: str, *, at: datetime) -> Draft:
    """Work out the next seal of an office: it reads where every chain ends and writes nothing.

    What it hashes and keeps in memory follows from the chains that went on.
    """
    last = _last(connection, office_id)
    chains, entries = (last.chains, last.entries) if last else (0, 0)
    ends: list[End] = []
    for case_id, sequence, hash_, sm3, before in connection.execute(_grown(office_id)):
        ends.append((case_id, sequence, hash_, sm3))
        chains += before is None
        entries += sequence - (before or 0)
    ends.sort()
    number = last.number + 1 if last else 1
    made = Seal(office_id=office_id, number=number, at=at, chains=chains, entries=entries)
    return Draft(seal=signed(made, ends, last), ends=ends)


def put_seal(
    connection: Connection,
    office_id: str,
    *,
    at: datetime,
    actor: str,
    drafted: Draft | None = None,
) -> Seal:
    """Seal the journal of an office, and journal that, in the caller's transaction.

    Parameters
    ----------
    drafted : what :func:`draft` found a moment ago; made anew where another seal came since.
    """
    hold(connection, office_id)
    last = select(func.max(_seal.c.number)).where(_seal.c.office_id == office_id)
    number = (connection.scalar(last) or 0) + 1
    if drafted is None or drafted.seal.number != number:
        drafted = draft(connection, office_id, at=at)
    made = drafted.seal
    connection.execute(insert(_seal).values(asdict(made)))
    for start in range(0, len(drafted.ends), _AT_ONCE):
        names = ("case_id", "sequence", "hash", "sm3")
        connection.execute(
            insert(_sealed).values(office_id=office_id, number=number),
            [dict(zip(names, end, strict=True)) for end in drafted.ends[start : start + _AT_ONCE]],
        )
    entry = Entry(at=at, actor=actor, action="sealed", note=f"{number} {made.root}")
    append(connection, office_id, OFFICE_CHAIN, entry)
    return made
