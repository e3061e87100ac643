"""The office of the case tests, on every kind of database, and cases whose item has changed."""

import pytest

from engine.model.case import Applicant
from tests.cases.conftest import Desk, clock, desk, office, published, reopened, roster, store
from tests.cases.drawings import line, process, step

__all__ = ["clock", "desk", "office", "published", "reopened", "roster", "store"]


def straight(*steps: str, code: str = "T-1", **more: str) -> bytes:
    """An item of steps in a row; ``more`` names the post of some."""
    drawn = [step(id, post=more.get(id, "受理窗口")) for id in steps]
    return process("p", *drawn, line("start", *steps, "end"), code=code)


@pytest.fixture
def cases(desk: Desk) -> list[str]:
    """Cases of a, b, c at the beginning, behind a, behind b; then ``new`` is put before c."""
    desk.publish(straight("a", "b", "c"))
    found = []
    for done in ((), ("a",), ("a", "b")):
        case = desk.open(applicant=Applicant(name="钱二水")).id
        for each in done:
            desk.do(case, each, "ding")
        found.append(case)
    desk.publish(straight("a", "b", "new", "c"))
    return found
