"""Reading a roster (定岗) from TOML, strictly; faults carry their line where it is known.

Belongs here: the exchange form of :class:`engine.model.office.Roster`. Does
not: judging who may hold which post (``engine.verify``).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path

from .controls import Controls
from .errors import UnreadablePath, UnusableData, reason_of
from .finding import Fault
from .office import (
    Appointment,
    AppointmentKind,
    Avoidance,
    Officer,
    Relative,
    Roster,
    Waiver,
)
from .wording import say

#: Rule that owns every fault of this reader.
RULE = "bad-roster"

_HEADER = re.compile(r"^\s*\[\[\s*([A-Za-z_.]+)\s*\]\]")
_LINE_OF_ERROR = re.compile(r"line (\d+)")
_NEEDED = {
    "officer": ("id", "name"),
    "appointment": ("post",),
    "relative": ("name", "relation"),
    "absence": ("from", "to"),
    "avoid": ("officers",),
    "waiver": ("between", "approved_by", "reason", "control", "until"),
}
_ALLOWED: Mapping[str, Mapping[str, type]] = {
    "roster": {"office": str, "officer": list, "avoid": list, "waiver": list},
    "officer": {
        "id": str,
        "name": str,
        "posts": list,
        "id_card": str,
        "appointment": list,
        "relative": list,
        "absence": list,
    },
    "appointment": {"post": str, "kind": str, "from": date, "to": date},
    "relative": {"name": str, "relation": str, "id_card": str},
    "absence": {"from": date, "to": date},
    "avoid": {"officers": list, "reason": str},
    "waiver": {
        "id": str,
        "between": list,
        "scope": str,
        "item": str,
        "case": str,
        "approved_by": str,
        "reason": str,
        "control": str,
        "until": date,
    },
}
_SCOPES = ("office", "item", "case")


@dataclass(frozen=True, kw_only=True)
class RosterFile:
    """A roster as read, with what is wrong in it and where its parts stand."""

    path: str
    #: What could be read; None where the file is no TOML or names no office.
    roster: Roster | None
    faults: tuple[Fault, ...]
    #: Line of each officer, by id.
    officer_lines: Mapping[str, int]
    #: Line of each waiver, by id.
    waiver_lines: Mapping[str, int]


def read_roster(path: Path | str, controls: Controls) -> RosterFile:
    """Read a roster; everything wrong inside the file is a fault of the result.

    Raises
    ------
    UnreadablePath
        The path does not exist or the system will not open it.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        reason = reason_of(error)
        raise UnreadablePath(say("read.unreadable", reason=reason), path=path) from error
    try:
        text = content.decode("utf-8-sig")
        table = tomllib.loads(text)
    except ValueError as error:
        found = _LINE_OF_ERROR.search(str(error))
        fault = Fault(
            rule=RULE,
            line=int(found.group(1)) if found else None,
            facts={"text": _not_toml(error)},
        )
        return RosterFile(
            path=str(path), roster=None, faults=(fault,), officer_lines={}, waiver_lines={}
        )
    return _Reader(str(path), text, table, controls).read()


def load_roster(path: Path | str, controls: Controls) -> Roster:
    """Read a roster that must be without fault.

    Raises
    ------
    UnreadablePath
        The path does not exist or the system will not open it.
    UnusableData
        The first fault, with its line.
    """
    found = read_roster(path, controls)
    if found.faults or found.roster is None:
        fault = found.faults[0]
        raise UnusableData(str(fault.facts["text"]), path=path, line=fault.line)
    return found.roster


def _not_toml(error: ValueError) -> str:
    # What a Chinese Windows saves unless told otherwise is the commonest cause.
    if isinstance(error, UnicodeDecodeError):
        return say("roster.not-utf8")
    return say("roster.not-toml", error=error)


class _Reader:
    """One roster on its way from TOML to :class:`Roster`."""

    def __init__(self, path: str, text: str, table: dict[str, object], controls: Controls) -> None:
        self.path = path
        self.table = table
        self.controls = controls
        self.faults: list[Fault] = []
        #: Lines of the headers, by their name.
        self.lines: dict[str, list[int]] = {}
        #: Lines of the rows that could be read, by kind and id.
        self.found_at: dict[str, dict[str, int]] = {"officer": {}, "waiver": {}}
        for number, line in enumerate(text.splitlines(), 1):
            header = _HEADER.match(line)
            if header:
                self.lines.setdefault(header.group(1), []).append(number)

    def read(self) -> RosterFile:
        self._known("roster", self.table, 1)
        office = self.table.get("office")
        if not isinstance(office, str) or not office.strip():
            self._fault("no-office", 1)
            office = ""
        officers = tuple(self._officers())
        ids = {officer.id for officer in officers}
        avoidances = tuple(self._avoidances(ids))
        waivers = tuple(self._waivers())
        return RosterFile(
            path=self.path,
            roster=Roster(office=office, officers=officers, avoidances=avoidances, waivers=waivers),
            faults=tuple(self.faults),
            officer_lines=self.found_at["officer"],
            waiver_lines=self.found_at["waiver"],
        )

    def _line(self, header: str, index: int) -> int | None:
        lines = self.lines.get(header, [])
        return lines[index] if index < len(lines) else None

    def _keep(self, kind: str, identifier: str, line: int | None) -> None:
        if line is not None:
            self.found_at[kind][identifier] = line

    def _fault(self, entry: str, line: int | None, **facts: object) -> None:
        text = say(f"roster.{entry}", **facts)
        self.faults.append(Fault(rule=RULE, line=line, facts={"text": text}))

    def _rows(self, kind: str, table: Mapping[str, object]) -> list[dict[str, object]]:
        """The rows of an array of tables; anything else has been reported as a wrong type."""
        rows = table.get(kind)
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def _known(self, kind: str, row: Mapping[str, object], line: int | None) -> bool:
        """Report unknown, missing and ill-typed entries; whether the row can be used."""
        allowed = _ALLOWED[kind]
        usable = True
        for name, value in row.items():
            if name not in allowed:
                near = get_close_matches(name, allowed, n=1, cutoff=0.5)
                self._fault(
                    "unknown-entry", line, name=name, near=near[0] if near else "、".join(allowed)
                )
            elif type(value) is not allowed[name]:
                self._fault("wrong-type", line, name=name, wanted=say(f"roster.type.{name}"))
                usable = False
        for name in _NEEDED.get(kind, ()):
            if row.get(name) in (None, "", []):
                self._fault("missing-entry", line, name=name, kind=kind)
                usable = False
        return usable

    def _post(self, name: object, line: int | None) -> bool:
        known = self.controls.post(str(name))
        if known is not None and not known.external:
            return True
        if known is not None:
            self._fault("outside-post", line, name=name)
            return False
        near = get_close_matches(str(name), self.controls.post_names(), n=1, cutoff=0.4)
        self._fault("unknown-post", line, name=name, near=near[0] if near else "")
        return False

    def _officers(self) -> Iterator[Officer]:
        seen: set[str] = set()
        for index, row in enumerate(self._rows("officer", self.table)):
            line = self._line("officer", index)
            if not self._known("officer", row, line):
                continue
            identifier = str(row["id"])
            if identifier in seen:
                self._fault("officer-twice", line, id=identifier)
                continue
            seen.add(identifier)
            self._keep("officer", identifier, line)
            yield Officer(
                id=identifier,
                name=str(row["name"]),
                appointments=self._appointments(row, identifier, line),
                id_card=str(row.get("id_card", "")),
                relatives=tuple(self._relatives(row, line)),
                absences=tuple(self._absences(row, line)),
            )

    def _appointments(
        self, row: dict[str, object], officer: str, line: int | None
    ) -> tuple[Appointment, ...]:
        posts = row.get("posts", [])
        found = [
            Appointment(post=str(name))
            for name in (posts if isinstance(posts, list) else [])
            if self._post(name, line)
        ]
        for entry in self._rows("appointment", row):
            if not self._known("appointment", entry, line) or not self._post(entry["post"], line):
                continue
            kind = str(entry.get("kind", AppointmentKind.REGULAR))
            if kind not in tuple(AppointmentKind):
                self._fault("bad-kind", line, kind=kind, known="、".join(AppointmentKind))
                continue
            since, until = entry.get("from"), entry.get("to")
            since = since if isinstance(since, date) else None
            until = until if isinstance(until, date) else None
            if since is not None and until is not None and until < since:
                self._fault("ends-first", line, since=since, until=until)
                continue
            found.append(
                Appointment(
                    post=str(entry["post"]), kind=AppointmentKind(kind), since=since, until=until
                )
            )
        for one, other in combinations(found, 2):
            if self.controls.post(one.post) == self.controls.post(other.post) and _overlap(
                one, other
            ):
                self._fault("overlap", line, officer=officer, post=one.post)
        return tuple(found)

    def _relatives(self, row: dict[str, object], line: int | None) -> Iterator[Relative]:
        for entry in self._rows("relative", row):
            if self._known("relative", entry, line):
                yield Relative(
                    name=str(entry["name"]),
                    relation=str(entry["relation"]),
                    id_card=str(entry.get("id_card", "")),
                )

    def _absences(self, row: dict[str, object], line: int | None) -> Iterator[tuple[date, date]]:
        for entry in self._rows("absence", row):
            if not self._known("absence", entry, line):
                continue
            first, last = entry["from"], entry["to"]
            if isinstance(first, date) and isinstance(last, date):
                if last < first:
                    self._fault("ends-first", line, since=first, until=last)
                else:
                    yield first, last

    def _avoidances(self, ids: set[str]) -> Iterator[Avoidance]:
        for index, row in enumerate(self._rows("avoid", self.table)):
            line = self._line("avoid", index)
            if not self._known("avoid", row, line):
                continue
            pair = [str(name) for name in row["officers"]]  # type: ignore[attr-defined]
            unknown = sorted(set(pair) - ids)
            for name in unknown:
                self._fault("unknown-officer", line, name=name, known="、".join(sorted(ids)))
            if len(set(pair)) != 2:
                self._fault("not-a-pair", line, name="officers")
            elif not unknown:
                yield Avoidance(officers=(pair[0], pair[1]), reason=str(row.get("reason", "")))

    def _waivers(self) -> Iterator[Waiver]:
        seen: set[str] = set()
        for index, row in enumerate(self._rows("waiver", self.table)):
            line = self._line("waiver", index)
            if not self._known("waiver", row, line):
                continue
            pair = frozenset(str(name) for name in row["between"])  # type: ignore[attr-defined]
            scope = str(row.get("scope", "office"))
            until = row["until"]
            if scope not in _SCOPES:
                self._fault("bad-scope", line, scope=scope, known="、".join(_SCOPES))
            elif len(pair) != 2:
                self._fault("not-a-pair", line, name="between")
            elif (
                self._reaches(scope, row, line)
                and self._may_waive(pair, line)
                and isinstance(until, date)
            ):
                identifier = str(row.get("id") or say("roster.waiver-id", number=index + 1))
                if identifier in seen:
                    self._fault("waiver-twice", line, id=identifier)
                    continue
                seen.add(identifier)
                self._keep("waiver", identifier, line)
                yield Waiver(
                    id=identifier,
                    between=pair,
                    scope=scope,
                    approved_by=str(row["approved_by"]),
                    reason=str(row["reason"]),
                    control=str(row["control"]),
                    until=until,
                    reach=str(row.get(scope, "")),
                )

    def _reaches(self, scope: str, row: Mapping[str, object], line: int | None) -> bool:
        """Whether a waiver of one item or case says which one, and no other says any."""
        for name in ("item", "case"):
            if name == scope and not str(row.get(name, "")).strip():
                self._fault("no-reach", line, scope=scope, example=say(f"roster.example.{name}"))
                return False
            if name != scope and name in row:
                self._fault("idle-reach", line, name=name, scope=scope)
                return False
        return True

    def _may_waive(self, pair: frozenset[str], line: int | None) -> bool:
        one, other = sorted(pair)
        conflict = self.controls.between_posts(one, other) or self.controls.between_duties(
            one, other
        )
        if conflict is None or not conflict.statutory:
            return True
        self._fault("not-waivable", line, one=one, other=other, basis=conflict.basis)
        return False


def _overlap(one: Appointment, other: Appointment) -> bool:
    starts_late = one.until is not None and other.since is not None and one.until < other.since
    ends_early = other.until is not None and one.since is not None and other.until < one.since
    return not (starts_late or ends_early)
