"""The office: officers, appointments, recusals and waivers — the roster (定岗)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import product

#: Post of who is at the head of the office, as rosters spell it.
HEAD = "所长"


class AppointmentKind(StrEnum):
    """How a post is held; a substitute (AB角) counts fully while it lasts."""

    REGULAR = "regular"
    ACTING = "acting"
    SUBSTITUTE = "substitute"


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointment:
    """A person holds a post from–to (任职); both days are included."""

    post: str
    kind: AppointmentKind = AppointmentKind.REGULAR
    since: date | None = None
    until: date | None = None

    def is_in_force(self, day: date) -> bool:
        """Whether the appointment counts on that day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Relative:
    """A declared relative of an officer (公务员法 74, 76)."""

    name: str
    #: 兄弟, 配偶 …
    relation: str
    id_card: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Officer:
    """A person of the office (人员)."""

    #: Stable id, unique in the office.
    id: str
    name: str
    appointments: tuple[Appointment, ...] = ()
    id_card: str = ""
    relatives: tuple[Relative, ...] = ()
    #: Absent (leave, training) in these closed periods.
    absences: tuple[tuple[date, date], ...] = ()

    def posts_on(self, day: date) -> tuple[str, ...]:
        """Posts held on that day, as written in the roster, without repeats."""
        return tuple(dict.fromkeys(a.post for a in self.appointments if a.is_in_force(day)))

    def is_kin(self, other: "Officer") -> bool:
        """Whether this officer declared the other as a relative; id cards decide where known."""
        return any(
            relative.id_card.upper() == other.id_card.upper()
            if relative.id_card and other.id_card
            else relative.name == other.name
            for relative in self.relatives
        )

    def is_absent(self, day: date) -> bool:
        """Whether the officer is on leave that day."""
        return any(first <= day <= last for first, last in self.absences)


@dataclass(frozen=True, kw_only=True, slots=True)
class Avoidance:
    """Officers who are close relatives of each other (回避)."""

    officers: tuple[str, str]
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver:
    """A recorded, expiring permission to live with a conflict (豁免)."""

    id: str
    #: Two posts, two duties or two step ids.
    between: frozenset[str]
    #: ``office``, ``item`` or ``case``.
    scope: str
    approved_by: str
    reason: str
    #: The compensating control.
    control: str
    until: date
    #: Code of the item or number of the case it is limited to, with all cases opened
    #: from that one; empty for ``office``.
    reach: str = ""

    def covers(self, *, item: str = "", case: str = "") -> bool:
        """Whether its scope takes in a case of this item; empty where none is meant."""
        return self.scope == "office" or self.reach in (
            {item} if self.scope == "item" else {case}
        ) - {""}

    def is_in_force(self, day: date) -> bool:
        """Whether the waiver still counts on that day."""
        return day <= self.until


@dataclass(frozen=True, kw_only=True)
class Roster:
    """All appointments of an office (定岗)."""

    office: str
    officers: tuple[Officer, ...]
    #: Those entered as such; :attr:`relatives` has the declared ones too.
    avoidances: tuple[Avoidance, ...] = ()
    waivers: tuple[Waiver, ...] = ()

    @cached_property
    def relatives(self) -> tuple[Avoidance, ...]:
        """Officers who must avoid each other: entered, or one declared the other a relative."""
        known = {frozenset(avoidance.officers) for avoidance in self.avoidances}
        declaring = [officer for officer in self.officers if officer.relatives]
        found = list(self.avoidances)
        for one, other in product(declaring, self.officers):
            pair = frozenset({one.id, other.id})
            if len(pair) == 2 and pair not in known and one.is_kin(other):
                known.add(pair)
                found.append(Avoidance(officers=(one.id, other.id)))
        return tuple(found)

    @cached_property
    def persons(self) -> tuple[Officer | Relative, ...]:
        """The officers and the relatives they declared."""
        declared = (relative for officer in self.officers for relative in officer.relatives)
        return (*self.officers, *declared)

    def officer(self, officer_id: str) -> Officer | None:
        """The officer with this id, or None."""
        return next((o for o in self.officers if o.id == officer_id), None)

    def name_of(self, officer_id: str) -> str:
        """An officer's name; the id of one who left."""
        officer = self.officer(officer_id)
        return officer.name if officer else officer_id

    def holders(self, post: str, day: date) -> tuple[Officer, ...]:
        """Officers who hold the post (same spelling) on that day."""
        return tuple(o for o in self.officers if post in o.posts_on(day))

    def heads(self, day: date) -> tuple[str, ...]:
        """Ids of the officers who are at the head of the office on that day."""
        return tuple(officer.id for officer in self.holders(HEAD, day))
