"""What the pages refuse, show and hide: rules, unknown things, markup, other offices."""

from collections.abc import Callable

import pytest
from flask import Flask

from engine.model.case import Applicant, Case
from engine.runtime import Office
from engine.store import StoreUnavailable

from .conftest import Browser
from .test_pages_work import GOOD, claimed_step

SignIn = Callable[[str], Browser]
NewCase = Callable[..., Case]


def test_conflicting_duty_is_refused_with_rule_and_source(
    sign_in: SignIn, office: Office, new_case: NewCase
) -> None:
    case = new_case()
    zhao = sign_in("zhao")
    step = claimed_step(zhao, office, case)
    zhao.post(step, version=zhao.hidden("version"), **GOOD)
    approve = next(w for w in office.case(case.id).work_items if w.state.value == "ready")
    zhao.post(f"/work-items/{approve.id}/claim")
    assert zhao.status == 403
    assert "duty-conflict" in zhao.page
    assert "内部控制规范" in zhao.page
    assert "认领办理" not in zhao.page


def test_brother_of_the_applicant_is_refused_with_rule_and_source(
    sign_in: SignIn, office: Office, new_case: NewCase
) -> None:
    case = new_case("赵五")
    zhao = sign_in("zhao").get(f"/cases/{case.id}")
    assert "不能由您办理" in zhao.page
    step = office.case(case.id).work_items[0]
    zhao.post(f"/work-items/{step.id}/claim")
    assert zhao.status == 403
    assert "兄弟" in zhao.page
    assert "公务员法" in zhao.page


@pytest.mark.parametrize(
    "address",
    ["/cases/2026-999999", "/work-items/none", "/attachments/none", "/items/none", "/nowhere"],
)
def test_unknown_thing_is_a_page_that_says_what_to_do(sign_in: SignIn, address: str) -> None:
    browser = sign_in("zhang").get(address)
    assert browser.status == 404
    assert "没有找到" in browser.page
    assert "回到我的待办" in browser.page


def test_other_office_sees_nothing_of_a_case(
    sign_in: SignIn, office: Office, new_case: NewCase
) -> None:
    case = new_case("不外传的人")
    step = office.case(case.id).work_items[0]
    other = sign_in("sun@other")
    for address in (f"/cases/{case.id}", f"/work-items/{step.id}"):
        assert other.get(address).status == 404
        assert "不外传的人" not in other.page
    other.get("/todo").post(f"/work-items/{step.id}/claim")
    assert other.status == 404
    assert other.get("/cases?text=不外传的人").status == 200
    assert case.id not in other.page


def test_markup_in_what_people_type_is_only_text(sign_in: SignIn, office: Office) -> None:
    nasty = '<script>alert("x")</script>'
    case = office.open_case(
        "T-001", by="sun", applicant=Applicant(name=f"名{nasty}"), title=f"题{nasty}"
    )
    sun = sign_in("sun")
    step = claimed_step(sun, office, case)
    sun.post(
        step,
        version=sun.hidden("version"),
        **{**GOOD, "field.subject": nasty, "field.rows.0.name": nasty, "field.rows.0.amount": "1"},
    )
    for address in (f"/cases/{case.id}", "/todo", "/cases", f"/cases?text={nasty}", step):
        assert nasty not in sun.get(address).page, address
    assert "&lt;script&gt;" in sun.get(f"/cases/{case.id}").page


def test_opening_without_an_applicant_comes_back_filled_in(sign_in: SignIn) -> None:
    sun = sign_in("sun").get("/cases/new?item=T-001")
    sun.post("/cases/new", **{"field.item": "T-001", "field.title": "没有申请人"})
    assert sun.status == 422
    assert 'value="没有申请人"' in sun.page
    assert 'href="#field-applicant"' in sun.page


def test_case_list_is_searched_and_filtered(sign_in: SignIn, new_case: NewCase) -> None:
    case = new_case("只此一人", "独一无二的办件")
    sun = sign_in("sun").get("/cases?text=独一无二")
    assert case.id in sun.page
    assert sun.page.count('<td data-label="办件号">') == 1
    assert case.id not in sun.get("/cases?text=独一无二&state=finished").page
    assert sun.get("/cases?state=nonsense&page=-3").status == 200


def test_case_list_turns_its_pages(
    sign_in: SignIn, new_case: NewCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.case.PAGE_SIZE", 2)
    for number in range(3):
        new_case(f"翻页{number}")
    sun = sign_in("sun").get("/cases?text=翻页")
    assert "下一页" in sun.page
    assert "上一页" not in sun.page
    sun.get("/cases?text=翻页&page=2")
    assert "上一页" in sun.page
    assert "下一页" not in sun.page


def test_guide_shows_all_that_is_published(sign_in: SignIn) -> None:
    browser = sign_in("zhang").get("/items")
    assert 'href="/items/T-001"' in browser.page
    browser.get("/items/T-001")
    for fact in (
        "中华人民共和国预算法", "第五十七条", "5个工作日", "身份证", "不收费", "0374-0000001",
        "0374-0000002", "填写", "审批", "虚报冒领", "入户核实", "截留补贴资金的", "按规定公示",
    ):  # fmt: skip
        assert fact in browser.page, fact


def test_roster_shows_clashes_and_waivers(sign_in: SignIn) -> None:
    page = sign_in("zhang").get("/roster").page
    assert "出纳会计与非税收入管理不相容" in page
    assert "会计法（2024年修正）第三十五条" in page
    assert "顶岗（AB角）" in page
    assert "HM-1" in page
    assert "张三与吴九" in page


def test_history_names_who_did_what(sign_in: SignIn, office: Office, new_case: NewCase) -> None:
    case = new_case()
    sun = sign_in("sun")
    claimed_step(sun, office, case)
    history = sun.get(f"/cases/{case.id}").page.partition('id="history"')[2]
    assert "开办件" in history
    assert "认领" in history
    assert "孙八" in history


def test_unreachable_store_says_so_and_promises_no_more_than_it_keeps(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("zhang")

    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailable("数据库文件被占用")

    monkeypatch.setattr(Office, "cases", fail)
    browser.get("/cases")
    assert browser.status == 503
    assert "数据库文件被占用" in browser.page
    assert "没有生效" in browser.page


def test_fault_of_ours_is_a_page_without_a_traceback(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("zhang")
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(Office, "cases", fail)
    browser.get("/cases")
    assert browser.status == 500
    assert "系统出了问题" in browser.page
    assert "secret detail" not in browser.page


def test_request_beyond_the_hard_cap_is_a_page(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in("sun").get("/cases/new?item=T-001")
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 100)
    browser.post("/cases/new", **{"field.title": "很长" * 100})
    assert browser.status == 413
    assert "文件太大" in browser.page


def test_wrong_method_is_a_page(sign_in: SignIn) -> None:
    browser = sign_in("sun").send("/todo", {})
    assert browser.status == 405
    assert "不能这样打开" in browser.page


def test_page_number_beyond_everything_is_an_empty_page(sign_in: SignIn) -> None:
    assert sign_in("zhang").get("/cases?page=999999999999999999999").status == 200


@pytest.mark.parametrize(
    "address",
    ["/cases?text=%00", "/cases/%00", "/work-items/a%00", "/attachments/%00", "/todo?mine=%00"],
)
def test_character_no_text_can_hold_is_a_bad_request(sign_in: SignIn, address: str) -> None:
    assert sign_in("zhang").client.get(address).status_code == 400


def test_login_no_text_can_hold_is_a_bad_request(stranger: Browser) -> None:
    stranger.get("/sign-in").post("/sign-in", login="zhang\0@home", password="x" * 8)
    assert stranger.status == 400
