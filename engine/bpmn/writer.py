"""Editing a BPMN file: what is asked for changes, every other byte stays.

Each function takes a file's bytes and returns the edited bytes. Edits are
spliced into the text at the offsets of the element concerned, so encoding,
declaration, comments, CDATA, foreign namespaces, diagram interchange and the
way the file is laid out are kept as they are.

A ``path`` names a ``qd:`` element below its host, counted from 1:
``step``, ``step/field[2]``, ``step/field[2]/column[1]``.
"""

import re
from collections.abc import Mapping

from lxml import etree

from engine.model.errors import QingdanError
from engine.model.wording import say

from . import table
from .extension import problem_of
from .splice import Splice, escaped, quoted
from .xml import BPMN, XSI, Refused

_B = f"{{{BPMN}}}"
_QD = f"{{{table.NAMESPACE}}}"
_PART = re.compile(r"^([A-Za-z]+)(?:\[([1-9][0-9]{0,4})\])?$")


class CannotEdit(QingdanError):
    """An edit that the file, or our format, has no place for."""


class _File(Splice):
    """A file whose elements are found by id and by ``path``."""

    def __init__(self, content: bytes) -> None:
        try:
            super().__init__(content)
        except Refused as refused:
            raise CannotEdit(say("format.unreadable"), line=refused.fault.line) from refused

    def element(self, element_id: str) -> etree._Element:
        """The one BPMN element of that id."""
        found = [e for e in self.root.iter(f"{_B}*") if e.get("id") == element_id]
        if len(found) != 1:
            key = "format.id-twice" if found else "format.no-such-id"
            raise CannotEdit(say(key, id=element_id), element=element_id)
        return found[0]

    def annotations(self, parent: etree._Element, row: table.Element) -> list[etree._Element]:
        """The ``qd:`` elements of one kind below a host, or in another ``qd:`` element."""
        if parent.tag.startswith(_QD):
            return list(parent.findall(_QD + row.name))
        return list(parent.findall(f"{_B}extensionElements/{_QD}{row.name}"))

    def place(self, host_id: str, path: str) -> tuple[etree._Element, table.Element, int]:
        """Parent, table row and number of the ``qd:`` element a path names."""
        parent = self.element(host_id)
        *above, last = path.split("/")
        for part in above:
            row, number = self._part(parent, part)
            found = self.annotations(parent, row)
            if number > len(found):
                raise CannotEdit(say("format.no-such-annotation", path=path), element=host_id)
            parent = found[number - 1]
        return (parent, *self._part(parent, last))

    def _part(self, parent: etree._Element, part: str) -> tuple[table.Element, int]:
        match = _PART.match(part)
        host = etree.QName(parent).localname
        row = table.BY_NAME.get(match.group(1)) if match else None
        if match is None or row is None or host not in row.parents:
            known = "、".join(e.name for e in table.ELEMENTS if host in e.parents)
            raise CannotEdit(say("format.no-place", name=part, host=host, known=known or "—"))
        return row, int(match.group(2) or 1)


def rename(content: bytes, element_id: str, name: str) -> bytes:
    """Set the name of a process, node, flow, lane or pool; an empty name removes it."""
    file = _File(content)
    file.set_attributes(file.element(element_id), {"name": name or None})
    return file.written()


def set_condition(content: bytes, flow_id: str, expression: str | None) -> bytes:
    """Set the condition of a sequence flow, or remove it."""
    file = _File(content)
    flow = file.element(flow_id)
    if flow.tag != f"{_B}sequenceFlow":
        raise CannotEdit(say("format.not-a-flow"), line=flow.sourceline, element=flow_id)
    condition = flow.find(f"{_B}conditionExpression")
    if expression is None:
        if condition is not None:
            file.remove(condition)
    elif condition is not None:
        file.set_text(condition, expression)
    else:
        tag = file.prefixed(flow, "conditionExpression")
        kind = file.prefix_for(flow, XSI, "xsi") + "type"
        formal = file.prefixed(flow, "tFormalExpression")
        text = f'<{tag} {kind}="{formal}">{escaped(expression)}</{tag}>'
        file.insert(flow, text)
    return file.written()


def annotate(
    content: bytes, host_id: str, path: str, attributes: Mapping[str, str | None]
) -> bytes:
    """Set attributes of a ``qd:`` element, None removes one; other attributes stay.

    An element that may stand there only once is made where it is missing.

    Examples
    --------
    >>> flow = (
    ...     b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'
    ...     b'<process id="P"><userTask id="T"/></process></definitions>'
    ... )
    >>> edited = annotate(flow, "T", "step", {"duty": "pay"})
    >>> b'<extensionElements><qd:step duty="pay"/></extensionElements></userTask>' in edited
    True
    """
    file = _File(content)
    parent, row, index = file.place(host_id, path)
    found = file.annotations(parent, row)
    if index <= len(found):
        _check(row, attributes, line=found[index - 1].sourceline)
        file.set_attributes(found[index - 1], attributes)
        return file.written()
    if row.repeatable:
        raise CannotEdit(say("format.no-such-annotation", path=path), element=host_id)
    return _add(file, parent, row, attributes)


def add(content: bytes, host_id: str, path: str, attributes: Mapping[str, str]) -> bytes:
    """Add a ``qd:`` element behind those of its kind; the last part of ``path`` has no number."""
    file = _File(content)
    parent, row, _ = file.place(host_id, path)
    if file.annotations(parent, row) and not row.repeatable:
        raise CannotEdit(say("format.only-once", name=row.name), element=host_id)
    return _add(file, parent, row, attributes)


def remove(content: bytes, host_id: str, path: str) -> bytes:
    """Remove a ``qd:`` element with everything in it."""
    file = _File(content)
    parent, row, index = file.place(host_id, path)
    found = file.annotations(parent, row)
    if index > len(found):
        raise CannotEdit(say("format.no-such-annotation", path=path), element=host_id)
    file.remove(found[index - 1])
    return file.written()


def _add(
    file: "_File",
    parent: etree._Element,
    row: table.Element,
    attributes: Mapping[str, str | None],
) -> bytes:
    _check(row, {a.name: None for a in row.attributes if a.required} | dict(attributes))
    written = "".join(
        f' {name}="{quoted(value)}"' for name, value in attributes.items() if value is not None
    )
    tag = file.prefix_for(parent, table.NAMESPACE, table.PREFIX) + row.name
    text = f"<{tag}{written}/>"
    siblings = file.annotations(parent, row)
    container = parent
    if not parent.tag.startswith(_QD):
        container = parent.find(f"{_B}extensionElements")
    if container is not None:
        file.insert(container, text, after=siblings[-1] if siblings else None)
    else:
        outer = file.prefixed(parent, "extensionElements")
        documented = parent.findall(f"{_B}documentation")
        file.insert(
            parent,
            (f"<{outer}>", text, f"</{outer}>"),
            after=documented[-1] if documented else None,
            first=not documented,
        )
    return file.written()


def _check(
    row: table.Element, attributes: Mapping[str, str | None], line: int | None = None
) -> None:
    """Refuse what the reader would report."""
    for name, value in attributes.items():
        attribute = row.attribute(name)
        if attribute is None:
            known = "、".join(a.name for a in row.attributes)
            text = say("format.unknown-attribute", element=row.name, name=name, known=known)
            raise CannotEdit(text, line=line)
        if attribute.required and not (value or "").strip():
            text = say("format.required", element=row.name, name=name, meaning=attribute.meaning)
            raise CannotEdit(text, line=line)
        if value is not None and (problem := problem_of(attribute, value)):
            choices = "、".join(attribute.choices)
            text = say(f"format.value.{problem}", name=name, value=value, choices=choices)
            raise CannotEdit(text, line=line)
