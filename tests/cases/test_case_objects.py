"""Two cases about one business object: who acted in the one must not control the other."""

from datetime import date

import pytest

from engine.model.office import Roster, Waiver
from engine.runtime import Refused

from .conftest import Desk, officer
from .drawings import field, line, process, step

BOTH = officer("both", "资金监管", "所长")
OTHER = officer("other", "资金监管", "所长")


def _item(code: str, duty: str, *, kind: str = "凭证", key: str = "number") -> bytes:
    return process(
        f"p{code[-1]}",
        step("name_it", field("number"), post="受理窗口"),
        step("act", duty=duty, post="所长"),
        line("start", "name_it", "act", "end"),
        code=code,
        extensions=f'<qd:object kind="{kind}" key="{key}"/>',
    )


@pytest.fixture
def two(desk: Desk):
    """Two items about one kind of object; examined in the first, to be approved in the second."""

    def make(first: str = "7", second: str = "7", *waivers: Waiver, **more: str) -> str:
        officers = (BOTH, OTHER, officer("clerk", "受理窗口"))
        desk.office.appoint(Roster(office="所", officers=officers, waivers=waivers))
        desk.publish(_item("T-1", "examine"), _item("T-2", "approve", **more))
        case = desk.open("T-1", by="clerk")
        desk.do(case.id, "name_it", "clerk", number=first)
        desk.do(case.id, "act", "both")
        case = desk.open("T-2", by="clerk")
        desk.do(case.id, "name_it", "clerk", number=second)
        return case.id

    return make


def _claim(desk: Desk, case: str, by: str) -> None:
    desk.office.claim(desk.waiting(case)["act"].id, by=by)


def test_conflicting_deed_on_the_same_object_is_refused_and_names_the_case(two, desk):
    case = two()
    with pytest.raises(Refused, match="同一凭证") as refused:
        _claim(desk, case, "both")

    assert refused.value.rule == "object-conflict"
    assert "approve" not in refused.value.message
    _claim(desk, case, "other")


@pytest.mark.parametrize(
    "more", [{"second": "8"}, {"kind": "合同"}, {"second": ""}], ids=["key", "kind", "no key"]
)
def test_other_objects_are_free(more, two, desk):
    _claim(desk, two(**more), "both")


def test_corrected_key_counts_in_place_of_the_first(two, desk):
    case = two(second="8")
    again = desk.open("T-1", by="clerk")
    desk.do(again.id, "name_it", "clerk", number="8")
    _claim(desk, case, "both")
    desk.do(again.id, "act", "other")

    third = desk.open("T-2", by="clerk")
    desk.do(third.id, "name_it", "clerk", number="8")
    with pytest.raises(Refused, match="同一凭证"):
        _claim(desk, third.id, "other")


def _waiver(scope: str, reach: str) -> Waiver:
    return Waiver(
        id="W-1",
        between=frozenset(("examine", "approve")),
        scope=scope,
        approved_by="县财政局",
        reason="编制三人",
        control="县局按月抽审",
        until=date(2026, 12, 31),
        reach=reach,
    )


@pytest.mark.parametrize(("scope", "reach"), [("office", ""), ("item", "T-2")])
def test_waiver_of_the_office_or_the_item_permits_and_is_journalled(scope, reach, two, desk):
    case = two("7", "7", _waiver(scope, reach))
    _claim(desk, case, "both")

    assert "W-1" in desk.office.history(case)[-1].note


@pytest.mark.parametrize(("scope", "reach"), [("item", "T-1"), ("case", "none")])
def test_waiver_of_another_item_or_case_permits_nothing(scope, reach, two, desk):
    case = two("7", "7", _waiver(scope, reach))
    with pytest.raises(Refused):
        _claim(desk, case, "both")


def test_waiver_of_the_case_permits_in_that_case(two, desk):
    case = two()
    waiver = _waiver("case", case)
    roster = desk.office.roster()
    desk.office.appoint(Roster(office="所", officers=roster.officers, waivers=(waiver,)))
    _claim(desk, case, "both")

    assert desk.office.roster().waivers == (waiver,)
