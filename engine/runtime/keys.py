"""Commands with a key: whoever sends one twice gets the first answer, and nothing happens twice."""

import hashlib
import json
from datetime import datetime

from engine.model.wording import say

from .errors import RepeatedKey
from .statements import Wire

#: Longest key kept as it is; longer ones by their digest.
LONGEST = 64

_TAKE = (
    "INSERT INTO command (office_id, key, request, answer, at) VALUES (?, ?, ?, '', ?) "
    "ON CONFLICT (office_id, key) DO NOTHING"
)
_FIRST = "SELECT request, answer FROM command WHERE office_id = ? AND key = ?"
_ANSWER = "UPDATE command SET answer = ? WHERE office_id = ? AND key = ?"


class Keys:
    """The commands of one office, in one transaction."""

    def __init__(self, wire: Wire, office_id: str, now: datetime) -> None:
        self._wire = wire
        self._office_id = office_id
        self._now = now

    def first_answer(self, key: str, *request: object) -> str | None:
        """What the command was answered the first time; None where this is the first.

        Parameters
        ----------
        key : empty for a command that may be repeated.
        request : all that the command asks for.

        Raises
        ------
        RepeatedKey
            The key came with another request.
        """
        if not key:
            return None
        moment = self._wire.moment(self._now)
        taken = self._wire.run(_TAKE, self._office_id, short(key), _digest(request), moment)
        return None if taken.rowcount == 1 else self.earlier_answer(key, *request)

    def earlier_answer(self, key: str, *request: object) -> str | None:
        """The same for a command that is yet to be checked: a new key stays free."""
        found = self._wire.run(_FIRST, self._office_id, short(key)).fetchone() if key else None
        if found is None:
            return None
        asked, answer = found
        if asked != _digest(request):
            raise RepeatedKey(say("hotpath.repeated-key", given=key))
        return str(answer)

    def is_known(self, key: str) -> bool:
        """Whether a command came with this key, whatever it asked for."""
        found = self._wire.run(_FIRST, self._office_id, short(key)).fetchone() if key else None
        return found is not None

    def is_repeated(self, key: str, *request: object) -> bool:
        """Whether the command came before and nothing is left to do; see :meth:`first_answer`."""
        return self.first_answer(key, *request) is not None

    def answer(self, key: str, answer: str) -> None:
        """Keep what a command is answered: the number or id of what it is about."""
        if key:
            self._wire.put(_ANSWER, answer, self._office_id, short(key))


def _digest(request: tuple[object, ...]) -> str:
    text = json.dumps(request, ensure_ascii=False, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    """The same text for the same value in every process: a set has no order of its own."""
    return sorted(value) if isinstance(value, frozenset) else str(value)


def short(key: str) -> str:
    """A key as it is kept."""
    return key if len(key) <= LONGEST else hashlib.sha256(key.encode()).hexdigest()
