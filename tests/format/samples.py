"""Small files shaped like other tools' output, and ways to compare files."""

import re
from pathlib import Path

from lxml import etree

TOOLS = {
    path.stem: path.read_bytes() for path in sorted(Path(__file__).parent.glob("tools/*.bpmn"))
}

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
QD = "urn:qingdan:bpmn:1.0"

#: Name for parametrised tests → (codec, byte order mark, name to declare).
ENCODINGS = {
    "utf-8": ("utf-8", b"", "UTF-8"),
    "utf-8-bom": ("utf-8", b"\xef\xbb\xbf", "UTF-8"),
    "utf-16-le-bom": ("utf-16-le", b"\xff\xfe", "UTF-16"),
    "utf-16-be-bom": ("utf-16-be", b"\xfe\xff", "UTF-16"),
    "utf-16-le": ("utf-16-le", b"", "UTF-16"),
    "utf-16-be": ("utf-16-be", b"", "UTF-16"),
    "gb18030": ("gb18030", b"", "GB18030"),
    "gbk": ("gbk", b"", "gbk"),
    "gb2312": ("gb2312", b"", "GB2312"),
}


def in_encoding(text: str, encoding: str) -> bytes:
    """The text, declared and written in one of :data:`ENCODINGS`."""
    codec, mark, declared = ENCODINGS[encoding]
    body = re.sub(r"\A<\?xml[^>]*\?>", "", text)
    return mark + f'<?xml version="1.0" encoding="{declared}"?>{body}'.encode(codec)


def canonical(file: bytes | etree._Element, *, indented: bool = True) -> str:
    """Canonical XML with comments of a whole file; without indentation where that may differ."""
    tree = (_tree(file) if isinstance(file, bytes) else file).getroottree()
    whole = etree.tostring(tree, encoding="unicode")
    return etree.canonicalize(whole, with_comments=True, strip_text=not indented)


def _tree(content: bytes) -> etree._Element:
    text = text_of(content)
    return etree.fromstring(text.encode(), etree.XMLParser(encoding="utf-8"))


def text_of(content: bytes) -> str:
    """The text of a sample, whichever of :data:`ENCODINGS` it is in."""
    for codec, mark, declared in ENCODINGS.values():
        head = mark + f'<?xml version="1.0" encoding="{declared}"'.encode(codec)
        if content.lower().startswith(head.lower()):
            return content[len(mark) :].decode(codec)
    return content.decode("utf-8")


def element(content: bytes, element_id: str) -> etree._Element:
    """The element of an id."""
    (found,) = _tree(content).xpath("//*[@id=$i]", i=element_id)
    return found


def changed(old: bytes, new: bytes) -> tuple[str, str]:
    """What two files have between their common beginning and end."""
    before, after = text_of(old), text_of(new)
    start = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b),
        min(len(before), len(after)),
    )
    tail = 0
    while tail < min(len(before), len(after)) - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return before[start : len(before) - tail], after[start : len(after) - tail]


def process(body: str, attributes: str = "", outside: str = "") -> bytes:
    """A file with one process ``P``."""
    return (
        f'<definitions xmlns="{MODEL}" xmlns:qd="{QD}" targetNamespace="urn:test" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'{outside}<process id="P"{attributes}>\n{body}\n</process></definitions>'
    ).encode()
