"""Breaking Chinese text into lines (避头尾) and finding the size at which it fits.

Belongs here: lines and sizes. Does not: shapes, colours or where a text goes.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from engine.model.wording import say

from .fonts import width

#: Characters no line may begin with, and no line may end with (GB/T 15834, CLREQ).
NEVER_FIRST = frozenset("、。，．：；？！）》】」』”’…—·％℃,.:;?!)]}%～")
NEVER_LAST = frozenset("（《【「『“‘([{￥")
#: What is never broken inside: numbers, words, amounts, the number of an article.
_PIECE = re.compile(
    r"第[一二三四五六七八九十百千零]+[条款项](?:之[一二三四五六七八九十]+)?|[A-Za-z0-9.,:/+_-]+|.",
    re.DOTALL,
)
#: Distance of two baselines, in the size of the text.
LEADING = 1.28

#: How much of its room a name fills before it is rather set in one more line.
AIRY = 0.88

#: How wide a line may be: line number and number of lines to width.
Room = Callable[[int, int], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """A text broken into lines."""

    lines: tuple[str, ...]
    size: float
    #: Distance of two baselines, in the size of the text.
    leading: float = LEADING

    @property
    def height(self) -> float:
        """From the top of the first line's ink to the bottom of the last."""
        return self.size * (1 + self.leading * (len(self.lines) - 1))


@cache
def _words() -> tuple[str, ...]:
    return tuple(say("publish.words").split())


@cache
def pieces(text: str) -> tuple[str, ...]:
    """The unbreakable pieces of a text, punctuation hung on its neighbour."""
    found: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match.group()
        if found and (piece[0] in NEVER_FIRST or found[-1][-1] in NEVER_LAST):
            found[-1] += piece
        else:
            found.append(piece)
    return tuple(found)


def _filled(text: str, room: float, size: float, weight: int) -> list[str]:
    lines = [""]
    for piece in pieces(text):
        for part in (piece,) if width(piece, size, weight) <= room else tuple(piece):
            if lines[-1] and width(lines[-1] + part, size, weight) > room + 1e-6:
                lines[-1] = lines[-1].rstrip()
                lines.append(part.lstrip())
            else:
                lines[-1] += part
    return lines


@cache
def wrap(text: str, room: float, size: float, weight: int = 400) -> tuple[str, ...]:
    """Lines no wider than ``room``; for running text.

    Lines are filled in turn; where that leaves one or two characters alone on
    the last line, all lines are made a little shorter instead.
    """
    lines = _filled(text, room, size, weight)
    narrow = room
    while len(lines) > 1 and width(lines[-1], size, weight) < 2.6 * size and narrow > 0.8 * room:
        narrow -= size / 2
        shorter = _filled(text, narrow, size, weight)
        if len(shorter) > len(lines):
            break
        lines = shorter
    return tuple(lines)


def _splits_word(text: str, at: int) -> bool:
    for word in _words():
        start = text.find(word, max(0, at - len(word) + 1))
        if 0 <= start < at < start + len(word):
            return True
    return False


@cache
def balance(text: str, count: int, weight: int = 400) -> tuple[str, ...] | None:
    """``count`` lines as even as possible that split no word of ours, for names.

    None where the text has fewer pieces than lines.
    """
    if "\n" in text:
        lines = tuple(line.strip() for line in text.split("\n"))
        return lines if len(lines) == count else None
    parts = pieces(text)
    if len(parts) < count:
        return None
    ends = [0]
    for part in parts:
        ends.append(ends[-1] + len(part))
    ideal = width(text, 1, weight) / count

    @cache
    def best(first: int, left: int) -> tuple[float, tuple[str, ...]]:
        if left == 1:
            rest = text[ends[first] :].strip()
            return (width(rest, 1, weight) - ideal) ** 2, (rest,)
        choices = []
        for last in range(first + 1, len(parts) - left + 2):
            line = text[ends[first] : ends[last]].strip()
            cost, lines = best(last, left - 1)
            cost += (width(line, 1, weight) - ideal) ** 2
            cost += 4.0 * _splits_word(text, ends[last])
            choices.append((cost, (line, *lines)))
        return min(choices)

    return best(0, count)[1]


def trailing_blank(line: str, size: float) -> float:
    """What closing punctuation at the end of a line leaves blank of its square."""
    return size / 2 if line and line[-1] in "？！。，）；：" else 0.0


def ink(line: str, size: float, weight: int = 400) -> float:
    """Width of a line's ink."""
    return width(line, size, weight) - trailing_blank(line, size)


def shape(
    text: str,
    size: float,
    room: Room,
    height: float,
    *,
    weight: int = 400,
    leading: float = LEADING,
    most: int = 3,
) -> Block | None:
    """The text in the fewest balanced lines that leave some air at their sides.

    Where none does, in the fewest that fit; None where not even these exist.
    """
    tight = None
    for count in range(1, most + 1):
        lines = balance(text, count, weight)
        if lines is None:
            continue
        block = Block(lines=lines, size=size, leading=leading)
        if block.height > height:
            break
        full = max(ink(line, size, weight) / room(i, count) for i, line in enumerate(lines))
        if full <= AIRY:
            return block
        if full <= 1 and tight is None:
            tight = block
    return tight


def largest(sizes: Iterable[float], fits: Callable[[float], bool]) -> float | None:
    """The first of the sizes, largest first, at which everything fits."""
    return next((size for size in sizes if fits(size)), None)
