"""The same drawing with other ids: what a case calls a step may not be what a file calls it.

For running only. Nothing but ids and what refers to them changes; a file that somebody is
to read again is edited by :mod:`engine.bpmn.writer`.
"""

from collections.abc import Mapping
from functools import lru_cache

from lxml import etree

from . import table
from .xml import BPMN, load

#: Attributes and elements that hold the id of a node.
_ATTRIBUTES = ("id", "sourceRef", "targetRef", "attachedToRef", "activityRef", "bpmnElement")
_ELEMENTS = tuple(f"{{{BPMN}}}{name}" for name in ("flowNodeRef", "sourceRef", "targetRef"))
_GROUPS = tuple(f"{{{table.NAMESPACE}}}{name}" for name in ("separate", "bind"))


@lru_cache(maxsize=128)
def ids_in(content: bytes) -> frozenset[str]:
    """Every id of a file that could be read, of whatever element.

    Examples
    --------
    >>> text = f'<definitions xmlns="{BPMN}" id="d"><process id="p"/></definitions>'
    >>> sorted(ids_in(text.encode()))
    ['d', 'p']
    """
    return frozenset(str(found) for found in load(content).root.xpath("//@id"))


def renumbered(content: bytes, ids: Mapping[str, str]) -> bytes:
    """A file that could be read, with other ids for some of its nodes.

    Parameters
    ----------
    ids : by present id the one wanted; a wanted one must be free. ``qd:separate`` and
        ``qd:bind`` reach into called processes: what they name there changes as well.
    """
    root = load(content).root
    for element in root.iter(etree.Element):
        for name in _ATTRIBUTES:
            if element.get(name) in ids:
                element.set(name, ids[element.get(name)])
        if element.tag in _ELEMENTS and element.text and element.text.strip() in ids:
            element.text = ids[element.text.strip()]
        if element.tag in _GROUPS:
            paths = element.get("steps", "").split()
            changed = ("/".join(ids.get(part, part) for part in path.split("/")) for path in paths)
            element.set("steps", " ".join(changed))
    return bytes(etree.tostring(root, encoding="utf-8"))
