"""Editing a BPMN file: what is asked for changes, every other byte stays.

Each function takes a file's bytes and returns the edited bytes. Edits are
spliced into the text at the offsets of the element concerned, so encoding,
declaration, comments, CDATA, foreign namespaces, diagram interchange and the
way the file is laid out are kept as they are.

Elements are found by id or name, annotations by ``path``: :mod:`engine.bpmn.places`.
"""

from collections.abc import Mapping

from lxml import etree

from engine.model.errors import UnsafeExpression
from engine.model.wording import say

from . import expression as language
from . import table
from .bpmn20 import shape_of
from .extension import Malformed, value_of
from .places import QD, B, CannotEdit, Lacking, Places, kind_of, main_rows, nearest, needs_nothing
from .splice import escaped, is_bare, is_only, quoted
from .xml import XSI

#: What may go with the last thing in it.
_AROUND = {f"{B}extensionElements"} | {
    QD + row.name for row in table.ELEMENTS if needs_nothing(row)
}


def assign(content: bytes, wanted: str, path: str, values: Mapping[str, str | None]) -> bytes:
    """Set attributes of a ``qd:`` element, None removes one; other attributes stay.

    Without a path also what BPMN itself says about an element: ``name``, ``condition``
    (of a flow), ``default`` (a flow that leaves it), ``calledElement``.

    An annotation that may stand there only once is made where it is missing, and removed
    where nothing is left in it.

    Examples
    --------
    >>> flow = (
    ...     b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'
    ...     b'<process id="P"><userTask id="T"/></process></definitions>'
    ... )
    >>> edited = assign(flow, "T", "step", {"duty": "pay"})
    >>> b'<extensionElements><qd:step duty="pay"/></extensionElements></userTask>' in edited
    True
    """
    if path:
        return _annotate(content, wanted, path, values)
    host = Places(content).element(wanted)
    wanted = host.get("id")
    own = own_keys(kind_of(host))
    rest = {name: value for name, value in values.items() if name not in own}
    main = main_rows().get(kind_of(host))
    known = [*own, *(a.name for a in (main.attributes if main else ()))]
    for name, value in rest.items():
        if name not in known and value is not None:
            raise _unknown(kind_of(host), name, known, host.sourceline)
    for name in own:
        if name in values:
            content = _set_own(content, wanted, name, values[name] or None)
    return _annotate(content, wanted, path, rest) if rest else content


def own_keys(kind: str) -> tuple[str, ...]:
    """What may be set of a BPMN element besides our annotations, by its local name."""
    shape = shape_of(kind)
    if shape is None:
        return ()
    keys = {
        "name": "name" in shape.attributes,
        "condition": "conditionExpression" in shape.children,
        "default": "default" in shape.attributes and kind.endswith("Gateway"),
        "calledElement": "calledElement" in shape.attributes,
    }
    return tuple(key for key, is_there in keys.items() if is_there)


def _set_own(content: bytes, wanted: str, name: str, value: str | None) -> bytes:
    """Set or remove one of :func:`own_keys`."""
    file = Places(content)
    element = file.element(wanted)
    if name == "condition":
        return _set_condition(file, element, value)
    if name == "default" and value:
        value = _leaving(file, element, value)
    file.set_attributes(element, {name: value})
    return file.written()


def _leaving(file: Places, node: etree._Element, wanted: str) -> str:
    """The id of the flow of that id or name that leaves a node."""
    flows = file.root.iter(f"{B}sequenceFlow")
    leaving = [flow for flow in flows if flow.get("sourceRef") == node.get("id")]
    found = [f.get("id") for f in leaving if wanted in (f.get("id"), f.get("name"))]
    if len(found) == 1:
        return str(found[0])
    known = "、".join(flow.get("id", "") for flow in leaving) or "—"
    text = say("format.not-leaving", flow=wanted, known=known)
    raise CannotEdit(text, element=node.get("id"), line=node.sourceline)


def _set_condition(file: Places, flow: etree._Element, expression: str | None) -> bytes:
    condition = flow.find(f"{B}conditionExpression")
    if expression is None:
        if condition is not None:
            file.remove(condition)
        return file.written()
    try:
        language.parse(expression)
    except UnsafeExpression as error:
        text = say("format.bad-condition", reason=error.message)
        raise CannotEdit(text, line=flow.sourceline, element=flow.get("id")) from error
    if condition is not None:
        file.set_text(condition, expression)
    else:
        tag = file.prefixed(flow, "conditionExpression")
        kind = file.prefix_for(flow, XSI, "xsi") + "type"
        formal = file.prefixed(flow, "tFormalExpression")
        file.insert(flow, f'<{tag} {kind}="{formal}">{escaped(expression)}</{tag}>')
    return file.written()


def _annotate(
    content: bytes, wanted: str, path: str, attributes: Mapping[str, str | None]
) -> bytes:
    file = Places(content)
    parent, row, found = file.place(wanted, path)
    if found is None:
        if row.repeatable or not any(attributes.values()):
            raise CannotEdit(say("format.none-yet", path=path or row.name))
        return _add(file, parent, row, attributes)
    _check(row, _without_unknown(found, row, attributes), line=found.sourceline)
    left = {**found.attrib, **attributes}
    if attributes and not any(value is not None for value in left.values()) and is_bare(found):
        _clear(file, found)
    else:
        file.set_attributes(found, attributes)
    return file.written()


def _without_unknown(
    found: etree._Element, row: table.Element, attributes: Mapping[str, str | None]
) -> dict[str, str | None]:
    """The attributes but those to be removed that should never have been written."""
    return {
        name: value
        for name, value in attributes.items()
        if value is not None or row.attribute(name) is not None or name not in found.attrib
    }


def add(content: bytes, wanted: str, path: str, attributes: Mapping[str, str]) -> bytes:
    """Add a ``qd:`` element behind those of its kind; the last part of ``path`` has no number.

    What it stands in is made where it is missing and needs nothing written in it.
    """
    file = Places(content)
    try:
        parent, row, found = file.place(wanted, path, new=True)
    except Lacking as lacking:
        return add(add(content, wanted, lacking.row.name, {}), wanted, path, attributes)
    if found is not None:
        raise CannotEdit(say("format.only-once", name=row.name), line=found.sourceline)
    return _add(file, parent, row, attributes)


def remove(content: bytes, wanted: str, path: str) -> bytes:
    """Remove a ``qd:`` element with everything in it, and what stood there for it alone."""
    file = Places(content)
    _, row, found = file.place(wanted, path)
    if found is None:
        raise CannotEdit(say("format.none-yet", path=path or row.name))
    _clear(file, found)
    return file.written()


def _clear(file: Places, element: etree._Element) -> None:
    """Remove an element, and what stands around it for it alone and says nothing itself."""
    around = element.getparent()
    while is_only(element) and not around.attrib and around.tag in _AROUND:
        element, around = around, around.getparent()
    file.remove(element)


def _add(
    file: Places,
    parent: etree._Element,
    row: table.Element,
    attributes: Mapping[str, str | None],
) -> bytes:
    required = {a.name: None for a in row.attributes if a.required}
    _check(row, required | dict(attributes), line=parent.sourceline)
    written = "".join(
        f' {name}="{quoted(value)}"' for name, value in attributes.items() if value is not None
    )
    tag = file.prefix_for(parent, table.NAMESPACE, table.PREFIX) + row.name
    text = f"<{tag}{written}{file.empty_end}"
    siblings = file.annotations(parent, row)
    container = parent
    if not parent.tag.startswith(QD):
        container = parent.find(f"{B}extensionElements")
    if container is not None:
        file.insert(container, text, after=siblings[-1] if siblings else None)
    else:
        outer = file.prefixed(parent, "extensionElements")
        documented = parent.findall(f"{B}documentation")
        file.insert(
            parent,
            (f"<{outer}>", text, f"</{outer}>"),
            after=documented[-1] if documented else None,
            first=not documented,
        )
    return file.written()


def _check(row: table.Element, attributes: Mapping[str, str | None], line: int) -> None:
    """Refuse what the reader would report."""
    unwritten = []
    for name, value in attributes.items():
        attribute = row.attribute(name)
        if attribute is None:
            raise _unknown(f"qd:{row.name}", name, [a.name for a in row.attributes], line)
        if attribute.required and not (value or "").strip():
            choices = f"：{'、'.join(attribute.choices)}" if attribute.choices else ""
            unwritten.append(f"“{name}”（{attribute.meaning}{choices}）")
        elif value is not None:
            _check_value(attribute, value, line)
    if unwritten:
        text = say("format.required", element=row.name, names="、".join(unwritten))
        raise CannotEdit(text, line=line)


def _unknown(element: str, name: str, known: list[str], line: int) -> CannotEdit:
    facts = {"near": nearest(name, known), "known": "、".join(known) or "—"}
    text = say("format.unknown-attribute", element=element, name=name, **facts)
    return CannotEdit(text, line=line)


def _check_value(attribute: table.Attribute, value: str, line: int) -> None:
    try:
        value_of(attribute, value)
    except Malformed as error:
        facts = {"choices": "、".join(attribute.choices), "reason": error.reason}
        text = say(f"format.value.{error.problem}", name=attribute.name, value=value, **facts)
        raise CannotEdit(text, line=line) from error
