"""Sealing the journal day by day, and holding it against its seals.

A chain shows by itself that a row was changed, but not that its last rows were cut
off. A seal does: a Merkle root over the heads of all chains, chained to the seal
before, that can be printed and kept where nobody reaches it through the database.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import Connection, and_, func, insert, select

from . import schema
from .journal import (
    GENESIS,
    HAS_SM3,
    OFFICE_CHAIN,
    Breach,
    Entry,
    Flaw,
    Head,
    append,
    breaches,
    sm3_of,
)
from .seal import seal as _seal
from .seal import sealed_head as _sealed

_journal = schema.journal


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
    root: str
    #: Empty where the platform had no SM3.
    sm3_root: str

    @property
    def leaf(self) -> list[object]:
        """What of the seal itself its roots cover."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return [self.office_id, self.number, at, self.chains, self.entries]


def _sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def merkle_root(leaves: Sequence[bytes], digest: Callable[[bytes], str]) -> str:
    """The Merkle root of some leaves.

    Leaves and nodes are told apart by a first byte, and the last one of an odd row
    moves up alone, so that no other list of leaves has the same root.

    Source: RFC 6962, 2.1.
    """
    row = [bytes.fromhex(digest(b"\0" + leaf)) for leaf in leaves]
    while len(row) > 1:
        pairs = [
            bytes.fromhex(digest(b"\1" + left + right))
            for left, right in zip(row[::2], row[1::2], strict=False)
        ]
        row = pairs + row[len(pairs) * 2 :]
    return row[0].hex()


def _leaf(*values: object) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _signed(seal: Seal, heads: Mapping[str, Head], previous: Seal | None) -> Seal:
    """The seal with the roots that follow from its heads and the seal before."""
    ends = sorted(heads.items())
    first = _leaf(*seal.leaf, previous.root if previous else GENESIS)
    leaves = [_leaf(case_id, head.sequence, head.hash) for case_id, head in ends]
    root, sm3_root = merkle_root([first, *leaves], _sha256), ""
    if HAS_SM3:
        first = _leaf(*seal.leaf, (previous and previous.sm3_root) or GENESIS)
        leaves = [_leaf(case_id, head.sequence, head.sm3) for case_id, head in ends]
        sm3_root = merkle_root([first, *leaves], sm3_of)
    return replace(seal, root=root, sm3_root=sm3_root)


def seals(connection: Connection, office_id: str) -> tuple[Seal, ...]:
    """All seals of an office, oldest first."""
    rows = connection.execute(
        select(_seal).where(_seal.c.office_id == office_id).order_by(_seal.c.number)
    )
    return tuple(Seal(**row) for row in rows.mappings())


def last_sealed(connection: Connection, office_id: str) -> datetime | None:
    """When the journal of an office was sealed last; None where it never was."""
    query = select(func.max(_seal.c.at)).where(_seal.c.office_id == office_id)
    found: datetime | None = connection.execute(query).scalar()
    return found


def hold(connection: Connection, office_id: str) -> None:
    """Let nobody else seal the journal of an office until the transaction ends."""
    office = select(schema.office.c.id).where(schema.office.c.id == office_id)
    connection.execute(office.with_for_update())


def _present_heads(connection: Connection, office_id: str) -> dict[str, Head]:
    """Where every chain ends now."""
    ends = (
        select(_journal.c.case_id, func.max(_journal.c.sequence).label("sequence"))
        .where(_journal.c.office_id == office_id)
        .group_by(_journal.c.case_id)
        .subquery()
    )
    found = connection.execute(
        select(_journal.c.case_id, _journal.c.sequence, _journal.c.hash, _journal.c.sm3)
        .join(
            ends,
            and_(_journal.c.case_id == ends.c.case_id, _journal.c.sequence == ends.c.sequence),
        )
        .where(_journal.c.office_id == office_id)
        .execution_options(yield_per=1000)
    )
    return {row.case_id: Head(sequence=row.sequence, hash=row.hash, sm3=row.sm3) for row in found}


def _sealed_heads(connection: Connection, office_id: str) -> Iterator[tuple[int, dict[str, Head]]]:
    """What each seal added, by its number, oldest first."""
    rows = connection.execute(
        select(_sealed)
        .where(_sealed.c.office_id == office_id)
        .order_by(_sealed.c.number)
        .execution_options(yield_per=1000)
    )
    for number, group in groupby(rows, key=lambda row: row.number):
        yield (
            number,
            {r.case_id: Head(sequence=r.sequence, hash=r.hash, sm3=r.sm3) for r in group},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A seal of the journal as one transaction sees it, not stored yet."""

    seal: Seal
    #: Ends of the chains that went on since the seal before.
    heads: Mapping[str, Head]


def draft(connection: Connection, office_id: str, *, at: datetime) -> Draft:
    """Work out the next seal of an office: it reads where every chain ends and writes nothing.

    With very many chains that takes its time; nobody who writes need wait for it.
    """
    before = seals(connection, office_id)
    known: dict[str, Head] = {}
    for _, added in _sealed_heads(connection, office_id):
        known |= added
    heads = _present_heads(connection, office_id)
    made = _signed(
        Seal(
            office_id=office_id,
            number=before[-1].number + 1 if before else 1,
            at=at,
            chains=len(heads),
            entries=sum(head.sequence for head in heads.values()),
            root="",
            sm3_root="",
        ),
        heads,
        before[-1] if before else None,
    )
    fresh = {case_id: head for case_id, head in heads.items() if known.get(case_id) != head}
    return Draft(seal=made, heads=fresh)


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
    new = [
        {"office_id": office_id, "number": number, "case_id": case_id, **asdict(head)}
        for case_id, head in drafted.heads.items()
    ]
    if new:
        connection.execute(insert(_sealed), new)
    entry = Entry(at=at, actor=actor, action="sealed", note=f"{number} {made.root}")
    append(connection, office_id, OFFICE_CHAIN, entry)
    return made


def _broken_seals(connection: Connection, office_id: str) -> Iterator[Breach]:
    """Seals that are not what their own rows say, or that the journal knows and are gone."""
    previous: Seal | None = None
    heads: dict[str, Head] = {}
    added = dict(_sealed_heads(connection, office_id))
    known = {seal.number: seal for seal in seals(connection, office_id)}
    for number in range(1, max([0, *known, *_journalled(connection, office_id)]) + 1):
        seal = known.get(number)
        heads |= added.get(number, {})
        if seal is None or not _holds(seal, heads, previous):
            yield Breach(
                office_id=office_id, case_id=OFFICE_CHAIN, sequence=0, flaw=Flaw.SEAL, seal=number
            )
            return
        previous = seal


def _holds(seal: Seal, heads: Mapping[str, Head], previous: Seal | None) -> bool:
    """Whether a seal says what its heads do; by SM3 only where it can be told here."""
    right = _signed(seal, heads, previous)
    counts = (len(heads), sum(head.sequence for head in heads.values()))
    sm3_told = bool(seal.sm3_root and right.sm3_root)
    return (
        seal.root == right.root
        and (seal.chains, seal.entries) == counts
        and (not sm3_told or seal.sm3_root == right.sm3_root)
    )


def _journalled(connection: Connection, office_id: str) -> list[int]:
    """Numbers of the seals the journal tells of."""
    notes = connection.scalars(
        select(_journal.c.note).where(
            _journal.c.office_id == office_id,
            _journal.c.case_id == OFFICE_CHAIN,
            _journal.c.action == "sealed",
        )
    )
    return [
        int(number) for number in (note.partition(" ")[0] for note in notes) if number.isdigit()
    ]


def all_breaches(connection: Connection, office_id: str) -> Iterator[Breach]:
    """Every chain and seal of an office that does not hold, once each."""
    broken = list(breaches(connection, office_id))
    yield from broken
    known = {breach.case_id for breach in broken}
    yield from (b for b in _unsealed(connection, office_id) if b.case_id not in known)
    yield from _broken_seals(connection, office_id)


def _unsealed(connection: Connection, office_id: str) -> Iterator[Breach]:
    """Chains that are shorter than when they were sealed, or that ended in another row."""
    lengths = (
        select(_journal.c.case_id, func.max(_journal.c.sequence).label("length"))
        .where(_journal.c.office_id == office_id)
        .group_by(_journal.c.case_id)
        .subquery()
    )
    rows = connection.execute(
        select(_sealed, lengths.c.length)
        .outerjoin(
            _journal,
            and_(
                _journal.c.office_id == _sealed.c.office_id,
                _journal.c.case_id == _sealed.c.case_id,
                _journal.c.sequence == _sealed.c.sequence,
                _journal.c.hash == _sealed.c.hash,
            ),
        )
        .outerjoin(lengths, lengths.c.case_id == _sealed.c.case_id)
        .where(_sealed.c.office_id == office_id, _journal.c.hash.is_(None))
        .order_by(_sealed.c.case_id, _sealed.c.number)
    )
    for case_id, lost in groupby(rows, key=lambda row: row.case_id):
        row = next(lost)
        cut = row.sequence > (row.length or 0)
        yield Breach(
            office_id=office_id,
            case_id=case_id,
            sequence=(row.length or 0) + 1 if cut else row.sequence,
            flaw=Flaw.TRUNCATED if cut else Flaw.RESEALED,
            seal=row.number,
        )
