"""A case's limits and hand-overs on the pages."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.model.case import Case
from engine.runtime import Office

from .conftest import Browser

SignIn = Callable[[str], Browser]


@pytest.fixture
def case(new_case: Callable[..., Case]) -> Case:
    return new_case()


def test_case_page_shows_who_was_asked_first_and_leads_to_the_clock(
    sign_in: SignIn, case: Case
) -> None:
    page = sign_in("sun").get(f"/cases/{case.id}").page
    assert "首问责任" in page
    assert f"/cases/{case.id}/clock" in page


def test_clock_page_does_one_thing_at_a_time(sign_in: SignIn, case: Case, office: Office) -> None:
    browser = sign_in("sun")
    address = f"/cases/{case.id}/clock"
    browser.get(address).post(f"{address}/ask", corrections="缺身份证复印件")
    assert "等申请人补正" in browser.page
    assert "缺身份证复印件" in browser.page
    browser.post(f"{address}/corrected")
    assert "待受理" in browser.page
    browser.post(f"{address}/pause", kind="听证", reason="要求听证")
    assert browser.status == 409
    assert "还没有受理" in browser.page
    browser.post(f"{address}/extend", limit="nothing", days="-", reason="", notice="")
    assert browser.status == 403, "only the head extends"
    found = office.case_clock(case.id)
    assert found is not None
    assert found.pauses == ()


def test_handover_is_offered_on_one_page_and_signed_on_another(
    sign_in: SignIn, case: Case, office: Office
) -> None:
    address = f"/cases/{case.id}/clock"
    taker = next(o for o in office.roster().officers if o.id != "sun")
    browser = sign_in("sun").get(address)
    browser.post(f"{address}/offer", to="", reason="轮岗")
    assert (browser.status, "没有选人" in browser.page) == (409, True)
    browser.post(f"{address}/offer", to=taker.id, reason="轮岗")
    assert "已办：收回移交" in browser.post(f"{address}/withdraw").page
    browser.post(f"{address}/offer", to=taker.id, reason="轮岗")
    assert office.answerability(case.id).present == "sun"
    # Suspended or not, somebody answers for it.
    office.suspend(case.id, by="zhang", reason="等上级批复")
    assert "移交给我，等我签收" in sign_in(taker.id).get("/todo").page
    taking = sign_in(taker.id).get(address)
    assert f"{address}/sign" in taking.page
    taking.post(f"{address}/sign")
    assert office.answerability(case.id).present == taker.id
    assert case.id not in sign_in(taker.id).get("/todo").page.partition("正在由我办理")[0]
    assert f"现责任人：<strong>{taker.name}" in sign_in("sun").get(address).page


def test_head_hands_over_on_the_page_what_who_left_answered_for(
    sign_in: SignIn, case: Case, office: Office
) -> None:
    address, roster = f"/cases/{case.id}/clock", office.roster()
    assert "/offer" not in sign_in("zhang").get(address).page
    stayed = tuple(officer for officer in roster.officers if officer.id != "sun")
    office.appoint(replace(roster, officers=stayed))
    assert "/offer" not in sign_in("li").get(address).page
    head = sign_in("zhang").get(address)
    assert "/offer" in head.page
    head.post(f"{address}/offer", to="li", reason="人员调离")
    sign_in("li").get(address).post(f"{address}/sign")
    assert office.answerability(case.id).present == "li"
    office.appoint(roster)
    office.terminate(case.id, by="zhang", reason="申请人撤回")
    assert "/offer" not in sign_in("li").get(address).page


def test_ledger_extension_and_what_was_asked_stand_beside_the_limits(
    sign_in: SignIn, case: Case, office: Office
) -> None:
    address = f"/cases/{case.id}/clock"
    sun, head = sign_in("sun").get(address), sign_in("zhang").get(address)
    sun.post(f"{address}/ask", corrections="缺身份证复印件\n缺银行卡")
    for operation in ("corrected", "accept"):
        sun.post(f"{address}/{operation}")
    sun.post(f"{address}/pause", kind="鉴定", reason="鉴定票据真伪")
    assert "暂停计时（特别程序）" in sun.page
    head.get(address).post(f"{address}/resume")
    for days in ("十", "0", "6"):
        head.post(f"{address}/extend", limit="promised", days=days, reason="补查", notice="书面")
        assert "承诺时限只能延长1至5日" in head.page
        assert 'value="补查"' in head.page, "what was typed is kept"
    head.post(f"{address}/extend", limit="promised", days="2", reason="补查", notice="书面告知")
    told = sign_in("sun").get(f"/cases/{case.id}").page
    assert "承诺时限延长2日：</strong>张三" in told
    assert "批准；理由：补查；告知申请人：书面告知" in told
    assert "告知补正的内容：</strong>缺身份证复印件\n缺银行卡" in told
    assert "孙八，恢复：张三" in told
    decide = sun.get(address).page.partition("登记办结")[2]
    assert "决定还没有作出：流程停在“" in decide


def test_unknown_operation_is_not_found_and_a_known_one_only_looked_at_does_nothing(
    sign_in: SignIn, case: Case, office: Office
) -> None:
    browser = sign_in("sun")
    address = f"/cases/{case.id}/clock"
    assert browser.get(f"{address}/nothing").status == 404
    assert browser.get(f"{address}/accept").status == 200
    found = office.case_clock(case.id)
    assert found is not None
    assert found.stage == "received"
    assert browser.get(address).post(f"{address}/nothing").status == 404
