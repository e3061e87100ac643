"""受理, 办结, 送达 by themselves are deeds: what conflicts with them is refused later."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from engine.model.office import Avoidance, Roster, Waiver
from engine.runtime import NotAllowed, Office, Refused
from engine.runtime.matter import Matter

from ..cases.conftest import Clock, Desk, officer
from ..cases.drawings import step
from .conftest import at, item

ROSTER = Roster(
    office="示范镇财政所",
    officers=(
        officer("ding", "受理窗口"),
        officer("dong", "受理窗口"),
        officer("jian", "资金监管"),
        officer("jia", "资金监管"),
        officer("zhang", "所长"),
        officer("zhao", "所长"),
    ),
    avoidances=(Avoidance(officers=("ding", "jia"), reason="夫妻"),),
)


def decided(office: Office, case_id: str) -> None:
    office.accept(case_id, by="dong")
    office.decide(case_id, by="zhang")


def delivered(office: Office, case_id: str) -> None:
    office.accept(case_id, by="jian")
    office.decide(case_id, by="zhang")
    office.deliver(case_id, by="ding")


def extended(office: Office, case_id: str) -> None:
    office.accept(case_id, by="dong")
    office.extend(case_id, by="zhang", days=1, reason="案情复杂", notice="书面")


ACTS: list[tuple[Callable[[Office, str], object], str, str, str, str]] = [
    (lambda o, c: o.accept(c, by="ding"), "supervise", "受理窗口", "ding", "dong"),
    (
        lambda o, c: o.ask_corrections(c, by="ding", corrections="缺申请书"),
        "apply",
        "受理窗口",
        "ding",
        "dong",
    ),
    (decided, "pay", "所长", "zhang", "zhao"),
    (extended, "execute", "所长", "zhang", "zhao"),
    (delivered, "supervise", "受理窗口", "ding", ""),
]


@pytest.mark.parametrize(("act", "duty", "post", "actor", "other"), ACTS)
def test_conflicting_step_is_refused_to_who_acted_and_open_to_others(
    desk: Desk,
    office: Office,
    clock: Clock,
    reopened: Callable[[], Office],
    act: Callable[[Office, str], object],
    duty: str,
    post: str,
    actor: str,
    other: str,
) -> None:
    office.appoint(ROSTER)
    desk.publish(item(step("next", duty=duty, post=post), category="行政许可", promised=10))
    clock.now = at("2026-03-02")
    case_id = desk.open(by="jian").id
    act(office, case_id)
    waiting = desk.waiting(case_id)["next"]

    for each in (office, reopened()):
        with pytest.raises(Refused) as refused:
            each.claim(waiting.id, by=actor)
        assert refused.value.rule == "duty-conflict"
    if other:
        assert office.claim(waiting.id, by=other).officer == other
    assert [w.step for w in office.case(case_id).work_items] == ["next"]


def test_without_the_deed_the_conflict_goes_unseen(
    desk: Desk, office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Matter, "leave_deed", lambda *_: None)
    office.appoint(ROSTER)
    desk.publish(item(step("next", duty="pay", post="所长"), category="行政许可"))
    case_id = desk.open(by="jian").id
    decided(office, case_id)

    assert office.claim(desk.waiting(case_id)["next"].id, by="zhang").officer == "zhang"


def test_deed_that_leaves_a_later_step_to_nobody_is_refused(desk: Desk, office: Office) -> None:
    office.appoint(replace(ROSTER, officers=ROSTER.officers[1:]))
    desk.publish(item(step("check", duty="supervise", post="受理窗口"), promised=10))
    case_id = desk.open(by="jian").id

    with pytest.raises(Refused, match="“check”将无人可办") as refused:
        office.accept(case_id, by="dong")
    assert refused.value.rule == "leaves-nobody"
    assert office.history(case_id)[-1].note == "leaves-nobody"
    assert office.accept(case_id, by="jian").warning == ""


def test_deed_in_a_case_nobody_can_finish_is_allowed_and_escalated(
    desk: Desk, office: Office
) -> None:
    office.appoint(ROSTER)
    desk.publish(item(step("check", duty="supervise", post="档案管理"), promised=10))
    case_id = desk.open(by="jian").id

    assert "已经办不完" in office.accept(case_id, by="dong").warning
    assert "升级：“check”" in office.history(case_id)[-1].note


def test_waiver_a_deed_needed_stands_in_the_journal(desk: Desk, office: Office) -> None:
    waiver = Waiver(
        id="W-1",
        between=frozenset({"approve", "execute"}),
        scope="office",
        approved_by="县财政局",
        reason="编制少",
        control="抽审",
        until=date(2026, 12, 31),
    )
    office.appoint(replace(ROSTER, waivers=(waiver,)))
    desk.publish(item(step("do", duty="execute", post="所长"), step("next"), promised=10))
    case_id = desk.open(by="jian").id
    office.accept(case_id, by="dong")
    desk.do(case_id, "do", "zhang")
    office.decide(case_id, by="zhang")

    (entry,) = [e for e in office.history(case_id) if e.action == "decided"]
    assert "W-1" in entry.note


def test_relative_of_who_accepted_keeps_out(desk: Desk, office: Office) -> None:
    office.appoint(ROSTER)
    desk.publish(item(step("next", duty="examine", post="资金监管")))
    case_id = desk.open(by="jian").id
    office.accept(case_id, by="ding")

    with pytest.raises(Refused) as refused:
        office.claim(desk.waiting(case_id)["next"].id, by="jia")
    assert refused.value.rule == "relatives-in-case"


def test_accepted_case_is_voided_by_the_head_alone(desk: Desk, office: Office) -> None:
    desk.publish(item(step("next", post="资金监管")))
    case_id = desk.open(by="ding").id
    office.accept(case_id, by="ding")

    with pytest.raises(NotAllowed, match="所长"):
        office.void(case_id, by="ding", reason="开错")
    office.void(case_id, by="zhang", reason="开错")
