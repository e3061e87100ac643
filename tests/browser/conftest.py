"""A server that can be killed, officers at their browsers without JavaScript."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from engine.bpmn.library import Library
from engine.model.controls import load_controls
from engine.model.roster_file import load_roster
from engine.runtime import Office
from engine.runtime.accounts import Accounts
from engine.store import CHINA, open_store

HERE = Path(__file__).parent
PASSWORD = "correct horse 42"
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@cache
def step_names() -> dict[str, str]:
    """Name on the pages of every shipped step, by its id."""
    procedures = Library.load().procedures.values()
    return {node.id: node.name for procedure in procedures for node in procedure.steps()}


@dataclass
class House:
    """An office's database, the server on it, and the office's clock."""

    directory: Path
    port: int
    _process: "subprocess.Popen[str] | None" = field(default=None, init=False)
    _now: datetime = field(default=datetime(2026, 3, 2, 9, 0, tzinfo=CHINA), init=False)

    def __post_init__(self) -> None:
        self.advance()

    @property
    def url(self) -> str:
        return f"sqlite:///{(self.directory / 'store.sqlite3').as_posix()}"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def _clock_file(self) -> Path:
        return self.directory / "clock"

    def now(self) -> datetime:
        return self._now

    def advance(self, **time: float) -> None:
        self._now += timedelta(**time)
        self._clock_file.write_text(self._now.isoformat(), "ascii")

    def office(self) -> Office:
        """The office, looked at past the server."""
        store = open_store(self.url)
        return Office(store, "home", controls=load_controls(), clock=self.now)

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.browser.server"]
        arguments = [self.url, str(self._clock_file), str(self.directory), str(self.port)]
        self._process = subprocess.Popen(
            [*command, *arguments], stdout=subprocess.PIPE, text=True, cwd=HERE.parent.parent
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def kill(self) -> None:
        """End the server as a power cut would."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house"), _free_port())
    controls = load_controls()
    roster = load_roster(HERE / "office.toml", controls)
    office = house.office()
    office.appoint(roster)
    office.publish(Library.load())
    accounts = Accounts(office.store, hasher=PasswordHasher(time_cost=1, memory_cost=64))
    for officer in roster.officers:
        accounts.create("home", officer.id, officer.id, PASSWORD)
    office.store.close()
    house.start()
    yield house
    house.kill()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        yield browser
        browser.close()


class Officer:
    """One officer at a browser that runs no JavaScript."""

    def __init__(self, context: BrowserContext, address: str, login: str) -> None:
        self.address = address
        self.page: Page = context.new_page()
        self.page.goto(f"{address}/sign-in")
        self.page.get_by_label("账号").fill(login)
        self.page.get_by_label("密码").fill(PASSWORD)
        self.page.get_by_role("button", name="登录").click()
        assert self.heading() == "我的待办"

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def open(self, item: str, applicant: str) -> str:
        """Open a case; its number."""
        self.page.goto(f"{self.address}/cases/new")
        self.page.get_by_role("link", name=item).click()
        self.page.get_by_label("申请人").fill(applicant)
        self.page.get_by_role("button", name="开办件").click()
        return self.page.url.rsplit("/", 1)[-1]

    def see(self, case: str) -> str:
        """Text of a case's page."""
        self.page.goto(f"{self.address}/cases/{case}")
        return self.page.locator("main").inner_text()

    def claim(self, case: str, step_id: str) -> None:
        """Claim a step from the to-do list."""
        step = step_names()[step_id]
        self.page.goto(f"{self.address}/todo")
        row = self.page.get_by_role("row").filter(has_text=step).filter(has_text=case)
        row.get_by_role("button", name="认领").click()
        assert self.heading() == step

    def fill(self, **values: object) -> None:
        """Fill in fields by name: text, a choice's option, or a file."""
        for name, value in values.items():
            control_name = "field." + name.replace("__", ".")
            control = self.page.locator(f'[name="{control_name}"]')
            kind = control.first.get_attribute("type")
            if isinstance(value, Path):
                control.set_input_files(value)
            elif kind == "radio":
                self.page.locator(f'[name="{control_name}"][value="{value}"]').check()
            elif self.page.locator(f"select[name='{control_name}']").count():
                control.select_option(str(value))
            else:
                control.fill(str(value))

    def complete(self, step_id: str) -> None:
        """Press 办结本环节 and see that it was."""
        self.page.get_by_role("button", name="办结本环节").click()
        assert f"“{step_names()[step_id]}”已办结" in self.page.locator("main").inner_text()

    def do(self, case: str, step: str, **values: object) -> None:
        """Claim, fill in, complete."""
        self.claim(case, step)
        self.fill(**values)
        self.complete(step)


class Staff:
    """The office's officers, each signed in at first need."""

    def __init__(self, chromium: Browser, house: House) -> None:
        self._chromium = chromium
        self._house = house
        self._officers: dict[str, Officer] = {}

    def go_home(self) -> None:
        """Another day: every session has ended."""
        self._officers.clear()

    def __getattr__(self, login: str) -> Officer:
        if login not in self._officers:
            context = self._chromium.new_context(java_script_enabled=False, locale="zh-CN")
            context.set_default_timeout(15_000)
            self._officers[login] = Officer(context, self._house.address, login)
        return self._officers[login]


@pytest.fixture(scope="session")
def staff(chromium: Browser, house: House) -> Staff:
    return Staff(chromium, house)
