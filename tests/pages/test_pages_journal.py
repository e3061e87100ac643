"""办理日志: who may see it; sealed, printed, verified, held against paper and against an export."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import Connection, text

from engine.bpmn.library import Library
from engine.model.case import Applicant
from engine.model.controls import load_controls
from engine.model.office import Appointment, Officer
from engine.model.roster_file import load_roster
from engine.runtime import Office
from engine.runtime.accounts import Accounts
from engine.store import Store, StoreUnavailable, auditing, open_store
from engine.store.chains import Breach
from engine.store.progress import Told
from tests.journal.conftest import FILE
from web import create_app

from .conftest import BEGIN, HERE, PASSWORD, Browser, SettableClock

SignIn = Callable[[str], Browser]
ADDRESSES = ("", "/office", "/seals/1", "/export", "/verification", "/verify", "/check", "/seal")


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    """A store of its own for each test: what is done to it spoils no other."""
    opened = open_store(database)
    yield opened
    opened.close()


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store, hasher=PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture
def office(store: Store, accounts: Accounts, clock: SettableClock, tmp_path: Path) -> Office:
    """With one case, and an officer who only looks into the journal."""
    clock.now = BEGIN
    controls = load_controls()
    roster = load_roster(HERE / "office.toml", controls)
    overseer = Officer(id="yan", name="严查", appointments=(Appointment(post="纪检监察联络员"),))
    opened = Office(store, "home", controls=controls, clock=clock)
    opened.appoint(replace(roster, officers=(*roster.officers, overseer)))
    (tmp_path / "p.bpmn").write_bytes(FILE)
    opened.publish(Library.load([tmp_path]))
    for officer in ("zhang", "sun", "yan"):
        accounts.create("home", officer, f"{officer}@home", PASSWORD)
    opened.open_case("T-1", by="sun", applicant=Applicant(name="周大"))
    return opened


@pytest.fixture
def app(store: Store, clock: SettableClock, accounts: Accounts, office: Office) -> Flask:
    return create_app(
        {
            "STORE": store,
            "ACCOUNTS": accounts,
            "CLOCK": clock,
            "SECRET_KEY": "tests",
            "TESTING": True,
        }
    )


@pytest.fixture
def tamper(store: Store) -> Callable[[str], None]:
    """Changes rows below the triggers that guard them."""

    def run(statement: str) -> None:
        with store.write() as connection:
            if connection.dialect.name == "sqlite":
                guards = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                for name in connection.scalars(text(guards)).all():
                    connection.execute(text(f"DROP TRIGGER {name}"))
            else:
                for table in ("journal", "seal", "sealed_head"):
                    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            connection.execute(text(statement))

    return run


def verified(browser: Browser, app: Flask, address: str, **fields: object) -> str:
    """The page once a verification has come to its end, however slow the machine."""
    browser.get("/journal").post(f"/journal/{address}", **fields)
    app.extensions["verifications"].last("home").wait()
    return browser.get("/journal/verification").page


def export_of(browser: Browser) -> tuple[io.BytesIO, str]:
    content = browser.client.get("/journal/export").data
    return io.BytesIO(content), "home.jsonl"


def digits_on(page: str) -> str:
    """The first root of a page, as a person would copy it."""
    found = re.search(r'<span class="digits">((?:<span>[0-9a-f]{4} </span>){16})', page)
    assert found, page
    return re.sub(r"<[^>]*>", "", found[1])


@pytest.mark.parametrize("login", ["zhang", "yan"])
def test_head_and_overseer_find_the_journal_in_the_menu(sign_in: SignIn, login: str) -> None:
    page = sign_in(login).get("/todo")
    assert 'href="/journal"' in page.page
    assert page.get("/journal").status == 200
    assert "还没有盖过封签" in page.page
    assert "还没有在这里核验过" in page.page


def test_nobody_else_sees_any_of_it(sign_in: SignIn, office: Office) -> None:
    office.seal_journal()
    page = sign_in("sun").get("/todo")
    assert 'href="/journal"' not in page.page
    for address in ADDRESSES:
        assert page.get(f"/journal{address}").status == 403, address
        assert "由在岗的所长、纪检监察联络员查看" in page.page
    token = page.get("/password").hidden("csrf_token")
    for address in ("/verify", "/check", "/seal"):
        assert page.send(f"/journal{address}", {"csrf_token": token}).status == 403, address
    assert len(office.seals()) == 1
    assert office.last_verification() is None


def test_strangers_are_sent_to_sign_in(stranger: Browser) -> None:
    for address in ADDRESSES:
        assert "登录" in stranger.get(f"/journal{address}").page


def test_seal_is_made_once_and_is_printed_to_be_signed(sign_in: SignIn, office: Office) -> None:
    page = sign_in("zhang").get("/journal")
    fields: dict[str, object] = {"csrf_token": page.hidden("csrf_token"), "key": page.hidden("key")}
    for _ in range(2):
        page.send("/journal/seal", fields)
    (made,) = office.seals()
    assert digits_on(page.page).replace(" ", "") == made.root
    for told in ("测试财政所", "第 1 号", "2026-03-02 09:00", "张三", "收存人签字", "<svg"):
        assert told in page.page
    assert f"{made.entries} 条记录" in page.page
    page.get("/journal")
    assert "今天还没有盖封签" not in page.page
    assert page.get("/journal/seals/2").status == 404
    assert page.get("/journal/seals/0").status == 404


def test_a_day_without_a_seal_is_told(
    sign_in: SignIn, office: Office, clock: SettableClock
) -> None:
    office.seal_journal()
    clock.advance(days=1)
    assert "今天还没有盖封签" in sign_in("zhang").get("/journal").page
    clock.now = BEGIN


def test_whole_journal_is_said_to_be_whole_and_against_which_seal(
    sign_in: SignIn, app: Flask, office: Office
) -> None:
    page = verified(sign_in("yan"), app, "verify")
    assert "请先盖封签" in page
    office.seal_journal()
    browser = sign_in("yan")
    page = verified(browser, app, "verify")
    assert "没有一条记录被改动、抽掉或插入" in page
    assert "2 条日志链、5 条记录、1 号封签" in page
    assert ">第 1 号</a>，2026-03-02 09:00，盖住" in page
    told = browser.get("/journal").page
    assert "严查" in told
    assert "1 号封签，全部对得上" in told


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE journal SET actor = 'zhao' WHERE case_id != '-' AND sequence = 1",
            "办件 2026-000001 的日志第 1 条的内容被改过",
        ),
        (
            "DELETE FROM journal WHERE case_id != '-' AND sequence >= 1",
            "办件 2026-000001 的日志从第 1 条起被截断，第 1 号封签时还在",
        ),
        ("UPDATE seal SET entries = 9", "第 1 号封签不见了，或与它记的各链末尾对不上"),
    ],
)
def test_what_was_done_below_the_triggers_is_named(
    sign_in: SignIn,
    app: Flask,
    office: Office,
    tamper: Callable[[str], None],
    statement: str,
    told: str,
) -> None:
    made = office.seal_journal()
    tamper(statement)
    browser = sign_in("yan")
    for address, fields in (("verify", {}), ("check", {"root": made.root})):
        page = verified(browser, app, address, **fields)
        assert "有 1 处对不上" in page
        assert told in page
        assert "没有改过" not in page
    told_first = browser.get("/journal").page
    assert "最近一次核验查出问题" in told_first
    assert "查出 1 处对不上" in told_first


def test_printed_seal_answers_whether_anything_was_changed_since(
    sign_in: SignIn, app: Flask, office: Office
) -> None:
    office.seal_journal()
    browser = sign_in("yan")
    printed = digits_on(browser.get("/journal/seals/1").page)
    office.open_case("T-1", by="sun", applicant=Applicant(name="周二"))
    office.seal_journal()
    first, second = office.seals()
    for typed in (printed, printed[:9], f"SHA-256 根：{first.root.upper()}", first.sm3_root):
        page = verified(browser, app, "check", root=typed)
        assert "没有改过：</strong>第 1 号封签（2026-03-02 09:00）" in page, typed
        assert f"那时封存的 {first.entries} 条记录" in page
    assert second.entries > first.entries


def test_seal_that_is_not_the_office_s_is_said_so(
    sign_in: SignIn, app: Flask, office: Office, tamper: Callable[[str], None]
) -> None:
    """All of it forged: the store holds by itself, the paper does not."""
    made = office.seal_journal()
    for table in ("sealed_head", "seal"):
        tamper(f"DELETE FROM {table}")
    tamper("DELETE FROM journal WHERE action = 'sealed'")
    tamper("DELETE FROM journal WHERE case_id != '-'")
    office.seal_journal()
    browser = sign_in("yan")
    assert "完好" in verified(browser, app, "verify")
    browser.get("/journal").post("/journal/check", root=made.root)
    assert browser.status == 422
    assert "封签对不上" in browser.page
    assert "就是这次封签以后日志被换过" in browser.page
    assert made.root in browser.page


@pytest.mark.parametrize(
    ("root", "file", "told"),
    [
        ("", b"", "没有找到封签的根"),
        ("第 1 号", b"", "没有找到封签的根"),
        ("", b"PK\3\4", "没有找到封签的根"),
        ("", b'{"kind": "entry"}\n', "第 1 行"),
        ("", b'{"office_id": "x"}', "第 1 行"),
    ],
)
def test_what_is_no_seal_is_told_at_its_input(
    sign_in: SignIn, office: Office, root: str, file: bytes, told: str
) -> None:
    page = sign_in("zhang").get("/journal")
    page.post("/journal/check", root=root, file=(io.BytesIO(file), "a.txt" if file else ""))
    assert page.status == 422
    assert told in page.page
    assert "请改：" in page.page
    assert office.last_verification() is None


def test_export_taken_away_says_later_what_was_changed(
    sign_in: SignIn, app: Flask, office: Office, tamper: Callable[[str], None]
) -> None:
    office.seal_journal()
    browser = sign_in("yan")
    content, name = export_of(browser)
    assert content.getvalue().count(b"\n") == 4 + 1 + 2, "rows, a seal, its heads"
    page = verified(browser, app, "check", file=(io.BytesIO(content.getvalue()), name))
    assert "导出文件里的 4 条记录，库里都还在，一样不差" in page
    tamper("DELETE FROM journal WHERE action = 'verified'")
    tamper("DELETE FROM journal WHERE action = 'sealed'")
    page = verified(browser, app, "check", file=(content, name))
    assert "单位日志第 3 条导出时还在，现在没有了" in page
    assert "有 2 处对不上" in page, "the seal is not journalled any more either"


def test_export_that_was_changed_on_the_way_is_refused_by_line(
    sign_in: SignIn, app: Flask, office: Office
) -> None:
    browser = sign_in("yan")
    content = export_of(browser)[0].getvalue().replace(b'"actor": "sun"', b'"actor": "zhao"')
    page = verified(browser, app, "check", file=(io.BytesIO(content), "home.jsonl"))
    assert "没有核验完" in page
    assert "第 3 行不是本单位日志的导出行" in page
    assert office.last_verification() is None


def test_text_of_a_seal_may_be_uploaded(sign_in: SignIn, app: Flask, office: Office) -> None:
    made = office.seal_journal()
    text_ = f"办件日志封签\nSHA-256 根：{made.root}\nSM3 根：{made.sm3_root}\n".encode()
    page = verified(sign_in("yan"), app, "check", file=(io.BytesIO(text_), "seal.txt"))
    assert "没有改过" in page


def test_long_verification_blocks_nobody_and_is_not_begun_twice(
    sign_in: SignIn, app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page says how far it has come, comes again by itself, and tells the end."""
    go_on, real = Event(), auditing.all_breaches

    def slow(
        connection: Connection, office_id: str, *, told: Told, entries: int
    ) -> Iterator[Breach]:
        told("rows", 3, entries)
        go_on.wait()
        yield from real(connection, office_id, told=told, entries=entries)

    monkeypatch.setattr("engine.runtime.oversight.all_breaches", slow)
    monkeypatch.setattr("web.journal.PATIENCE_S", 0)
    browser = sign_in("zhang").get("/journal").post("/journal/verify")
    assert "正在核验" in browser.page
    assert '<meta http-equiv="refresh"' in browser.page
    running = app.extensions["verifications"].last("home")
    office.seal_journal(by="zhang")
    other = sign_in("yan").get("/journal")
    assert "正在核验，看进度" in other.page
    other.send(
        "/journal/check",
        {"csrf_token": other.hidden("csrf_token"), "key": "k", "root": office.seals()[0].root},
    )
    assert "已有一次核验正在进行" in other.page
    assert app.extensions["verifications"].last("home") is running
    go_on.set()
    running.wait()
    page = browser.get("/journal/verification").page
    assert "完好" in page
    assert "http-equiv" not in page


def test_failed_verification_says_why(
    sign_in: SignIn, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_facts: object) -> None:
        raise StoreUnavailable("连不上数据库服务器")

    monkeypatch.setattr("engine.runtime.oversight.all_breaches", fail)
    page = verified(sign_in("zhang"), app, "verify")
    assert "没有核验完" in page
    assert "连不上数据库服务器" in page


def test_office_s_own_chain_is_read_page_by_page(
    sign_in: SignIn, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = office.seal_journal(by="zhang")
    monkeypatch.setattr("web.journal.ROWS", 2)
    page = sign_in("zhang").get("/journal/office")
    newest = page.page
    assert "日志封签" in newest
    assert " ".join((made.root[:4], made.root[4:8])) in newest
    assert "定岗" not in newest.partition("<tbody>")[2]
    page.get("/journal/office?page=2")
    assert "定岗" in page.page.partition("<tbody>")[2]
    assert "这一页没有记录" in page.get("/journal/office?page=9999999999999999").page


def test_seals_are_turned_over_page_by_page(
    sign_in: SignIn, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.journal.SEALS", 2)
    for _ in range(3):
        office.seal_journal()
    page = sign_in("zhang").get("/journal")
    assert [f"第 {n} 号</td>" in page.page for n in (1, 2, 3)] == [False, True, True]
    assert "第 1 号</td>" in page.get("/journal?page=2").page
