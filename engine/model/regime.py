"""Regimes (法定办理程序): what statutes say about the time of a kind of matter.

What applies to an item follows from its category and basis, never by analogy.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from .errors import UnusableData
from .item import Item, LegalBasis, LimitUnit, TimeLimit
from .wording import say

_FILE = "regimes.toml"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """A limit and the article it rests on."""

    limit: TimeLimit
    basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Extending:
    """How much time may be added, once, and who approves it."""

    most_days: int
    #: Post that approves it.
    post: str
    basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Regime:
    """One statute's clock."""

    id: str
    name: str
    #: Item categories it governs by itself.
    categories: tuple[str, ...]
    #: Statute and articles an item must cite to be governed by it.
    statute: str
    articles: tuple[str, ...]
    #: Whether the decision is due from receipt, and not from acceptance.
    from_receipt: bool
    #: Whether an end on a rest day moves to the next working day.
    moves: bool
    acceptance: Ruling | None
    #: Whether corrections asked for late count as acceptance on receipt.
    deemed: bool
    #: Within how many days corrections set the limit anew, where nothing is due without them.
    corrections: Ruling | None
    decision: Ruling
    extension: Extending | None
    delivery: Ruling | None
    #: What stops the statutory clock, and by which article.
    pauses: tuple[str, ...]
    pause_basis: str

    def governs(self, item: Item, bases: Iterable[LegalBasis]) -> bool:
        """Whether the statute sets the procedure of an item."""
        if item.category in self.categories:
            return True
        return any(b.statute == self.statute and b.article in self.articles for b in bases)


def _ruling(row: Mapping[str, Any] | None) -> Ruling | None:
    if row is None:
        return None
    limit = TimeLimit(days=int(row["days"]), unit=LimitUnit(row["unit"]))
    return Ruling(limit=limit, basis=str(row["basis"]))


def _regime(row: Mapping[str, Any]) -> Regime:
    cites, pauses = row.get("cites", {}), row.get("pauses", {})
    extension = row.get("extension")
    decision = _ruling(row["decision"])
    assert decision is not None
    return Regime(
        id=str(row["id"]),
        name=str(row["name"]),
        categories=tuple(row.get("categories", ())),
        statute=str(cites.get("statute", "")),
        articles=tuple(cites.get("articles", ())),
        from_receipt=row["counts_from"] == "received",
        moves=bool(row["moves"]),
        acceptance=_ruling(row.get("acceptance")),
        deemed=bool(row.get("acceptance", {}).get("deemed", False)),
        corrections=_ruling(row.get("corrections")),
        decision=decision,
        extension=extension
        and Extending(
            most_days=int(extension["days"]),
            post=str(extension["post"]),
            basis=str(extension["basis"]),
        ),
        delivery=_ruling(row.get("delivery")),
        pauses=tuple(pauses.get("kinds", ())),
        pause_basis=str(pauses.get("basis", "")),
    )


@cache
def regimes() -> tuple[Regime, ...]:
    """The shipped regimes (``processes/regimes.toml``).

    Raises
    ------
    UnusableData
        The file is missing or not as it should be.
    """
    try:
        text = files("processes").joinpath(_FILE).read_text("utf-8")
        return tuple(_regime(row) for row in tomllib.loads(text)["regime"])
    except (OSError, ValueError, KeyError) as error:
        raise UnusableData(say("controls.unreadable", error=error), path=_FILE) from error


def regime_of(item: Item, bases: Iterable[LegalBasis]) -> Regime | None:
    """The regime that governs an item, or None."""
    cited = tuple(bases)
    return next((regime for regime in regimes() if regime.governs(item, cited)), None)


def regime(regime_id: str) -> Regime | None:
    """The regime of an id; None for the empty id of items without one."""
    return next((known for known in regimes() if known.id == regime_id), None)
