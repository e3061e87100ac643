"""Published procedures: immutable file versions in the store, programs in memory.

A case runs on the versions that were in force when it was opened, never on files.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from engine.bpmn.library import Library
from engine.bpmn.reader import read
from engine.bpmn.renumbering import renumbered
from engine.model.errors import UnknownItem, UnreadablePath, reason_of
from engine.model.item import LimitUnit, TimeLimit
from engine.model.procedure import Document, Procedure
from engine.model.wording import say
from engine.store import schema

from . import editions
from .clock import Clock
from .editions import Edition
from .errors import Unexecutable, UnknownVersion
from .program import Program, build, closure
from .specs import Parser
from .statements import Wire

#: Part of a bundle: by id as the files have it, the id as the case has it.
_RENAMED = "renamed"

_BEFORE = (
    "SELECT old_bundle FROM case_migration "
    "WHERE office_id = ? AND case_id = ? ORDER BY version DESC"
)
_FIRST = (
    "SELECT old_bundle FROM case_migration "
    "WHERE office_id = ? AND case_id = ? ORDER BY version LIMIT 1"
)


@lru_cache(maxsize=512)
def _document(content: bytes, path: str) -> Document:
    return read(content, path=path)


class Versions:
    """The procedures of one office."""

    def __init__(self, office_id: str, clock: Clock) -> None:
        self.office_id = office_id
        self._clock = clock
        self._programs: dict[str, Program] = {}
        self._library: tuple[tuple[tuple[str, str], ...], Library] | None = None
        self._step_limits: dict[str, frozenset[TimeLimit]] = {}

    def publish(self, connection: Connection, library: Library, since: datetime) -> tuple[str, ...]:
        """Store the files of a library as the versions new cases run on from a moment.

        Returns
        -------
        tuple of str
            Ids of the processes whose version changes then.

        Raises
        ------
        Unexecutable
            A procedure would not run as drawn; nothing is published.
        BadEffectiveDate
            Another version is planned for that day.
        """
        contents = {d.digest: content_of(d) for d in library.documents}
        documents = {name: library.document_of(p) for name, p in library.procedures.items()}
        for name in documents:
            needed = closure(name, library.procedures)
            build(name, {n: documents[n] for n in needed}, contents)
        now, table = self._clock(), schema.procedure_version
        known = set(
            connection.scalars(select(table.c.digest).where(table.c.office_id == self.office_id))
        )
        rows = [
            {"digest": digest, "path": Path(document.path).name, "content": contents[digest]}
            for digest, document in {d.digest: d for d in library.documents}.items()
            if digest not in known
        ]
        if rows:
            connection.execute(insert(table).values(office_id=self.office_id, added_at=now), rows)
        digests = {name: d.digest for name, d in documents.items()}
        return editions.put(connection, self.office_id, digests, since=since, now=now)

    def library(self, connection: Connection) -> Library:
        """The procedures new cases run on now."""
        return self._library_of(connection, self._in_force(connection))

    def _in_force(self, connection: Connection) -> dict[str, str]:
        return editions.in_force(connection, self.office_id, self._clock())

    def _library_of(self, connection: Connection, digests: Mapping[str, str]) -> Library:
        known = tuple(digests.items())
        if self._library is None or self._library[0] != known:
            documents = self._documents(connection, digests.values())[0]
            procedures = {name: _process(documents[digest], name) for name, digest in known}
            self._library = known, Library(tuple(documents.values()), procedures)
        return self._library[1]

    def bundle(self, connection: Connection, process_id: str, digest: str = "") -> str:
        """Digest by process id of a process and all it calls as it is in force, as JSON text.

        Parameters
        ----------
        digest : of another file of the process itself; empty for the one in force.
        """
        digests = self._in_force(connection)
        if digest:
            digests[process_id] = digest
        procedures = self._library_of(connection, digests).procedures
        if process_id not in procedures:
            raise UnknownItem(say("run.unknown-item", name=process_id, known="—"))
        names = sorted(closure(process_id, procedures))
        return _bundle(process_id, {name: digests[name] for name in names})

    def editions(self, connection: Connection, name: str = "") -> tuple[Edition, ...]:
        """What applies, applied or will apply, of one procedure by any of its names, or of all.

        Raises
        ------
        UnknownVersion
            Nothing of that name was ever published.
        """
        rows = editions.rows_of(connection, self.office_id)
        documents = self._documents(connection, {row.digest for row in rows if row.digest})[0]
        procedures = {
            (row.process_id, row.digest): _process(documents[row.digest], row.process_id)
            for row in rows
            if row.digest
        }
        running = editions.running_on(connection, self.office_id)
        found = editions.told(rows, procedures, running, self._clock())
        called = {e.process_id for e in found if name in (e.process_id, e.code, e.title)}
        if name and not called:
            raise UnknownVersion(say("versions.no-such-item", name=name))
        return tuple(each for each in found if not name or each.process_id in called)

    def file(self, connection: Connection, digest: str) -> tuple[str, bytes]:
        """Name and bytes of a file ever published."""
        documents, contents = self._documents(connection, [digest])
        return documents[digest].path, contents[digest]

    def step_limits(self, connection: Connection) -> frozenset[TimeLimit]:
        """The limits steps have in any version cases may still run on."""
        table = schema.procedure_version
        query = select(table.c.digest).where(table.c.office_id == self.office_id)
        unread = set(connection.scalars(query)) - self._step_limits.keys()
        if unread:
            documents = self._documents(connection, unread)[0]
            self._step_limits |= {digest: _limits(each) for digest, each in documents.items()}
        return frozenset().union(*self._step_limits.values())

    def digest(self, bundle: str) -> str:
        """Digest of the file of the bundle's own process."""
        parts = json.loads(bundle)
        return str(parts["digests"][parts["process"]])

    def program(self, connection: Connection, bundle: str) -> Program:
        """The program of a bundle."""
        program = self._programs.get(bundle)
        if program is None:
            parts = json.loads(bundle)
            digests: dict[str, str] = parts["digests"]
            documents, contents = self._documents(connection, digests.values())
            if parts.get(_RENAMED):
                documents, contents = _renumbered(documents, contents, parts[_RENAMED])
            program = build(
                parts["process"],
                {name: documents[digest] for name, digest in digests.items()},
                contents,
            )
            self._programs[bundle] = program
        return program

    def opened_on(self, connection: Connection, case: Mapping[str, Any] | RowMapping) -> Procedure:
        """The procedure a case was opened with: its limits hold, whatever it was put on since."""
        first = Wire(connection).run(_FIRST, self.office_id, case["id"]).fetchone()
        bundle = first[0] if first else case["bundle"]
        return self.program(connection, bundle).procedure

    def program_with(
        self, connection: Connection, item: Mapping[str, Any] | RowMapping, path: str
    ) -> Program:
        """The program of a work item's case, or the last one before that had its step."""
        program = self.program(connection, item["bundle"])
        if program.has(path):
            return program
        rows = Wire(connection).run(_BEFORE, self.office_id, item["case_id"]).fetchall()
        former = (self.program(connection, bundle) for (bundle,) in rows)
        return next((each for each in former if each.has(path)), program)

    def contents(self, connection: Connection, bundle: str) -> tuple[bytes, ...]:
        """The files of a bundle, as they were published."""
        digests = json.loads(bundle)["digests"].values()
        return tuple(self._documents(connection, digests)[1].values())

    def sub_bundle(self, bundle: str, process_id: str, procedures: Mapping[str, Procedure]) -> str:
        """The bundle of a process that is called by another bundle's."""
        digests: dict[str, str] = json.loads(bundle)["digests"]
        names = closure(process_id, procedures)
        part = _bundle(process_id, {name: digests[name] for name in sorted(names)})
        renamed = renamed_in(bundle)
        if not renamed:
            return part
        below = {id_ for name in names for id_ in procedures[name].nodes}
        return with_renamed(part, {id_: own for id_, own in renamed.items() if own in below})

    def _documents(
        self, connection: Connection, digests: Iterable[str]
    ) -> tuple[dict[str, Document], dict[str, bytes]]:
        table = schema.procedure_version
        rows = connection.execute(
            select(table.c.digest, table.c.path, table.c.content).where(
                table.c.office_id == self.office_id, table.c.digest.in_(set(digests))
            )
        ).all()
        contents = {row.digest: row.content for row in rows}
        documents = {row.digest: _document(row.content, row.path) for row in rows}
        return documents, contents


def _limits(document: Document) -> frozenset[TimeLimit]:
    """The limits of the steps in a file, and of reviews of what was done in an emergency."""
    items = (p.item for p in document.procedures if p.item is not None)
    reviews = (
        TimeLimit(days=item.emergency_review_days, unit=LimitUnit.WORKING_DAY) for item in items
    )
    steps = (node.step for p in document.procedures for node in p.nodes.values() if node.step)
    limits = (limit for step in steps for limit in (step.limit, step.statutory))
    return frozenset([*reviews, *(limit for limit in limits if limit is not None)])


def renamed_in(bundle: str) -> dict[str, str]:
    """By id as the files have it, the id a case on this bundle has for a node."""
    found: dict[str, str] = json.loads(bundle).get(_RENAMED, {})
    return found


def with_renamed(bundle: str, renamed: Mapping[str, str]) -> str:
    """A bundle of the same files for a case that has other ids for some of their nodes."""
    parts = {name: part for name, part in json.loads(bundle).items() if name != _RENAMED}
    if renamed:
        parts[_RENAMED] = dict(sorted(renamed.items()))
    return json.dumps(parts)


def _renumbered(
    documents: Mapping[str, Document], contents: Mapping[str, bytes], renamed: Mapping[str, str]
) -> tuple[dict[str, Document], dict[str, bytes]]:
    """Files with the ids a case has for their nodes; documents by the digest of the file."""
    texts = {digest: renumbered(content, renamed) for digest, content in contents.items()}
    found = {digest: _document(text, documents[digest].path) for digest, text in texts.items()}
    return found, {found[digest].digest: text for digest, text in texts.items()}


def are_same_files(one: str, other: str) -> bool:
    """Whether two bundles are of the same files."""
    return one == other or json.loads(one)["digests"] == json.loads(other)["digests"]


def _bundle(process_id: str, digests: Mapping[str, str]) -> str:
    return json.dumps({"process": process_id, "digests": dict(digests)})


def _process(document: Document, process_id: str) -> Procedure:
    return next(p for p in document.procedures if p.id == process_id)


def program_from(
    library: Library,
    process_id: str,
    *,
    even_faulty: bool = False,
    parser: type[Parser] | None = None,
) -> Program:
    """The program of a process of a library that need not be published.

    Parameters
    ----------
    even_faulty : as for :func:`content_of`.
    parser : as for :func:`.program.build`.

    Raises
    ------
    Unexecutable, UnreadablePath
        A process holds something the runtime will not run, or its file has gone.
    """
    procedures = library.procedures
    documents = {
        name: library.document_of(procedures[name]) for name in closure(process_id, procedures)
    }
    contents = {d.digest: content_of(d, even_faulty=even_faulty) for d in documents.values()}
    return build(process_id, documents, contents, parser)


def content_of(document: Document, *, even_faulty: bool = False) -> bytes:
    """The bytes a document was read from.

    Parameters
    ----------
    even_faulty : whether it may have faults: nobody's case will run on it.

    Raises
    ------
    Unexecutable
        The document has faults, or its file has changed since it was read.
    UnreadablePath
        The file is gone.
    """
    if document.faults and not even_faulty:
        raise Unexecutable(
            say("run.faults-in-file", count=len(document.faults)), path=document.path
        )
    try:
        content = Path(document.path).read_bytes()
    except OSError as error:
        raise UnreadablePath(
            say("read.unreadable", reason=reason_of(error)), path=document.path
        ) from error
    if read(content, path=document.path).digest != document.digest:
        raise Unexecutable(say("run.file-changed"), path=document.path)
    return content
