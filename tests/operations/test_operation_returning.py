"""退回 and 撤回: steps are done again, what was done stays on record, nothing waits for ever."""

import pytest

from engine.model.case import CaseState, WorkItemState
from engine.model.errors import QingdanError
from engine.runtime import AlreadyTaken, FormInvalid, NotAllowed, Office
from engine.runtime.family import load_deeds
from engine.runtime.machine import Machine
from engine.runtime.statements import Wire
from tests.cases.drawings import field, line, process, step
from tests.cases.test_case_constructs import endless_loop


@pytest.fixture
def approving(desk):
    """A case whose third step 张 holds."""
    case = desk.open()
    desk.do(case.id, "accept", "ding", note="齐全")
    desk.do(case.id, "examine", "jian", sum="12")
    item = desk.waiting(case.id)["approve"]
    return desk.office.claim(item.id, by="zhang")


def test_targets_are_the_steps_done_latest_first(office, approving):
    found = office.targets(approving.id)

    assert [(t.step, t.officer, t.allowed) for t in found] == [
        ("examine", "jian", True),
        ("accept", "ding", True),
    ]


def test_rounds_done_before_cost_a_return_nothing(office, desk, monkeypatch):
    desk.publish(endless_loop())
    case = desk.open()
    for _ in range(9):
        last = desk.waiting(case.id)["again"].id
        desk.do(case.id, "again", "ding", stop="否")
    asked = []
    plan = Machine.rewind_to

    def counted(machine, *places):
        asked.append(places)
        return plan(machine, *places)

    monkeypatch.setattr(Machine, "rewind_to", counted)

    (target,) = office.targets(desk.waiting(case.id)["again"].id)
    assert (target.step, target.work_item) == ("again", last)
    assert len(asked) == 1


def test_returned_case_does_everything_behind_the_target_again(office, desk, approving):
    case = office.return_to(approving.id, by="zhang", target="accept", reason="材料不全")

    assert desk.steps(case.id) == ["accept"]
    assert office.work_item(approving.id).state is WorkItemState.CANCELLED
    assert desk.actions(case.id)[-1] == "returned"
    assert [r.text for r in office.remarks(case.id)] == ["材料不全"]
    with office.store.read() as connection:
        deeds = load_deeds(Wire(connection), office.id, case.id)
    assert {(d.officer, d.trail) for d in deeds} == {
        ("ding", "accept"),
        ("jian", "examine"),
        ("zhang", "approve"),
    }
    other = Office(office.store, office.id, controls=office.controls, clock=office.clock)
    assert [i.step for i in other.case(case.id).work_items if i.done_at is None] == ["accept"]
    desk.do(case.id, "accept", "ding", note="补齐")
    assert desk.steps(case.id) == ["examine"]
    assert office.targets(desk.waiting(case.id)["examine"].id)[0].step == "accept"
    desk.do(case.id, "examine", "jian", sum="13")
    assert desk.do(case.id, "approve", "zhang").state is CaseState.FINISHED


def test_put_right_it_comes_back_to_who_returned_it(office, desk, approving):
    case = office.return_to(
        approving.id, by="zhang", target="examine", reason="金额不对", then="come-back"
    )
    rework = desk.waiting(case.id)["examine"]
    assert (rework.officer, rework.kind, rework.of_item) == ("jian", "rework", approving.id)
    assert office.work_item(approving.id).waits_for == "rework"
    with pytest.raises(NotAllowed, match="等待退回补正"):
        office.complete(approving.id, by="zhang", values={})
    with pytest.raises(NotAllowed):
        office.return_to(approving.id, by="zhang", target="accept", reason="再退")

    office.complete(rework.id, by="jian", values={"sum": "99.50"})

    assert office.work_item(approving.id).waits_for is None
    assert str(office.case(case.id).data["sum"]) == "99.50"
    assert office.complete(approving.id, by="zhang", values={}).state is CaseState.FINISHED
    assert desk.actions(case.id)[-3:] == ["reworked", "completed", "finished"]


def test_rework_goes_with_the_step_that_waits_for_it(office, desk, approving):
    case_id = approving.case_id
    office.return_to(approving.id, by="zhang", target="examine", reason="核", then="come-back")
    rework = desk.waiting(case_id)["examine"]
    with pytest.raises(NotAllowed):
        office.return_to(rework.id, by="jian", target="accept", reason="退")
    office.release(rework.id, by="jian")
    taken = office.claim(desk.waiting(case_id)["examine"].id, by="dong")

    assert office.complete(taken.id, by="dong", values={"sum": "5"}).id == case_id
    assert desk.steps(case_id) == ["approve"]


@pytest.mark.parametrize(
    "attempt",
    [
        lambda office, item: office.return_to(item.id, by="zhang", target="accept", reason=" "),
        lambda office, item: office.return_to(item.id, by="zhang", target="x", reason="退"),
        lambda office, item: office.return_to(item.id, by="ding", target="accept", reason="退"),
        lambda office, item: office.withdraw_completion(item.id, by="zhang", reason="错"),
    ],
)
def test_a_return_that_cannot_be_changes_nothing(office, desk, approving, attempt):
    before = desk.actions(approving.case_id)

    with pytest.raises(QingdanError):
        attempt(office, approving)

    assert desk.actions(approving.case_id) == before
    assert desk.steps(approving.case_id) == ["approve"]


def test_the_same_return_sent_twice_happens_once(office, desk, approving):
    for _ in range(2):
        office.return_to(approving.id, by="zhang", target="examine", reason="核", key="k1")

    assert desk.actions(approving.case_id).count("returned") == 1


def test_completion_is_taken_back_until_somebody_goes_on(office, desk):
    case = desk.open()
    desk.do(case.id, "accept", "ding", note="齐全")
    done = next(i for i in office.case(case.id).work_items if i.step == "accept")
    with pytest.raises(NotAllowed):
        office.withdraw_completion(done.id, by="dong", reason="错")

    item = office.withdraw_completion(done.id, by="ding", reason="写错了")

    assert (item.step, item.officer, item.state) == ("accept", "ding", WorkItemState.CLAIMED)
    assert desk.steps(case.id) == ["accept"]
    office.complete(item.id, by="ding", values={"note": "改正"})
    done = office.work_item(item.id)
    office.claim(desk.waiting(case.id)["examine"].id, by="jian")
    with pytest.raises(NotAllowed, match="已经有人认领"):
        office.withdraw_completion(done.id, by="ding", reason="又错了")


FORK = process(
    "fork",
    step("accept", duty="accept", post="受理窗口"),
    '<parallelGateway id="split"/><parallelGateway id="join"/>',
    step("left", post="资金监管"),
    step("right", post="资金监管"),
    step("approve", duty="approve", post="所长"),
    line("start", "accept", "split", "left", "join", "approve", "end"),
    line("split", "right", "join"),
    code="T-2",
)


def test_branches_are_kept_or_undone_as_they_follow_from_the_target(office, desk):
    desk.publish(FORK)
    case = desk.open("T-2")
    desk.do(case.id, "accept", "ding")
    desk.do(case.id, "left", "jian")
    right = office.claim(desk.waiting(case.id)["right"].id, by="jian")
    reasons = {t.step: t.reason for t in office.targets(right.id)}
    assert "并行" in reasons["left"]
    assert reasons["accept"] == ""
    with pytest.raises(NotAllowed, match="并行"):
        office.return_to(right.id, by="jian", target="left", reason="重看")

    office.complete(right.id, by="jian", values={})
    approve = office.claim(desk.waiting(case.id)["approve"].id, by="zhang")
    assert {t.step: t.allowed for t in office.targets(approve.id)} == {
        "right": False,
        "left": False,
        "accept": True,
    }
    office.return_to(approve.id, by="zhang", target="accept", reason="重来")
    assert desk.steps(case.id) == ["accept"]
    desk.do(case.id, "accept", "ding")
    assert desk.steps(case.id) == ["left", "right"]


def test_wrong_officer_cannot_return(office, approving):
    with pytest.raises((AlreadyTaken, FormInvalid)):
        office.return_to(approving.id, by="jian", target="accept", reason="退")


def test_what_two_did_together_is_put_right_by_two(office, desk):
    desk.publish(
        process(
            "p",
            step("verify", field("found"), duty="examine", post="资金监管", persons="2"),
            step("approve", duty="approve", post="所长"),
            line("start", "verify", "approve", "end"),
            code="T-1",
        )
    )
    case = desk.open()
    desk.do(case.id, "verify", "jian", found="实", cosigner="jia")
    approving = office.claim(desk.waiting(case.id)["approve"].id, by="zhang")
    office.return_to(approving.id, by="zhang", target="verify", reason="核", then="come-back")
    rework = desk.waiting(case.id)["verify"]

    with pytest.raises(FormInvalid):
        office.complete(rework.id, by="jian", values={"found": "虚"})
    office.complete(rework.id, by="jian", values={"found": "虚", "cosigner": "dong"})

    assert office.case(case.id).data["found"] == "虚"
    assert "dong" in office.history(case.id)[-1].note
    with office.store.read() as connection:
        deeds = load_deeds(Wire(connection), office.id, case.id)
    assert {d.officer for d in deeds if d.duty == "examine"} == {"jian", "jia", "dong"}


def test_delegate_leaves_who_helps_to_the_owner(office, desk):
    desk.publish(
        process(
            "p",
            step("verify", field("found"), duty="examine", post="资金监管", persons="2"),
            line("start", "verify", "end"),
            code="T-1",
        )
    )
    case = desk.open()
    item = office.claim(desk.waiting(case.id)["verify"].id, by="jian")
    office.delegate(item.id, by="jian", to="dong", reason="外出")

    office.complete(item.id, by="dong", values={"found": "实", "cosigner": "jia"})

    assert office.draft(item.id) == {"found": "实", "cosigner": "jia"}
    office.complete(item.id, by="jian", values=office.draft(item.id))
    assert office.case(case.id).case.state is CaseState.FINISHED
