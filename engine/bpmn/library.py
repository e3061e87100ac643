"""A library: every procedure of a set of BPMN files, found by id, code or name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from engine.model.errors import UnknownItem, UnreadablePath
from engine.model.procedure import Document, Procedure
from engine.model.wording import say

from .reader import read_file


def shipped_directory() -> Path:
    """The directory of the shipped items."""
    return Path(str(files("processes"))) / "bpmn"


def bpmn_files(paths: Iterable[Path | str]) -> Iterator[Path]:
    """The files named, and every ``.bpmn`` file below the directories named, sorted.

    Raises
    ------
    UnreadablePath
        A path does not exist, or a directory holds no BPMN file.
    """
    for path in map(Path, paths):
        if path.is_dir():
            found = sorted(path.rglob("*.bpmn"))
            if not found:
                raise UnreadablePath(say("read.no-files"), path=path)
            yield from found
        else:
            yield path


@dataclass(frozen=True)
class Library:
    """Documents and the procedures in them."""

    documents: tuple[Document, ...]
    #: By process id; the first of a repeated id wins (rule ``duplicate-process``).
    procedures: Mapping[str, Procedure] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: Iterable[Document]) -> "Library":
        """A library of documents already read."""
        documents = tuple(documents)
        procedures: dict[str, Procedure] = {}
        for document in documents:
            for procedure in document.procedures:
                procedures.setdefault(procedure.id, procedure)
        return cls(documents, procedures)

    @classmethod
    def load(cls, paths: Iterable[Path | str] | None = None) -> "Library":
        """Read files and directories; the shipped items by default."""
        chosen = [shipped_directory()] if paths is None else paths
        return cls.of(read_file(path) for path in bpmn_files(chosen))

    def items(self) -> tuple[Procedure, ...]:
        """Procedures that are items, by code."""
        found = [(p.item.code, p.id) for p in self.procedures.values() if p.item is not None]
        return tuple(self.procedures[process] for _, process in sorted(found))

    def find(self, name: str) -> Procedure:
        """The procedure with this process id, item code, or (item) name.

        Raises
        ------
        UnknownItem
            None has it.
        """
        for procedure in self.procedures.values():
            code = procedure.item.code if procedure.item else None
            if name in (procedure.id, code, procedure.name):
                return procedure
        known = "、".join(f"{p.item.code} {p.title}" for p in self.items() if p.item)
        raise UnknownItem(say("read.unknown-item", name=name, known=known))

    def document_of(self, procedure: Procedure) -> Document:
        """The document a procedure was read from."""
        return next(d for d in self.documents if procedure in d.procedures)

    def called_by(self, procedure: Procedure) -> tuple[Procedure, ...]:
        """Procedures it calls directly, without those that are missing."""
        ids = dict.fromkeys(node.called for node in procedure.nodes.values() if node.called)
        return tuple(self.procedures[i] for i in ids if i in self.procedures)

    def callers_of(self, procedure: Procedure) -> tuple[Procedure, ...]:
        """Procedures that call it directly."""
        return tuple(self._callers.get(procedure.id, ()))

    @cached_property
    def _callers(self) -> Mapping[str, list[Procedure]]:
        callers: dict[str, list[Procedure]] = {}
        for caller in self.procedures.values():
            for called in self.called_by(caller):
                callers.setdefault(called.id, []).append(caller)
        return callers
