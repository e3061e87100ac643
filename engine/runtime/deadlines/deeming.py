"""视为受理: entered in the journal by itself, once the days to ask for corrections are over.

Nothing else ever happens to a case because time has passed: no step is done, and
nothing is approved.
"""

from sqlalchemy import select

from engine.model.case import RUNNING
from engine.model.clock import DeadlineKind
from engine.model.regime import regimes
from engine.store import clock as tables
from engine.store import schema

from ..atwork import is_free
from ..matter import Matters
from .following import course_of

_case = schema.case_file
_clock = tables.case_clock
_limit = tables.deadline


class Deeming(Matters):
    """The part of an office that accepts by force of law."""

    def deem_overdue(self) -> None:
        """Enter every acceptance that has come about by law and is not entered yet.

        Any number of processes may do so at once, whatever operation comes between: the
        first to hold the case enters it, the others find it done.
        """
        deemed = [regime.id for regime in regimes() if regime.deemed]
        query = (
            select(_case.c.id)
            .join_from(_case, _clock)
            .join_from(_case, _limit)
            .where(
                _case.c.office_id == self.id,
                _case.c.state.in_(RUNNING),
                _clock.c.regime.in_(deemed),
                _clock.c.accepted_at.is_(None),
                _clock.c.refused_at.is_(None),
                _limit.c.kind == DeadlineKind.ACCEPTANCE.value,
                _limit.c.met_at.is_(None),
                _limit.c.last < self._today(),
            )
            .order_by(_limit.c.last, _case.c.id)
        )
        with self.store.read() as connection:
            overdue = connection.scalars(query).all()
        for case_id in overdue:
            with self._at_work() as (work, _):
                if is_free(work.wire, self.id, case_id):
                    row = work.case(case_id)
                    course_of(work, row)
