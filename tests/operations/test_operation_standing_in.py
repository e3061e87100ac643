"""代理: posts for the days of an absence, refused where posts clash, over by itself."""

from datetime import date

import pytest

from engine.model.errors import QingdanError
from engine.model.office import Roster, Waiver
from engine.runtime import NotAllowed, Refused
from engine.store import journal
from tests.cases.conftest import officer

SINCE, UNTIL = date(2026, 3, 2), date(2026, 3, 6)


def away(office, who="zhang", deputy="jia", by="zhang", since=SINCE, until=UNTIL):
    return office.stand_in(who, deputy, since=since, until=until, by=by)


def office_actions(office):
    with office.store.read() as connection:
        return [e.action for e in journal.entries(connection, office.id, journal.OFFICE_CHAIN)]


@pytest.fixture
def examined(desk):
    case = desk.open()
    desk.do(case.id, "accept", "dong", note="齐全")
    desk.do(case.id, "examine", "jian", sum="1")
    return desk.waiting(case.id)["approve"]


def test_deputy_acts_while_the_officer_is_away_and_no_longer(office, desk, examined, clock):
    away(office)
    with pytest.raises(Refused) as refused:
        office.claim(examined.id, by="zhang")
    assert refused.value.rule == "absent"
    assert office.claim(examined.id, by="jia").officer == "jia"
    office.release(examined.id, by="jia")

    clock.move(days=5)

    with pytest.raises(Refused) as refused:
        office.claim(examined.id, by="jia")
    assert refused.value.rule == "post-not-held"
    assert office.claim(examined.id, by="zhang").officer == "zhang"
    assert office_actions(office)[-1] == "stand-in"


def test_stand_in_ends_early_and_leaves_no_trace_in_the_posts(office, examined, clock):
    before = office.roster()
    away(office)
    clock.move(days=2)
    office.end_stand_in("zhang", by="zhang")

    assert office.claim(examined.id, by="zhang").officer == "zhang"
    assert office.roster().officer("zhang").absences == ((SINCE, date(2026, 3, 3)),)
    (added,) = set(office.roster().officer("jia").appointments) - set(
        before.officer("jia").appointments
    )
    assert (added.since, added.until) == (SINCE, date(2026, 3, 3))
    with pytest.raises(NotAllowed):
        office.end_stand_in("zhang", by="zhang")


def test_deputy_of_incompatible_posts_is_refused_unless_waived(office):
    people = (officer("zhang", "所长"), officer("li", "出纳会计"), officer("wu", "总预算会计"))
    office.appoint(Roster(office="所", officers=people))
    with pytest.raises(Refused) as refused:
        away(office, deputy="li")
    assert refused.value.rule == "incompatible-appointment"
    assert office_actions(office)[-1] == "refused"
    assert office.roster().officer("zhang").absences == ()

    waiver = Waiver(
        id="w1",
        between=frozenset({"所长", "出纳会计"}),
        scope="office",
        approved_by="县财政局",
        reason="编制三人",
        control="抽审",
        until=date(2026, 3, 31),
    )
    office.appoint(Roster(office="所", officers=people, waivers=(waiver,)))
    away(office, deputy="li")

    assert "所长" in office.roster().officer("li").posts_on(SINCE)


def test_items_nobody_could_finish_are_warned_of(office, desk):
    assert away(office, deputy="jia") == ()
    office.end_stand_in("zhang", by="zhang")
    people = (officer("one", "受理窗口"), officer("two", "资金监管"), officer("zhang", "所长"))
    office.appoint(Roster(office="所", officers=people))

    (warning,) = away(office, who="two", deputy="zhang", by="two")

    assert "p" in warning


@pytest.mark.parametrize(
    "attempt",
    [
        lambda o: away(o, deputy="zhang"),
        lambda o: away(o, by="dong"),
        lambda o: away(o, deputy="nobody"),
        lambda o: away(o, since=UNTIL, until=SINCE),
        lambda o: away(o, since=date(2026, 2, 1), until=date(2026, 2, 2)),
        lambda o: o.end_stand_in("jian", by="zhang"),
    ],
)
def test_what_makes_no_sense_changes_no_roster(office, attempt):
    before = office.roster()

    with pytest.raises(QingdanError):
        attempt(office)

    assert office.roster() == before


def test_nobody_stands_in_who_is_away(office):
    away(office)

    with pytest.raises(QingdanError, match="已登记外出"):
        away(office, who="jian", deputy="zhang")
