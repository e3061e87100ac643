"""Splicing text into an XML file at the offsets of its elements.

Belongs here: start tags, children, indentation, bytes. Does not: what BPMN or
our format allow (:mod:`engine.bpmn.writer`).
"""

import re
from collections.abc import Mapping
from functools import cached_property
from operator import itemgetter
from xml.sax.saxutils import escape

from lxml import etree

from engine.model.errors import QingdanError
from engine.model.wording import say

from .markup import ATTRIBUTE, Span, spans
from .xml import load

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_IN_ATTRIBUTE = {"\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
_QUOTES = {'"': "&quot;", "'": "&apos;"}
_LINE_END = re.compile(r"[ \t]*\r?\n")
_CDATA = re.compile(r"\s*<!\[CDATA\[(?:(?!\]\]>).)*\]\]>\s*", re.DOTALL)


class NotXml(QingdanError):
    """Text with a character that XML has no way to write."""


def escaped(text: str) -> str:
    """Text as element content."""
    if _NOT_XML.search(text):
        raise NotXml(say("format.control-character"))
    return escape(text, {"\r": "&#13;"})


def quoted(value: str, quote: str = '"') -> str:
    """Text as an attribute's value between quotes of one kind; the other kind stays as it is."""
    if _NOT_XML.search(value):
        raise NotXml(say("format.control-character"))
    return escape(value, {**_IN_ATTRIBUTE, quote: _QUOTES[quote]})


def is_bare(element: etree._Element) -> bool:
    """Whether an element holds nothing, not even a comment; attributes may stand in its tag."""
    return not len(element) and not (element.text or "").strip()


def is_only(element: etree._Element) -> bool:
    """Whether an element's parent holds nothing else, not even a comment."""
    parent = element.getparent()
    return len(parent) == 1 and not ((parent.text or "") + (element.tail or "")).strip()


class Splice:
    """A file, and the edits collected for it.

    Raises
    ------
    engine.bpmn.xml.Refused
        The bytes are not a BPMN file we read.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        loaded = load(content)
        self._decoded = loaded.decoded
        self._text = loaded.decoded.text
        self.root = loaded.root
        self._spans = dict(zip(loaded.elements, spans(self._text), strict=True))
        self._newline = "\r\n" if "\r\n" in self._text else "\n"
        #: First and last character replaced, and by what.
        self._edits: list[tuple[int, int, str]] = []

    def prefixed(self, near: etree._Element, name: str) -> str:
        """A name in the namespace of ``near``, written as ``near`` writes it."""
        return f"{near.prefix}:{name}" if near.prefix else name

    def prefix_for(self, near: etree._Element, namespace: str, wish: str) -> str:
        """The prefix of a namespace, with its colon; declared at the root where it is new."""
        for prefix, uri in near.nsmap.items():
            if uri == namespace and prefix is not None:
                return f"{prefix}:"
        prefix, number = wish, 1
        while prefix in near.nsmap:
            number += 1
            prefix = f"{wish}{number}"
        self._edits.append(
            self._new_attribute(self._spans[self.root], f"xmlns:{prefix}", namespace)
        )
        return f"{prefix}:"

    def set_attributes(self, element: etree._Element, values: Mapping[str, str | None]) -> None:
        """Set attributes without a namespace; None removes."""
        span = self._spans[element]
        written = {
            match["name"]: match
            for match in ATTRIBUTE.finditer(self._text, span.start, span.inside)
        }
        for name, value in values.items():
            if value == element.get(name):
                continue
            match = written.get(name)
            if match is None:
                self._edits.append(self._new_attribute(span, name, value or ""))
            elif value is None:
                self._edits.append((*match.span(), ""))
            else:
                self._edits.append((*match.span("value"), quoted(value, match["quote"])))

    def _new_attribute(self, span: Span, name: str, value: str) -> tuple[int, int, str]:
        tag = self._text[span.start : span.inside]
        attributes = list(ATTRIBUTE.finditer(tag))
        if not attributes:
            end, lead = len(tag.rstrip("/> \t\r\n")), " "
        else:
            last = attributes[-1]
            end, lead = last.end(), last.group()[: last.start("name") - last.start()]
        lead = lead if "\n" in lead else " "
        return span.start + end, span.start + end, f'{lead}{name}="{quoted(value)}"'

    def set_text(self, element: etree._Element, text: str) -> None:
        """Replace an element's content by text, as CDATA where it was CDATA."""
        span = self._spans[element]
        old = self._text[span.inside : span.closing]
        new = escaped(text)
        if _CDATA.fullmatch(old) and "]]>" not in text and self._can_write(text):
            new = f"<![CDATA[{text}]]>"
        if span.is_empty_tag:
            self._open(element, new)
        elif text != "".join(element.itertext()):
            self._edits.append((span.inside, span.closing, new))

    def _can_write(self, text: str) -> bool:
        try:
            text.encode(self._decoded.writing)
        except UnicodeEncodeError:
            return False
        return True

    def insert(
        self,
        parent: etree._Element,
        markup: str | tuple[str, str, str],
        *,
        after: etree._Element | None = None,
        first: bool = False,
    ) -> None:
        """Insert a child, in line with its neighbours.

        Parameters
        ----------
        markup : one line, or the start tag, one line inside, and the end tag.
        after : the child it follows; by default the last.
        first : whether it precedes every child instead.
        """
        span = self._spans[parent]
        children = [child for child in parent if child in self._spans]
        if after is None and children and not first:
            after = children[-1]
        neighbour = after if after is not None else (children[0] if children else None)
        outer = self._indent(parent)
        if neighbour is None:
            inner = None if outer is None else outer + self._unit(parent)
        else:
            inner = self._indent(neighbour)
        lead = "" if inner is None else self._newline + inner
        text = markup if isinstance(markup, str) else self._nested(markup, parent, lead)
        if span.is_empty_tag:
            self._open(parent, lead + text + ("" if outer is None else self._newline + outer))
        elif after is not None:
            self._edits.append((self._spans[after].stop,) * 2 + (lead + text,))
        elif first or children:
            self._edits.append((span.inside, span.inside, lead + text))
        else:
            content = self._text[span.inside : span.closing]
            at = span.inside + len(content.rstrip())
            tail = "" if outer is None or "\n" in self._text[at : span.closing] else self._newline
            self._edits.append((at, at, lead + text + (tail and tail + (outer or ""))))

    def _nested(self, markup: tuple[str, str, str], parent: etree._Element, lead: str) -> str:
        start, line, end = markup
        deeper = lead + self._unit(parent) if lead else ""
        return f"{start}{deeper}{line}{lead}{end}"

    def _open(self, element: etree._Element, content: str) -> None:
        """Turn ``<a/>`` into ``<a>content</a>``."""
        span = self._spans[element]
        head = self._text[span.start : span.inside - 2].rstrip()
        tag = self.prefixed(element, etree.QName(element).localname)
        self._edits.append((span.start + len(head), span.inside, f">{content}</{tag}>"))

    def remove(self, element: etree._Element) -> None:
        """Remove an element, and its line where it stood alone on it.

        A parent that is left with nothing becomes an empty tag.
        """
        if is_only(element):
            self._shut(element.getparent())
            return
        span = self._spans[element]
        start = span.start
        if self._indent(element) is not None and _LINE_END.match(self._text, span.stop):
            start = self._text.rindex("\n", 0, start)
            start -= self._text[start - 1] == "\r"
        self._edits.append((start, span.stop, ""))

    def _shut(self, element: etree._Element) -> None:
        """Turn ``<a>…</a>`` into ``<a/>``."""
        span = self._spans[element]
        head = self._text[span.start : span.inside - 1].rstrip()
        self._edits.append((span.start + len(head), span.stop, self.empty_end))

    @cached_property
    def empty_end(self) -> str:
        """How an empty tag ends: `` />`` where most of the file's do, else ``/>``."""
        ends = [self._text[span.inside - 3] for span in self._spans.values() if span.is_empty_tag]
        return " />" if 2 * ends.count(" ") > len(ends) else "/>"

    def _indent(self, element: etree._Element) -> str | None:
        """The white space before an element, or None where it does not begin its line."""
        start = self._spans[element].start
        begin = self._text.rfind("\n", 0, start) + 1
        indent = self._text[begin:start]
        return indent if begin and not indent.strip() else None

    def _unit(self, element: etree._Element) -> str:
        """By how much children of an element are indented more."""
        own = self._indent(element) or ""
        above = element.getparent()
        outer = (self._indent(above) or "") if above is not None else ""
        if own.startswith(outer) and own != outer:
            return own[len(outer) :]
        return "\t" if "\t" in own else "  "

    def written(self) -> bytes:
        """The bytes with every edit made.

        Raises
        ------
        engine.bpmn.xml.Refused
            The edited file would pass a cap of the reader.
        """
        if not self._edits:
            return self._content
        pieces = [self._decoded.mark]
        done = 0
        for start, stop, text in sorted(self._edits, key=itemgetter(0, 1)):
            pieces.append(self._text[done:start].encode(self._decoded.codec))
            pieces.append(text.encode(self._decoded.writing, "xmlcharrefreplace"))
            done = stop
        pieces.append(self._text[done:].encode(self._decoded.codec))
        content = b"".join(pieces)
        load(content)
        return content
