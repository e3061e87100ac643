"""The offices of one store, and the one the signed-in officer works in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flask import current_app, g

from engine.model.controls import Controls
from engine.model.office import Officer, Roster
from engine.runtime import Office
from engine.runtime import offices as offices_of
from engine.runtime.accounts import Accounts
from engine.store import Store


@dataclass(frozen=True)
class Offices:
    """Every office of a store, opened once."""

    store: Store
    accounts: Accounts = field(kw_only=True)
    controls: Controls = field(kw_only=True)
    clock: Callable[[], datetime] = field(kw_only=True)
    _opened: dict[str, Office] = field(default_factory=dict)

    def __getitem__(self, office_id: str) -> Office:
        if office_id not in self._opened:
            self._opened[office_id] = Office(
                self.store, office_id, controls=self.controls, clock=self.clock
            )
        return self._opened[office_id]

    def names(self) -> dict[str, str]:
        """Name of every office of the store, by id."""
        return dict(offices_of(self.store))

    def every(self) -> tuple[Office, ...]:
        """All offices of the store."""
        return tuple(self[office_id] for office_id in self.names())


def offices() -> Offices:
    """The offices of the running application."""
    found: Offices = current_app.extensions["offices"]
    return found


def office() -> Office:
    """The office of the officer signed in."""
    return offices()[g.identity.office_id]


def roster() -> Roster:
    """The office's roster, read once for a page."""
    if "roster" not in g:
        g.roster = office().roster()
    found: Roster = g.roster
    return found


def names() -> Mapping[str, str]:
    """Names of officers, of those who left too; read once for a page."""
    if "names" not in g:
        g.names = office().names()
    found: Mapping[str, str] = g.names
    return found


def officer() -> Officer:
    """The officer signed in."""
    found: Officer = g.officer
    return found


def now() -> datetime:
    """The application's clock."""
    return offices().clock()
