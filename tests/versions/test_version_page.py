"""The pages on versions: what is in force and to come, the plan, the move and its report."""

import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from argon2 import PasswordHasher
from openpyxl import load_workbook

from engine.bpmn.library import Library
from engine.bpmn.renumbering import renumbered
from engine.runtime import EditionState
from engine.runtime.accounts import Accounts
from engine.store import Store
from tests.cases.conftest import Clock, Desk
from tests.pages.conftest import PASSWORD, Browser
from web import create_app, version

from .conftest import straight

SignIn = Callable[[str], Browser]


@pytest.fixture
def sign_in(desk: Desk, store: Store, clock: Clock) -> SignIn:
    accounts = Accounts(store, hasher=PasswordHasher(time_cost=1, memory_cost=64))
    for who in ("ding", "zhang"):
        accounts.create("shifan", who, who, PASSWORD)
    settings = {"STORE": store, "ACCOUNTS": accounts, "CLOCK": clock, "SECRET_KEY": "tests"}
    app = create_app({**settings, "TESTING": True})

    def signed_in(who: str) -> Browser:
        browser = Browser(app.test_client()).get("/sign-in")
        return browser.post("/sign-in", login=who, password=PASSWORD)

    return signed_in


def to_come(desk: Desk) -> None:
    (desk.folder / "0.bpmn").write_bytes(straight("a"))
    desk.office.publish(Library.load([desk.folder]), effective=date(2026, 3, 9))


def possible(page: str) -> list[str]:
    return re.findall(r'name="case" value="([^"]*)"', page)


def test_page_tells_the_version_and_the_move(desk: Desk, sign_in: SignIn) -> None:
    browser = sign_in("ding")
    desk.publish(straight("a", "b"))
    case = desk.open().id
    old = desk.office.case(case).case.digest
    assert f'<a href="/versions/p">指纹 {old[:12]}</a>' in browser.get(f"/cases/{case}").page
    desk.publish(straight("a", "b", "c"))
    desk.office.migrate(case, by="zhang", reason="县局新办法")
    new = desk.office.case(case).case.digest
    page = browser.get(f"/cases/{case}").page
    assert f"指纹 {new[:12]}" in page
    assert f"zhang同志由 {old[:12]} 换来：县局新办法" in page
    assert f"p：由 {old[:12]}… 换到 {new[:12]}…" in page


def test_list_says_what_is_in_force_to_come_and_behind(
    desk: Desk, cases: list[str], sign_in: SignIn
) -> None:
    to_come(desk)
    page = sign_in("zhang").get("/versions").page
    assert "2026-03-09" in page
    assert "3 件，看方案" in page
    assert str(desk.office.editions("p")[1].digest)[:12] in page
    page = sign_in("ding").get("/versions").page
    assert "看方案" not in page
    assert "确定全部撤销" not in page


def test_editions_of_an_item_stand_with_their_files(
    desk: Desk, cases: list[str], sign_in: SignIn
) -> None:
    to_come(desk)
    browser = sign_in("ding").get("/versions/p")
    for word in ("已停用", "现行", "待生效", "由所长换版本"):
        assert word in browser.page
    digest = desk.office.editions("p")[0].digest
    page = sign_in("zhang").get("/versions/p").page
    assert f'<a class="press" href="/versions/p/plan?from={digest}">3 件，看方案</a>' in page
    response = browser.client.get(f"/versions/p/files/{digest}")
    assert response.data == straight("a", "b", "c")
    assert browser.get("/versions/none").status == 404
    assert browser.get("/versions/p/files/ffffffffffff").status == 404


@pytest.mark.parametrize("fields", [{"process": "p"}, {}])
def test_head_calls_off_what_is_to_come(
    desk: Desk, cases: list[str], sign_in: SignIn, fields: dict[str, str]
) -> None:
    to_come(desk)
    refused = sign_in("ding").get("/versions").post("/versions/call-off", day="2026-03-09")
    assert refused.status == 403
    assert desk.office.editions("p")[-1].state is EditionState.PLANNED

    browser = sign_in("zhang").get("/versions/p")
    browser.post("/versions/call-off", day="2026-03-09", **fields)
    assert "已撤销 2026-03-09 起生效的 1 个流程的版本" in browser.page
    assert desk.office.editions("p")[-1].state is EditionState.CALLED_OFF
    again = browser.post("/versions/call-off", day="2026-03-09", **fields)
    assert (again.status, "没有从 2026-03-09 起生效的版本可撤销" in again.page) == (422, True)


def test_plan_changes_nothing_and_is_for_the_head(
    desk: Desk, cases: list[str], sign_in: SignIn
) -> None:
    refused = sign_in("ding").get("/versions/p/plan")
    assert (refused.status, "换版本由所长或维护人员办理" in refused.page) == (403, True)
    page = sign_in("zhang").get("/versions/p/plan").page
    assert possible(page) == cases[:2]
    assert "“b”办完以后，新版本要先办“new”，换过去就漏办了" in page
    assert "新增：new" in page
    assert "时限一直按受理时的版本算" in page
    assert desk.office.cases_on("p") == tuple(cases)


def test_plan_says_once_which_steps_are_the_same(
    desk: Desk, cases: list[str], sign_in: SignIn
) -> None:
    desk.publish(renumbered(straight("a", "b", "c"), {"a": "a2"}))
    page = sign_in("zhang").get("/versions/p/plan").page
    assert possible(page) == cases
    assert page.count("环节“a”的编号由 a 改为 a2，视为同一环节") == 1


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"sure": "1", "reason": " "}, "请写明为什么换版本"),
        ({"reason": "新办法"}, "请先勾选“我已看过方案”"),
        ({"reason": "新办法", "sure": "1", "case": []}, "没有选中要换的办件"),
    ],
)
def test_move_asks_for_a_reason_and_a_tick(
    desk: Desk, cases: list[str], sign_in: SignIn, fields: dict[str, object], problem: str
) -> None:
    browser = sign_in("zhang").get("/versions/p/plan")
    browser.post("/versions/p/plan", **{"case": cases, **fields})
    assert (browser.status, problem in browser.page) == (422, True)
    assert desk.office.cases_on("p") == tuple(cases)


def test_move_goes_by_the_plan_and_leaves_a_report(
    desk: Desk, cases: list[str], sign_in: SignIn
) -> None:
    browser = sign_in("zhang").get("/versions/p/plan")
    to = desk.office.editions("p")[-1].digest
    form = {"case": cases, "to": to, "reason": "=县局新办法", "sure": "1", "key": "k-1"}
    for _ in range(2):
        browser.get("/versions/p/plan").post("/versions/p/plan", **form)
        assert "已换 2 件，没有换 1 件" in browser.page
        assert "换过去就漏办了" in browser.page
    assert desk.office.cases_on("p") == (cases[2],)

    response = browser.client.get("/versions/moves/k-1.xlsx")
    sheet = load_workbook(io.BytesIO(response.data)).active
    assert sheet is not None
    told = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    assert told[2][:2] == ("原因", "=县局新办法")
    assert [(row[0], row[3]) for row in told[5:]] == [
        (cases[0], "已换"),
        (cases[1], "已换"),
        (cases[2], "不能换"),
    ]
    assert "=县局新办法" in browser.get("/versions").page
    assert browser.get("/versions/moves/none").status == 404
    assert browser.get("/versions/moves/none.xlsx").status == 404


def test_case_that_moved_on_since_the_plan_is_judged_anew(
    desk: Desk, cases: list[str], sign_in: SignIn
) -> None:
    browser = sign_in("zhang").get("/versions/p/plan")
    seen = possible(browser.page)
    desk.do(cases[1], "b", "ding")
    browser.post("/versions/p/plan", case=seen, reason="新办法", sure="1", key="k-1")
    assert "已换 1 件，没有换 1 件" in browser.page
    assert desk.office.cases_on("p") == tuple(cases[1:])


def test_long_plans_are_turned_page_by_page(
    cases: list[str], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(version, "PLAN_SIZE", 2)
    browser = sign_in("zhang").get("/versions/p/plan")
    assert (cases[2] in browser.page, "下一页" in browser.page) == (False, True)
    assert cases[2] in browser.get("/versions/p/plan?page=2").page


def test_item_that_is_withdrawn_has_no_plan(desk: Desk, cases: list[str], sign_in: SignIn) -> None:
    (desk.folder / "0.bpmn").unlink()
    desk.publish(b"".join([straight("x").replace(b'"p"', b'"q"').replace(b"T-1", b"T-2")]))
    browser = sign_in("zhang")
    assert "不再受理" in browser.get("/versions").page
    refused = browser.get("/versions/p/plan")
    assert (refused.status, "没有可以换到的版本" in refused.page) == (403, True)
