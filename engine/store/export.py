"""The journal as auditors take it with them: a line of JSON for each row, seal and head.

A file taken once can be held against the journal later: what it says was there, and as
it says, still has to be.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, select

from engine.model.errors import QingdanError
from engine.model.wording import say

from . import schema
from .auditing import kept
from .chains import Breach, Flaw
from .journal import GENESIS, OFFICE_CHAIN, TEXTS, Entry, Head, linked
from .progress import ROWS, Told, silent, telling
from .raw import bytes_for_texts, legible
from .seal import seal as _seal
from .sealing import seals

_journal = schema.journal


class UnusableExport(QingdanError):
    """A file is no export of this office's journal, or was changed since."""


def lines(connection: Connection, office_id: str) -> Iterator[dict[str, object]]:
    """Every row, every seal and every head it covers, with moments as they are hashed."""
    rows = connection.execute(
        select(_journal)
        .where(_journal.c.office_id == office_id)
        .order_by(_journal.c.case_id, _journal.c.sequence)
        .execution_options(yield_per=ROWS)
    )
    for row in rows.mappings():
        at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
        yield {"kind": "entry", **row, "at": at}
    previous = GENESIS
    for made in seals(connection, office_id):
        at = made.at.astimezone(UTC).isoformat(timespec="microseconds")
        yield {"kind": "seal", **asdict(made), "at": at, "previous": previous}
        previous = made.root
    for row in connection.execute(kept(connection, office_id)).mappings():
        yield {"kind": "head", "office_id": office_id, **row}


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What a file says of the journal of an office."""

    office_id: str
    #: SHA-256 of every row, in hexadecimal digits, by the number of the case.
    chains: dict[str, list[bytes]] = field(default_factory=dict)
    #: Root of every seal, by its number.
    roots: dict[int, str] = field(default_factory=dict)

    @property
    def entries(self) -> int:
        """How many rows it has."""
        return sum(map(len, self.chains.values()))

    def take(self, line: dict[str, object]) -> None:
        """One line of the file.

        Raises
        ------
        KeyError, TypeError, ValueError
            It is not what an export has, or does not follow from the lines before.
        """
        if line["office_id"] != self.office_id:
            raise ValueError(line["office_id"])
        match line["kind"]:
            case "entry":
                self._take_entry(line)
            case "seal":
                self.roots[int(str(line["number"]))] = str(line["root"])
            case "head":
                # What it says stands in the rows and in the seal's root.
                pass
            case other:
                raise ValueError(other)

    def _take_entry(self, line: dict[str, object]) -> None:
        case_id = str(line["case_id"])
        chain = self.chains.setdefault(case_id, [])
        entry = Entry(
            at=datetime.fromisoformat(str(line["at"])),
            **{name: str(line[name]) for name in TEXTS},
        )
        before = chain[-1].decode() if chain else GENESIS
        head = Head(sequence=len(chain), hash=before, sm3="")
        (row,), _ = linked(self.office_id, case_id, [entry], head)
        if (row["sequence"], row["hash"]) != (line["sequence"], line["hash"]):
            raise ValueError(line["sequence"])
        chain.append(str(line["hash"]).encode())


def read(content: Iterable[bytes], office_id: str) -> Export:
    """What the lines of an export of an office's journal say; each is held against its own hash.

    Raises
    ------
    UnusableExport
        With the number of the line that is not as it was written.
    """
    export = Export(office_id=office_id)
    for number, text in enumerate(content, 1):
        try:
            export.take(json.loads(text))
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise UnusableExport(say("oversight.bad-export", line=number)) from error
    if not export.chains:
        raise UnusableExport(say("oversight.empty-export"))
    return export


def differences(
    connection: Connection, export: Export, *, told: Told = silent, entries: int = 0
) -> Iterator[Breach]:
    """The first row of every chain that is not as an export says, and the first such seal.

    Parameters
    ----------
    entries : how many rows the journal has, for ``told``.
    """
    rows = (
        select(_journal.c.case_id, _journal.c.sequence, _journal.c.hash)
        .where(_journal.c.office_id == export.office_id)
        .order_by(_journal.c.case_id, _journal.c.sequence)
        .execution_options(yield_per=ROWS)
    )
    missing = dict(export.chains)
    with bytes_for_texts(connection):
        parts = connection.execute(rows).partitions()
        told_rows = (row for part in telling(parts, told, "export", entries) for row in part)
        for case_id, chain in groupby(told_rows, key=itemgetter(0)):
            name = legible(case_id)
            expected = missing.pop(name, None)
            if expected is not None:
                there = {sequence: hash_ for _, sequence, hash_ in chain}
                yield from _difference(export.office_id, name, expected, there)
        for name, expected in missing.items():
            yield from _difference(export.office_id, name, expected, {})
        columns = select(_seal.c.number, _seal.c.root).where(_seal.c.office_id == export.office_id)
        roots = {number: legible(root) for number, root in connection.execute(columns)}
    for number, root in sorted(export.roots.items()):
        if roots.get(number) != root:
            yield Breach(
                office_id=export.office_id,
                case_id=OFFICE_CHAIN,
                sequence=0,
                flaw=Flaw.OTHER_SEAL,
                seal=number,
            )
            return


def _difference(
    office_id: str, case_id: str, expected: list[bytes], there: dict[int, bytes]
) -> Iterator[Breach]:
    for sequence, hash_ in enumerate(expected, 1):
        if there.get(sequence) != hash_:
            flaw = Flaw.OTHER if sequence in there else Flaw.LOST
            yield Breach(office_id=office_id, case_id=case_id, sequence=sequence, flaw=flaw)
            return
