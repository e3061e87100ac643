"""An office's own calendar: who may revise it, what it changes, and when."""

from datetime import date

import pytest

from engine.runtime import NotAllowed, Office
from engine.runtime.deadlines.notice import read_notice
from engine.store import chains, journal

from ..cases.conftest import Clock, Desk
from ..cases.drawings import step
from .conftest import at, item, last

WORK = step("work", limit="3", limitUnit="working-day")


def closed(office: Office, day: str, by: str = "zhang") -> None:
    office.set_day(date.fromisoformat(day), works=False, reason="民族自治地方节日", by=by)


def test_own_day_counts_for_what_begins_after_it_was_set(
    desk: Desk, office: Office, clock: Clock
) -> None:
    desk.publish(item(WORK, promised=5))
    clock.now = at("2026-03-02")
    before = desk.open().id
    office.accept(before, by="ding")
    closed(office, "2026-03-04")
    after = desk.open().id
    found = office.accept(after, by="ding")
    assert last(office, before, "promised") == date(2026, 3, 9)
    assert last(office, after, "promised") == date(2026, 3, 10)
    assert "第1次修订" in found.deadlines[0].account
    due = desk.waiting(after)["work"].due
    assert due is not None
    assert due.date() == date(2026, 3, 6)


def test_counting_again_is_asked_for_and_journalled(
    desk: Desk, office: Office, clock: Clock
) -> None:
    desk.publish(item(WORK, promised=5))
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    office.accept(case_id, by="ding")
    closed(office, "2026-03-04")
    changes = office.recount(by="zhang")
    assert [(c.name, str(c.before), str(c.after)) for c in changes] == [
        ("承诺时限", "2026-03-09", "2026-03-10"),
        ("work", "2026-03-05", "2026-03-06"),
    ]
    assert last(office, case_id, "promised") == date(2026, 3, 10)
    assert desk.actions(case_id)[-1] == "deadlines-recounted"
    assert office.recount(by="zhang") == ()


def test_only_the_head_revises_and_the_office_journal_knows(office: Office) -> None:
    with pytest.raises(NotAllowed, match="所长"):
        closed(office, "2026-03-04", by="ding")
    with pytest.raises(NotAllowed, match="所长"):
        office.recount(by="ding")
    closed(office, "2026-03-04")
    with office.store.read() as connection:
        entries = journal.entries(connection, office.id, journal.OFFICE_CHAIN)
        assert chains.breaches(connection, office.id) == []
    assert (entries[-1].action, entries[-1].note) == ("calendar-revised", "2026-03-04 休息")


def test_imported_notice_settles_its_year_and_a_later_one_replaces_it(office: Office) -> None:
    office.import_notice(read_notice("2027-02-06,放假,春节\n2027-02-13,上班,春节"), by="zhang")
    calendar = office.calendar()
    assert not calendar.year(2027).provisional
    assert calendar.works(date(2027, 2, 13))
    closed(office, "2027-08-02")
    office.import_notice(read_notice("2027-02-06,放假,春节\n2027-02-20,上班,春节"), by="zhang")
    calendar = office.calendar()
    assert not calendar.works(date(2027, 2, 13))
    assert calendar.works(date(2027, 2, 20))
    assert not calendar.works(date(2027, 8, 2)), "the office's own day outlives a notice"
    assert calendar.revision == 3
