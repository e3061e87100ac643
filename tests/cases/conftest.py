"""An office of a few officers on a database of its own, with a clock that stands still."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from engine.bpmn.library import Library
from engine.model.case import Applicant, Case, WorkItem
from engine.model.controls import load_controls
from engine.model.office import Appointment, Officer, Roster
from engine.runtime import Office
from engine.store import CHINA, Store, open_store

CONTROLS = load_controls()
APPLICANT = Applicant(name="赵大田", id_card="11010519491231002X", phone="13800000000")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=CHINA)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **parts: int) -> None:
        self.now += timedelta(**parts)


def officer(id: str, *posts: str, **more: object) -> Officer:
    return Officer(
        id=id,
        name=f"{id}同志",
        appointments=tuple(Appointment(post=post) for post in posts),
        **more,  # type: ignore[arg-type]
    )


ROSTER = Roster(
    office="示范镇财政所",
    officers=(
        officer("ding", "受理窗口"),
        officer("hui", "补贴资金发放管理"),
        officer("jian", "资金监管"),
        officer("zhang", "所长"),
        officer("chu", "出纳会计"),
    ),
)


class Desk:
    """Plays a case: finds open steps by id, claims and completes them."""

    def __init__(self, office: Office, folder: Path) -> None:
        self.office = office
        self.folder = folder

    def publish(self, *files: bytes) -> None:
        for number, content in enumerate(files):
            (self.folder / f"{number}.bpmn").write_bytes(content)
        self.office.publish(Library.load([self.folder]))

    def open(self, code: str = "T-1", by: str = "ding", **more: object) -> Case:
        more.setdefault("applicant", APPLICANT)
        return self.office.open_case(code, by=by, **more)  # type: ignore[arg-type]

    def waiting(self, case_id: str) -> dict[str, WorkItem]:
        items = self.office.case(case_id).work_items
        return {item.step: item for item in items if item.state in ("ready", "claimed")}

    def steps(self, case_id: str) -> list[str]:
        return sorted(self.waiting(case_id))

    def do(self, case_id: str, step: str, by: str, **values: str) -> Case:
        item = self.waiting(case_id)[step]
        self.office.claim(item.id, by=by)
        return self.office.complete(item.id, by=by, values=values)

    def actions(self, case_id: str) -> list[str]:
        return [entry.action for entry in self.office.history(case_id)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = open_store(database)
    yield store
    store.close()


@pytest.fixture
def roster() -> Roster:
    """Who holds which post; a folder of tests may have its own."""
    return ROSTER


@pytest.fixture
def published() -> tuple[bytes, ...]:
    """The files of the office; a folder of tests may have its own, a test publishes more."""
    return ()


@pytest.fixture
def office(store: Store, clock: Clock, roster: Roster) -> Office:
    office = Office(store, "shifan", controls=CONTROLS, clock=clock)
    office.appoint(roster)
    return office


@pytest.fixture
def desk(office: Office, tmp_path: Path, published: tuple[bytes, ...]) -> Desk:
    folder = tmp_path / "bpmn"
    folder.mkdir()
    desk = Desk(office, folder)
    if published:
        desk.publish(*published)
    return desk


@pytest.fixture
def reopened(store: Store, clock: Clock) -> Callable[[], Office]:
    """The same office as a new process would see it."""
    url = store.engine.url.render_as_string(hide_password=False)
    return lambda: Office(open_store(url), "shifan", controls=CONTROLS, clock=clock)
