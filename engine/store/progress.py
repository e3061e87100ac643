"""Telling whoever waits how far something long has come."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

#: Told what is being gone through (an entry of the catalogue's page ``progress``), how much
#: of it is done, and of how much; 0 where that is not known.
Told = Callable[[str, int, int], object]
#: Rows between two tellings.
ROWS = 1000

_T = TypeVar("_T")


def silent(_what: str, _done: int, _all: int) -> None:
    """For whoever does not want to know."""


def telling(
    parts: Iterable[Sequence[_T]], told: Told, what: str, among: int
) -> Iterator[Sequence[_T]]:
    """The same parts of a whole, told of as they are gone through."""
    done = 0
    told(what, done, among)
    for part in parts:
        yield part
        done += len(part)
        told(what, done, among)
