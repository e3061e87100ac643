"""The part of an office that its head and its overseers look into: the journal and its seals.

The rows of a case are read with the case; this is the journal as a whole.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Select, select

from engine.model.case import JournalEntry
from engine.model.errors import QingdanError
from engine.model.office import Officer
from engine.model.wording import say
from engine.store import export as exporting
from engine.store import schema, sealing
from engine.store.auditing import all_breaches
from engine.store.chains import Breach, extent
from engine.store.export import Export
from engine.store.journal import OFFICE_CHAIN, Entry, append
from engine.store.progress import Told, silent
from engine.store.sealing import Seal

from .errors import NotAllowed
from .ledger import SYSTEM
from .matter import Matters

#: Fewest digits of a root by which a seal is looked for.
FEWEST_DIGITS = 8
#: Digits of a root that stand together where people compare them.
_GROUP = 4
#: Breaches a verdict names; there may be one for every case.
MOST_NAMED = 200
#: What the journal says of a verification: nothing was wrong, or something was.
VERIFIED, DISPUTED = "verified", "disputed"
#: A root as it stands in a seal's text, in groups or not.
_LINE = re.compile(r"^\s*SHA-256\s*根\s*:?\s*((?:[0-9a-f]\s*){64})", re.MULTILINE | re.IGNORECASE)
_DIGITS = re.compile(rf"[0-9a-f]{{{FEWEST_DIGITS},64}}")

_TEXTS = ("step", "step_name", "form_digest", "note")

_journal = schema.journal


class UnknownRoot(QingdanError):
    """No root was given, or one that no seal of the office has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a verification of an office's journal found."""

    chains: int
    entries: int
    seals: int
    #: The last of these; None before the first.
    sealed: Seal | None
    #: The first of what does not hold: at most :data:`MOST_NAMED`.
    breaches: tuple[Breach, ...]
    #: How many places do not hold, all in all.
    faults: int

    @property
    def note(self) -> str:
        """The same in one line."""
        counts = {"chains": self.chains, "entries": self.entries, "seals": self.seals}
        if self.faults:
            return say("oversight.note.broken", **counts, faults=self.faults)
        return say("oversight.note.clean", **counts)


def root_in(text: str) -> str:
    """The digits of a root, or its first ones: typed in, or somewhere in the text of a seal.

    Raises
    ------
    UnknownRoot
        There are none.
    """
    text = unicodedata.normalize("NFKC", text)
    line = _LINE.search(text)
    digits = re.sub(r"[\s-]", "", line[1] if line else text).lower()
    if not _DIGITS.fullmatch(digits):
        raise UnknownRoot(say("oversight.no-root", digits=FEWEST_DIGITS))
    return digits


def groups(root: str) -> list[str]:
    """The digits of a root in groups that an eye can compare.

    >>> groups("9bba1be459")
    ['9bba', '1be4', '59']
    """
    return [root[at : at + _GROUP] for at in range(0, len(root), _GROUP)]


class Oversight(Matters):
    """The journal of an office as a whole: sealed, verified, read and taken away."""

    def may_oversee(self, officer: Officer) -> bool:
        """Whether an officer may look into the journal: the head, and who oversees the office."""
        posts = map(self.controls.post, officer.posts_on(self._today()))
        return any(post.leads or post.oversees for post in posts if post)

    def check_oversees(self, officer: Officer) -> None:
        """Let nobody else pass.

        Raises
        ------
        NotAllowed
            With the posts of those who may.
        """
        if not self.may_oversee(officer):
            posts = "、".join(p.name for p in self.controls.posts.values() if p.leads or p.oversees)
            raise NotAllowed(say("oversight.not-yours", officer=officer.name, posts=posts))

    def seals(self) -> tuple[Seal, ...]:
        """Every seal over the journal, oldest first."""
        with self.store.read() as connection:
            return sealing.seals(connection, self.id)

    def seal_with(self, root: str) -> Seal:
        """The seal whose root, or its root by SM3, begins with some digits.

        Raises
        ------
        UnknownRoot
            There is none: the journal is another one than was sealed then, or the digits are.
        """
        made = self.seals()
        for one in made:
            if one.root.startswith(root) or one.sm3_root.startswith(root):
                return one
        told = " ".join(groups(root))
        raise UnknownRoot(say("oversight.unknown-root", root=told, seals=len(made)))

    def seal_journal(self, *, by: str = "", key: str = "") -> Seal:
        """Seal the journal as it stands, and journal that.

        Parameters
        ----------
        by : the head or an overseer; empty for the operator.
        key : of this request; the same request with the same key again changes nothing.

        Raises
        ------
        UnknownOfficer, NotAllowed
            Nobody has such an id, or it is not for this officer to do.
        """
        now = self.clock()
        with self.store.read() as connection:
            self._may_oversee(connection, by)
            drafted = sealing.draft(connection, self.id, at=now)
        with self.store.write() as connection:
            keys = self._keys(connection)
            first = keys.first_answer(key, "seal", by)
            if first is not None:
                return sealing.seals(connection, self.id)[int(first) - 1]
            made = sealing.put_seal(
                connection, self.id, at=now, actor=by or SYSTEM, drafted=drafted
            )
            keys.answer(key, str(made.number))
        return made

    def verify_journal(
        self, *, by: str, against: Export | None = None, told: Told = silent
    ) -> Verdict:
        """Hold every chain and seal against its hashes, and journal what was found.

        It reads every row of the journal, in one consistent view that keeps nobody waiting.

        Parameters
        ----------
        by : the head or an overseer.
        against : an export whose rows and seals still have to be there.

        Raises
        ------
        UnknownOfficer, NotAllowed
            Nobody has such an id, or it is not for this officer to do.
        """
        with self.store.read() as connection:
            self._may_oversee(connection, by)
            chains, entries = extent(connection, self.id)
            found: dict[tuple[str, int], Breach] = {}
            for breach in self._breaches(connection, against, told, entries):
                # Once each: a chain, by the number of no seal, or a seal.
                found.setdefault((breach.case_id, 0 if breach.sequence else breach.seal), breach)
            made = sealing.seals(connection, self.id)
        verdict = Verdict(
            chains=chains,
            entries=entries,
            seals=len(made),
            sealed=made[-1] if made else None,
            breaches=tuple(found.values())[:MOST_NAMED],
            faults=len(found),
        )
        action = DISPUTED if verdict.faults else VERIFIED
        entry = Entry(at=self.clock(), actor=by, action=action, note=verdict.note)
        with self.store.write() as connection:
            append(connection, self.id, OFFICE_CHAIN, entry)
        return verdict

    def _breaches(
        self, connection: Connection, against: Export | None, told: Told, entries: int
    ) -> Iterator[Breach]:
        yield from all_breaches(connection, self.id, told=told, entries=entries)
        if against is not None:
            yield from exporting.differences(connection, against, told=told, entries=entries)

    def last_verification(self) -> JournalEntry | None:
        """What the journal says of the last verification."""
        query = self._own_chain().where(_journal.c.action.in_((VERIFIED, DISPUTED))).limit(1)
        return next(iter(self._entries(query)), None)

    def sealer(self, seal: Seal) -> str:
        """Id of who made a seal; empty where the journal does not tell."""
        query = self._own_chain().where(
            _journal.c.action == "sealed", _journal.c.note == f"{seal.number} {seal.root}"
        )
        return next((entry.actor for entry in self._entries(query.limit(1))), "")

    def office_journal(self, *, limit: int, offset: int = 0) -> tuple[JournalEntry, ...]:
        """Rows of the office's own chain, the newest first."""
        return self._entries(self._own_chain().limit(limit).offset(offset))

    def journal_lines(self) -> Iterator[str]:
        """The whole journal with its seals as lines of JSON, in one consistent view."""
        with self.store.read() as connection:
            for line in exporting.lines(connection, self.id):
                yield json.dumps(line, ensure_ascii=False) + "\n"

    def _may_oversee(self, connection: Connection, by: str) -> None:
        """The operator may, and who oversees the office."""
        if by:
            self.check_oversees(self._judge(connection).officer(by))

    def _own_chain(self) -> Select[tuple[object, ...]]:
        mine = (_journal.c.office_id == self.id, _journal.c.case_id == OFFICE_CHAIN)
        return select(_journal).where(*mine).order_by(_journal.c.sequence.desc())

    def _entries(self, query: Select[tuple[object, ...]]) -> tuple[JournalEntry, ...]:
        names = ("sequence", "case_id", "at", "actor", "action", *_TEXTS)
        with self.store.read() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(JournalEntry(**{name: row[name] for name in names}) for row in rows)
