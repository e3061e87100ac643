"""Where the elements of an XML text stand: offsets and lines that a tree forgets.

Belongs here: finding tags in text. Does not: judging XML (``lxml`` does that)
or changing it (:mod:`engine.bpmn.writer`).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

#: Every piece of markup. An unfinished piece runs to the end, so that hostile
#: text costs one pass, never a pass for each ``<``.
_MARKUP = re.compile(
    r"<(?:"
    r"!--.*?(?:-->|\Z)"
    r"|!\[CDATA\[.*?(?:\]\]>|\Z)"
    r"|\?.*?(?:\?>|\Z)"
    r"|(?P<end>/[^<>]*>)"
    r"""|(?P<start>[^\s<>/!?"'][^<>"']*+(?:(?:"[^<"]*"|'[^<']*')[^<>"']*+)*+>)"""
    r")",
    re.DOTALL,
)
#: One attribute inside a start tag, with the white space before it.
ATTRIBUTE = re.compile(
    r"""\s+(?P<name>[^\s=]+)\s*=\s*(?P<quote>["'])(?P<value>.*?)(?P=quote)""", re.DOTALL
)


class Span(NamedTuple):
    """Where one element stands; offsets are characters of the text."""

    #: First character of the start tag, and the one behind it.
    start: int
    inside: int
    #: First character of the end tag, and the one behind it; an empty
    #: element's tag (``<a/>``) counts as both.
    closing: int
    stop: int

    @property
    def is_empty_tag(self) -> bool:
        """Whether the element is written ``<a/>``."""
        return self.closing == self.start


def start_lines(text: str) -> Iterator[int]:
    """The 1-based line of each element's ``<``, in document order."""
    line, seen = 1, 0
    for match in _MARKUP.finditer(text):
        if match.lastgroup == "start":
            start = match.start()
            line += text.count("\n", seen, start)
            seen = start
            yield line


def spans(text: str) -> list[Span]:
    """Where each element of a well-formed text stands, in document order."""
    found: list[Span] = []
    open_elements: list[int] = []
    for match in _MARKUP.finditer(text):
        start, stop = match.span()
        if match.lastgroup == "end":
            index = open_elements.pop()
            found[index] = found[index]._replace(closing=start, stop=stop)
        elif match.lastgroup == "start":
            if text[stop - 2] != "/":
                open_elements.append(len(found))
            found.append(Span(start, stop, start, stop))
    return found
