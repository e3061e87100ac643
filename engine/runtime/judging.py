"""Who may take which work item, judged on what the store knows."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import RowMapping, select

from engine.model.case import Applicant
from engine.model.controls import Controls
from engine.model.office import Officer, Roster, Waiver
from engine.model.wording import clauses, say
from engine.store import schema

from . import records
from .awaiting import Awaited, awaited_by
from .duties import Deed, Family, Task, groups, judge
from .errors import UnknownOfficer
from .family import deeds_by_root, deeds_in, load_deeds
from .lookahead import Facts, Forecast, Outlook
from .objects import shared_deeds
from .statements import Row, Wire
from .versions import Versions

_case = schema.case_file
_Kind = TypeVar("_Kind", bound=Outlook)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """That an officer may have an item, and what has to be said about it."""

    #: Waivers that were needed.
    waivers: tuple[Waiver, ...]
    #: What is to be feared for the rest of the case.
    forecast: Forecast

    @property
    def note(self) -> str:
        """For the journal; empty for nothing."""
        return clauses(waived(self.waivers), self.forecast.note)


def waived(waivers: Iterable[Waiver]) -> str:
    """That waivers were needed, for the journal; empty where none was."""
    named = "、".join(waiver.id for waiver in waivers)
    return say("run.note.waived", waivers=named) if named else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a family of cases stands: all of it that a judgement asks for."""

    deeds: tuple[Deed, ...]
    #: Deeds in other families about the same business objects.
    elsewhere: tuple[Deed, ...]
    awaited: Awaited


class Judge:
    """Judges within one transaction, on one day, by one roster."""

    def __init__(
        self,
        wire: Wire,
        office_id: str,
        *,
        versions: Versions,
        controls: Controls,
        roster: Roster,
        today: date,
    ) -> None:
        self.connection = wire.connection
        self.wire = wire
        self.office_id = office_id
        self.versions = versions
        self.controls = controls
        self.roster = roster
        self.today = today
        self._deeds: dict[str, tuple[Deed, ...]] = {}
        self._shared: dict[str, tuple[Deed, ...]] = {}
        self._awaited: Mapping[str, Awaited] = {}

    def officer(self, officer_id: str) -> Officer:
        """An officer of the present roster.

        Raises
        ------
        UnknownOfficer
            Nobody has this id.
        """
        officer = self.roster.officer(officer_id)
        if officer is None:
            if not officer_id:
                raise UnknownOfficer(say("run.no-officer"))
            raise UnknownOfficer(say("run.unknown-officer", officer=officer_id))
        return officer

    def name(self, officer_id: str | None) -> str:
        """An officer's name, or the id of one who left."""
        return self.roster.name_of(officer_id or "")

    def judge(
        self, officer: Officer, item: RowMapping | Row, case: RowMapping | Row
    ) -> tuple[Waiver, ...]:
        """Let the officer take the item; the waivers that were needed for it.

        Raises
        ------
        Refused
            With the rule and its source.
        """
        root: RowMapping | Row = case
        if case["root_id"] != case["id"]:
            root = records.case_row(self.connection, self.office_id, case["root_id"])
        program = self.versions.program(self.connection, root["bundle"])
        separations, bindings = groups(program)
        family = Family(
            applicant=Applicant(name=case["name"], id_card=case["id_card"]),
            deeds=self.deeds_of(case["root_id"]),
            lineage=self.lineage(case) if bindings else frozenset(),
            separations=separations,
            bindings=bindings,
            item=root["item_code"],
            root_id=root["id"],
            elsewhere=self._elsewhere(root["id"]),
        )
        task = Task(
            case_id=case["id"],
            trail=item["trail"],
            name=item["step_name"],
            duty=item["duty"],
            post=item["post"],
            external=item["external"],
        )
        return judge(officer, task, family, self.roster, self.controls, self.today)

    def remember(self, root_id: str, deeds: Iterable[Deed]) -> None:
        """What officers did in a family, where the transaction knows it already."""
        self._deeds[root_id] = tuple(deeds)

    def remember_alone(self, root_id: str) -> None:
        """That a family has no business objects, where the transaction knows it already."""
        self._shared[root_id] = ()

    def remember_all(self, roots: Collection[str]) -> None:
        """Read at once how several families stand, in a transaction that changes none."""
        for root_id, found in deeds_by_root(self.wire, self.office_id, roots).items():
            self.remember(root_id, found)
        self._shared |= shared_deeds(self.wire, self.office_id, roots)
        self._awaited = awaited_by(self.wire, self.office_id, roots)

    def standing(self, root_id: str) -> Standing | None:
        """How a family stands, where :meth:`remember_all` read it; else None."""
        awaited = self._awaited.get(root_id)
        if awaited is None:
            return None
        return Standing(
            deeds=self._deeds[root_id], elsewhere=self._shared[root_id], awaited=awaited
        )

    def assign(self, officer: Officer, item: Facts, case: Facts) -> Assignment:
        """Let an item come to an officer, whoever brings it there.

        The one door for claims, hand-overs, delegations, co-signatures and returns:
        what :meth:`judge` asks, and whether the rest of the case finds officers then.

        Raises
        ------
        Refused
            With the rule and its source.
        """
        waivers = self.judge(officer, item, case)
        return Assignment(waivers=waivers, forecast=self.foresee(officer, item, case))

    def foresee(self, officer: Officer, item: Facts, case: Facts) -> Forecast:
        """Whether the rest of a case finds officers once this one has what the rules allow.

        Raises
        ------
        Refused
            It did before, and would not then.
        """
        root: Facts = case
        if case["root_id"] != case["id"]:
            root = records.case_row(self.connection, self.office_id, case["root_id"])
        return self.outlook(Outlook, root).admit(officer, item, case)

    def outlook(self, kind: type[_Kind], root: Facts) -> _Kind:
        """A family of cases on the version of its top case, and who is there to finish it."""
        return kind(
            wire=self.wire,
            office_id=self.office_id,
            program=self.versions.program(self.connection, root["bundle"]),
            controls=self.controls,
            roster=self.roster,
            today=self.today,
            root=root,
            deeds=self.deeds_of(root["id"]),
            elsewhere=self._elsewhere(root["id"]),
            awaited=self._awaited.get(root["id"]),
        )

    def assign_together(
        self, officers: Iterable[Officer], item: Facts, case: Facts
    ) -> Iterator[Assignment]:
        """Let several officers have one item, each judged after those before.

        Raises
        ------
        Refused
            With the rule and its source.
        """
        root_id = case["root_id"]
        for officer in officers:
            yield self.assign(officer, item, case)
            taken = deeds_in({**item, "officer": officer.id, "cosigners": ""})
            self.remember(root_id, (*self.deeds_of(root_id), *taken))

    def deeds_of(self, root_id: str) -> tuple[Deed, ...]:
        """What officers did or hold in a family of cases; outside steps leave no trace."""
        if root_id not in self._deeds:
            self.remember(root_id, load_deeds(self.wire, self.office_id, root_id))
        return self._deeds[root_id]

    def _elsewhere(self, root_id: str) -> tuple[Deed, ...]:
        """What officers did in other families about the same business objects."""
        if root_id not in self._shared:
            self._shared |= shared_deeds(self.wire, self.office_id, [root_id])
        return self._shared[root_id]

    def lineage(self, case: RowMapping | Row) -> frozenset[str]:
        """The case with the cases above and below it, without its siblings."""
        rows = self.connection.execute(
            select(_case.c.id, _case.c.parent_id).where(
                _case.c.office_id == self.office_id, _case.c.root_id == case["root_id"]
            )
        ).all()
        parents = {row.id: row.parent_id for row in rows}
        found = {case["id"]}
        above = parents.get(case["id"])
        while above is not None:
            found.add(above)
            above = parents.get(above)
        grown = True
        below = {case["id"]}
        while grown:
            fresh = {child for child, parent in parents.items() if parent in below} - below
            below |= fresh
            grown = bool(fresh)
        return frozenset(found | below)
