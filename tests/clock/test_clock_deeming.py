"""视为受理 is entered by itself on the day it comes about, once, and nothing else ever is."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.model.case import CaseState
from engine.runtime import NotAllowed, Office
from engine.runtime.deadlines import deeming, following
from engine.runtime.timers import Scheduler
from engine.store import StoreFull

from ..cases.conftest import Clock, Desk
from ..cases.drawings import step
from .conftest import at, item

PERMIT = item(
    step("work", duty="examine", post="资金监管"),
    step("approve", duty="approve", post="所长"),
    category="行政许可",
    promised=10,
)


@pytest.fixture
def opened(desk: Desk, clock: Clock) -> str:
    """A permit received on a Monday: corrections may be asked for until 9 March."""
    desk.publish(PERMIT)
    clock.now = at("2026-03-02")
    return desk.open().id


@pytest.fixture
def sweep(office: Office) -> Callable[[], int]:
    complaints: list[object] = []
    scheduler = Scheduler(lambda: [office], lambda *each: complaints.append(each))

    def once() -> int:
        fired = scheduler.sweep()
        assert complaints == []
        return fired

    return once


def test_acceptance_by_law_is_entered_on_the_first_day_after(
    desk: Desk, office: Office, clock: Clock, opened: str, sweep: Callable[[], int]
) -> None:
    clock.now = at("2026-03-09")
    sweep()
    assert desk.actions(opened) == ["opened"]
    clock.now = at("2026-03-10")
    for _ in range(3):
        sweep()

    (entry,) = office.history(opened)[1:]
    assert (entry.action, entry.actor, entry.at) == ("deemed-accepted", "system", clock.now)
    assert "2026-03-09" in entry.note
    found = office.case_clock(opened)
    assert found is not None
    assert (found.stage, found.accepted_at) == ("deemed", at("2026-03-02"))


def test_after_a_long_downtime_it_is_entered_once_whoever_looks(
    desk: Desk, clock: Clock, opened: str, reopened: Callable[[], Office]
) -> None:
    others = [desk.open().id for _ in range(3)]
    clock.now = at("2026-09-01")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(Office.deem_overdue, [reopened() for _ in range(4)]))
    desk.office.deem_overdue()

    assert [desk.actions(each) for each in (opened, *others)] == [["opened", "deemed-accepted"]] * 4


def test_operation_that_comes_first_enters_it(
    desk: Desk, office: Office, clock: Clock, opened: str, sweep: Callable[[], int]
) -> None:
    clock.now = at("2026-03-10")
    with pytest.raises(NotAllowed, match="视为受理"):
        office.refuse_acceptance(opened, by="ding", reason="材料不齐")
    assert desk.actions(opened) == ["opened"]
    office.ask_corrections(opened, by="ding", corrections="缺申请书")
    sweep()
    assert desk.actions(opened) == ["opened", "deemed-accepted", "corrections-asked"]


def told(office: Office, case_id: str) -> None:
    office.ask_corrections(case_id, by="ding", corrections="缺申请书")


def accepted(office: Office, case_id: str) -> None:
    office.accept(case_id, by="ding")


def refused(office: Office, case_id: str) -> None:
    office.refuse_acceptance(case_id, by="ding", reason="不属于本所职权")


def voided(office: Office, case_id: str) -> None:
    office.void(case_id, by="zhang", reason="开错")


@pytest.mark.parametrize("act", [told, accepted, refused, voided])
def test_what_was_answered_in_time_or_has_ended_is_left_alone(
    desk: Desk,
    office: Office,
    clock: Clock,
    opened: str,
    sweep: Callable[[], int],
    act: Callable[[Office, str], None],
) -> None:
    act(office, opened)
    before, stood = desk.actions(opened), office.case_clock(opened)
    clock.now = at("2026-06-01")
    sweep()

    assert desk.actions(opened) == before
    assert office.case_clock(opened) == stood


def test_nothing_is_ever_approved_because_time_passed(
    desk: Desk, office: Office, clock: Clock, opened: str, sweep: Callable[[], int]
) -> None:
    office.suspend(opened, by="zhang", reason="等文件")
    clock.now = at("2027-06-01")
    assert [sweep() for _ in range(3)] == [0, 0, 0]

    assert desk.actions(opened) == ["opened", "suspended", "deemed-accepted"]
    assert desk.steps(opened) == ["work"]
    assert office.case(opened).case.state is CaseState.SUSPENDED
    found = office.case_clock(opened)
    assert found is not None
    assert found.decided_at is None


def test_other_items_are_never_deemed_accepted(
    desk: Desk, office: Office, clock: Clock, sweep: Callable[[], int]
) -> None:
    desk.publish(item(step("work"), category="公共服务", promised=10))
    clock.now = at("2026-03-02")
    case_id = desk.open().id
    clock.now = at("2026-09-01")
    sweep()
    assert desk.actions(case_id) == ["opened"]


def test_entry_and_clock_are_kept_together_or_not_at_all(
    desk: Desk,
    office: Office,
    clock: Clock,
    opened: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock.now = at("2026-03-10")
    with monkeypatch.context() as patch:
        patch.setattr(following, "save_clock", _full)
        with pytest.raises(StoreFull):
            office.deem_overdue()
    assert desk.actions(opened) == ["opened"]
    office.deem_overdue()
    assert desk.actions(opened) == ["opened", "deemed-accepted"]


def _full(*_: object) -> Iterator[None]:
    raise StoreFull("full")


def test_sweep_that_does_not_look_is_found(
    desk: Desk,
    clock: Clock,
    opened: str,
    sweep: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(deeming.Deeming, "deem_overdue", lambda _: None)
    clock.now = at("2026-03-10")
    sweep()
    assert desk.actions(opened) == ["opened"]
