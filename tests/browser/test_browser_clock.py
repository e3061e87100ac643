"""A case's time in Chromium without JavaScript: accepted, paused, resumed, extended, handed over,
delivered; on a desktop and on a phone."""

import pytest

from engine.bpmn.library import Library

from ..batch import driver
from .conftest import HERE, House, Officer, Staff

pytestmark = pytest.mark.browser

AUDIT = (HERE / "audit.js").read_text("utf-8")


def press(officer: Officer, operation: str, **said: str) -> str:
    """Unfold an operation of the clock's page, fill it in, press its button; what is told."""
    page = officer.page
    fold = page.locator("details").filter(has=page.locator(f'form[action$="/{operation}"]'))
    fold.locator("summary").click()
    for name, value in said.items():
        control = fold.locator(f'[name="{name}"]')
        if control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    fold.get_by_role("button").click()
    return page.locator("main").inner_text()


def faults(officer: Officer) -> list[str]:
    """What the page gets wrong, folds opened, on a phone and on a desktop."""
    page = officer.page
    found: list[str] = []
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    for width, height in ((360, 740), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        found += page.evaluate(AUDIT)
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = false)")
    return found


def test_a_case_s_time_from_receipt_to_delivery(house: House, staff: Staff) -> None:
    window, head, office = staff.sun, staff.zhang, house.office()
    case = window.open(Library.load().find("expense_claim").name, "镇中心小学")
    address = f"{house.address}/cases/{case}/clock"
    window.page.goto(address)
    told = press(window, "ask", corrections="缺发票\n缺审批单")
    assert "缺发票\n缺审批单" in told
    press(window, "corrected")
    while (clock := office.case_clock(case)) and clock.accepted_at is None:
        driver.do(office, next(driver.ready(office, case)))
    window.page.goto(address)
    assert "暂停计时（特别程序）" in press(window, "pause", kind="鉴定", reason="鉴定发票真伪")
    head.page.goto(address)
    assert "已受理，计时中" in press(head, "resume")
    more = {"limit": "promised", "reason": "补查", "notice": "书面告知"}
    assert "请填这个范围内的整数" in press(head, "extend", days="十", **more)
    head.page.goto(address)
    extended = press(head, "extend", days="2", **more)
    assert "承诺时限延长2日：张三" in extended
    assert "孙八，恢复：张三" in (head.page.locator("main").text_content() or "")
    assert "待签收" in press(window, "offer", to="qian", reason="轮岗")
    taker = staff.qian
    taker.page.goto(f"{house.address}/todo")
    taker.page.get_by_role("link", name="去签收").click()
    assert "现责任人：钱七" in press(taker, "sign")
    assert faults(head) == []
    head.page.goto(address)
    early = head.page.locator("details#deliver")
    assert "决定还没有作出" in (early.text_content() or "")
    assert early.get_by_role("button").count() == 0
    while items := [*driver.ready(office, case)]:
        driver.do(office, items[0])
    window.page.goto(address)
    assert "已送达" in press(window, "deliver")
    history = window.see(case)
    for action in ("暂停计时", "恢复计时", "延期", "签收移交", "登记送达"):
        assert action in history
    assert faults(window) == []
