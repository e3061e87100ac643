"""Shared control data: posts, duties, what conflicts, statutes (``processes/*.toml``).

Belongs here: the tables and look-ups. Does not: judging a diagram (``engine.verify``).
"""

import tomllib
from collections.abc import Iterator, Mapping
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
    #: Whether its holder looks into the office's journal (纪检监察), as its head does.
    oversees: bool = False
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

    def canonical(self, name: str) -> str:
        """A post's own name where this is one of its aliases; any other name as it is."""
        known = self.post(name)
        return known.name if known else name

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


def _toml(directory: Traversable, name: str) -> dict[str, object]:
    """A table of the directory, or the shipped one where the directory has none."""
    path = directory.joinpath(name)
    try:
        found = path if path.is_file() else files("processes").joinpath(name)
        return tomllib.loads(found.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise UnusableData(say("controls.unreadable", error=error), path=str(path)) from error


def _rows(
    table: Mapping[str, object], kind: str, path: str, needed: Mapping[str, type]
) -> Iterator[dict[str, Any]]:
    """The rows ``[[kind]]`` of a table, of the right types; what ends in ``?`` may be absent."""
    rows = table.get(kind, [])
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
        for name, wanted in (needed if isinstance(row, dict) else {"": dict}).items():
            entry = name.removesuffix("?")
            if isinstance(row, dict) and name != entry and entry not in row:
                continue
            if not isinstance(row, dict) or type(row.get(entry)) is not wanted:
                problem = say(f"controls.wanted.{wanted.__name__}", name=entry)
                raise UnusableData(
                    say("controls.bad-row", kind=kind, number=number, problem=problem), path=path
                )
        yield row


def _posts(directory: Traversable) -> tuple[dict[str, Post], tuple[PostConflict, ...]]:
    path = "posts.toml"
    table = _toml(directory, path)
    posts: dict[str, Post] = {}
    owner: dict[str, Post] = {}
    for kind in ("post", "party"):
        for row in _rows(table, kind, path, {"name": str, "aliases?": list}):
            post = Post(
                name=row["name"],
                aliases=tuple(map(str, row.get("aliases", ()))),
                external=kind == "party",
                leads=bool(row.get("leads", False)),
                oversees=bool(row.get("oversees", False)),
                summary=str(row.get("summary", "")),
            )
            for name in (post.name, *post.aliases):
                if name in owner:
                    raise UnusableData(_named_twice(name, owner[name], post), path=path)
                owner[name] = post
            posts[post.name] = post
    conflicts = []
    for row in _rows(table, "incompatible", path, {"posts": list, "statutory": bool, "basis": str}):
        pair = frozenset(map(str, row["posts"]))
        if len(pair) != 2 or not pair <= posts.keys():
            raise UnusableData(say("controls.bad-pair", pair="、".join(sorted(pair))), path=path)
        conflicts.append(PostConflict(posts=pair, statutory=row["statutory"], basis=row["basis"]))
    return posts, tuple(conflicts)


def _named_twice(name: str, first: Post, second: Post) -> str:
    if first.name in second.aliases and second.name in first.aliases:
        return say("controls.alias-cycle", one=first.name, other=second.name)
    return say("controls.name-twice", name=name)


def _duties(directory: Traversable) -> tuple[dict[str, Duty], tuple[DutyConflict, ...]]:
    path = "duties.toml"
    table = _toml(directory, path)
    duties = {
        row["id"]: Duty(id=row["id"], name=row["name"], summary=str(row.get("summary", "")))
        for row in _rows(table, "duty", path, {"id": str, "name": str})
    }
    conflicts: dict[frozenset[str], DutyConflict] = {}
    needed = {"duty": str, "others": list, "statutory": bool, "basis": str}
    for row in _rows(table, "conflict", path, needed):
        for other in row["others"]:
            pair = frozenset((row["duty"], str(other)))
            if len(pair) != 2 or not pair <= duties.keys():
                raise UnusableData(
                    say("controls.bad-pair", pair="、".join(sorted(pair))), path=path
                )
            found = DutyConflict(duties=pair, statutory=row["statutory"], basis=row["basis"])
            # A statutory row outranks a waivable one, whichever is written first.
            if pair not in conflicts or (found.statutory and not conflicts[pair].statutory):
                conflicts[pair] = found
    return duties, tuple(conflicts.values())


def _statutes(directory: Traversable) -> dict[str, tuple[StatuteVersion, ...]]:
    path = "statutes.toml"
    statutes: dict[str, tuple[StatuteVersion, ...]] = {}
    needed = {"name": str, "title": str, "kind": str, "version": list}
    dated = {"date": date, "in_force": date, "until?": date, "articles?": int}
    for row in _rows(_toml(directory, path), "statute", path, needed):
        statutes[row["name"]] = tuple(
            StatuteVersion(
                statute=row["name"],
                title=row["title"],
                kind=row["kind"],
                number=str(row.get("number", "")),
                version=version["date"],
                in_force=version["in_force"],
                until=version.get("until"),
                articles=version.get("articles"),
                verified=bool(version.get("verified", False)),
            )
            for version in _rows(row, "version", path, dated)
        )
    return statutes


def load_controls(directory: Traversable | None = None) -> Controls:
    """Control data from a directory of TOML files; the shipped ones by default.

    What the directory does not hold is taken from the shipped files.

    Raises
    ------
    UnusableData
        A file is not TOML, contradicts itself, or drops what a statute forbids.
    """
    shipped = files("processes")
    directory = shipped if directory is None else directory
    posts, post_conflicts = _posts(directory)
    duties, duty_conflicts = _duties(directory)
    found = Controls(
        posts=posts,
        post_conflicts=post_conflicts,
        duties=duties,
        duty_conflicts=duty_conflicts,
        statutes=_statutes(directory),
    )
    if directory != shipped:
        _keep_statutory(found, load_controls())
    return found


def _keep_statutory(found: Controls, shipped: Controls) -> None:
    """Refuse control data without a conflict that a statute lays down."""
    for path, pairs, kept in (
        (
            "posts.toml",
            {c.posts for c in shipped.post_conflicts if c.statutory},
            {c.posts for c in found.post_conflicts if c.statutory},
        ),
        (
            "duties.toml",
            {c.duties for c in shipped.duty_conflicts if c.statutory},
            {c.duties for c in found.duty_conflicts if c.statutory},
        ),
    ):
        for pair in sorted(pairs - kept, key=sorted):
            raise UnusableData(
                say("controls.statutory-dropped", pair="、".join(sorted(pair))), path=path
            )
