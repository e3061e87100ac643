"""An office whose case passes three posts, on both databases; some posts are held twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.model.office import Avoidance, Relative, Roster
from engine.runtime import Office
from engine.store import Store, open_store
from tests.cases.conftest import CONTROLS, Clock, Desk, officer
from tests.cases.drawings import field, line, process, step

FILE = process(
    "p",
    step(
        "accept",
        field("note", "text", label="说明", required="true"),
        duty="accept",
        post="受理窗口",
    ),
    step(
        "examine",
        field("sum", "money", label="金额", required="true"),
        duty="examine",
        post="资金监管",
    ),
    step("approve", duty="approve", post="所长"),
    line("start", "accept", "examine", "approve", "end"),
    code="T-1",
)
ROSTER = Roster(
    office="示范镇财政所",
    officers=(
        officer("ding", "受理窗口"),
        officer("dong", "受理窗口", "资金监管"),
        officer("jian", "资金监管"),
        officer("jia", "资金监管"),
        officer("zhang", "所长"),
        officer("bro", "资金监管", relatives=(Relative(name="赵大田", relation="兄弟"),)),
    ),
    avoidances=(Avoidance(officers=("ding", "jia"), reason="夫妻"),),
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = open_store(database)
    yield store
    store.close()


@pytest.fixture
def office(store: Store, clock: Clock) -> Office:
    office = Office(store, "shifan", controls=CONTROLS, clock=clock)
    office.appoint(ROSTER)
    return office


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    folder = tmp_path / "bpmn"
    folder.mkdir()
    desk = Desk(office, folder)
    desk.publish(FILE)
    return desk
