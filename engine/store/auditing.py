"""Holding the journal against its chains and its seals.

Nothing that a seal says of itself is believed: its roots and counts are worked out anew
from the heads kept with it, and each of these heads has to stand in the journal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from . import schema
from .chains import Breach, Flaw, breaches
from .journal import GENESIS, HAS_SM3, OFFICE_CHAIN, sm3_digest
from .merkle import Orchard
from .progress import ROWS, Told, silent, telling
from .raw import bytes_for_texts, escaped, legible, moment
from .seal import seal as _seal
from .seal import sealed_head as _sealed
from .sealing import ALL, End, Seal, leaf, sha256_digest, signed

_journal = schema.journal


def all_breaches(
    connection: Connection, office_id: str, *, told: Told = silent, entries: int = 0
) -> Iterator[Breach]:
    """Every chain and seal of an office that does not hold, once each.

    Parameters
    ----------
    entries : how many rows the journal has, for ``told``.
    """
    broken = breaches(connection, office_id, told=told, among=entries)
    yield from broken
    known = {breach.case_id for breach in broken}
    told("ends", 0, 0)
    yield from (b for b in _unsealed(connection, office_id) if b.case_id not in known)
    yield from _broken_seals(connection, office_id, told)


def _unsealed(connection: Connection, office_id: str) -> Iterator[Breach]:
    """Chains that are shorter than when they were sealed, or that ended in another row."""
    lost = (
        select(_sealed.c.case_id, _sealed.c.number, _sealed.c.sequence)
        .outerjoin(
            _journal,
            and_(
                _journal.c.office_id == _sealed.c.office_id,
                _journal.c.case_id == _sealed.c.case_id,
                _journal.c.sequence == _sealed.c.sequence,
                _journal.c.hash == _sealed.c.hash,
            ),
        )
        .where(_sealed.c.office_id == office_id, _journal.c.hash.is_(None))
        .order_by(_sealed.c.case_id, _sealed.c.number)
    )
    with bytes_for_texts(connection):
        rows = connection.execute(lost).all()
    for case_id, of_case in groupby(rows, key=lambda row: legible(row.case_id)):
        first = next(of_case)
        length = _length(connection, office_id, case_id)
        cut = first.sequence > length
        yield Breach(
            office_id=office_id,
            case_id=case_id,
            sequence=length + 1 if cut else first.sequence,
            flaw=Flaw.TRUNCATED if cut else Flaw.RESEALED,
            seal=first.number,
        )


def _length(connection: Connection, office_id: str, case_id: str) -> int:
    rows = select(func.max(_journal.c.sequence))
    rows = rows.where(_journal.c.office_id == office_id, _journal.c.case_id == case_id)
    return connection.scalar(rows) or 0


def _broken_seals(connection: Connection, office_id: str, told: Told) -> Iterator[Breach]:
    """The first seal that is not what its heads say, or the journal tells otherwise."""
    with bytes_for_texts(connection):
        known = dict(_legible_seals(connection, office_id))
        journalled = _journalled(connection, office_id)
        number = _first_broken(known, journalled, _Heads(connection, office_id, told))
    if number is not None:
        yield Breach(
            office_id=office_id, case_id=OFFICE_CHAIN, sequence=0, flaw=Flaw.SEAL, seal=number
        )


def _first_broken(
    known: Mapping[int, Seal], journalled: Mapping[int, set[str]], heads: "_Heads"
) -> int | None:
    whole = Orchard((sha256_digest, sm3_digest))
    previous: Seal | None = None
    for number in range(1, max([0, *known, *journalled]) + 1):
        seal = known.get(number)
        if (
            seal is None
            or journalled.get(number) != {seal.root}
            or not _holds(seal, heads, whole, previous)
        ):
            return number
        previous = seal
    return None


def _legible_seals(connection: Connection, office_id: str) -> Iterator[tuple[int, Seal]]:
    """Seals by their numbers; one that nobody can read is none."""
    names = ("number", "chains", "entries", "root", "sm3_root", "version")
    columns = (moment(connection, _seal.c.at).label("at"), *(_seal.c[name] for name in names))
    for row in connection.execute(select(*columns).where(_seal.c.office_id == office_id)):
        try:
            at = datetime.fromisoformat(f"{row.at.decode()}+00:00")
            roots = {"root": row.root.decode(), "sm3_root": row.sm3_root.decode()}
        except ValueError:
            continue
        counts = {name: row._mapping[name] for name in ("number", "chains", "entries", "version")}
        yield row.number, Seal(office_id=office_id, at=at, **counts, **roots)


def _holds(seal: Seal, heads: "_Heads", whole: Orchard, previous: Seal | None) -> bool:
    """Whether a seal says what its heads do; by SM3 only where it can be told here."""
    ends = heads.of(seal.number)
    right = (
        _of_all(seal, ends, whole, previous)
        if seal.version == ALL
        else signed(seal, ends, previous)
    )
    sm3_told = bool(seal.sm3_root and right.sm3_root)
    return (
        seal.root == right.root
        and (seal.chains, seal.entries) == (heads.chains, heads.entries)
        and (not sm3_told or seal.sm3_root == right.sm3_root)
    )


def _of_all(seal: Seal, ends: Iterable[End], whole: Orchard, previous: Seal | None) -> Seal:
    """The seal with its roots over the ends of all chains.

    Parameters
    ----------
    whole : the same of the seal before; this one's afterwards.
    """
    roots = (
        (previous and previous.root) or GENESIS,
        (previous and previous.sm3_root) or GENESIS,
    )

    def leaves() -> Iterator[tuple[str, Sequence[bytes]]]:
        # No case has an empty number: the seal itself comes first.
        yield "", [leaf(*seal.leaf, root) for root in roots]
        for case_id, sequence, hash_, sm3 in ends:
            yield case_id, [leaf(case_id, sequence, hash_), leaf(case_id, sequence, sm3)]

    root, sm3_root = whole.put(leaves())
    return replace(seal, root=root, sm3_root=sm3_root if HAS_SM3 else "")


class _Heads:
    """What was kept with each seal, read once, seal by seal."""

    def __init__(self, connection: Connection, office_id: str, told: Told) -> None:
        self.chains = 0
        self.entries = 0
        query = select(func.count()).select_from(_sealed).where(_sealed.c.office_id == office_id)
        among = connection.scalar(query) or 0
        self._growth = {
            row.number: (int(row.chains), int(row.entries))
            for row in connection.execute(_growth(office_id))
        }
        parts = connection.execute(kept(connection, office_id)).partitions()
        rows = (row for part in telling(parts, told, "heads", among) for row in part)
        self._groups = groupby(rows, key=lambda row: row.number)
        self._next = next(self._groups, None)

    def of(self, number: int) -> Iterator[End]:
        """The ends kept with the seal of a number, which comes after that asked for before."""
        chains, entries = self._growth.get(number, (0, 0))
        self.chains += chains
        self.entries += entries
        return self._read(number)

    def _read(self, number: int) -> Iterator[End]:
        if self._next is not None and self._next[0] == number:
            for _, case_id, sequence, hash_, sm3 in self._next[1]:
                yield escaped(case_id), sequence, escaped(hash_), escaped(sm3)
            self._next = next(self._groups, None)


def kept(connection: Connection, office_id: str) -> Select[Any]:
    """The heads kept with each seal, in the order of its leaves."""
    order: ColumnElement[str] = _sealed.c.case_id
    if connection.dialect.name == "postgresql":
        # By bytes, as the leaves stand; the database may have another order for words.
        order = order.collate("C")
    return (
        select(*(_sealed.c[name] for name in ("number", "case_id", "sequence", "hash", "sm3")))
        .where(_sealed.c.office_id == office_id)
        .order_by(_sealed.c.number, order)
        .execution_options(yield_per=ROWS)
    )


def _growth(office_id: str) -> Select[Any]:
    """How many chains and rows each seal has more than the one before."""
    before = func.lag(_sealed.c.sequence).over(
        partition_by=_sealed.c.case_id, order_by=_sealed.c.number
    )
    each = (
        select(_sealed.c.number, _sealed.c.sequence, before.label("before"))
        .where(_sealed.c.office_id == office_id)
        .subquery()
    )
    return select(
        each.c.number,
        func.sum(case((each.c.before.is_(None), 1), else_=0)).label("chains"),
        func.sum(each.c.sequence - func.coalesce(each.c.before, 0)).label("entries"),
    ).group_by(each.c.number)


def _journalled(connection: Connection, office_id: str) -> dict[int, set[str]]:
    """Roots of the seals the journal tells of, by their numbers."""
    notes = connection.scalars(
        select(_journal.c.note).where(
            _journal.c.office_id == office_id,
            _journal.c.case_id == OFFICE_CHAIN,
            _journal.c.action == "sealed",
        )
    )
    told: dict[int, set[str]] = {}
    for number, _, root in (legible(note).partition(" ") for note in notes):
        if number.isdecimal():
            told.setdefault(int(number), set()).add(root)
    return told
