"""What a head looks after, in Chromium without JavaScript: who stands in, what is late, whose
signature is missing, what is signed on paper; on a desktop and on a phone."""

from datetime import date
from pathlib import Path

import pytest

from engine.bpmn.library import Library
from engine.model.case import CaseState

from ..batch import driver
from .conftest import HERE, House, Staff

pytestmark = pytest.mark.browser

AUDIT = (HERE / "audit.js").read_text("utf-8")
SIZES = ((360, 740), (1280, 800))


def audited(staff: Staff, address: str) -> dict[str, list[str]]:
    """What the page the head looks at gets wrong, folds opened, at each size."""
    page, faults = staff.zhang.page, {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        faults[f"{address} at {width}"] = page.evaluate(AUDIT)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = false)")
    return {place: found for place, found in faults.items() if found}


def test_head_lets_somebody_stand_in_and_ends_it(house: House, staff: Staff) -> None:
    page, today = staff.zhang.page, house.now().date()
    page.goto(f"{house.address}/roster")
    page.get_by_role("link", name="请假与代理").click()

    def ask(deputy: str) -> str:
        page.get_by_label("谁外出").select_option("qian")
        page.get_by_label("由谁代理").select_option(deputy)
        page.get_by_label("起日").fill(today.isoformat())
        page.get_by_label("止日").fill(date(today.year, today.month, 28).isoformat())
        page.get_by_role("button", name="登记代理").click()
        return page.locator("main").inner_text()

    refused = ask("li")
    assert "incompatible-appointment" in refused
    assert "依据：" in refused
    assert "由赵六代理" in ask("zhao")
    staff.zhao.page.goto(f"{house.address}/todo")
    assert "您今天代理钱七" in staff.zhao.page.locator("main").inner_text()
    assert audited(staff, page.url) == {}
    page.get_by_text("提前结束", exact=True).click()
    page.get_by_role("button", name="确定提前结束").click()
    assert "代理已提前结束" in page.locator("main").inner_text()


def test_late_case_is_found_printed_and_ended(house: House, staff: Staff, tmp_path: Path) -> None:
    head = staff.zhang
    case = head.open(Library.load().find("treasury_payment").name, "镇中心小学")
    office = house.office()
    driver.do(office, next(driver.ready(office, case)))
    house.advance(days=5)
    staff.go_home()
    head = staff.zhang
    page = head.page
    page.goto(f"{house.address}/due")
    row = page.get_by_role("row").filter(has_text=case)
    assert "已超期" in row.inner_text()
    assert audited(staff, f"{house.address}/due") == {}
    page.get_by_role("row").filter(has_text=case).get_by_role("link", name="查看、催办").click()
    step = page.url.partition("#")[0]
    assert audited(staff, step) == {}
    page.get_by_role("link", name="打印签批单").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 PDF 打印").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    assert audited(staff, f"{step}/sheet") == {}
    assert audited(staff, f"{house.address}/cases/{case}") == {}
    page.get_by_text("终止：不再办下去").click()
    page.locator("#terminate").fill("单位撤回申请")
    page.get_by_role("button", name="终止办件").click()
    assert house.office().case(case).case.state is CaseState.OPEN, "not without the tick"
    page.get_by_label("我确认终止").check()
    page.get_by_role("button", name="终止办件").click()
    assert house.office().case(case).case.state is CaseState.TERMINATED
    assert case not in page.goto(f"{house.address}/due").text()
