"""Hardened XML loading: bytes in, an lxml tree out, or one fault that says why not.

Refuses any DOCTYPE, entities, more than the caps below, and anything that is
not BPMN 2.0. No network, no DTD, no external file is ever touched.
"""

import re
from dataclasses import dataclass

from lxml import etree

from engine.model.finding import Fault
from engine.model.wording import say

from .markup import start_lines

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

_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
#: What a Chinese text is recognised by.
_HAN = re.compile("[\u4e00-\u9fff]")
#: Declared name → codec it is read in, codec new text is written in.
_CODECS = {
    "utf-8": ("utf-8", "utf-8"),
    "utf8": ("utf-8", "utf-8"),
    "us-ascii": ("utf-8", "ascii"),
    "ascii": ("utf-8", "ascii"),
    # Declared UTF-16, yet the declaration itself was readable as bytes: it is not.
    "utf-16": ("utf-8", "utf-8"),
    "utf-16le": ("utf-8", "utf-8"),
    "utf-16be": ("utf-8", "utf-8"),
    "gb18030": ("gb18030", "gb18030"),
    "gbk": ("gb18030", "gbk"),
    "gb2312": ("gb18030", "gb2312"),
    "cp936": ("gb18030", "gbk"),
    "ms936": ("gb18030", "gbk"),
    "windows-936": ("gb18030", "gbk"),
    # What tools of other countries write; Chinese stands there as character references.
    "iso-8859-1": ("latin-1", "latin-1"),
    "latin1": ("latin-1", "latin-1"),
    "windows-1252": ("cp1252", "cp1252"),
}
#: Codecs any bytes can be read in, or nearly any.
_LENIENT = ("latin-1", "cp1252")
#: Byte order mark → codec of the bytes behind it.
_MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
_NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "gb18030": "GB18030",
    "latin-1": "ISO-8859-1",
    "cp1252": "windows-1252",
}
#: Bytes of letters beyond ASCII that stand together.
_BEYOND = re.compile(rb"[\x80-\xff]+")
#: First bytes of what people save as .bpmn by mistake: zip and docx, doc and xls, PDF.
_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-", b"{\\rtf")
#: libxml2's error codes we explain in Chinese; others keep libxml2's words.
_BROKEN = {
    5: "extra",
    4: "not-xml",
    9: "character",
    23: "entity",
    26: "entity",
    32: "declaration",
    38: "less-than",
    39: "quotes",
    40: "quotes",
    41: "no-value",
    42: "attribute-twice",
    45: "comment",
    63: "cdata",
    64: "declaration",
    65: "space",
    68: "name",
    73: "unfinished-tag",
    76: "mismatch",
    77: "unclosed",
    80: "comment",
    201: "prefix",
}


class Refused(Exception):
    """The bytes are not a BPMN file we read; ``fault`` says why."""

    def __init__(self, rule: str, line: int | None = None, **facts: object) -> None:
        super().__init__(rule)
        self.fault = Fault(rule=rule, line=line, facts=facts)


class _Located(etree.ElementBase):
    """An element that knows the line of its ``<``.

    libxml2 tells the line of the ``>`` instead, and none above 65,535.
    """

    line = 0

    @property
    def sourceline(self) -> int:
        return self.line or int(super().sourceline)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decoded:
    """The text of a file, and how its bytes came to be it."""

    text: str
    #: Python codec of the bytes behind the mark.
    codec: str
    #: Byte order mark, or empty.
    mark: bytes
    #: Codec new text is written in: what is declared may hold less than what is read.
    writing: str

    @property
    def encoding(self) -> str:
        """``UTF-8``, ``UTF-16``, ``GB18030``, ``ISO-8859-1`` or ``windows-1252``."""
        return _NAMES[self.codec]


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A parsed file."""

    root: etree._Element
    decoded: Decoded
    #: Every element in document order; holding them keeps their lines.
    elements: tuple[etree._Element, ...]

    @property
    def encoding(self) -> str:
        """As :attr:`Decoded.encoding`."""
        return self.decoded.encoding


def load(content: bytes) -> Loaded:
    """Parse the bytes of a BPMN file.

    Raises
    ------
    Refused
        Too large, not text, not XML, a DOCTYPE, too deep, or not BPMN 2.0.
    """
    decoded = decode(content)
    text = decoded.text
    # Nothing is left to expand in it: libxml2's own limits would only hide ours.
    parser = etree.XMLParser(
        encoding="utf-8",  # ours, whatever the declaration says
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,
    )
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=_Located))
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise Refused("broken-xml", error.lineno or 1, problem=_explain(error)) from error
    _measure(root)
    elements = tuple(root.iter("*"))
    for element, line in zip(elements, start_lines(text), strict=True):
        element.line = line
    if root.tag != f"{{{BPMN}}}definitions":
        raise Refused("not-bpmn", root.sourceline, problem="root", root=etree.QName(root).localname)
    return Loaded(root=root, decoded=decoded, elements=elements)


def _explain(error: etree.XMLSyntaxError) -> str:
    key = _BROKEN.get(error.code)
    return str(error.msg).splitlines()[0] if key is None else say(f"format.broken.{key}")


def decode(content: bytes) -> Decoded:
    """The text of a BPMN file's bytes, before anything is parsed.

    Raises
    ------
    Refused
        Too large, empty, not text, in another encoding than declared, or with a DOCTYPE.
    """
    if len(content) > MAX_BYTES:
        raise Refused(
            "file-too-large", problem="bytes", size=len(content) >> 20, cap=MAX_BYTES >> 20
        )
    if not content.strip():
        raise Refused("not-bpmn", problem="empty")
    if content.startswith(_OFFICE):
        raise Refused("not-bpmn", problem="office")
    codec, writing, mark = _codec(content)
    try:
        text = content[len(mark) :].decode(codec)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, len(mark) + error.start) + 1
        raise Refused("not-bpmn", line, problem="undecodable", encoding=_NAMES[codec]) from error
    if "\x00" in text:
        raise Refused("not-bpmn", problem="binary")
    if not codec.startswith("utf") and _is_other(content, codec):
        raise Refused("not-bpmn", 1, problem="undecodable", encoding=_NAMES[codec])
    prolog = _PROLOG.match(text)
    end = prolog.end() if prolog else 0
    if text.startswith("<!DOCTYPE", end):
        raise Refused("doctype-forbidden", text.count("\n", 0, end) + 1)
    return Decoded(text=text, codec=codec, mark=mark, writing=writing)


def _codec(content: bytes) -> tuple[str, str, bytes]:
    """Codecs to read and to write, and the mark, which outweighs what is declared."""
    for mark, codec in _MARKS.items():
        if content.startswith(mark):
            return codec, codec, mark
    if content.startswith(b"<\x00"):
        return "utf-16-le", "utf-16-le", b""
    if content.startswith(b"\x00<"):
        return "utf-16-be", "utf-16-be", b""
    declared = _DECLARED.match(content)
    name = declared.group(1).decode("ascii") if declared else "utf-8"
    if name.lower() not in _CODECS:
        raise Refused("not-bpmn", 1, problem="encoding", encoding=name)
    return *_CODECS[name.lower()], b""


def _is_other(content: bytes, codec: str) -> bool:
    """Whether bytes are a Chinese text in another encoding than the declared one.

    Any bytes can be read as Latin letters; those that come in pairs, each a Chinese
    character, are none.
    """
    if _is_chinese(content, "utf-8"):
        return True
    beyond = _BEYOND.findall(content) if codec in _LENIENT else []
    return (
        bool(beyond)
        and all(len(letters) % 2 == 0 for letters in beyond)
        and all(_is_chinese(letters, "gb18030") for letters in beyond)
    )


def _is_chinese(content: bytes, codec: str) -> bool:
    try:
        return _HAN.search(content.decode(codec)) is not None
    except UnicodeDecodeError:
        return False


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
