"""Two offices of one store, and a browser-less client signed in as anyone."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from engine.bpmn.library import Library, shipped_directory
from engine.model.case import Applicant, Case
from engine.model.controls import load_controls
from engine.model.roster_file import load_roster
from engine.runtime import Office
from engine.runtime.accounts import Accounts
from engine.store import CHINA, Store, open_store, schema
from web import create_app

HERE = Path(__file__).parent
PASSWORD = "correct horse 42"
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)


class SettableClock:
    """A clock that stands still until told."""

    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture(scope="session")
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """One store for all pages of a kind of database."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("pages") / "store.sqlite3"
        opened = open_store(f"sqlite:///{path.as_posix()}")
        yield opened
        opened.close()
        return
    server = request.getfixturevalue("postgresql")
    name = server.create()
    opened = open_store(server.url(name))
    yield opened
    opened.close()
    server.drop(name)


@pytest.fixture(scope="session")
def accounts(store: Store) -> Accounts:
    """Accounts whose hashes cost a test little."""
    return Accounts(store, hasher=PasswordHasher(time_cost=1, memory_cost=64))


@pytest.fixture(scope="session")
def shared_office(store: Store, clock: SettableClock, accounts: Accounts) -> Office:
    """The office the tests work in; a second one, ``other``, stands beside it.

    Both publish at the beginning, wherever a test has moved the clock meanwhile.
    """
    controls = load_controls()
    roster = load_roster(HERE / "office.toml", controls)
    library = Library.load([HERE, shipped_directory()])
    for office_id in ("home", "other"):
        opened = Office(store, office_id, controls=controls, clock=lambda: BEGIN)
        opened.appoint(roster)
        opened.publish(library)
        for officer in roster.officers:
            accounts.create(office_id, officer.id, f"{officer.id}@{office_id}", PASSWORD)
    return Office(store, "home", controls=controls, clock=clock)


@pytest.fixture
def office(shared_office: Office) -> Iterator[Office]:
    """The office; what a test opens in it fills nobody's lists in the next test."""
    store = shared_office.store
    with store.read() as connection:
        before = connection.scalar(select(func.max(schema.case_file.c.id))) or ""
    yield shared_office
    item = schema.work_item.c
    waiting = (item.case_id > before) & item.state.in_(("ready", "claimed"))
    with store.write() as connection:
        connection.execute(update(schema.work_item).where(waiting).values(state="cancelled"))


@pytest.fixture(scope="session")
def app(store: Store, clock: SettableClock, accounts: Accounts, shared_office: Office) -> Flask:
    return create_app(
        {
            "STORE": store,
            "ACCOUNTS": accounts,
            "CLOCK": clock,
            "SECRET_KEY": "tests",
            "TESTING": True,
        }
    )


class Browser:
    """Follows forms as a browser would: with their token, by their address."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.status = 0
        self.page = ""

    def get(self, address: str) -> "Browser":
        response = self.client.get(address, follow_redirects=True)
        self.status, self.page = response.status_code, response.text
        return self

    def post(self, address: str, **fields: object) -> "Browser":
        """Send a form of the page last seen, with its token."""
        return self.send(address, {"csrf_token": self.hidden("csrf_token"), **fields})

    def send(self, address: str, fields: dict[str, object]) -> "Browser":
        response = self.client.post(
            address, data=fields, follow_redirects=True, content_type="multipart/form-data"
        )
        self.status, self.page = response.status_code, response.text
        return self

    def hidden(self, name: str) -> str:
        """Value of a hidden input of the page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found, f"no hidden input {name} on the page"
        return found[1]


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return Browser(app.test_client())


@pytest.fixture
def sign_in(app: Flask) -> Callable[[str], Browser]:
    def signed_in(login: str) -> Browser:
        if "@" not in login:
            login += "@home"
        browser = Browser(app.test_client()).get("/sign-in")
        browser.post("/sign-in", login=login, password=PASSWORD)
        assert browser.status == 200, browser.page
        return browser

    return signed_in


@pytest.fixture
def new_case(office: Office) -> Callable[..., Case]:
    def opened(applicant: str = "周大", title: str = "") -> Case:
        return office.open_case("T-001", by="sun", applicant=Applicant(name=applicant), title=title)

    return opened
