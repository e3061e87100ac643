"""A memory for what costs much to make and is asked for again."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from threading import Lock
from typing import Any


class Kept:
    """Few things that cost much to make, by the objects they are made of."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._found: OrderedDict[tuple[object, ...], tuple[tuple[object, ...], Any]] = OrderedDict()

    def get(self, *parts: object, make: Callable[[], Any]) -> Any:
        """What was made of these very objects; they live as long as it does."""
        key = tuple(part if isinstance(part, date | str) else id(part) for part in parts)
        with self._lock:
            found = self._found.get(key)
        made = make() if found is None else found[1]
        with self._lock:
            self._found[key] = parts, made
            self._found.move_to_end(key)
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made
