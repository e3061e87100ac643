"""Limits of whole cases in the lists, and the list of late and nearly late ones."""

from datetime import datetime

import pytest

from engine.model.case import Applicant
from engine.store import CHINA

from .conftest import BEGIN


@pytest.fixture
def case(office, clock):
    """A case of five working days, accepted on Monday."""
    before = clock.now
    clock.now = BEGIN
    opened = office.open_case("T-001", by="sun", applicant=Applicant(name="周二"))
    office.accept(opened.id, by="sun")
    yield opened
    clock.now = before


def row_of(page, case_id):
    """The row of a list that tells of a case, or empty."""
    return next((row for row in page.split("<tr>") if case_id in row), "")


@pytest.mark.parametrize(
    ("day", "light", "word"),
    [(4, "green", "还有3个工作日"), (6, "yellow", "还有1个工作日"), (11, "red", "已超期2个工作日")],
)
def test_the_case_s_own_light_stands_in_every_list(case, clock, sign_in, day, light, word):
    clock.now = datetime(2026, 3, day, 9, tzinfo=CHINA)
    page = sign_in("zhang")
    told = f'<span class="light {light}">{word}</span>'
    assert told in row_of(page.get("/cases").page, case.id)
    assert told in row_of(page.get("/cases?due=all").page, case.id)
    for place in ("/cases?due=", "/due?light="):
        for shown in ("red", "yellow"):
            found = row_of(page.get(place + shown).page, case.id)
            assert (told in found) == (shown == light), (place, shown)


def test_the_late_list_says_who_has_it_and_leads_to_urging(case, clock, sign_in):
    clock.now = datetime(2026, 3, 11, 9, tzinfo=CHINA)
    page = sign_in("zhang").get("/due")
    row = row_of(page.page, case.id)
    assert "承诺" in row
    assert "认领" in row
    address = row.partition('href="/work-items/')[2].partition("#urge")[0]
    page.get(f"/work-items/{address}")
    assert 'id="urge"' in page.page


def test_to_do_list_is_put_in_order_of_ends_and_narrowed(case, new_case, clock, sign_in):
    clock.now = datetime(2026, 3, 11, 9, tzinfo=CHINA)
    unlimited = new_case()
    page = sign_in("sun")
    for way in ("", "?show=due", "?show=late", "?show=else"):
        assert "已超期2个工作日" in row_of(page.get(f"/todo{way}").page, case.id)
    first = page.get("/todo?show=due").page.partition("可以认领")[2]
    assert first.index(case.id) < first.index(unlimited.id)


def test_late_steps_stand_beside_late_cases(office, new_case, clock, sign_in):
    before, clock.now = clock.now, BEGIN
    case = new_case()
    (step,) = office.case(case.id).work_items
    clock.now = datetime(2026, 3, 5, 9, tzinfo=CHINA)
    page = sign_in("zhang").get("/due?of=steps&light=yellow")
    assert "今天到期" in row_of(page.page, case.id), "three working days from Monday"
    clock.now = datetime(2026, 3, 11, 9, tzinfo=CHINA)
    page = sign_in("zhang").get("/due?of=steps&light=red")
    row = row_of(page.page, case.id)
    assert "承诺 " in row
    assert "已超期4个工作日" in row
    assert "补贴资金发放管理" in row, "the post that owes it"
    assert f"/work-items/{step.id}#urge" in row
    assert row_of(page.get("/due?of=cases&light=red").page, case.id) == "", "not accepted yet"
    clock.now = before


def test_late_steps_are_turned_over_page_by_page(office, new_case, clock, sign_in, monkeypatch):
    monkeypatch.setattr("web.due.PAGE_SIZE", 2)
    before, clock.now = clock.now, BEGIN
    cases = {new_case().id for _ in range(3)}
    clock.now = datetime(2026, 6, 1, 9, tzinfo=CHINA)
    page, seen = sign_in("zhang").get("/due?of=steps&light=red"), set()
    while True:
        seen |= {case for case in cases if row_of(page.page, case)}
        onward = page.page.partition("回到开头")[2] or page.page
        if "下一页" not in onward:
            break
        address = onward.rpartition('">下一页')[0].rpartition('href="')[2]
        page.get(address.replace("&amp;", "&"))
    clock.now = before
    assert seen == cases


def test_steps_that_stand_say_so_wherever_their_limit_is_shown(office, case, clock, sign_in):
    clock.now = datetime(2026, 3, 4, 9, tzinfo=CHINA)
    office.pause_clock(case.id, by="sun", kind="等函复", reason="向县局发函")
    clock.now = datetime(2026, 4, 1, 9, tzinfo=CHINA)
    (step,) = office.case(case.id).work_items
    page = sign_in("sun")
    stands = '<span class="light grey">暂停计时</span>'
    for place in ("/todo", "/due?of=steps&light=grey"):
        assert stands in row_of(page.get(place).page, case.id), place
    assert "恢复后重算" in row_of(page.page, case.id)
    assert "暂停计时的环节（" in page.page
    for place in (f"/cases/{case.id}", f"/work-items/{step.id}"):
        assert stands in page.get(place).page, place
    for light in ("red", "yellow"):
        assert row_of(page.get(f"/due?of=steps&light={light}").page, case.id) == ""
    office.resume_clock(case.id, by="sun")
    assert row_of(page.get("/due?of=steps&light=grey").page, case.id) == ""
    clock.now = datetime(2026, 4, 10, 9, tzinfo=CHINA)
    page = sign_in("sun")
    assert "已超期" in row_of(page.get("/due?of=steps&light=red").page, case.id)
