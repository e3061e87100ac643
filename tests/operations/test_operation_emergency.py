"""应急办理: only where the item allows it, never unreviewed, never reviewed by who did it."""

import pytest

from engine.model.case import CaseState, WorkItemKind
from engine.runtime import AlreadyTaken, FormInvalid, NotAllowed, Refused
from engine.runtime.casework import Casework
from engine.runtime.timers import LONGEST_REST, Scheduler
from tests.cases.drawings import column, field, line, process, step


def drawn(*more: str) -> bytes:
    """Accepted, examined, archived, and what comes after."""
    return process(
        "p",
        step("accept", duty="accept", post="受理窗口"),
        step("examine", duty="examine", post="资金监管"),
        step("archive", duty="archive", post="受理窗口"),
        *(step(id_) for id_ in more),
        line("start", "accept", "examine", "archive", *more, "end"),
        code="T-1",
    )


def urgent(file: bytes) -> bytes:
    """The item with steps that may be taken in an emergency."""
    return file.replace(b'version="1"', b'version="1" emergency="true" emergencyReviewDays="2"')


FILE = drawn()
URGENT = urgent(FILE)


@pytest.fixture
def waiting(desk):
    """The second step, which may be taken in an emergency; 董 accepted the case."""
    desk.publish(URGENT)
    case = desk.open()
    desk.do(case.id, "accept", "dong")
    return desk.waiting(case.id)["examine"]


def review_of(office, item):
    found = office.case(item.case_id).work_items
    return next(w for w in found if w.kind is WorkItemKind.REVIEW)


def test_case_ends_only_after_the_review(office, desk, waiting):
    taken = office.emergency_claim(waiting.id, by="ding", reason="防汛")
    assert taken.officer == "ding"
    office.complete(waiting.id, by="ding", values={})
    review = review_of(office, waiting)
    assert (review.post, review.due.date().isoformat()) == ("所长", "2026-03-04")
    item = next(w for w in office.case(waiting.case_id).work_items if w.step == "archive")
    office.claim(item.id, by="dong")
    with pytest.raises(NotAllowed, match="事后审核"):
        office.complete(item.id, by="dong", values={})
    assert office.work_item(item.id).done_at is None

    office.claim(review.id, by="zhang")
    with pytest.raises(FormInvalid):
        office.sign(review.id, by="zhang", choice="不同意")
    office.sign(review.id, by="zhang", choice="不同意", text="应先请示")
    case = office.complete(item.id, by="dong", values={})

    assert case.state is CaseState.FINISHED
    assert [(s.officer, s.choice) for s in office.signatures(case.id)] == [("zhang", "不同意")]
    assert {r.text for r in office.remarks(case.id)} == {"防汛", "应先请示"}
    actions = desk.actions(case.id)
    assert "emergency-claimed" in actions
    assert "reviewed" in actions


def test_rest_of_the_case_is_looked_at_in_an_emergency_too(office, desk):
    file = process(
        "p",
        step("accept", duty="accept", post="受理窗口"),
        step("examine", duty="examine", post="资金监管"),
        step("approve", duty="approve", post="所长"),
        line("start", "accept", "examine", "approve", "end"),
        code="T-1",
    )
    desk.publish(urgent(file))
    case = desk.open()
    desk.do(case.id, "accept", "dong")
    item = desk.waiting(case.id)["examine"]
    with pytest.raises(Refused, match="approve") as refused:
        office.emergency_claim(item.id, by="zhang", reason="防汛")
    assert refused.value.rule == "leaves-nobody"
    assert office.emergency_claim(item.id, by="ding", reason="防汛").warning == ""
    review = review_of(office, item)
    assert office.claim(review.id, by="zhang").warning == "", "while the step is under way"
    office.release(review.id, by="zhang")
    office.complete(item.id, by="ding", values={})
    assert office.claim(review.id, by="zhang").warning == "", "when the step is done"


def test_nobody_reviews_their_own_emergency(office, desk, waiting):
    office.emergency_claim(waiting.id, by="zhang", reason="防汛")
    review = review_of(office, waiting)
    assert review.post == "资金监管"
    office.claim(review.id, by="jian")
    with pytest.raises(NotAllowed, match="不能自己"):
        office.reassign(review.id, by="jian", to="zhang", reason="请审")

    office.release(review.id, by="jian")
    with pytest.raises(NotAllowed, match="不能自己"):
        office.claim(review.id, by="zhang")


def test_who_did_it_together_with_them_does_not_review_it(office, desk):
    file = process(
        "p",
        step("verify", duty="verify-on-site", post="资金监管", persons="2"),
        step("close"),
        line("start", "verify", "close", "end"),
        code="T-1",
    )
    desk.publish(urgent(file))
    case = desk.open()
    item = desk.waiting(case.id)["verify"]
    office.emergency_claim(item.id, by="zhang", reason="防汛")
    review = review_of(office, item)
    office.claim(review.id, by="dong")
    office.complete(item.id, by="zhang", values={"cosigner": "dong"})
    with pytest.raises(NotAllowed, match="不能自己"):
        office.sign(review.id, by="dong", choice="同意")
    with pytest.raises(NotAllowed, match="不能自己"):
        office.reassign(review.id, by="zhang", to="zhang", reason="请审")
    office.reassign(review.id, by="dong", to="jian", reason="本人参加了核查")
    assert office.sign(review.id, by="jian", choice="同意").id == case.id


@pytest.mark.parametrize("by", ["bro", "jia", "zhang", "dong"])
def test_without_leave_of_the_item_nobody_takes_it(office, desk, by):
    desk.publish(FILE)
    case = desk.open()
    desk.do(case.id, "accept", "dong")
    item = desk.waiting(case.id)["examine"]

    with pytest.raises(NotAllowed, match="没有准许"):
        office.emergency_claim(item.id, by=by, reason="防汛")


def test_recusal_and_conflicts_hold_in_an_emergency(office, desk):
    desk.publish(URGENT)
    case = desk.open()
    desk.do(case.id, "accept", "ding")
    desk.do(case.id, "examine", "jian")
    item = desk.waiting(case.id)["archive"]
    for who, rule in (("bro", "relative-applicant"), ("jia", "relatives-in-case")):
        with pytest.raises(Refused) as refused:
            office.emergency_claim(item.id, by=who, reason="防汛")
        assert refused.value.rule == rule
    with pytest.raises(NotAllowed, match="直接认领"):
        office.emergency_claim(item.id, by="dong", reason="防汛")
    with pytest.raises(FormInvalid):
        office.emergency_claim(item.id, by="zhang", reason="")
    office.claim(item.id, by="dong")
    with pytest.raises(AlreadyTaken):
        office.emergency_claim(item.id, by="zhang", reason="防汛")


@pytest.mark.parametrize("end", ["terminate", "void"])
def test_case_is_not_ended_before_the_review(office, desk, waiting, end):
    office.emergency_claim(waiting.id, by="ding", reason="防汛")
    for ready in (False, True):
        if ready:
            office.suspend(waiting.case_id, by="zhang", reason="停")
        with pytest.raises(NotAllowed, match="examine（应急事后审核）"):
            getattr(office, end)(waiting.case_id, by="zhang", reason="不办了")
    office.resume(waiting.case_id, by="zhang", reason="开")

    review = office.claim(review_of(office, waiting).id, by="zhang")
    office.sign(review.id, by="zhang", choice="同意")
    assert getattr(office, end)(waiting.case_id, by="zhang", reason="不办了").finished_at


def test_nothing_is_archived_before_the_review(office, desk):
    desk.publish(urgent(drawn("close")))
    case = desk.open()
    desk.do(case.id, "accept", "dong")
    taken = office.emergency_claim(desk.waiting(case.id)["examine"].id, by="ding", reason="防汛")
    office.complete(taken.id, by="ding", values={})
    with pytest.raises(NotAllowed, match="examine（应急事后审核）"):
        desk.do(case.id, "archive", "dong")

    assert "archive" in desk.steps(case.id)
    review = office.claim(review_of(office, taken).id, by="zhang")
    office.sign(review.id, by="zhang", choice="同意")
    office.complete(desk.waiting(case.id)["archive"].id, by="dong", values={})
    assert desk.steps(case.id) == ["close"]


CHILD = process(
    "child",
    step("visit", duty="verify-on-site", post="资金监管"),
    line("start", "visit", "end"),
)
PARENT = process(
    "parent",
    step("list", field("rows", "table", columns=column("who", "person")), post="受理窗口"),
    step("stop", post="受理窗口"),
    '<parallelGateway id="split"/><endEvent id="over"><terminateEventDefinition/></endEvent>',
    '<callActivity id="each" calledElement="child"><extensionElements>'
    '<qd:children rows="rows" person="who"/></extensionElements></callActivity>',
    line("start", "list", "split", "each", "end"),
    line("split", "stop", "over"),
    code="T-9",
).replace(b'version="1"', b'version="1" emergency="true"')


def test_review_in_a_case_below_keeps_the_case_above_from_ending(office, desk):
    desk.publish(PARENT, CHILD)
    case = desk.open("T-9")
    desk.do(case.id, "list", "dong", **{"rows.0.who": "甲", "rows.1.who": "乙"})
    first, _ = office.case(case.id).case.children
    taken = office.emergency_claim(desk.waiting(first)["visit"].id, by="ding", reason="防汛")
    before = desk.actions(first)
    for end in (office.terminate, office.void):
        with pytest.raises(NotAllowed, match=first):
            end(case.id, by="zhang", reason="撤项")
    with pytest.raises(NotAllowed, match=first):
        desk.do(case.id, "stop", "dong")
    assert desk.actions(first) == before
    assert office.case(case.id).case.state is CaseState.OPEN

    review = office.claim(review_of(office, taken).id, by="zhang")
    office.sign(review.id, by="zhang", choice="同意")
    assert office.terminate(case.id, by="zhang", reason="撤项").state is CaseState.TERMINATED


NOTICE = (
    '<intermediateCatchEvent id="notice" name="公示"><timerEventDefinition>'
    "<timeDuration>P7D</timeDuration></timerEventDefinition></intermediateCatchEvent>"
)
TIMED = urgent(
    process(
        "p",
        step("examine", duty="examine", post="资金监管"),
        NOTICE,
        line("start", "examine", "notice", "end"),
        code="T-1",
    )
)


def unreviewed(office, desk):
    """A case whose first step was done in an emergency, and that step."""
    case = desk.open()
    taken = office.emergency_claim(desk.waiting(case.id)["examine"].id, by="ding", reason="防汛")
    office.complete(taken.id, by="ding", values={})
    return case, taken


def tries_to_fire(monkeypatch):
    """Grows with every case whose timers are looked at."""
    tries = []
    fire = Casework.fire
    monkeypatch.setattr(Casework, "fire", lambda *given: tries.append(1) or fire(*given))
    return tries


def test_timer_that_may_not_end_the_case_yet_waits_for_the_review(office, desk, clock, monkeypatch):
    desk.publish(TIMED)
    case, taken = unreviewed(office, desk)
    tries = tries_to_fire(monkeypatch)
    scheduler = Scheduler(lambda: [office], lambda *_: None)
    clock.move(days=8)

    assert [scheduler.sweep() for _ in range(5)] == [0] * 5
    assert (len(tries), scheduler.rest()) == (1, LONGEST_REST)
    for days in (-30, 60):
        clock.move(days=days)
        assert [scheduler.sweep() for _ in range(3)] == [0] * 3
    assert len(tries) == 1
    other = desk.open()
    assert scheduler.sweep() == 0
    assert len(tries) == 1
    assert office.case(other.id).case.state is CaseState.OPEN

    office.claim(review_of(office, taken).id, by="zhang")
    assert (scheduler.sweep(), len(tries)) == (0, 2)
    office.sign(review_of(office, taken).id, by="zhang", choice="同意")
    assert scheduler.rest() < LONGEST_REST
    assert scheduler.sweep() == 1
    assert office.case(case.id).case.state is CaseState.FINISHED
    assert desk.actions(case.id).count("timer") == 1


SIDEWAYS = urgent(
    process(
        "p",
        step("examine", duty="examine", post="资金监管"),
        '<parallelGateway id="fork"/>',
        NOTICE,
        NOTICE.replace('"notice"', '"later"').replace("P7D", "P9D"),
        step("more"),
        line("start", "examine", "fork", "notice", "stop"),
        line("fork", "later", "more", "end"),
        '<endEvent id="stop"><terminateEventDefinition/></endEvent>',
        code="T-1",
    )
)


def test_timer_that_comes_due_beside_one_that_waits_is_looked_at(office, desk, clock, monkeypatch):
    desk.publish(SIDEWAYS)
    unreviewed(office, desk)
    tries = tries_to_fire(monkeypatch)
    clock.move(days=8)
    assert [office.tick() for _ in range(3)] == [0] * 3
    assert len(tries) == 1

    due = office.next_timer()
    assert due is not None
    assert due > clock.now
    clock.move(days=2)
    assert [office.tick() for _ in range(3)] == [0] * 3
    assert len(tries) == 2
    assert office.next_timer() is None
