"""Who holds which post, what is waived, and where posts clash (定岗)."""

from dataclasses import dataclass
from datetime import date
from itertools import combinations

from flask import Blueprint, render_template

from engine.model.controls import PostConflict
from engine.model.office import Officer, Roster

from . import offices
from .offices import now
from .text import local

blueprint = Blueprint("roster", __name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Clash:
    """Two incompatible posts one officer holds."""

    posts: tuple[str, str]
    basis: str
    #: Id of the waiver in force that covers it, or empty.
    waiver: str


def _waiver(roster: Roster, conflict: PostConflict, today: date) -> str:
    for waiver in roster.waivers:
        if waiver.between == conflict.posts and waiver.covers() and waiver.is_in_force(today):
            return "" if conflict.statutory else waiver.id
    return ""


def _clashes(roster: Roster, officer: Officer, today: date) -> list[Clash]:
    between = offices.offices().controls.between_posts
    return [
        Clash(posts=pair, basis=conflict.basis, waiver=_waiver(roster, conflict, today))
        for pair in combinations(officer.posts_on(today), 2)
        if (conflict := between(*pair)) is not None
    ]


@blueprint.get("/roster")
def show() -> str:
    """The roster as it stands today."""
    roster, today = offices.roster(), local(now()).date()
    return render_template(
        "roster/show.html",
        roster=roster,
        today=today,
        clashes={o.id: _clashes(roster, o, today) for o in roster.officers},
        holders={
            p.name: roster.holders(p.name, today) for p in offices.offices().controls.posts.values()
        },
        posts=[p for p in offices.offices().controls.posts.values() if not p.external],
    )
