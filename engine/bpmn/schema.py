"""Checking a file against the BPMN 2.0 schema: children, attributes, ids.

Belongs here: what the schema says about one element by itself. Does not: where
references lead (:mod:`engine.bpmn.references`).
"""

import re
from difflib import get_close_matches

from lxml import etree

from engine.model.finding import Fault

from .bpmn20 import Shape, group_of, shape_of
from .extension import QD, reporter_at
from .xml import BPMN, BPMNDI, DC, DI

_B = f"{{{BPMN}}}"
_BOOLEANS = frozenset({"true", "false", "1", "0"})
_INTEGER = re.compile(r"[+-]?[0-9]+")
_START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
#: Ids as nearly all drawings have them; the whole alphabet takes long to compile.
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
_NC_NAME = f"[{_START}][{_START}.0-9\xb7\u0300-\u036f\u203f\u2040-]*"
#: Elements whose content the schema leaves to others.
_OPEN = frozenset({"documentation", "extensionElements", "script", "text"})
#: Namespaces whose ids are ids of the file.
IDENTIFIED = (_B, f"{{{BPMNDI}}}", f"{{{DC}}}", f"{{{DI}}}")


def check_schema(root: etree._Element, faults: list[Fault]) -> None:
    """Report every element whose children, attributes or id the schema forbids."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        name = element.tag[len(_B) :]
        shape = shape_of(name)
        if shape is None:
            continue
        _attributes(element, name, shape, faults)
        if name not in _OPEN:
            if len(element) or shape.required_children:
                _children(element, name, shape, faults)
            waiting.extend(element.iterchildren(f"{_B}*"))


def check_ids(root: etree._Element, faults: list[Fault]) -> dict[str, etree._Element]:
    """Report ids that are no names or not unique; the BPMN elements by id."""
    seen: dict[str, etree._Element] = {}
    for element in root.iter(*(f"{namespace}*" for namespace in IDENTIFIED)):
        identifier = element.get("id")
        if identifier is None:
            continue
        line = element.sourceline
        if identifier in seen:
            first = seen[identifier].sourceline
            reporter_at(faults, element)("duplicate-id", line, first=first)
            continue
        seen[identifier] = element
        if not is_identifier(identifier):
            reporter_at(faults, element)("bad-id", line, id=identifier)
    return {i: element for i, element in seen.items() if element.tag.startswith(_B)}


def is_identifier(text: str) -> bool:
    """Whether a text may be an id."""
    return bool(_PLAIN_NAME.fullmatch(text) or re.fullmatch(_NC_NAME, text))


def _attributes(element: etree._Element, name: str, shape: Shape, faults: list[Fault]) -> None:
    for attribute, value in element.items():
        kind = shape.attributes.get(attribute)
        if kind is None:
            if attribute[0] != "{" or attribute.startswith(_B):
                near = get_close_matches(attribute, shape.attributes, n=1, cutoff=0.5)
                reporter_at(faults, element)(
                    "bad-attribute",
                    element.sourceline,
                    problem="unknown",
                    what=name,
                    name=attribute.removeprefix(_B),
                    near=near[0] if near else "、".join(shape.attributes),
                )
        elif kind and (wrong := _misfit(kind, value.strip())):
            reporter_at(faults, element)(
                "bad-attribute",
                element.sourceline,
                problem=wrong,
                name=attribute,
                value=value,
                choices=kind.replace("|", "、"),
            )
    for attribute in shape.required_attributes:
        value = element.get(attribute)
        if value is None or (not value.strip() and attribute.endswith("Ref")):
            reporter_at(faults, element)(
                "missing-part", element.sourceline, problem="attribute", what=name, name=attribute
            )


def _misfit(kind: str, value: str) -> str:
    """The problem of a value that is not of a kind, or empty."""
    if kind == "boolean":
        return "" if value in _BOOLEANS else "boolean"
    if kind == "integer":
        return "" if _INTEGER.fullmatch(value) else "integer"
    return "" if value in kind.split("|") else "choice"


def _children(element: etree._Element, name: str, shape: Shape, faults: list[Fault]) -> None:
    reached, before = -1, ""
    found: set[str] = set()
    for child in element:
        tag = child.tag
        if not isinstance(tag, str):
            continue
        local = tag[len(_B) :] if tag.startswith(_B) else etree.QName(child).localname
        place = shape.children.get(local)
        problem = ""
        if not tag.startswith(_B) and tag != f"{{{BPMNDI}}}BPMNDiagram":
            problem = "" if tag.startswith(QD) else "foreign"  # ours: unknown-extension
        elif place is None:
            problem = "unknown"
        elif place[0] < reached:
            problem = "order"
        elif place[0] == reached and place[1]:
            problem = "repeated"
        else:
            reached, before = place[0], local
            found.add(local)
        if problem:
            reporter_at(faults, child)(
                "bpmn-order",
                child.sourceline,
                problem=problem,
                name=local,
                what=name,
                before=before,
            )
    for required in shape.required_children:
        if found.isdisjoint(group_of(required)):
            reporter_at(faults, element)(
                "missing-part", element.sourceline, problem="child", what=name, name=required
            )
