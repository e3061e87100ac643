"""首问/首办责任: who received the matter stays known; hand-overs are signed by both."""

from collections.abc import Callable

import pytest

from engine.model.office import Officer, Roster
from engine.runtime import NotAllowed, Office, Refused

from ..cases.conftest import APPLICANT, ROSTER, Clock, Desk
from ..cases.drawings import step
from .conftest import item


@pytest.fixture
def case_id(desk: Desk) -> str:
    desk.publish(item(step("work")))
    return desk.open().id


def offer(office: Office, case_id: str, by: str = "ding", to: str = "hui") -> None:
    office.offer_handover(case_id, by=by, to=to, reason="轮岗")


def test_answerability_moves_only_when_the_taker_has_signed(
    office: Office, desk: Desk, case_id: str
) -> None:
    assert office.answerability(case_id).present == "ding"
    offer(office, case_id)
    assert office.answerability(case_id).present == "ding"
    office.answer_handover(case_id, by="hui", accept=True)
    held = office.answerability(case_id)
    assert (held.first, held.present) == ("ding", "hui")
    assert desk.actions(case_id) == ["opened", "handover-offered", "handover-accepted"]


@pytest.mark.parametrize(("by", "state"), [("hui", "declined"), ("ding", "withdrawn")])
def test_offer_declined_or_taken_back_changes_nothing(
    office: Office, case_id: str, by: str, state: str
) -> None:
    offer(office, case_id)
    assert office.answer_handover(case_id, by=by, accept=False).state == state
    assert office.answerability(case_id).present == "ding"
    offer(office, case_id, to="jian")
    offered = office.answerability(case_id).offer
    assert offered is not None
    assert offered.taker == "jian"


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda o, c: offer(o, c, by="hui", to="jian"), "只有本人可以移交"),
        (lambda o, c: offer(o, c, to="ding"), "对方已经是责任人"),
        (lambda o, c: o.offer_handover(c, by="ding", to="hui", reason=""), "理由"),
        (lambda o, c: o.answer_handover(c, by="hui", accept=True), "没有等您签收"),
    ],
)
def test_what_does_not_fit_is_refused(
    office: Office, case_id: str, act: Callable[[Office, str], object], told: str
) -> None:
    with pytest.raises(NotAllowed, match=told):
        act(office, case_id)


def test_offer_of_a_case_that_has_ended_waits_for_nobody(office: Office, case_id: str) -> None:
    offer(office, case_id)
    assert [waiting.case_id for waiting in office.offers_to("hui")] == [case_id]
    office.terminate(case_id, by="zhang", reason="申请人撤回")
    assert office.offers_to("hui") == ()


def test_suspended_case_is_handed_over_too(office: Office, case_id: str) -> None:
    offer(office, case_id)
    office.suspend(case_id, by="zhang", reason="等上级批复")
    assert [waiting.case_id for waiting in office.offers_to("hui")] == [case_id]
    assert office.answer_handover(case_id, by="hui", accept=True).state == "accepted"

    office.terminate(case_id, by="zhang", reason="申请人撤回")
    with pytest.raises(NotAllowed, match="已终止"):
        offer(office, case_id, by="hui", to="jian")


def test_second_offer_waits_for_the_first(office: Office, case_id: str) -> None:
    offer(office, case_id)
    with pytest.raises(NotAllowed, match="等对方签收"):
        offer(office, case_id, to="jian")
    with pytest.raises(NotAllowed, match="没有等您签收"):
        office.answer_handover(case_id, by="ding", accept=True)


def test_relative_of_the_applicant_takes_no_case_over(
    office: Office, desk: Desk, clock: Clock
) -> None:
    desk.publish(item(step("work")))
    opened = desk.open().id
    own = tuple(
        Officer(id=o.id, name=o.name, appointments=o.appointments, id_card=APPLICANT.id_card)
        if o.id == "hui"
        else o
        for o in ROSTER.officers
    )
    office.appoint(Roster(office=ROSTER.office, officers=own))
    with pytest.raises(Refused, match="own-case"):
        offer(office, opened)
    assert desk.actions(opened)[-1] == "refused"


def test_head_takes_back_what_somebody_who_left_had_offered(office: Office, case_id: str) -> None:
    offer(office, case_id)
    stayed = tuple(o for o in ROSTER.officers if o.id not in ("ding", "hui"))
    office.appoint(Roster(office=ROSTER.office, officers=stayed))
    with pytest.raises(NotAllowed, match="没有等您签收"):
        office.answer_handover(case_id, by="jian", accept=False)
    with pytest.raises(NotAllowed, match="没有等您签收"):
        office.answer_handover(case_id, by="zhang", accept=True)
    assert office.answer_handover(case_id, by="zhang", accept=False).state == "withdrawn"
    offer(office, case_id, by="zhang", to="jian")


def test_head_hands_over_what_somebody_who_left_answered_for(office: Office, case_id: str) -> None:
    stayed = tuple(o for o in ROSTER.officers if o.id != "ding")
    office.appoint(Roster(office=ROSTER.office, officers=stayed))
    with pytest.raises(NotAllowed):
        offer(office, case_id, by="jian", to="hui")
    offer(office, case_id, by="zhang", to="hui")
    assert office.answer_handover(case_id, by="hui", accept=True).state == "accepted"
