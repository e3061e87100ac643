"""Holding the chains of the journal against their own hashes, in one pass over its rows.

A text that is none any more is a breach like any other.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, func, select

from .journal import GENESIS, HAS_SM3, TEXTS, quoted, sm3_digest
from .progress import ROWS, Told, silent, telling
from .raw import bytes_for_texts, escaped, legible, moment, unescaped
from .schema import journal

#: What JSON writes otherwise than it stands.
_ESCAPED = bytes(range(32)) + b'"\\'
_GENESIS = GENESIS.encode()


class Flaw(StrEnum):
    """What is wrong with a row, or with a chain against its seal."""

    #: The row that should stand here is gone.
    MISSING = "missing"
    #: Its content is not what was hashed.
    CONTENT = "content"
    #: It does not follow from the row before.
    LINK = "link"
    #: Its SM3 hash does not fit, though SHA-256 does.
    SM3 = "sm3"
    #: The chain ends before the row that was sealed.
    TRUNCATED = "truncated"
    #: The sealed row is another one now.
    RESEALED = "resealed"
    #: The seal is not what its own rows say.
    SEAL = "seal"
    #: The row, or the seal, is not what an export of the journal says.
    OTHER = "other"
    OTHER_SEAL = "other-seal"
    #: The row stands in an export and is gone.
    LOST = "lost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Breach:
    """The first place where a chain does not hold."""

    office_id: str
    case_id: str
    #: Number of the row; 0 where it is a seal that does not hold.
    sequence: int
    flaw: Flaw
    #: Number of the seal that shows it; 0 where the chain itself does.
    seal: int = 0


def extent(connection: Connection, office_id: str) -> tuple[int, int]:
    """How many chains the journal of an office has, and how many rows in all of them."""
    lengths = (
        select(func.count().label("length"))
        .where(journal.c.office_id == office_id)
        .group_by(journal.c.case_id)
        .subquery()
    )
    found = connection.execute(select(func.count(), func.sum(lengths.c.length))).one()
    return found[0], int(found[1] or 0)


def _rows(connection: Connection, office_id: str) -> Select[Any]:
    names = ("prev_hash", "hash", "sm3", *TEXTS)
    columns = (journal.c.case_id, journal.c.sequence, moment(connection, journal.c.at))
    return (
        select(*columns, *(journal.c[name] for name in names))
        .where(journal.c.office_id == office_id)
        .order_by(journal.c.case_id, journal.c.sequence)
        .execution_options(yield_per=ROWS)
    )


def breaches(
    connection: Connection, office_id: str, *, told: Told = silent, among: int = 0
) -> list[Breach]:
    """The first row that does not fit, of every chain of the office that has one.

    Parameters
    ----------
    among : how many rows there are, for ``told``.
    """
    found: list[Breach] = []
    chain: _Chain | None = None
    with bytes_for_texts(connection):
        parts = connection.execute(_rows(connection, office_id)).partitions()
        for part in telling(parts, told, "rows", among):
            for case_id, *row in part:
                if chain is None or case_id != chain.case_id:
                    chain = _Chain(office_id, case_id)
                elif chain.broken:
                    continue
                flaw = chain.flaw(*row)
                if flaw is not None:
                    found.append(chain.breach(flaw))
    return found


class _Chain:
    """A chain as far as it was read."""

    __slots__ = ("_begin", "_hash", "_length", "_office_id", "_sm3", "broken", "case_id")

    def __init__(self, office_id: str, case_id: bytes) -> None:
        self.case_id = case_id
        self.broken = False
        self._office_id = office_id
        self._begin = b"[" + _members((office_id.encode(), case_id)) + b","
        self._length = 0
        self._hash = self._sm3 = _GENESIS

    def flaw(
        self, sequence: int, at: bytes, before: bytes, hash_: bytes, sm3: bytes, *texts: bytes
    ) -> Flaw | None:
        """What is wrong with the next row."""
        if sequence != self._length + 1:
            return Flaw.MISSING
        try:
            content = b'%b%d,"%bT%b+00:00",%b,"' % (
                self._begin,
                sequence,
                at[:10],
                at[11:],
                _members(texts),
            )
            made = hashlib.sha256(b'%b%b"]' % (content, before)).hexdigest()
        except TypeError:
            # No text at all: damage to the row's own head.
            return Flaw.CONTENT
        if at[10:11] != b" " or made.encode() != hash_:
            return Flaw.CONTENT
        if before != self._hash:
            return Flaw.LINK
        if HAS_SM3 and sm3 and sm3_digest(b'%b%b"]' % (content, self._sm3)).hex().encode() != sm3:
            return Flaw.SM3
        self._length = sequence
        self._hash, self._sm3 = hash_, sm3 or _GENESIS
        return None

    def breach(self, flaw: Flaw) -> Breach:
        """The flaw of the row after the last that held; nothing of the chain is told after it."""
        self.broken = True
        return Breach(
            office_id=self._office_id,
            case_id=legible(self.case_id),
            sequence=self._length + 1,
            flaw=flaw,
        )


def _members(texts: Sequence[bytes]) -> bytes:
    """Texts as members of a JSON list, as the journal writes them."""
    plain = b"".join(texts)
    if len(plain.translate(None, _ESCAPED)) == len(plain):
        return b'"%b"' % b'","'.join(texts)
    written = (quoted(escaped(one)) for one in texts)
    return unescaped(",".join(written))
