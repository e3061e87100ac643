"""Seals worked out from scratch, each from all that was sealed: slow, and plainly right.

And an office whose journal and seals are drawn at random, of both kinds there are.
"""

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from engine.store import Store, journal, schema, seal, sealing
from engine.store.journal import GENESIS, OFFICE_CHAIN, Entry, Head
from tests.cases.conftest import Clock

OFFICE = "shifan"
NOW = Clock().now
_TEXTS = ("", "办结", 'a"b', "c\\d\n", "x" * 40)
Hash = Callable[[bytes], str]


def sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def sm3(text: bytes) -> str:
    return hashlib.new("sm3", text).hexdigest()


def root_of(leaves: Iterable[bytes], digest: Hash) -> str:
    """The Merkle root, row by row."""
    row = [bytes.fromhex(digest(b"\0" + leaf)) for leaf in leaves]
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=False)
        above = [bytes.fromhex(digest(b"\1" + left + right)) for left, right in pairs]
        row = above + row[len(above) * 2 :]
    return row[0].hex()


def leaf(*values: object) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def signed(
    made: sealing.Seal,
    heads: Mapping[str, Head],
    before: Mapping[str, Head],
    previous: sealing.Seal | None,
) -> tuple[str, str]:
    """Both roots of a seal over some heads, after a seal over those before."""
    said: list[object] = [
        OFFICE,
        made.number,
        made.at.astimezone(UTC).isoformat("T", "microseconds"),
    ]
    said += [len(heads), sum(head.sequence for head in heads.values())]
    if made.version == 1:
        covered = dict(heads)
        links = (previous.root, previous.sm3_root) if previous else (GENESIS, GENESIS)
    else:
        covered = {id_: head for id_, head in heads.items() if before.get(id_) != head}
        said.insert(0, 2)
        links = (previous.root, previous.sm3_root) if previous else (GENESIS, GENESIS)
    ordered = sorted(covered.items(), key=lambda item: item[0].encode())
    firsts = [leaf(*said, link) for link in links]
    return (
        root_of([firsts[0], *(leaf(i, h.sequence, h.hash) for i, h in ordered)], sha256),
        root_of([firsts[1], *(leaf(i, h.sequence, h.sm3) for i, h in ordered)], sm3),
    )


@dataclass
class History:
    """What was written and sealed, kept beside the store."""

    store: Store
    draw: random.Random
    #: Heads of all chains now, and as they were sealed last.
    heads: dict[str, Head] = field(default_factory=dict)
    sealed: dict[str, Head] = field(default_factory=dict)
    seals: list[sealing.Seal] = field(default_factory=list)

    def begin(self) -> None:
        with self.store.write() as connection:
            connection.execute(insert(schema.office).values(id=OFFICE, name="示范镇财政所"))

    def write(self, rows: int) -> None:
        """Let some chains go on, and some begin, anywhere among the others."""
        with self.store.write() as connection:
            for _ in range(rows):
                numbers = (f"{2020 + self.draw.randrange(7)}-{self.draw.randrange(60):03}", "案-丁")
                known = [*self.heads, OFFICE_CHAIN]
                id_ = self.draw.choice([*numbers, *numbers, *known])
                entry = Entry(
                    at=NOW + timedelta(microseconds=self.draw.randrange(10**12)),
                    actor="ding",
                    action=self.draw.choice(("opened", "claimed")),
                    step_name=self.draw.choice(_TEXTS),
                    note=self.draw.choice(_TEXTS),
                )
                self.heads[id_] = journal.append(connection, OFFICE, id_, entry)

    def seal(self) -> sealing.Seal:
        """Seal as the program does."""
        with self.store.write() as connection:
            made = sealing.put_seal(connection, OFFICE, at=self._now(), actor="zhang")
        return self._keep(made)

    def seal_all(self) -> sealing.Seal:
        """Seal as the program did at first: over the heads of all chains."""
        number = len(self.seals) + 1
        counts = (len(self.heads), sum(head.sequence for head in self.heads.values()))
        made = sealing.Seal(
            office_id=OFFICE,
            number=number,
            at=self._now(),
            chains=counts[0],
            entries=counts[1],
            version=1,
        )
        root, sm3_root = self.right(made)
        fresh = {i: h for i, h in self.heads.items() if self.sealed.get(i) != h}
        with self.store.write() as connection:
            row = {
                "office_id": OFFICE,
                "number": number,
                "at": made.at,
                "chains": counts[0],
                "entries": counts[1],
                "root": root,
                "sm3_root": sm3_root,
                "version": 1,
            }
            connection.execute(insert(seal.seal), row)
            for id_, head in fresh.items():
                kept = {"case_id": id_, "sequence": head.sequence, "hash": head.hash}
                row = {"office_id": OFFICE, "number": number, "sm3": head.sm3, **kept}
                connection.execute(insert(seal.sealed_head), row)
            entry = Entry(at=made.at, actor="zhang", action="sealed", note=f"{number} {root}")
            journal.append(connection, OFFICE, OFFICE_CHAIN, entry)
        with self.store.read() as connection:
            return self._keep(sealing.seals(connection, OFFICE)[-1])

    def _now(self) -> datetime:
        return NOW + timedelta(days=len(self.seals))

    def right(self, made: sealing.Seal) -> tuple[str, str]:
        """What the roots of a seal made now have to be."""
        previous = self.seals[-1] if self.seals else None
        return signed(made, self.heads, self.sealed, previous)

    def _keep(self, made: sealing.Seal) -> sealing.Seal:
        assert (made.root, made.sm3_root) == self.right(made)
        counts = (len(self.heads), sum(head.sequence for head in self.heads.values()))
        assert (made.chains, made.entries) == counts
        self.sealed = dict(self.heads)
        self.seals.append(made)
        with self.store.read() as connection:
            self.heads[OFFICE_CHAIN] = journal.head_of(connection, OFFICE, OFFICE_CHAIN)
        return made
