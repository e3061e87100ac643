"""Hardened XML loading: bytes in, an lxml tree out, or one fault that says why not.

Refuses any DOCTYPE, entities, more than the caps below, and anything that is
not BPMN 2.0. No network, no DTD, no external file is ever touched.
"""

import re
from dataclasses import dataclass

from lxml import etree

from engine.model.finding import Fault

#: Namespace of BPMN 2.0 models.
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
#: Namespaces of diagram interchange.
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

#: Largest file read, in bytes.
MAX_BYTES = 16 * 1024 * 1024
#: Most elements in one file; 10,000 steps with annotations stay below.
MAX_ELEMENTS = 300_000
#: Deepest nesting of elements.
MAX_DEPTH = 100

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf8": "UTF-8",
    "us-ascii": "UTF-8",
    "ascii": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16le": "UTF-16",
    "utf-16be": "UTF-16",
    "gb18030": "GB18030",
    "gbk": "GB18030",
    "gb2312": "GB18030",
}


class Refused(Exception):
    """The bytes are not a BPMN file we read; ``fault`` says why."""

    def __init__(self, rule: str, line: int | None = None, **facts: object) -> None:
        super().__init__(rule)
        self.fault = Fault(rule=rule, line=line, facts=facts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A parsed file."""

    root: etree._Element
    #: ``UTF-8``, ``UTF-16`` or ``GB18030``.
    encoding: str


def load(content: bytes) -> Loaded:
    """Parse the bytes of a BPMN file.

    Raises
    ------
    Refused
        Too large, not text, not XML, a DOCTYPE, too deep, or not BPMN 2.0.
    """
    if len(content) > MAX_BYTES:
        raise Refused(
            "file-too-large", problem="bytes", size=len(content) >> 20, cap=MAX_BYTES >> 20
        )
    text, encoding = _decode(content)
    if text.startswith("<!DOCTYPE", _PROLOG.match(text).end()):  # type: ignore[union-attr]
        line = text.count("\n", 0, text.index("<!DOCTYPE")) + 1
        raise Refused("doctype-forbidden", line)
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(_DECLARATION.sub(_blank, text, count=1).encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise Refused("broken-xml", line, problem=str(error.msg)) from error
    _measure(root)
    if root.tag != f"{{{BPMN}}}definitions":
        raise Refused("not-bpmn", root.sourceline, problem="root", root=etree.QName(root).localname)
    return Loaded(root=root, encoding=encoding)


def _blank(declaration: re.Match[str]) -> str:
    """As many line ends as the declaration had, so that line numbers stay true."""
    return "\n" * declaration.group().count("\n")


def _decode(content: bytes) -> tuple[str, str]:
    if not content.strip():
        raise Refused("not-bpmn", problem="empty")
    if content[:4] == b"PK\x03\x04" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Refused("not-bpmn", problem="office")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "UTF-16"
    elif content[:4] in (b"<\x00?\x00", b"\x00<\x00?"):
        encoding = "UTF-16"
        mark = b"\xff\xfe" if content[0] else b"\xfe\xff"
        content = mark + content
    else:
        declared = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
        name = declared.group(1).decode("ascii").lower() if declared else "utf-8"
        if name not in _ENCODINGS:
            raise Refused("not-bpmn", 1, problem="encoding", encoding=name)
        encoding = _ENCODINGS[name]
        if encoding == "UTF-16":
            # Declared UTF-16, yet the declaration itself was readable as bytes: it is not.
            encoding = "UTF-8"
    codec = "utf-8-sig" if encoding == "UTF-8" else encoding
    try:
        text = content.decode(codec)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Refused("not-bpmn", line, problem="undecodable", encoding=encoding) from error
    if "\x00" in text:
        raise Refused("not-bpmn", problem="binary")
    return text, encoding


def _measure(root: etree._Element) -> None:
    level = [root]
    depth = count = 0
    while level:
        depth += 1
        count += len(level)
        if count > MAX_ELEMENTS:
            raise Refused("file-too-large", problem="elements", size=count, cap=MAX_ELEMENTS)
        if depth > MAX_DEPTH:
            raise Refused(
                "file-too-large", level[0].sourceline, problem="depth", size=depth, cap=MAX_DEPTH
            )
        level = [child for element in level for child in element]
