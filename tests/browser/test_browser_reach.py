"""Every page on a desktop and on a phone: nothing too small, unlabelled or too wide."""

import pytest
from playwright.sync_api import Browser, ConsoleMessage

from engine.bpmn.library import Library

from .conftest import HERE, House, Staff

pytestmark = pytest.mark.browser

AUDIT = (HERE / "audit.js").read_text("utf-8")


@pytest.mark.parametrize("size", [(1280, 800), (360, 740)], ids=["desktop", "phone"])
def test_every_page_can_be_read_and_pressed(
    house: House, staff: Staff, size: tuple[int, int]
) -> None:
    officer = staff.zhao
    case = officer.open(Library.load().find("subsidy_card").name, "周家村村民委员会")
    officer.claim(case, "register_batch")
    page = officer.page
    step = page.url.removeprefix(house.address)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        complaints.append(message.text)

    page.on("console", listen)
    page.goto(house.address + step)
    page.get_by_role("button", name="办结本环节").click()
    assert "需要改" in page.title() + page.locator("main").inner_text()
    faults = {step: page.evaluate(AUDIT)}
    for address in (
        "/todo", "/cases", "/cases/new", "/cases/new?item=CZ-JF-001", f"/cases/{case}",
        "/items", "/items/CZ-JF-001", "/roster", "/versions", "/versions/subsidy_card",
    ):  # fmt: skip
        page.goto(house.address + address)
        faults[address] = page.evaluate(AUDIT)
    page.remove_listener("console", listen)
    assert {address: found for address, found in faults.items() if found} == {}
    assert [text for text in complaints if "Content Security Policy" in text] == []


@pytest.mark.parametrize("size", [(1280, 800), (360, 740)], ids=["desktop", "phone"])
def test_journal_can_be_read_sealed_and_verified(
    house: House, staff: Staff, size: tuple[int, int]
) -> None:
    page, faults = staff.zhang.page, {}
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{house.address}/journal")
    page.get_by_role("button", name="盖封签").click()
    page.wait_for_load_state()
    faults["seal"] = page.evaluate(AUDIT)
    root = page.locator(".digits").first.inner_text()
    page.goto(f"{house.address}/journal")
    page.get_by_label("封签的 SHA-256 根").fill(root)
    page.get_by_role("button", name="核对").click()
    page.get_by_text("没有改过").wait_for()
    page.wait_for_load_state()
    faults["verification"] = page.evaluate(AUDIT)
    for address in ("/journal", "/journal/office"):
        page.goto(house.address + address)
        faults[address] = page.evaluate(AUDIT)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert {address: found for address, found in faults.items() if found} == {}


def test_audit_finds_what_is_planted(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content(
        '<h1>一</h1><h1>二</h1><button style="height:20px">小</button><input name="bare">'
        '<p style="font-size:12px" id="same">细</p><p id="same" aria-labelledby="gone">宽</p>'
        '<div style="width:5000px">长</div>'
    )
    found = "\n".join(page.evaluate(AUDIT))
    page.close()
    for fault in (
        "too small to press", "without a label: bare", "text of 12 px", "id twice: same",
        "points nowhere: gone", "not exactly one h1", "wider than the window",
    ):  # fmt: skip
        assert fault in found
