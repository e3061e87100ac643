"""Who may take a step: refused with the rule and its source, at claim and at completion."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from engine.model.case import Applicant
from engine.model.office import Appointment, Avoidance, Officer, Relative, Roster, Waiver
from engine.runtime import AlreadyTaken, FormInvalid, NotAllowed, Refused, Stale
from engine.runtime.duties import Deed, Family, Task, judge

from .conftest import CONTROLS, Clock, Desk, officer
from .drawings import line, process, step


def _steps(one: str, other: str, **more: str) -> bytes:
    return process(
        "p",
        step("first", duty=one, post="资金监管"),
        step("second", duty=other, post="所长", **more),
        line("start", "first", "second", "end"),
        code="T-1",
    )


def _appoint(desk: Desk, *officers: Officer, **more: object) -> None:
    desk.office.appoint(Roster(office="所", officers=officers, **more))  # type: ignore[arg-type]


BOTH = officer("both", "资金监管", "所长")
CLERK = officer("clerk", "受理窗口")


def _waiver(*between: str, until: date = date(2026, 12, 31)) -> Waiver:
    return Waiver(
        id="W-1",
        between=frozenset(between),
        scope="office",
        approved_by="县财政局",
        reason="编制三人",
        control="县局按月抽审",
        until=until,
    )


def _second_refused(desk: Desk) -> Refused:
    case = desk.open(by="both")
    desk.do(case.id, "first", "both")
    item = desk.waiting(case.id)["second"]
    with pytest.raises(Refused) as caught:
        desk.office.claim(item.id, by="both")
    assert desk.actions(case.id)[-1] == "refused"
    assert desk.office.history(case.id)[-1].note == caught.value.rule
    (waiting,) = [i for i in desk.office.todo("both").open if i.case_id == case.id]
    assert waiting.refusal == caught.value.message
    return caught.value


def test_conflicting_duty_is_refused_journalled_and_shown(desk: Desk) -> None:
    _appoint(desk, BOTH)
    desk.publish(_steps("examine", "approve"))
    refused = _second_refused(desk)
    assert refused.rule == "duty-conflict"
    assert "内部控制规范" in refused.basis
    assert refused.basis in refused.message


def _judged(done: str, asked: str) -> Refused | None:
    """What is said to an officer who did one duty and asks for another."""
    deed = Deed(officer="both", case_id="1", trail="a", name="甲", duty=done, post="资金监管")
    task = Task(case_id="1", trail="b", name="乙", duty=asked, post="所长", external=False)
    family = Family(
        applicant=Applicant(name=""),
        deeds=(deed,),
        lineage=frozenset("1"),
        separations=(),
        bindings=(),
    )
    roster = Roster(office="所", officers=(BOTH,))
    try:
        judge(BOTH, task, family, roster, CONTROLS, date(2026, 3, 2))
    except Refused as refused:
        return refused
    return None


def test_exactly_the_conflicting_pairs_of_duties_are_refused_with_their_source() -> None:
    for done, asked in product(CONTROLS.duties, repeat=2):
        conflict = CONTROLS.between_duties(done, asked)
        refused = _judged(done, asked)
        if conflict is None:
            assert refused is None, (done, asked)
        else:
            assert refused is not None, (done, asked)
            assert (refused.rule, refused.basis) == ("duty-conflict", conflict.basis)
            assert conflict.basis in refused.message


def test_claimed_step_counts_before_it_is_done(desk: Desk) -> None:
    _appoint(desk, BOTH)
    desk.publish(
        process(
            "p",
            '<parallelGateway id="s"/><parallelGateway id="j"/>',
            step("first", duty="examine", post="资金监管"),
            step("second", duty="approve", post="所长"),
            line("start", "s", "first", "j", "end"),
            line("s", "second", "j"),
            code="T-1",
        )
    )
    case = desk.open(by="both")
    waiting = desk.waiting(case.id)
    desk.office.claim(waiting["first"].id, by="both")
    with pytest.raises(Refused, match="duty-conflict"):
        desk.office.claim(waiting["second"].id, by="both")
    desk.office.release(waiting["first"].id, by="both")
    desk.office.claim(waiting["second"].id, by="both")


@pytest.mark.parametrize(
    "between", [("资金监管", "所长"), ("examine", "approve"), ("first", "second")]
)
def test_waiver_in_force_permits_and_is_journalled(desk: Desk, between: tuple[str, str]) -> None:
    _appoint(desk, BOTH, waivers=(_waiver(*between),))
    desk.publish(_steps("examine", "approve"))
    case = desk.open(by="both")
    desk.do(case.id, "first", "both")
    desk.do(case.id, "second", "both")
    notes = [e.note for e in desk.office.history(case.id) if e.step == "second"]
    assert notes == ["豁免 W-1", "豁免 W-1"]


@pytest.mark.parametrize(
    ("waiver", "duties"),
    [
        (_waiver("examine", "approve", until=date(2026, 3, 1)), ("examine", "approve")),
        (_waiver("pay", "record"), ("pay", "record")),
        (_waiver("examine", "pay"), ("examine", "approve")),
    ],
    ids=["expired", "statutory", "other pair"],
)
def test_waiver_that_does_not_reach_is_no_permission(
    desk: Desk, waiver: Waiver, duties: tuple[str, str]
) -> None:
    _appoint(desk, BOTH, waivers=(waiver,))
    desk.publish(_steps(*duties))
    assert _second_refused(desk).rule == "duty-conflict"


def test_recording_an_outside_step_leaves_no_trace(desk: Desk) -> None:
    _appoint(desk, BOTH)
    desk.publish(_steps("examine", "approve", external="true", recorder="资金监管"))
    case = desk.open(by="both")
    desk.do(case.id, "first", "both")
    desk.do(case.id, "second", "both")


def test_step_needs_its_post_today(desk: Desk, clock: Clock) -> None:
    absent = officer("away", "资金监管", absences=((date(2026, 3, 1), date(2026, 3, 5)),))
    _appoint(desk, CLERK, absent)
    desk.publish(_steps("examine", "approve"))
    case = desk.open(by="clerk")
    item = desk.waiting(case.id)["first"]
    with pytest.raises(Refused, match=r"不在“资金监管”岗位上.*post-not-held"):
        desk.office.claim(item.id, by="clerk")
    with pytest.raises(Refused, match=r"请假或外出.*absent"):
        desk.office.claim(item.id, by="away")
    clock.move(days=4)
    desk.office.claim(item.id, by="away")


def test_step_of_no_post_is_for_whoever_has_one(desk: Desk) -> None:
    _appoint(desk, CLERK, officer("none"))
    desk.publish(process("p", step("any", post=""), line("start", "any", "end"), code="T-1"))
    case = desk.open(by="clerk")
    with pytest.raises(Refused, match="不在任何岗位上"):
        desk.office.claim(desk.waiting(case.id)["any"].id, by="none")
    desk.do(case.id, "any", "clerk")


def test_post_may_be_written_as_an_alias(desk: Desk) -> None:
    _appoint(desk, officer("alias", "资金监管岗"))
    desk.publish(_steps("examine", "approve"))
    case = desk.open(by="alias")
    assert [item.step for item in desk.office.todo("alias").open] == ["first"]
    desk.do(case.id, "first", "alias")


@pytest.mark.parametrize(
    ("applicant", "refused"),
    [
        (Applicant(name="both同志"), "own-case"),
        (Applicant(name="赵玉田"), "relative-applicant"),
        (Applicant(name="改了名", id_card="11010519491231002X"), "relative-applicant"),
        (Applicant(name="赵玉田", id_card="110105194912310011"), ""),
        (Applicant(name="旁人"), ""),
    ],
)
def test_officer_keeps_out_of_own_and_relatives_cases(
    desk: Desk, applicant: Applicant, refused: str
) -> None:
    brother = Relative(name="赵玉田", relation="兄弟", id_card="11010519491231002x")
    _appoint(desk, officer("both", "资金监管", "所长", relatives=(brother,)))
    desk.publish(_steps("examine", "archive"))
    case = desk.open(by="both", applicant=applicant)
    item = desk.waiting(case.id)["first"]
    if refused:
        with pytest.raises(Refused, match="公务员法") as caught:
            desk.office.claim(item.id, by="both")
        assert caught.value.rule == refused
    else:
        desk.office.claim(item.id, by="both")


@pytest.mark.parametrize("is_declared", [True, False], ids=["declared", "entered"])
def test_relatives_of_each_other_never_share_a_case(desk: Desk, is_declared: bool) -> None:
    wife = (Relative(name="wife同志", relation="妻"),) if is_declared else ()
    avoidances = () if is_declared else (Avoidance(officers=("wife", "husband")),)
    _appoint(
        desk,
        officer("wife", "资金监管"),
        officer("husband", "所长", relatives=wife),
        avoidances=avoidances,
    )
    desk.publish(_steps("examine", "archive"))
    case = desk.open(by="wife")
    desk.do(case.id, "first", "wife")
    with pytest.raises(Refused, match="relatives-in-case"):
        desk.do(case.id, "second", "husband")


def test_separated_and_bound_steps(desk: Desk) -> None:
    _appoint(desk, BOTH, officer("one", "资金监管"), officer("other", "所长"))
    body = (
        step("first", post="资金监管"),
        step("second", post="所长"),
        line("start", "first", "second", "end"),
    )
    rule = '<qd:{} steps="first second" reason="防止自办自查"/>'
    desk.publish(process("p", *body, code="T-1", extensions=rule.format("separate")))
    refused = _second_refused(desk)
    assert (refused.rule, refused.basis) == ("separated-steps", "流程设计：防止自办自查")
    desk.publish(process("p", *body, code="T-1", extensions=rule.format("bind")))
    case = desk.open(by="both")
    desk.do(case.id, "first", "both")
    with pytest.raises(Refused, match="bound-steps"):
        desk.do(case.id, "second", "other")
    desk.do(case.id, "second", "both")


def test_step_for_two_needs_a_second_officer_who_may_do_it(desk: Desk) -> None:
    _appoint(desk, BOTH, officer("one", "所长"), officer("two", "所长"), CLERK)
    desk.publish(_steps("examine", "approve", persons="2"))
    case = desk.open(by="both")
    desk.do(case.id, "first", "both")
    item = desk.waiting(case.id)["second"]
    desk.office.claim(item.id, by="one")
    for cosigner, error in (("", FormInvalid), ("one", FormInvalid), ("both", Refused)):
        with pytest.raises(error):
            desk.office.complete(item.id, by="one", values={"cosigner": cosigner})
    with pytest.raises(Refused, match="post-not-held"):
        desk.office.complete(item.id, by="one", values={"cosigner": "clerk"})
    desk.office.complete(item.id, by="one", values={"cosigner": "two"})
    assert "共同办理 two" in desk.office.history(case.id)[-2].note


def test_duty_is_judged_again_at_completion(desk: Desk) -> None:
    _appoint(desk, BOTH)
    desk.publish(_steps("examine", "archive"))
    case = desk.open(by="both")
    item = desk.waiting(case.id)["first"]
    desk.office.claim(item.id, by="both")
    _appoint(desk, officer("both", "所长"))
    with pytest.raises(Refused, match="post-not-held"):
        desk.office.complete(item.id, by="both", values={})
    assert desk.actions(case.id)[-1] == "refused"


def test_appointment_begins_at_midnight_in_china(desk: Desk, clock: Clock) -> None:
    begins = Appointment(post="资金监管", since=date(2026, 3, 3))
    _appoint(desk, Officer(id="new", name="新同志", appointments=(begins,)), CLERK)
    desk.publish(_steps("examine", "archive"))
    item = desk.waiting(desk.open(by="clerk").id)["first"]
    clock.now = datetime(2026, 3, 2, 15, 59, tzinfo=UTC)
    with pytest.raises(Refused, match="post-not-held"):
        desk.office.claim(item.id, by="new")
    clock.move(minutes=1)
    assert desk.office.claim(item.id, by="new").officer == "new"


def test_item_belongs_to_who_claimed_it(desk: Desk) -> None:
    _appoint(desk, officer("one", "资金监管"), officer("two", "资金监管"))
    desk.publish(_steps("examine", "archive"))
    case = desk.open(by="one")
    item = desk.waiting(case.id)["first"]
    with pytest.raises(NotAllowed, match="还没有认领"):
        desk.office.complete(item.id, by="one", values={})
    desk.office.claim(item.id, by="one")
    assert desk.office.claim(item.id, by="one").officer == "one"
    for attempt in (desk.office.claim, desk.office.release):
        with pytest.raises(AlreadyTaken, match="one同志") as caught:
            attempt(item.id, by="two")
        assert caught.value.officer == "one"
    with pytest.raises(Stale):
        desk.office.complete(item.id, by="one", values={}, version=case.version - 1)
    desk.office.complete(item.id, by="one", values={}, version=case.version)
    with pytest.raises(AlreadyTaken, match=r"已由one同志于 .* 办完"):
        desk.office.complete(item.id, by="one", values={})
