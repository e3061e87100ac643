"""Signing in, being locked out, forms without their token, strangers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from engine.model.case import Case, WorkItemState
from engine.model.office import Appointment, Officer
from engine.runtime import Office
from engine.runtime.accounts import Accounts
from engine.store import Store
from web import create_app

from .conftest import PASSWORD, Browser, SettableClock

SignIn = Callable[[str], Browser]
NewCase = Callable[..., Case]


def test_stranger_is_sent_to_the_sign_in_page(stranger: Browser) -> None:
    for address in ("/", "/todo", "/cases", "/roster", "/attachments/1"):
        stranger.get(address)
        assert "<h1>登录</h1>" in stranger.page, address


def test_right_password_leads_to_the_page_asked_for(stranger: Browser) -> None:
    stranger.get("/roster")
    stranger.post("/sign-in", login="zhang@home", password=PASSWORD, next=stranger.hidden("next"))
    assert "<h1>定岗</h1>" in stranger.page
    assert "张三" in stranger.page


def test_next_never_leads_off_the_site(stranger: Browser) -> None:
    for address in ("https://evil.example/", "//evil.example/", "/\\evil.example", "evil"):
        stranger.get("/sign-in")
        response = stranger.client.post(
            "/sign-in",
            data={
                "csrf_token": stranger.hidden("csrf_token"),
                "login": "zhang@home",
                "password": PASSWORD,
                "next": address,
            },
        )
        assert response.headers["Location"] == "/todo"
        stranger.client.delete_cookie("qingdan-session")


def test_wrong_password_says_so_and_keeps_the_login(stranger: Browser) -> None:
    stranger.get("/sign-in").post("/sign-in", login="wu@home", password="wrong")
    assert stranger.status == 401
    assert 'role="alert"' in stranger.page
    assert 'value="wu@home"' in stranger.page
    assert "wrong" not in stranger.page


def test_too_many_wrong_passwords_lock_the_account(stranger: Browser, clock: SettableClock) -> None:
    for _ in range(5):
        stranger.get("/sign-in").post("/sign-in", login="wu@home", password="wrong")
    stranger.get("/sign-in").post("/sign-in", login="wu@home", password=PASSWORD)
    assert stranger.status == 401
    assert "锁定" in stranger.page
    clock.advance(hours=1)
    stranger.get("/sign-in").post("/sign-in", login="wu@home", password=PASSWORD)
    assert "<h1>我的待办</h1>" in stranger.page


def test_clock_put_back_keeps_no_session_and_no_lock(
    stranger: Browser, sign_in: SignIn, clock: SettableClock
) -> None:
    clock.advance(days=1)
    browser = sign_in("zhang")
    for _ in range(5):
        stranger.get("/sign-in").post("/sign-in", login="wu@home", password="wrong")
    clock.advance(days=-1)
    browser.get("/todo")
    assert 'name="password"' in browser.page
    stranger.get("/sign-in").post("/sign-in", login="wu@home", password=PASSWORD)
    assert "<h1>我的待办</h1>" in stranger.page


def test_times_said_in_a_page_are_those_of_china(store: Store) -> None:
    """The end of a lock and the name of a bank file are said as the clock gives them."""
    app = create_app({"STORE": store, "SECRET_KEY": "tests"})
    assert app.extensions["offices"].clock().utcoffset() == timedelta(hours=8)


def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: Browser) -> None:
    stranger.get("/sign-in")
    response = stranger.client.post(
        "/sign-in",
        data={
            "csrf_token": stranger.hidden("csrf_token"),
            "login": "zhang@home",
            "password": PASSWORD,
        },
    )
    cookie = next(c for c in response.headers.getlist("Set-Cookie") if "qingdan-session" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signed_out_token_is_worth_nothing(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in("zhang")
    token = browser.client.get_cookie("qingdan-session")
    assert token is not None
    browser.get("/todo").post("/sign-out")
    thief = app.test_client()
    thief.set_cookie("qingdan-session", token.value)
    assert thief.get("/todo").status_code == 302


def test_post_without_token_is_refused_and_changes_nothing(sign_in: SignIn) -> None:
    browser = sign_in("sun")
    browser.send("/cases/new", {"field.item": "T-001", "field.applicant": "不该有的人"})
    assert browser.status == 400
    browser.get("/cases?text=不该有的人")
    assert "没有符合条件的办件" in browser.page


def test_form_with_expired_token_comes_back_filled_in(sign_in: SignIn) -> None:
    browser = sign_in("sun")
    browser.send("/cases/new", {"field.item": "T-001", "field.applicant": "周老二"})
    assert "接着填写" in browser.page
    browser.post(
        "/cases/new",
        refill="1",
        **{"field.item": "T-001", "field.applicant": browser.hidden("field.applicant")},
    )
    assert browser.status == 200
    assert 'value="周老二"' in browser.page


def test_form_sent_after_the_session_ended_survives_the_sign_in(
    sign_in: SignIn,
) -> None:
    browser = sign_in("sun").get("/cases/new?item=T-001")
    token = browser.hidden("csrf_token")
    browser.client.delete_cookie("qingdan-session")
    browser.send(
        "/cases/new",
        {"csrf_token": token, "field.item": "T-001", "field.applicant": "周老三"},
    )
    assert browser.status == 401
    browser.post(
        "/sign-in",
        login="sun@home",
        password=PASSWORD,
        next=browser.hidden("next"),
        **{name: browser.hidden(name) for name in ("carry.field.item", "carry.field.applicant")},
    )
    assert 'action="/cases/new"' in browser.page
    assert browser.hidden("field.applicant") == "周老三"


def test_claim_sent_after_the_session_ended_leads_to_its_step(
    stranger: Browser, office: Office, new_case: NewCase
) -> None:
    item = office.case(new_case().id).work_items[0]
    stranger.get("/sign-in").post(f"/work-items/{item.id}/claim")
    assert stranger.status == 401
    stranger.post("/sign-in", login="sun@home", password=PASSWORD, next=stranger.hidden("next"))
    assert "认领办理" in stranger.page
    assert office.work_item(item.id).state is WorkItemState.READY


def test_officer_taken_off_the_roster_is_signed_out(
    sign_in: SignIn, office: Office, accounts: Accounts
) -> None:
    roster = office.roster()
    leaver = Officer(id="leaver", name="去职", appointments=(Appointment(post="所长"),))
    office.appoint(replace(roster, officers=(*roster.officers, leaver)))
    accounts.create("home", "leaver", "leaver@home", PASSWORD)
    browser = sign_in("leaver").get("/todo")
    assert "<h1>我的待办</h1>" in browser.page
    office.appoint(roster)
    assert "<h1>登录</h1>" in browser.get("/todo").page


def test_every_answer_carries_the_protecting_headers(stranger: Browser) -> None:
    for address in ("/sign-in", "/nowhere", "/static/qingdan.css"):
        headers = stranger.client.get(address).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("old", "new", "again", "problem"),
    [
        ("wrong", "a new one 77", "a new one 77", "原密码不对"),
        (PASSWORD, "short", "short", "密码至少要"),
        (PASSWORD, "a new one 77", "another one 77", "两遍新密码不一样"),
    ],
)
def test_password_stays_when_the_form_is_wrong(
    sign_in: SignIn, old: str, new: str, again: str, problem: str
) -> None:
    browser = sign_in("zhang").get("/password")
    browser.post("/password", old=old, new=new, again=again)

    assert browser.status == 422
    assert problem in browser.page
    assert sign_in("zhang").status == 200


def test_officer_changes_the_own_password_and_signs_in_with_it(
    sign_in: SignIn, stranger: Browser
) -> None:
    browser = sign_in("zhang@other").get("/password")
    browser.post("/password", old=PASSWORD, new="a new one 77", again="a new one 77")
    assert "密码已修改" in browser.page
    assert "<h1>登录</h1>" in browser.get("/todo").page

    stranger.get("/sign-in").post("/sign-in", login="zhang@other", password="a new one 77")

    assert "我的待办" in stranger.page
