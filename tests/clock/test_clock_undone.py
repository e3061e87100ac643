"""A clock goes back over what a step did to it when the step is taken back or returned."""

from dataclasses import replace
from datetime import date

import pytest

from engine.model.clock import CaseClock, Light
from engine.runtime import Office

from ..cases.conftest import Clock, Desk
from ..cases.drawings import field, flow, line, step
from .conftest import INFORMATION, at, item, last

FIVE = {"limit": "5", "limitUnit": "working-day"}


def marked(id_: str, *events: str, fields: str = "") -> str:
    """A step that does something to the clock."""
    marks = "".join(f'<qd:clock event="{event}"/>' for event in events)
    return step(id_, fields).replace("</qd:step>", f"{marks}</qd:step>")


def opened(desk: Desk, clock: Clock, *events: str, accepted: bool = False, **more: str) -> str:
    """A permit before its step with these events, opened on Monday 2 March."""
    steps = step("first", **FIVE), marked("mark", *events), step("tell", **FIVE)
    desk.publish(item(*steps, promised=10, **({"category": "行政许可"} | more)))  # type: ignore[arg-type]
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    if accepted:
        desk.office.accept(case_id, by="ding")
    clock.now = at("2026-03-03")
    desk.do(case_id, "first", "ding")
    return case_id


def done(desk: Desk, clock: Clock, case_id: str, day: str) -> str:
    """The marked step done on a day; its work item."""
    found = desk.waiting(case_id)["mark"].id
    clock.now = at(day)
    desk.do(case_id, "mark", "ding")
    return found


def undo(desk: Desk, clock: Clock, case_id: str, mark: str, how: str) -> None:
    """The marked step taken back by who did it, or returned by who came after, a day later."""
    clock.now = at("2026-03-05")
    if how == "withdraw":
        desk.office.withdraw_completion(mark, by="ding", reason="点错了")
        return
    tell = desk.waiting(case_id)["tell"].id
    desk.office.claim(tell, by="ding")
    desk.office.return_to(tell, by="ding", target="mark", reason="请重办")


def facts(office: Office, case_id: str) -> CaseClock:
    """A clock without when it was counted."""
    found = office.case_clock(case_id)
    assert found is not None
    same = at("2026-01-01")
    limits = sorted(found.deadlines, key=lambda each: (each.kind, each.work_item_id))
    return replace(found, deadlines=tuple(replace(d, counted_at=same) for d in limits))


@pytest.mark.parametrize("how", ["withdraw", "return"])
@pytest.mark.parametrize(
    ("event", "accepted"),
    [
        ("refused", False),
        ("decided", True),
        ("delivered", True),
        ("accepted", False),
        ("corrections-asked", False),
    ],
)
@pytest.mark.parametrize("basis", ["", INFORMATION])
def test_clock_is_as_before_unless_the_applicant_was_told(
    desk: Desk,
    office: Office,
    clock: Clock,
    event: str,
    accepted: bool,
    how: str,
    basis: str,
) -> None:
    more = {"basis": basis, "category": "公共服务"} if basis else {}
    case_id = opened(desk, clock, event, accepted=accepted, **more)
    before = facts(office, case_id)
    mark = done(desk, clock, case_id, "2026-03-04")
    after = facts(office, case_id)
    assert after.stage != before.stage
    undo(desk, clock, case_id, mark, how)
    stays = how == "return" and event in ("accepted", "corrections-asked")
    assert facts(office, case_id) == (after if stays else before)
    assert "mark" in desk.steps(case_id)


def test_a_decision_taken_back_is_owed_again_and_late_in_the_end(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, "decided", accepted=True, category="公共服务")
    mark = done(desk, clock, case_id, "2026-03-04")
    clock.now = at("2026-03-25")
    assert office.count_due(Light.RED) == 0
    undo(desk, clock, case_id, mark, "return")
    clock.now = at("2026-03-25")
    assert [case.id for case in office.cases_due(Light.RED)] == [case_id]
    done(desk, clock, case_id, "2026-03-26")
    (kept,) = office.case_limits([case_id])[case_id]
    assert kept.standing.word == "超期8个工作日完成"


def test_a_pause_the_decision_ended_lasts_on(desk: Desk, office: Office, clock: Clock) -> None:
    case_id = opened(desk, clock, "decided", accepted=True)
    office.pause_clock(case_id, by="ding", kind="听证", reason="申请人要求")
    mark = done(desk, clock, case_id, "2026-03-04")
    assert desk.waiting(case_id)["tell"].stands is False
    undo(desk, clock, case_id, mark, "withdraw")
    found = office.case_clock(case_id)
    assert found is not None
    assert found.stage == "paused"
    assert last(office, case_id, "statutory") is None
    office.resume_clock(case_id, by="ding")
    assert last(office, case_id, "promised") == date(2026, 3, 18)


def test_an_acceptance_something_was_built_on_stays(
    desk: Desk, office: Office, clock: Clock
) -> None:
    case_id = opened(desk, clock, "accepted")
    mark = done(desk, clock, case_id, "2026-03-04")
    clock.now = at("2026-03-05")
    office.pause_clock(case_id, by="ding", kind="听证", reason="申请人要求")
    office.resume_clock(case_id, by="ding")
    undo(desk, clock, case_id, mark, "withdraw")
    found = office.case_clock(case_id)
    assert found is not None
    assert found.accepted_at == at("2026-03-04")


def test_corrections_taken_in_by_mistake_are_waited_for_again(
    desk: Desk, office: Office, clock: Clock
) -> None:
    for basis in ("", INFORMATION):
        category = "公共服务" if basis else "行政许可"
        case_id = opened(desk, clock, "corrected", basis=basis, category=category)
        office.ask_corrections(case_id, by="ding", corrections="身份证明")
        before = facts(office, case_id)
        mark = done(desk, clock, case_id, "2026-03-04")
        assert desk.waiting(case_id)["tell"].stands is False
        undo(desk, clock, case_id, mark, "withdraw")
        assert facts(office, case_id) == before
        done(desk, clock, case_id, "2026-03-06")
        assert facts(office, case_id).corrected_at == at("2026-03-06")


def test_what_was_decided_by_hand_stays_decided(desk: Desk, office: Office, clock: Clock) -> None:
    case_id = opened(desk, clock, "corrections-asked", accepted=True)
    mark = done(desk, clock, case_id, "2026-03-04")
    office.decide(case_id, by="zhang")
    before = facts(office, case_id)
    undo(desk, clock, case_id, mark, "withdraw")
    assert facts(office, case_id) == before


def test_what_was_decided_in_the_first_round_is_undone_with_all_rounds(
    desk: Desk, office: Office, clock: Clock
) -> None:
    meet, choice = (
        '<exclusiveGateway id="meet"/>',
        '<exclusiveGateway id="choice" default="choice_tell"/>',
    )
    mark = marked("mark", "decided", fields=field("way"))
    steps = step("first"), meet, mark, choice, step("tell")
    flows = line("start", "first", "meet", "mark", "choice") + line("tell", "end")
    flows += flow("choice", "meet", "way == 'again'") + flow("choice", "tell")
    desk.publish(item(*steps, promised=10, flows=flows))
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    office.accept(case_id, by="ding")
    desk.do(case_id, "first", "ding")
    for day, way in (("2026-03-03", "again"), ("2026-03-04", "")):
        clock.now = at(day)
        desk.do(case_id, "mark", "ding", way=way)
    assert facts(office, case_id).decided_at == at("2026-03-03")
    tell = desk.waiting(case_id)["tell"].id
    office.claim(tell, by="ding")
    office.return_to(tell, by="ding", target="first", reason="请重办")
    assert facts(office, case_id).decided_at is None
