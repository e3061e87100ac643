"""The part of an office in which officers stand in for one another."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from engine.model.office import Roster
from engine.model.procedure import Procedure
from engine.model.wording import say
from engine.verify.staffing.finish import Unstaffed, finish
from engine.verify.staffing.item import item_problem, subject_of

from .. import rosters
from ..errors import NotAllowed, Refused, UnknownOfficer
from ..matter import Matters
from ..standing_in import StandIn, before_stand_in, with_stand_in, without_stand_in


class Substitution(Matters):
    """代理 by period of absence."""

    def stand_in(
        self, officer: str, deputy: str, *, since: date, until: date, by: str, key: str = ""
    ) -> tuple[str, ...]:
        """代理: let a deputy have an officer's posts for some days; ends by itself.

        Parameters
        ----------
        since, until : first and last day, both included.
        by : the head or the officer.
        key : of this request; the same request with the same key again changes nothing.

        Returns
        -------
        tuple of str
            A warning for each item that could be staffed before and may not be then.

        Raises
        ------
        Refused
            The deputy would hold incompatible posts; the attempt is journalled.
        UnknownOfficer, FormInvalid, NotAllowed
            Nobody has such an id, the period makes no sense, or it is not for this officer to say.
        """
        asked = StandIn(officer=officer, deputy=deputy, since=since, until=until)
        facts = {"officer": officer, "deputy": deputy, "since": since, "until": until}
        note = say("standin.note.standin", **facts)
        try:
            with self.store.write() as connection:
                library = self._versions.library(connection)
                if self._keys(connection).is_repeated(key, "stand-in", by, *facts.values()):
                    after = rosters.load_roster(connection, self.id)
                    roster = before_stand_in(after, asked)
                else:
                    roster = self._roster_for(connection, officer, by, deputy)
                    after = with_stand_in(roster, asked, self.controls, self._today())
                    rosters.save_roster(connection, self.id, after)
                    self._enter(connection, by, "stand-in", note)
        except Refused as refused:
            with self.store.write() as connection:
                self._enter(connection, by, "refused", refused.rule)
            raise
        day = max(since, self._today())
        return tuple(
            say("standin.unstaffed", item=item.title)
            for item in library.items()
            if self._is_stuck(item, library.procedures, after, day)
            and not self._is_stuck(item, library.procedures, roster, day)
        )

    def end_stand_in(self, officer: str, *, by: str, key: str = "") -> None:
        """End an absence and its substitutions from today on.

        Raises
        ------
        UnknownOfficer, NotAllowed
            Nobody has such an id, is away, or it is not for this officer to say.
        """
        with self.store.write() as connection:
            if self._keys(connection).is_repeated(key, "end-stand-in", by, officer):
                return
            roster = self._roster_for(connection, officer, by)
            after = without_stand_in(roster, officer, self._today())
            rosters.save_roster(connection, self.id, after)
            note = say("standin.note.ended", officer=officer)
            self._enter(connection, by, "stand-in-ended", note)

    def _roster_for(self, connection: Connection, officer: str, by: str, *others: str) -> Roster:
        """The roster, where this officer may change it so."""
        roster = rosters.load_roster(connection, self.id)
        for name in (officer, by, *others):
            if roster.officer(name) is None:
                raise UnknownOfficer(say("run.unknown-officer", officer=name))
        if by != officer and by not in roster.heads(self._today()):
            raise NotAllowed(say("standin.only-head"))
        return roster

    def _is_stuck(
        self, item: Procedure, procedures: Mapping[str, Procedure], roster: Roster, day: date
    ) -> bool:
        """Whether some run of an item finds nobody for a step on that day."""
        subject = subject_of(item, procedures, roster=roster, controls=self.controls, day=day)
        problem = item_problem(subject)
        return isinstance(finish(problem, absent=problem.on_leave), Unstaffed)
