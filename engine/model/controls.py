"""Shared control data: posts, duties, what conflicts, statutes (``processes/*.toml``).

Belongs here: the tables and look-ups. Does not: judging a diagram (``engine.verify``).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from .errors import UnusableData
from .wording import say


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """A position (岗位), or an outside party that a lane may stand for."""

    name: str
    aliases: tuple[str, ...] = ()
    #: True for applicant, village, bank, county: nobody in the office holds it.
    external: bool = False
    #: Whether its holder leads the office (公务员法 74).
    leads: bool = False
    #: What the post is for, one sentence.
    summary: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PostConflict:
    """Two incompatible posts; symmetric."""

    posts: frozenset[str]
    #: True when a statute forbids it: such a pair cannot be waived.
    statutory: bool
    basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """What a step does for control purposes (职责)."""

    id: str
    name: str
    summary: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DutyConflict:
    """Two duties no person may hold in one case; symmetric."""

    duties: frozenset[str]
    statutory: bool
    basis: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StatuteVersion:
    """One version of a statute or document."""

    #: Short name: 会计法.
    statute: str
    #: Full title without 《》: 中华人民共和国会计法.
    title: str
    #: ``law``, ``regulation``, ``rule`` or ``document``.
    kind: str
    #: When it was passed or last amended.
    version: date
    in_force: date
    #: First day it is no longer in force; None while it stands.
    until: date | None
    #: Number of its last article; None for documents without articles.
    articles: int | None
    #: Whether its text was read and the citations compared with it.
    verified: bool
    #: Number of the document, e.g. 财办〔2020〕37号; empty for statutes.
    number: str = ""


@dataclass(frozen=True)
class Controls:
    """All shared control data, indexed."""

    posts: Mapping[str, Post]
    post_conflicts: tuple[PostConflict, ...]
    duties: Mapping[str, Duty]
    duty_conflicts: tuple[DutyConflict, ...]
    statutes: Mapping[str, tuple[StatuteVersion, ...]]

    @cached_property
    def _post_by_any_name(self) -> Mapping[str, Post]:
        return {name: post for post in self.posts.values() for name in (post.name, *post.aliases)}

    @cached_property
    def _conflict_by_posts(self) -> Mapping[frozenset[str], PostConflict]:
        return {conflict.posts: conflict for conflict in self.post_conflicts}

    @cached_property
    def _conflict_by_duties(self) -> Mapping[frozenset[str], DutyConflict]:
        return {conflict.duties: conflict for conflict in self.duty_conflicts}

    def post(self, name: str) -> Post | None:
        """The post with this name or alias."""
        return self._post_by_any_name.get(name)

    def post_names(self) -> tuple[str, ...]:
        """Every name and alias, for suggestions."""
        return tuple(self._post_by_any_name)

    def between_posts(self, one: str, other: str) -> PostConflict | None:
        """Why two posts (names or aliases) are incompatible, or None."""
        first, second = self.post(one), self.post(other)
        if first is None or second is None:
            return None
        return self._conflict_by_posts.get(frozenset((first.name, second.name)))

    def between_duties(self, one: str, other: str) -> DutyConflict | None:
        """Why two duties conflict, or None."""
        return self._conflict_by_duties.get(frozenset((one, other)))

    def statute_version(self, statute: str, version: date) -> StatuteVersion | None:
        """The version of a statute passed or amended on that day, or None."""
        for candidate in self.statutes.get(statute, ()):
            if candidate.version == version:
                return candidate
        return None


def _toml(directory: Traversable, name: str) -> dict[str, list[dict[str, Any]]]:
    try:
        return tomllib.loads(directory.joinpath(name).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableData(say("controls.unreadable", error=error), path=name) from error


def _posts(directory: Traversable) -> tuple[dict[str, Post], tuple[PostConflict, ...]]:
    table = _toml(directory, "posts.toml")
    posts: dict[str, Post] = {}
    taken: set[str] = set()
    for kind in ("post", "party"):
        for row in table.get(kind, []):
            post = Post(
                name=str(row["name"]),
                aliases=tuple(row.get("aliases", ())),
                external=kind == "party",
                leads=bool(row.get("leads", False)),
                summary=str(row.get("summary", "")),
            )
            for name in (post.name, *post.aliases):
                if name in taken:
                    raise UnusableData(say("controls.name-twice", name=name), path="posts.toml")
                taken.add(name)
            posts[post.name] = post
    conflicts = []
    for row in table.get("incompatible", []):
        pair = frozenset(str(name) for name in row["posts"])
        unknown = sorted(pair - posts.keys())
        if unknown or len(pair) != 2:
            raise UnusableData(
                say("controls.bad-pair", pair="、".join(sorted(pair))), path="posts.toml"
            )
        conflicts.append(
            PostConflict(posts=pair, statutory=bool(row["statutory"]), basis=str(row["basis"]))
        )
    return posts, tuple(conflicts)


def _duties(directory: Traversable) -> tuple[dict[str, Duty], tuple[DutyConflict, ...]]:
    table = _toml(directory, "duties.toml")
    duties = {
        str(row["id"]): Duty(
            id=str(row["id"]), name=str(row["name"]), summary=str(row.get("summary", ""))
        )
        for row in table["duty"]
    }
    conflicts: dict[frozenset[str], DutyConflict] = {}
    for row in table["conflict"]:
        for other in row["others"]:
            pair = frozenset((str(row["duty"]), str(other)))
            if len(pair) != 2 or not pair <= duties.keys():
                raise UnusableData(
                    say("controls.bad-pair", pair="、".join(sorted(pair))), path="duties.toml"
                )
            found = DutyConflict(
                duties=pair, statutory=bool(row["statutory"]), basis=str(row["basis"])
            )
            # A statutory row outranks a waivable one, whichever is written first.
            if pair not in conflicts or (found.statutory and not conflicts[pair].statutory):
                conflicts[pair] = found
    return duties, tuple(conflicts.values())


def _statutes(directory: Traversable) -> dict[str, tuple[StatuteVersion, ...]]:
    statutes: dict[str, tuple[StatuteVersion, ...]] = {}
    for row in _toml(directory, "statutes.toml")["statute"]:
        name = str(row["name"])
        statutes[name] = tuple(
            StatuteVersion(
                statute=name,
                title=str(row["title"]),
                kind=str(row["kind"]),
                number=str(row.get("number", "")),
                version=version["date"],
                in_force=version["in_force"],
                until=version.get("until"),
                articles=version.get("articles"),
                verified=bool(version.get("verified", False)),
            )
            for version in row["version"]
        )
    return statutes


def load_controls(directory: Traversable | None = None) -> Controls:
    """Control data from a directory of TOML files; the shipped ones by default.

    Raises
    ------
    UnusableData
        A file is missing, is not TOML, or contradicts itself.
    """
    directory = files("processes") if directory is None else directory
    posts, post_conflicts = _posts(directory)
    duties, duty_conflicts = _duties(directory)
    return Controls(
        posts=posts,
        post_conflicts=post_conflicts,
        duties=duties,
        duty_conflicts=duty_conflicts,
        statutes=_statutes(directory),
    )
