"""Another id for an element: every reference to it in its file follows.

Belongs here: which references a file holds. Does not: references of other files
(``calledElement``, ``qd:separate`` across a call), which a check finds.
"""

import re
from collections.abc import Iterator
from functools import partial

from lxml import etree

from engine.model.procedure import NodeKind
from engine.model.wording import say

from .bpmn20 import is_reference
from .places import QD, B, CannotEdit, Places, kind_of
from .references import id_in_file
from .schema import IDENTIFIED, is_identifier
from .xml import BPMNDI

_NODES = frozenset(NodeKind)
#: Attributes of our elements that hold ids; those of a called process behind a slash.
_PATHS = {f"{QD}separate": "steps", f"{QD}bind": "steps", f"{QD}suppress": "element"}
_WORD = re.compile(r"[^\s|]+")


def rename(content: bytes, wanted: str, new: str) -> bytes:
    """Give an element another id.

    Examples
    --------
    >>> flow = (
    ...     b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="P">'
    ...     b'<userTask id="T"/><sequenceFlow id="F" sourceRef="T" targetRef="T"/>'
    ...     b'</process></definitions>'
    ... )
    >>> print(rename(flow, "T", "pay").decode().partition('<userTask')[2])
     id="pay"/><sequenceFlow id="F" sourceRef="pay" targetRef="pay"/></process></definitions>
    """
    file = Places(content)
    element = file.element(wanted)
    if not is_identifier(new):
        raise CannotEdit(say("format.bad-id", id=new), element=element.get("id"))
    taken = (e for space in IDENTIFIED for e in file.root.iter(f"{space}*") if e.get("id") == new)
    if element.get("id") != new and (other := next(taken, None)) is not None:
        raise CannotEdit(say("format.id-taken", id=new), line=other.sourceline)
    changes: dict[etree._Element, dict[str, str | None]] = {element: {"id": new}}
    for referring, name, value in _references(file, element, new):
        if name:
            changes.setdefault(referring, {})[name] = value
        else:
            file.set_text(referring, value)
    for changed, values in changes.items():
        file.set_attributes(changed, values)
    return file.written()


def _references(
    file: Places, element: etree._Element, new: str
) -> Iterator[tuple[etree._Element, str, str]]:
    """What refers to an element: attribute (empty for the text) and its value afterwards."""
    old, namespace = element.get("id"), file.root.get("targetNamespace")
    by_path = partial(_path, file, element, new)
    for found in file.root.iter("*"):
        for name, value in (*found.items(), ("", found.text or "")):
            if _PATHS.get(found.tag) == name:
                moved = _WORD.sub(partial(by_path, found), value)
            elif _refers(found, name, element) and id_in_file(found, value, namespace) == old:
                moved = _ending(value, old, new)
            else:
                continue
            if moved != value:
                yield found, name, moved


def _refers(found: etree._Element, attribute: str, element: etree._Element) -> bool:
    """Whether an attribute, or the text where there is none named, may be an element's id."""
    if not found.tag.startswith(B):
        return found.tag.startswith(f"{{{BPMNDI}}}") and attribute == "bpmnElement"
    if attribute:
        return attribute.endswith("Ref") or attribute in ("default", "calledElement")
    kind = kind_of(found)
    # What a multi-instance runs over is the name of a form's field, not of a node.
    return is_reference(kind) and not (kind.startswith("loopData") and kind_of(element) in _NODES)


def _ending(value: str, old: str, new: str) -> str:
    """A reference with another id at its end; prefix and white space stay."""
    end = len(value.rstrip())
    return value[: end - len(old)] + new + value[end:]


def _path(
    file: Places, element: etree._Element, new: str, group: etree._Element, word: re.Match[str]
) -> str:
    """``step`` or ``call/step`` with the element's id in it changed."""
    processes = {p.get("id"): p for p in file.root.iterchildren(f"{B}process")}
    owner = next(element.iterancestors(f"{B}process"), None)
    scope = next(group.iterancestors(f"{B}process"), None)
    parts = word.group().split("/")
    for number, part in enumerate(parts):
        if scope is not None and scope is owner and part == element.get("id"):
            parts[number] = new
        calls = () if scope is None else scope.iter(f"{B}callActivity")
        called = next((c.get("calledElement", "") for c in calls if c.get("id") == part), "")
        scope = processes.get(called.rpartition(":")[2])
    return "/".join(parts)
