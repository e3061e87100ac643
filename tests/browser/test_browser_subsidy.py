"""惠农补贴“一卡通” from opening to archive, in Chromium, without JavaScript.

Six officers; the server is killed and restarted on the same database between
steps. Nothing may be lost, nothing done twice.
"""

from collections import Counter
from pathlib import Path

import pytest

from engine.bpmn.library import Library
from engine.model.case import CaseState

from .conftest import House, Staff

pytestmark = pytest.mark.browser

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
LIBRARY = Library.load()
ITEM = LIBRARY.find("subsidy_card")
#: Every step of the batch's own case but the one that only an objection brings.
STEPS = {
    step.name
    for procedure in (ITEM, LIBRARY.find("public_notice"))
    for step in procedure.steps()
    if step.id != "verify_objection"
}


def id_card(number: int) -> str:
    """A citizen's number with its check digit."""
    digits = f"41100019600101{number:03}"
    total = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


HOUSEHOLDS = "\n".join(
    "\t".join(row)
    for row in (
        ("户主姓名", "身份证号", "银行卡号", "补贴金额"),
        ("周大", id_card(1), "6217000000000000001", "350.00"),
        ("赵五", id_card(2), "6217000000000000002", "420.50"),
    )
)


@pytest.fixture
def paper(tmp_path: Path) -> dict[str, Path]:
    """What comes in on paper or from the bank, scanned."""
    files = {"notice": "公示照片.jpg", "returns": "回盘文件.txt"}
    for name in files.values():
        (tmp_path / name).write_bytes(name.encode())
    return {key: tmp_path / name for key, name in files.items()}


def restart(house: House) -> None:
    house.kill()
    house.start()


def to_the_list(house: House, staff: Staff, paper: dict[str, Path]) -> str:
    """Batch, survey, the village's notice, the list of households; the case's number."""
    case = staff.zhao.open(ITEM.name, "周家村村民委员会")
    staff.zhao.do(
        case,
        "register_batch",
        programme="耕地地力保护补贴",
        document_no="县财农〔2026〕3号",
        batch_no="2026-1",
    )
    restart(house)
    staff.zhao.do(case, "survey_households", surveyors="周甲、周乙", surveyed_on="2026-03-02")
    staff.zhao.do(case, "review_by_villagers", attendance="38")
    staff.zhao.do(case, "post_notice", notice_from="2026-03-02", notice_photo=paper["notice"])
    assert "正在等待期限到来" in staff.zhao.see(case)
    restart(house)
    house.advance(days=8)
    staff.go_home()
    staff.zhao.do(case, "register_objections", objection="无异议")
    staff.zhou.claim(case, "compile_list")
    restart(house)
    staff.zhou.page.locator("textarea").fill(HOUSEHOLDS)
    staff.zhou.page.get_by_role("button", name="填入表格").click()
    staff.zhou.complete("compile_list")
    return case


def to_the_bank(house: House, staff: Staff, case: str, paper: dict[str, Path]) -> None:
    """Examination, approval by another than who compiled the list, the bank's return file."""
    staff.qian.do(case, "examine_list", list_opinion="通过")
    refused = staff.zhou.see(case)
    assert "不能由您办理" in refused
    assert "duty-conflict" in refused
    assert "内部控制规范" in refused
    restart(house)
    staff.zhang.do(case, "approve_list", approval_opinion="同意")
    staff.li.do(case, "appropriate_funds", voucher_no="拨2026-17", appropriated="770.50")
    staff.li.do(
        case,
        "record_returns",
        returns__0__result="成功",
        returns__1__result="退汇",
        returns__1__reason="账号与户名不符",
        return_file=paper["returns"],
    )


def pay_again(house: House, staff: Staff, case: str) -> None:
    """The returned payment's own case: not by the brother, then paid."""
    children = house.office().case(case).case.children
    child = next(c for c in children if house.office().case(c).case.state is CaseState.OPEN)
    brother = staff.zhao.see(child)
    assert "不能由您办理" in brother
    assert "兄弟" in brother
    assert "公务员法" in brother
    staff.zhou.do(child, "correct_account", bank_card="6217000000000000003")
    restart(house)
    staff.zhang.do(child, "review_account")
    staff.li.do(child, "record_repayment", result="成功")
    assert "已办结" in staff.li.see(child)


def test_subsidy_runs_from_opening_to_archive(
    house: House, staff: Staff, paper: dict[str, Path]
) -> None:
    case = to_the_list(house, staff, paper)
    to_the_bank(house, staff, case, paper)
    pay_again(house, staff, case)
    staff.zhao.do(case, "publish_result", published_on="2026-03-12")
    staff.qian.do(case, "reconcile_payments", paid_total="770.50")
    restart(house)
    staff.li.do(case, "record_accounts", entry_no="记-88")
    staff.qian.do(case, "archive_batch", archive_no="2026-CZ-001")
    page = staff.zhang.see(case)
    assert "已全部办结" in page
    assert "公示照片.jpg" in page
    assert "回盘文件.txt" in page
    office = house.office()
    done = Counter(e.step_name for e in office.history(case) if e.action == "completed")
    assert done == dict.fromkeys(STEPS, 1)
    assert office.case(case).case.state is CaseState.FINISHED
    paid = {row["name"]: row["result"] for row in office.case(case).data["returns"]}
    assert paid == {"周大": "成功", "赵五": "成功"}
    with staff.zhang.page.expect_download() as download:
        staff.zhang.page.get_by_role("link", name="回盘文件.txt").click()
    assert Path(download.value.path()).read_bytes() == "回盘文件.txt".encode()
