"""The page of a case says on which version it runs, since when and why."""

import pytest
from argon2 import PasswordHasher

from engine.runtime.accounts import Accounts
from engine.store import Store
from tests.cases.conftest import Clock, Desk
from tests.pages.conftest import PASSWORD, Browser
from web import create_app

from .test_version_migration import straight


@pytest.fixture
def browser(desk: Desk, store: Store, clock: Clock) -> Browser:
    accounts = Accounts(store, hasher=PasswordHasher(time_cost=1, memory_cost=64))
    accounts.create("shifan", "ding", "ding", PASSWORD)
    settings = {"STORE": store, "ACCOUNTS": accounts, "CLOCK": clock, "SECRET_KEY": "tests"}
    found = Browser(create_app({**settings, "TESTING": True}).test_client()).get("/sign-in")
    found.post("/sign-in", login="ding", password=PASSWORD)
    return found


def test_page_tells_the_version_and_the_move(desk: Desk, browser: Browser) -> None:
    desk.publish(straight("a", "b"))
    case = desk.open().id
    old = desk.office.case(case).case.digest
    assert f"指纹 {old[:12]}" in browser.get(f"/cases/{case}").page
    desk.publish(straight("a", "b", "c"))
    desk.office.migrate(case, by="zhang", reason="县局新办法")
    new = desk.office.case(case).case.digest
    page = browser.get(f"/cases/{case}").page
    assert f"指纹 {new[:12]}" in page
    assert f"zhang同志由 {old[:12]} 换来：县局新办法" in page
    assert f"p：由 {old[:12]}… 换到 {new[:12]}…" in page
