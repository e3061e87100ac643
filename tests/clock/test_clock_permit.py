"""The clock of a permit, of an information request, of a petition, and of anything else."""

from datetime import date

import pytest

from engine.model.clock import DeadlineKind
from engine.runtime import NotAllowed, Office, Refused

from ..cases.conftest import Clock, Desk
from ..cases.drawings import step
from .conftest import INFORMATION, PETITION, at, item, last

WORK = step("work", duty="examine", post="资金监管")


def opened(desk: Desk, clock: Clock, day: str, **more: object) -> str:
    desk.publish(item(WORK, **more))  # type: ignore[arg-type]
    clock.now = at(day)
    return desk.open().id


@pytest.mark.parametrize(
    ("category", "asked", "stage", "statutory"),
    [
        # Five working days from Monday 2 March end on Monday 9 March.
        ("行政许可", "2026-03-09", "correcting", None),
        ("行政许可", "2026-03-10", "deemed", date(2026, 3, 30)),
        ("公共服务", "2026-03-10", "correcting", None),
        ("公共服务", "2026-05-06", "correcting", None),
    ],
)
def test_corrections_asked_too_late_count_as_acceptance_for_permits_only(
    desk: Desk,
    office: Office,
    clock: Clock,
    category: str,
    asked: str,
    stage: str,
    statutory: date | None,
) -> None:
    case_id = opened(desk, clock, "2026-03-02", category=category)
    clock.now = at(asked)
    office.ask_corrections(case_id, by="ding", corrections="缺身份证复印件")
    found = office.case_clock(case_id)
    assert found is not None
    assert found.stage == stage
    assert found.corrections == "缺身份证复印件"
    assert [d.last for d in found.deadlines if d.kind == "statutory"] == (
        [statutory] if statutory else []
    )


def test_permit_nobody_answered_is_accepted_by_law_on_receipt(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, "2026-03-02", category="行政许可")
    clock.now = at("2026-03-10")
    found = office.case_clock(case_id)
    assert found is not None
    assert (found.stage, found.accepted_at) == ("deemed", at("2026-03-02"))
    with pytest.raises(NotAllowed, match="视为受理"):
        office.refuse_acceptance(case_id, by="ding", reason="材料不齐")


def test_corrections_in_time_then_acceptance_then_decision_then_delivery(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, "2026-03-02", category="行政许可", promised=10)
    clock.now = at("2026-03-04")
    office.ask_corrections(case_id, by="ding", corrections="缺申请书")
    with pytest.raises(NotAllowed, match="不能再次告知"):
        office.ask_corrections(case_id, by="ding", corrections="还缺")
    # The applicant takes weeks: nothing is deemed, nothing runs.
    clock.now = at("2026-03-23")
    office.receive_corrections(case_id, by="ding")
    office.accept(case_id, by="ding")
    assert last(office, case_id, "statutory") == date(2026, 4, 21)
    assert last(office, case_id, "promised") == date(2026, 4, 7)
    clock.now = at("2026-04-03")
    decided = office.decide(case_id, by="zhang")
    assert decided.stage == "decided"
    # Ten working days for delivery (行政许可法44), over 清明.
    assert last(office, case_id, "delivery") == date(2026, 4, 20)
    clock.now = at("2026-04-07")
    assert office.deliver(case_id, by="ding").stage == "delivered"
    assert desk.actions(case_id) == [
        "opened",
        "corrections-asked",
        "corrections-received",
        "accepted",
        "decided",
        "delivered",
    ]


def test_pause_over_national_day_adds_its_working_days_and_no_more(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, "2026-09-21", category="行政许可", promised=15)
    office.accept(case_id, by="ding")
    assert last(office, case_id, "statutory") == date(2026, 10, 26)
    clock.now = at("2026-09-28")
    office.pause_clock(case_id, by="ding", kind="听证", reason="申请人要求听证")
    assert last(office, case_id, "statutory") is None
    clock.now = at("2026-10-12")
    found = office.resume_clock(case_id, by="ding")
    # Left out: 29 and 30 September, 8, 9, 10 (a worked Saturday) and 12 October.
    assert last(office, case_id, "statutory") == date(2026, 11, 3)
    assert found.pauses[0].basis == "行政许可法第四十五条"


def test_pause_the_statute_does_not_name_stops_the_promise_alone(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, "2026-03-02", category="行政许可", promised=10)
    office.accept(case_id, by="ding")
    before = last(office, case_id, "statutory")
    found = office.pause_clock(case_id, by="ding", kind="公示", reason="村级公示七天")
    assert found.pauses[0].kind == "公示"
    # What somebody wrote in own words is no part of the journal.
    assert office.history(case_id)[-1].note == ""
    assert last(office, case_id, "promised") is None
    assert last(office, case_id, "statutory") == before


def test_pause_with_no_effect_is_refused(desk: Desk, office: Office, clock: Clock) -> None:
    case_id = opened(desk, clock, "2026-03-02", category="行政许可")
    office.accept(case_id, by="ding")
    with pytest.raises(NotAllowed, match="听证、招标"):
        office.pause_clock(case_id, by="ding", kind="公示", reason="公示")


def extend(office: Office, case_id: str, days: int, by: str = "zhang", **more: object) -> None:
    facts = {"reason": "案情复杂", "notice": "书面告知", **more}
    office.extend(case_id, by=by, days=days, **facts)  # type: ignore[arg-type]


def test_statutory_limit_is_extended_once_by_the_head_within_the_basis(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, "2026-03-02", category="行政许可")
    office.accept(case_id, by="ding")
    with pytest.raises(Refused, match="所长"):
        extend(office, case_id, 10, by="ding", kind=DeadlineKind.STATUTORY)
    with pytest.raises(NotAllowed, match="1至10日"):
        extend(office, case_id, 11, kind=DeadlineKind.STATUTORY)
    with pytest.raises(NotAllowed, match="怎样告知"):
        extend(office, case_id, 10, kind=DeadlineKind.STATUTORY, notice=" ")
    extend(office, case_id, 10, kind=DeadlineKind.STATUTORY)
    assert last(office, case_id, "statutory") == date(2026, 4, 14)
    with pytest.raises(NotAllowed, match="不能再延"):
        extend(office, case_id, 1, kind=DeadlineKind.STATUTORY)
    assert desk.actions(case_id)[-2:] == ["refused", "extended"]


def test_promise_is_never_extended_past_the_statute(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, "2026-03-02", category="行政许可", promised=15)
    office.accept(case_id, by="ding")
    with pytest.raises(NotAllowed, match="超过法定时限"):
        extend(office, case_id, 6)
    extend(office, case_id, 5)
    assert last(office, case_id, "promised") == last(office, case_id, "statutory")


def test_limit_that_has_ended_is_not_extended(desk: Desk, office: Office, clock: Clock) -> None:
    case_id = opened(desk, clock, "2026-03-02", promised=3)
    office.accept(case_id, by="ding")
    clock.now = at("2026-03-06")
    with pytest.raises(NotAllowed, match="已经到期"):
        extend(office, case_id, 1)


def test_what_no_statute_extends_stays(desk: Desk, office: Office, clock: Clock) -> None:
    case_id = opened(desk, clock, "2026-03-02", statutory=10)
    office.accept(case_id, by="ding")
    with pytest.raises(NotAllowed, match="没有规定可以延期"):
        extend(office, case_id, 1, kind=DeadlineKind.STATUTORY)


@pytest.mark.parametrize(
    ("asked", "ends"),
    [
        # Asked for within seven working days, the limit begins anew with the corrections.
        ("2026-03-11", date(2026, 4, 21)),
        # Later, it goes on from receipt.
        ("2026-03-12", date(2026, 3, 30)),
    ],
)
def test_corrections_of_an_information_request(
    desk: Desk, office: Office, clock: Clock, asked: str, ends: date
) -> None:
    case_id = opened(desk, clock, "2026-03-02", basis=INFORMATION)
    assert last(office, case_id, "statutory") == date(2026, 3, 30)
    clock.now = at(asked)
    office.ask_corrections(case_id, by="ding", corrections="所需信息不明确")
    clock.now = at("2026-03-23")
    office.receive_corrections(case_id, by="ding")
    assert last(office, case_id, "statutory") == ends


def test_petition_counts_calendar_days_and_its_end_stays_on_a_holiday(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, "2026-08-03", basis=PETITION)
    assert last(office, case_id, "acceptance") == date(2026, 8, 18)
    office.accept(case_id, by="ding")
    assert last(office, case_id, "statutory") == date(2026, 10, 2)


def test_matter_not_accepted_has_no_limit_left(desk: Desk, office: Office, clock: Clock) -> None:
    case_id = opened(desk, clock, "2026-03-02", category="行政许可")
    found = office.refuse_acceptance(case_id, by="ding", reason="不属于本机关职权")
    assert found.stage == "refused"
    clock.now = at("2026-06-01")
    assert office.case_clock(case_id) == found
    with pytest.raises(NotAllowed, match="另开办件"):
        office.accept(case_id, by="ding")


def test_operation_before_acceptance_says_what_comes_first(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, "2026-03-02", promised=5)
    for act in (office.decide, office.deliver):
        with pytest.raises(NotAllowed, match="还没有受理"):
            act(case_id, by="zhang")
    with pytest.raises(NotAllowed, match="没有暂停"):
        office.resume_clock(case_id, by="ding")
    with pytest.raises(NotAllowed, match="没有告知过补正"):
        office.receive_corrections(case_id, by="ding")
    assert desk.actions(case_id) == ["opened"]


def test_limit_that_reaches_a_year_not_announced_is_provisional(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, "2026-12-21", category="行政许可")
    found = office.accept(case_id, by="ding")
    statutory = next(d for d in found.deadlines if d.kind == "statutory")
    assert statutory.provisional
    assert "暂定" in statutory.account
