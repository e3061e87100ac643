"""首问/首办责任: who answers for a case, and hand-overs that both sides sign."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.model.case import RUNNING
from engine.model.office import Roster
from engine.model.wording import say
from engine.store import clock as tables
from engine.store import schema

from .. import records
from ..errors import NotAllowed
from ..judging import Judge
from ..matter import Matter, Matters

_table = tables.handover
_case = schema.case_file
_subject = schema.subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Handover:
    """The answerability for a case offered by one officer to another."""

    number: int
    giver: str
    taker: str
    reason: str
    offered_at: datetime
    #: ``offered``, ``accepted``, ``declined`` or ``withdrawn``.
    state: str
    answered_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """A hand-over that waits for its taker, in a list."""

    case_id: str
    case_title: str
    handover: Handover


@dataclass(frozen=True, kw_only=True, slots=True)
class Answerability:
    """Who answers for a case."""

    #: 首问责任人: who received the matter; stays whatever happens.
    first: str
    #: Who answers now, after the hand-overs both sides signed.
    present: str
    handovers: tuple[Handover, ...]

    @property
    def offer(self) -> Handover | None:
        """The hand-over that waits for its taker, or None."""
        return next((h for h in self.handovers if h.state == "offered"), None)


def answerability(connection: Connection, office_id: str, root_id: str) -> Answerability:
    """Who answers for a case; a child case answers with the case it was opened for."""
    root = (_case.c.office_id == office_id, _case.c.id == root_id)
    first = connection.execute(select(_case.c.opened_by).where(*root)).scalar_one()
    rows = connection.execute(
        select(_table)
        .where(_table.c.office_id == office_id, _table.c.case_id == root_id)
        .order_by(_table.c.number)
    ).all()
    handovers = tuple(_handover(found) for found in rows)
    signed = [handover.taker for handover in handovers if handover.state == "accepted"]
    return Answerability(first=first, present=[first, *signed][-1], handovers=handovers)


def _handover(row: Any) -> Handover:
    return Handover(**{name: getattr(row, name) for name in Handover.__slots__})


class Answering(Matters):
    """The part of an office that keeps who answers for a case."""

    def answerability(self, case_id: str) -> Answerability:
        """Who answers for a case.

        Raises
        ------
        UnknownCase
            No such case in the office.
        """
        with self.store.read() as connection:
            row = records.case_row(connection, self.id, case_id)
            return answerability(connection, self.id, row["root_id"])

    def offers_to(self, officer_id: str) -> tuple[Offer, ...]:
        """Hand-overs that wait for an officer's signature, oldest first."""
        query = (
            select(_table, _subject.c.title)
            .join_from(_table, _case)
            .join_from(_case, _subject)
            .where(
                _table.c.office_id == self.id,
                _table.c.taker == officer_id,
                _table.c.state == "offered",
                # Nobody answers for a case that has ended meanwhile.
                _case.c.state.in_(RUNNING),
            )
            .order_by(_table.c.offered_at, _table.c.case_id)
        )
        with self.store.read() as connection:
            return tuple(
                Offer(case_id=row.case_id, case_title=row.title, handover=_handover(row))
                for row in connection.execute(query)
            )

    def offer_handover(
        self, case_id: str, *, by: str, to: str, reason: str, key: str = ""
    ) -> Handover:
        """Offer the answerability for a case to another officer, who has to sign.

        Raises
        ------
        Refused
            The other officer is kept out of the case, or absent.
        NotAllowed
            The officer does not answer for the case, or an offer is open.
        """
        with self._matter(case_id, by) as matter:
            held = answerability(matter.work.connection, self.id, matter.row["root_id"])
            keys = matter.work.keys
            first = keys.first_answer(key, "offer-handover", case_id, by, to, reason)
            if first is not None:
                return held.handovers[int(first) - 1]
            _must_run(matter)
            _permit_offer(matter.judge, held, by, to)
            if not reason.strip():
                raise NotAllowed(say("clock.refused.no-reason"))
            matter.allow(matter.judge.officer(to))
            offered = Handover(
                number=len(held.handovers) + 1,
                giver=by,
                taker=to,
                reason=reason.strip(),
                offered_at=self.clock(),
                state="offered",
                answered_at=None,
            )
            facts = {name: getattr(offered, name) for name in Handover.__slots__}
            matter.work.connection.execute(
                insert(_table).values(office_id=self.id, case_id=matter.row["root_id"], **facts)
            )
            matter.note("handover-offered", to)
            keys.answer(key, str(offered.number))
        return offered

    def answer_handover(self, case_id: str, *, by: str, accept: bool, key: str = "") -> Handover:
        """Sign for a case offered, or decline it; whoever offered it may take it back.

        For one who has left since, the head may.

        Raises
        ------
        Refused
            The officer is kept out of the case, or absent.
        NotAllowed
            Nothing is offered to the officer, or by the officer when taking it back.
        """
        with self._matter(case_id, by) as matter:
            held = answerability(matter.work.connection, self.id, matter.row["root_id"])
            keys = matter.work.keys
            first = keys.first_answer(key, "answer-handover", case_id, by, accept)
            if first is not None:
                return held.handovers[int(first) - 1]
            _must_run(matter)
            offer = held.offer
            judge = matter.judge
            if offer is None or not (
                by == offer.taker
                or (not accept and speaks_for(judge.roster, offer.giver, by, judge.today))
            ):
                raise NotAllowed(say("clock.refused.nothing-offered"))
            if accept:
                matter.allow(matter.officer)
            ended = "accepted" if accept else "declined" if by == offer.taker else "withdrawn"
            answered = replace(offer, state=ended, answered_at=self.clock())
            matter.work.connection.execute(
                update(_table)
                .where(
                    _table.c.office_id == self.id,
                    _table.c.case_id == matter.row["root_id"],
                    _table.c.number == offer.number,
                )
                .values(state=answered.state, answered_at=answered.answered_at)
            )
            matter.note(f"handover-{ended}", offer.giver if by == offer.taker else offer.taker)
            keys.answer(key, str(answered.number))
        return answered


def _must_run(matter: Matter) -> None:
    """Somebody answers for a case as long as it may go on, suspended or not."""
    state = matter.row["state"]
    if state not in RUNNING:
        known = say(f"suspending.state.{state}")
        raise NotAllowed(say("suspending.wrong-state", case=matter.row["id"], state=known))


def speaks_for(roster: Roster, officer_id: str, by: str, today: date) -> bool:
    """Whether somebody acts for who answers: that officer, or the head for one who left."""
    gone = roster.officer(officer_id) is None
    return by == officer_id or (gone and by in roster.heads(today))


def _permit_offer(judge: Judge, held: Answerability, by: str, to: str) -> None:
    if not speaks_for(judge.roster, held.present, by, judge.today):
        raise NotAllowed(say("clock.refused.not-answerable", officer=judge.name(held.present)))
    if to == held.present:
        raise NotAllowed(say("clock.refused.to-oneself"))
    if held.offer:
        raise NotAllowed(say("clock.refused.offered-already", to=judge.name(held.offer.taker)))
