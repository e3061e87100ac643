"""Who may take which work item, judged on what the store knows."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, RowMapping, select

from engine.model.case import Applicant
from engine.model.controls import Controls
from engine.model.office import Officer, Roster, Waiver
from engine.model.wording import say
from engine.store import schema

from . import records
from .duties import Deed, Family, Task, groups, judge
from .errors import UnknownOfficer
from .family import load_deeds
from .statements import Row, Wire
from .versions import Versions

_case = schema.case_file


class Judge:
    """Judges within one transaction, on one day, by one roster."""

    def __init__(
        self,
        connection: Connection,
        office_id: str,
        *,
        versions: Versions,
        controls: Controls,
        roster: Roster,
        today: date,
    ) -> None:
        self.connection = connection
        self.office_id = office_id
        self.versions = versions
        self.controls = controls
        self.roster = roster
        self.today = today
        self._deeds: dict[str, tuple[Deed, ...]] = {}

    def officer(self, officer_id: str) -> Officer:
        """An officer of the present roster.

        Raises
        ------
        UnknownOfficer
            Nobody has this id.
        """
        officer = self.roster.officer(officer_id)
        if officer is None:
            raise UnknownOfficer(say("run.unknown-officer", officer=officer_id))
        return officer

    def name(self, officer_id: str | None) -> str:
        """An officer's name, or the id of one who left."""
        officer = self.roster.officer(officer_id or "")
        return officer.name if officer else officer_id or ""

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
            deeds=self._deeds_of(case["root_id"]),
            lineage=self._lineage(case) if bindings else frozenset(),
            separations=separations,
            bindings=bindings,
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

    def _deeds_of(self, root_id: str) -> tuple[Deed, ...]:
        """What officers did or hold in a family of cases; outside steps leave no trace."""
        if root_id not in self._deeds:
            wire = Wire(self.connection)
            self.remember(root_id, load_deeds(wire, self.office_id, root_id))
        return self._deeds[root_id]

    def _lineage(self, case: RowMapping | Row) -> frozenset[str]:
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
