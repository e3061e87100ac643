"""Published procedures: immutable file versions in the store, programs in memory.

A case runs on the versions that were in force when it was opened, never on files.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from engine.bpmn.library import Library
from engine.bpmn.reader import read
from engine.model.errors import UnknownItem, UnreadablePath, reason_of
from engine.model.procedure import Document, Procedure
from engine.model.wording import say
from engine.store import schema

from .errors import Unexecutable
from .program import Program, build, closure


@lru_cache(maxsize=512)
def _document(content: bytes, path: str) -> Document:
    return read(content, path=path)


class Versions:
    """The procedures of one office."""

    def __init__(self, office_id: str) -> None:
        self.office_id = office_id
        self._programs: dict[str, Program] = {}
        self._library: tuple[tuple[str, ...], Library] | None = None

    def publish(self, connection: Connection, library: Library, at: datetime) -> tuple[str, ...]:
        """Store the files of a library as the versions new cases run on.

        Returns
        -------
        tuple of str
            Ids of the processes whose version changed.

        Raises
        ------
        Unexecutable
            A procedure would not run as drawn; nothing is published.
        """
        contents = {d.digest: content_of(d) for d in library.documents}
        documents = {name: library.document_of(p) for name, p in library.procedures.items()}
        for name in documents:
            needed = closure(name, library.procedures)
            build(name, {n: documents[n] for n in needed}, contents)
        table = schema.procedure_version
        known = set(
            connection.scalars(select(table.c.digest).where(table.c.office_id == self.office_id))
        )
        for document in library.documents:
            if document.digest not in known:
                known.add(document.digest)
                connection.execute(
                    insert(table).values(
                        office_id=self.office_id,
                        digest=document.digest,
                        path=Path(document.path).name,
                        content=contents[document.digest],
                        added_at=at,
                    )
                )
        return self._point(connection, {name: d.digest for name, d in documents.items()})

    def _point(self, connection: Connection, digests: Mapping[str, str]) -> tuple[str, ...]:
        table = schema.published
        current = self._current(connection)
        for name in current.keys() - digests.keys():
            connection.execute(
                delete(table).where(table.c.office_id == self.office_id, table.c.process_id == name)
            )
        for name, digest in digests.items():
            if name not in current:
                connection.execute(
                    insert(table).values(office_id=self.office_id, process_id=name, digest=digest)
                )
            elif current[name] != digest:
                connection.execute(
                    update(table)
                    .where(table.c.office_id == self.office_id, table.c.process_id == name)
                    .values(digest=digest)
                )
        return tuple(
            name for name in sorted({*current, *digests}) if current.get(name) != digests.get(name)
        )

    def _current(self, connection: Connection) -> dict[str, str]:
        table = schema.published
        rows = connection.execute(
            select(table.c.process_id, table.c.digest).where(table.c.office_id == self.office_id)
        )
        return {row.process_id: row.digest for row in rows}

    def library(self, connection: Connection) -> Library:
        """The procedures new cases run on."""
        digests = tuple(sorted(set(self._current(connection).values())))
        if self._library is None or self._library[0] != digests:
            documents = self._documents(connection, digests)[0]
            self._library = (digests, Library.of(documents[digest] for digest in digests))
        return self._library[1]

    def find(self, connection: Connection, name: str) -> Procedure:
        """A published procedure by item code, process id or name.

        Raises
        ------
        UnknownItem
            None has it.
        """
        return self.library(connection).find(name)

    def bundle(self, connection: Connection, process_id: str) -> str:
        """Digest by process id of a process and all it calls, as JSON text."""
        library = self.library(connection)
        if process_id not in library.procedures:
            raise UnknownItem(say("run.unknown-item", name=process_id, known="—"))
        names = closure(process_id, library.procedures)
        digests = {
            name: library.document_of(library.procedures[name]).digest for name in sorted(names)
        }
        return json.dumps({"process": process_id, "digests": digests})

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
            program = build(
                parts["process"],
                {name: documents[digest] for name, digest in digests.items()},
                contents,
            )
            self._programs[bundle] = program
        return program

    def sub_bundle(self, bundle: str, process_id: str, procedures: Mapping[str, Procedure]) -> str:
        """The bundle of a process that is called by another bundle's."""
        digests: dict[str, str] = json.loads(bundle)["digests"]
        names = closure(process_id, procedures)
        return json.dumps(
            {"process": process_id, "digests": {name: digests[name] for name in sorted(names)}}
        )

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


def content_of(document: Document) -> bytes:
    """The bytes a document was read from.

    Raises
    ------
    Unexecutable
        The document has faults, or its file has changed since it was read.
    UnreadablePath
        The file is gone.
    """
    if document.faults:
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
