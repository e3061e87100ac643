"""Finding the element and the ``qd:`` annotation an edit is about.

A designer names a BPMN element by its id, or by its name where one element has it.
A ``path`` names a ``qd:`` element below it, counted from 1 or told by its name:
``step``, ``step/field.2``, ``step/field.amount/column.1``. What can only stand in
``step`` or ``item`` may leave that out: ``field.2``; no path at all is ``step`` (of a
flow ``condition``, of a process ``item``).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from lxml import etree

from engine.model.errors import QingdanError
from engine.model.procedure import NodeKind
from engine.model.wording import say

from . import table
from .splice import Splice
from .xml import BPMN, Refused

#: Namespaces of BPMN's own and of our elements as ``lxml`` writes them in tags.
B = f"{{{BPMN}}}"
QD = f"{{{table.NAMESPACE}}}"
_PART = re.compile(r"([A-Za-z]+)(?:\.([^/]+))?(?:/(?=.)|$)")
#: Elements of a drawing that a designer knows.
HOSTS = frozenset(NodeKind) | {"process", "participant", "lane", "sequenceFlow"}
_NUMBER = re.compile(r"[1-9][0-9]{0,4}")


class CannotEdit(QingdanError):
    """An edit that the file, or our format, has no place for."""


class Lacking(CannotEdit):
    """A ``qd:`` element is missing that needs nothing written in it."""

    def __init__(self, message: str, row: table.Element) -> None:
        super().__init__(message)
        self.row = row


class Unreadable(CannotEdit):
    """A file that is broken already."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """One ``qd:`` element that a BPMN element carries."""

    #: Names it for an edit.
    path: str
    row: table.Element
    #: As written, in the order written.
    attributes: tuple[tuple[str, str], ...]
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """A BPMN element and what it carries of ours."""

    id: str
    name: str
    #: Local name: ``userTask``, ``sequenceFlow`` …
    kind: str
    line: int
    carried: tuple[Carried, ...]


class Places(Splice):
    """A file whose elements are found by id or name and by ``path``."""

    def __init__(self, content: bytes) -> None:
        try:
            super().__init__(content)
        except Refused as refused:
            raise Unreadable(say("format.unreadable"), line=refused.fault.line) from refused

    def written(self) -> bytes:
        """The bytes with every edit made, if we still read them."""
        try:
            return super().written()
        except Refused as refused:
            raise CannotEdit(say("format.too-much")) from refused

    def element(self, wanted: str) -> etree._Element:
        """The one BPMN element of that id, else of that name.

        Between namesakes the one that carries annotations is meant: the process, not its pool.
        """
        known = [e for e in self.root.iter(f"{B}*") if e.get("id")]
        found = [e for e in known if e.get("id") == wanted]
        if len(found) > 1:
            raise CannotEdit(say("format.id-twice", id=wanted), element=wanted)
        found = found or [e for e in known if _name(e) == " ".join(wanted.split()) != ""]
        if len(found) > 1:
            found = [e for e in found if kind_of(e) in main_rows()] or found
        if len(found) == 1:
            return found[0]
        if found:
            namesakes = "、".join(f"{e.get('id')}（{kind_of(e)}）" for e in found)
            raise CannotEdit(say("format.name-twice", name=wanted, known=namesakes))
        names = [word for e in known for word in (e.get("id"), _name(e)) if word]
        raise CannotEdit(say("format.no-such-id", id=wanted, near=nearest(wanted, names)))

    def annotations(self, parent: etree._Element, row: table.Element) -> list[etree._Element]:
        """The ``qd:`` elements of one kind below a host, or in another ``qd:`` element."""
        if parent.tag.startswith(QD):
            return list(parent.findall(QD + row.name))
        return list(parent.findall(f"{B}extensionElements/{QD}{row.name}"))

    def place(
        self, wanted: str, path: str, *, new: bool = False
    ) -> tuple[etree._Element, table.Element, etree._Element | None]:
        """Parent and table row of what a path names, and the element where there is one.

        Parameters
        ----------
        new : the last part is about one more where there may be several.

        Raises
        ------
        Lacking
            A part of the path is missing that needs nothing written in it.
        """
        host = self.element(wanted)
        parts = list(_parts(host, path))
        found = host
        for number, (row, key) in enumerate(parts, 1):
            parent, is_last = found, number == len(parts)
            there = self.annotations(parent, row)
            if is_last and new and row.repeatable and key:
                raise CannotEdit(say("format.no-number", name=row.name), element=host.get("id"))
            if is_last and (not there or (new and row.repeatable)):
                break
            chosen = _chosen(there, key)
            if chosen is None:
                raise _missing(host, path or row.name, row, there)
            found = chosen
        else:
            return parent, row, found
        return parent, row, None

    def hosts(self) -> Iterator[Host]:
        """Every element an edit is likely to be about, in document order."""
        for element in self.root.iter(f"{B}*"):
            if element.get("id") and kind_of(element) in HOSTS:
                yield self.host(element)

    def host(self, element: etree._Element) -> Host:
        """An element with all it carries."""
        return Host(
            id=element.get("id"),
            name=_name(element),
            kind=kind_of(element),
            line=element.sourceline,
            carried=tuple(self._carried(element, "")),
        )

    def _carried(self, parent: etree._Element, above: str) -> Iterator[Carried]:
        main = main_rows().get(kind_of(parent))
        for row in rows_in(kind_of(parent)):
            for number, found in enumerate(self.annotations(parent, row), 1):
                path = above + row.name + (f".{number}" if row.repeatable else "")
                attributes = tuple((str(name), str(text)) for name, text in found.items())
                yield Carried(path=path, row=row, attributes=attributes, line=found.sourceline)
                yield from self._carried(found, "" if row is main else f"{path}/")


def nearest(name: str, known: list[str]) -> str:
    """The words most like a name, for a message; empty where none is."""
    found = get_close_matches(name, known, n=3, cutoff=0.5)
    return say("format.near", names="、".join(found)) if found else ""


@cache
def main_rows() -> dict[str, table.Element]:
    """The ``qd:`` element that tells most about a kind of BPMN element, by that kind."""
    found: dict[str, table.Element] = {}
    for row in table.ELEMENTS:
        if not row.repeatable:
            for host in row.parents:
                found.setdefault(host, row)
    return found


def needs_nothing(row: table.Element) -> bool:
    """Whether an annotation may stand there with nothing written in it."""
    return not any(attribute.required for attribute in row.attributes)


def rows_in(host: str) -> list[table.Element]:
    """The ``qd:`` elements that may stand in a BPMN or ``qd:`` element."""
    return [row for row in table.ELEMENTS if host in row.parents]


def _parts(host: etree._Element, path: str) -> Iterator[tuple[table.Element, str]]:
    """The table's row and the number or name of each part of a path."""
    main = main_rows().get(kind_of(host))
    if main is not None and not path:
        yield main, ""
        return
    above, at = kind_of(host), 0
    while match := _PART.match(path, at):
        row = table.BY_NAME.get(match[1])
        if row and not at and above not in row.parents and main and main.name in row.parents:
            yield main, ""
            above = main.name
        if row is None or above not in row.parents:
            break
        yield row, match[2] or ""
        above, at = row.name, match.end()
        if at == len(path):
            return
    rows = [*rows_in(above), *(rows_in(main.name) if main and not at else ())]
    known = list(dict.fromkeys(row.name for row in rows))
    name = path[at:] or "qd:"
    facts = {"near": nearest(name, known), "known": "、".join(known) or "—"}
    text = say("format.no-place", name=name, host=above, **facts)
    raise CannotEdit(text, element=host.get("id"), line=host.sourceline)


def _chosen(there: list[etree._Element], key: str) -> etree._Element | None:
    """The annotation of a number or a name; without either the only one."""
    if _NUMBER.fullmatch(key):
        return there[int(key) - 1] if int(key) <= len(there) else None
    named = [element for element in there if not key or key in _names(element)]
    return named[0] if len(named) == 1 else None


def _missing(
    host: etree._Element, path: str, row: table.Element, there: list[etree._Element]
) -> CannotEdit:
    """Why a path leads nowhere."""
    if not there:
        text = say("format.needs", name=row.name, path=path)
        if not row.repeatable and needs_nothing(row):
            return Lacking(text, row)
    else:
        known = "、".join(_label(number, element) for number, element in enumerate(there, 1))
        text = say("format.no-such-annotation", path=path, known=known)
    return CannotEdit(text, element=host.get("id"), line=host.sourceline)


def _names(element: etree._Element) -> list[str]:
    """What tells an annotation from its neighbours: the words that must be written."""
    written = (a for a in table.BY_NAME[kind_of(element)].attributes if a.required)
    return [element.get(a.name, "") for a in written if a.kind is not table.Kind.CHOICE]


def _label(number: int, element: etree._Element) -> str:
    return f"{kind_of(element)}.{number} {next(iter(_names(element)), '')}".rstrip()


def _name(element: etree._Element) -> str:
    return " ".join(element.get("name", "").split())


def kind_of(element: etree._Element) -> str:
    """Local name of an element: ``userTask``, ``sequenceFlow`` …"""
    return str(etree.QName(element).localname)
