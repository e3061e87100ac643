"""A case is found by its number, its item, and the words it begins with, however old."""

import pytest

from engine.model.case import Applicant, CaseState
from engine.runtime import searching

from .conftest import Desk
from .test_case_kills import LOOPING

TITLES = ("王庄村补贴", "李庄村补贴", "王庄村道路", "五保户慰问")
NAMES = ("王大", "李二", "王三", "赵四")


@pytest.fixture
def cases(desk: Desk) -> list[str]:
    desk.publish(LOOPING)
    return [
        desk.office.open_case("T-1", by="ding", applicant=Applicant(name=name), title=title).id
        for title, name in zip(TITLES, NAMES, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-000002", [1]),
        ("2026-", [0, 1, 2, 3]),
        ("3", [2]),
        ("0003", [2]),
        ("王", [0, 2]),
        ("赵四", [3]),
        ("五保户", [3]),
        (" 李二 ", [1]),
        ("村补贴", [0, 1]),
        ("T-1", [0, 1, 2, 3]),
        ("%", []),
        ("2027-000001", []),
    ],
)
def test_text_finds_what_it_stands_in(
    desk: Desk, cases: list[str], text: str, found: list[int]
) -> None:
    expected = [cases[number] for number in found][::-1]
    assert [case.id for case in desk.office.cases(text=text)] == expected


def test_old_cases_are_found_by_what_they_begin_with(
    desk: Desk, cases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "NEWEST", 1)
    office = desk.office
    assert [case.id for case in office.cases(text="王庄村")] == [cases[2], cases[0]]
    assert [case.id for case in office.cases(text="慰问")] == [cases[3]]
    assert office.cases(text="道路") == ()


def test_search_is_narrowed_and_paged(desk: Desk, cases: list[str]) -> None:
    office = desk.office
    pages = [office.cases(text="庄", limit=2, offset=start) for start in (0, 2)]
    assert [[case.id for case in page] for page in pages] == [[cases[2], cases[1]], [cases[0]]]
    assert office.cases(text="王", state=CaseState.FINISHED) == ()
