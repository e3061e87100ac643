"""An office's own calendar: single days, imported notices, and counting again by it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection, select

from engine.model.calendar import Calendar, Override
from engine.model.case import RUNNING
from engine.model.office import HEAD
from engine.model.wording import say
from engine.store import schema

from ..errors import NotAllowed
from ..matter import Matter, Matters
from .calendars import revise
from .following import course_of
from .notice import Notice
from .rows import save_clock
from .steplimits import Recount
from .steplimits import recount as recount_steps

_case = schema.case_file


class Revising(Matters):
    """The part of an office that keeps its calendar."""

    def calendar(self) -> Calendar:
        """The office's working days."""
        with self.store.read() as connection:
            return self._calendars.at(connection)

    def set_day(self, day: date, *, works: bool, reason: str, by: str, key: str = "") -> int:
        """Say that a day is worked or not; the number of the revision.

        Limits already counted stay as they are until :meth:`recount`.

        Raises
        ------
        NotAllowed
            The officer is not the head of the office, or gives no reason.
        UnknownYear
            No calendar covers the day.
        """
        if not reason.strip():
            raise NotAllowed(say("calendar.no-reason"))
        self.calendar().year(day.year)
        own = Override(day=day, works=works, reason=reason.strip())
        word = say("calendar.works" if works else "calendar.rests")
        return self._revise([own], by, say("calendar.note.day", day=day, word=word), key)

    def import_notice(self, notice: Notice, *, by: str, key: str = "") -> int:
        """Take over a holiday notice in place of what was expected of its year.

        Raises
        ------
        NotAllowed
            The officer is not the head of the office.
        """
        note = say("calendar.note.notice", title=notice.title)
        return self._revise(notice.days, by, note, key, notice.title, notice.year)

    def _revise(
        self,
        days: Sequence[Override],
        by: str,
        note: str,
        key: str,
        title: str = "",
        year: int | None = None,
    ) -> int:
        with self.store.write() as connection:
            keys = self._keys(connection)
            first = keys.first_answer(key, "revise", by, note, list(map(str, days)))
            if first is not None:
                return int(first)
            self._must_be_head(connection, by)
            at = self.clock()
            revision = revise(connection, self.id, days, by=by, at=at, title=title, year=year)
            self._enter(connection, by, "calendar-revised", note)
            keys.answer(key, str(revision))
        return revision

    def _must_be_head(self, connection: Connection, by: str) -> None:
        """Refuse whoever is not at the head of the office."""
        judge = self._judge(connection)
        officer = judge.officer(by)
        if officer.id not in judge.roster.heads(judge.today):
            raise NotAllowed(say("calendar.head-only", officer=officer.name, post=HEAD))

    def recount(self, *, by: str) -> tuple[Recount, ...]:
        """Count the limits of all cases that run again; each change is journalled.

        Raises
        ------
        NotAllowed
            The officer is not the head of the office.
        """
        with self.store.read() as connection:
            self._must_be_head(connection, by)
            # A suspended case, or one that cannot go on, owes what it owes all the same.
            query = select(_case.c.id).where(
                _case.c.office_id == self.id, _case.c.state.in_(RUNNING)
            )
            running = connection.scalars(query.order_by(_case.c.id)).all()
        found: list[Recount] = []
        for case_id in running:
            with self._matter(case_id, by) as matter:
                changes = [*_recount_clock(matter), *recount_steps(matter.work, matter.row)]
                if changes:
                    matter.note("deadlines-recounted", "；".join(map(_told, changes)))
                found += changes
        return tuple(found)


def _told(change: Recount) -> str:
    return say(
        "calendar.note.recounted",
        name=change.name,
        before=change.before or "—",
        after=change.after or "—",
    )


def _recount_clock(matter: Matter) -> list[Recount]:
    work = matter.work
    course = course_of(work, matter.row)
    if course is None:
        return []
    before = course.clock.deadlines
    course.recount()
    changes = [
        Recount(case_id=matter.row["id"], name=old.kind.label, before=old.last, after=new.last)
        for old, new in zip(before, course.clock.deadlines, strict=True)
        if old.last != new.last
    ]
    if changes:
        save_clock(work.wire, work.office_id, course.clock)
    return changes
