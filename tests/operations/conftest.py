"""An office whose case passes three posts, on both databases; some posts are held twice."""

import pytest

from engine.model.office import Avoidance, Relative, Roster
from tests.cases.conftest import clock, desk, office, officer, store
from tests.cases.drawings import field, line, process, step

__all__ = ["clock", "desk", "office", "store"]

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
def roster() -> Roster:
    return ROSTER


@pytest.fixture
def published() -> tuple[bytes, ...]:
    return (FILE,)
