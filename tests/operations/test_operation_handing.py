"""转办, 委派, 归还, 暂存, 催办, 抄送: judged like claims, written down, undone by nothing."""

import pytest

from engine.model.case import WorkItemState
from engine.model.errors import QingdanError
from engine.runtime import AlreadyTaken, FormInvalid, NotAllowed, Refused
from engine.runtime.family import load_deeds
from engine.runtime.statements import Wire


@pytest.fixture
def examined(desk):
    """A case whose second step 简 holds."""
    case = desk.open()
    desk.do(case.id, "accept", "ding", note="齐全")
    item = desk.waiting(case.id)["examine"]
    return desk.office.claim(item.id, by="jian")


def last(office, case_id):
    return office.history(case_id)[-1]


def test_reassigned_item_is_the_others_alone(office, desk, examined):
    taken = office.reassign(examined.id, by="jian", to="dong", reason="出差")

    assert (taken.officer, taken.state) == ("dong", WorkItemState.CLAIMED)
    with pytest.raises(AlreadyTaken):
        office.complete(examined.id, by="jian", values={"sum": "1"})
    office.complete(examined.id, by="dong", values={"sum": "1"})
    entry = next(e for e in office.history(examined.case_id) if e.action == "reassigned")
    assert (entry.actor, entry.note) == ("jian", "给 dong")
    (remark,) = office.remarks(examined.case_id)
    assert (remark.text, remark.officer, len(entry.form_digest)) == ("出差", "jian", 64)


@pytest.mark.parametrize("operation", ["reassign", "delegate"])
@pytest.mark.parametrize(
    ("to", "rule"),
    [
        ("zhang", "post-not-held"),
        ("bro", "relative-applicant"),
        ("jia", "relatives-in-case"),
    ],
)
def test_nobody_gets_by_another_hand_what_he_could_not_claim(
    office, desk, examined, operation, to, rule
):
    with pytest.raises(Refused) as refused:
        getattr(office, operation)(examined.id, by="jian", to=to, reason="忙")

    assert refused.value.rule == rule
    assert office.work_item(examined.id).officer == "jian"
    assert (last(office, examined.case_id).action, last(office, examined.case_id).note) == (
        "refused",
        rule,
    )
    assert office.remarks(examined.case_id) == ()


def test_delegated_form_comes_back_and_only_the_owner_completes(office, desk, examined):
    office.delegate(examined.id, by="jian", to="dong", reason="帮忙核数")
    with pytest.raises(AlreadyTaken):
        office.complete(examined.id, by="jian", values={"sum": "1"})
    with pytest.raises(NotAllowed):
        office.release(examined.id, by="dong")
    with pytest.raises(NotAllowed):
        office.delegate(examined.id, by="dong", to="jia", reason="再转")
    with pytest.raises(FormInvalid):
        office.complete(examined.id, by="dong", values={"sum": "many"})

    case = office.complete(examined.id, by="dong", values={"sum": "12.50"})

    item = office.work_item(examined.id)
    assert (item.officer, item.owner, item.state) == ("jian", None, WorkItemState.CLAIMED)
    assert office.draft(examined.id) == {"sum": "12.50"}
    assert desk.steps(case.id) == ["examine"]
    office.complete(examined.id, by="jian", values=office.draft(examined.id))
    assert desk.steps(case.id) == ["approve"]
    assert desk.actions(case.id)[-3:] == ["delegated", "given-back", "completed"]


def test_both_hands_of_a_delegation_count_for_conflicts(office, desk, examined):
    office.delegate(examined.id, by="jian", to="dong", reason="帮忙")
    office.complete(examined.id, by="dong", values={"sum": "1"})
    office.complete(examined.id, by="jian", values={"sum": "1"})
    with office.store.read() as connection:
        deeds = load_deeds(Wire(connection), office.id, examined.case_id)

    assert {d.officer for d in deeds if d.trail == "examine"} == {"jian", "dong"}


def test_given_back_undone_it_is_the_owners_again(office, examined):
    with pytest.raises(NotAllowed):
        office.give_back(examined.id, by="jian", reason="不会")
    office.delegate(examined.id, by="jian", to="dong", reason="帮忙")

    item = office.give_back(examined.id, by="dong", reason="没空")

    assert (item.officer, item.owner) == ("jian", None)


def test_head_frees_and_moves_what_somebody_else_holds(office, desk, examined):
    with pytest.raises(AlreadyTaken):
        office.release_for(examined.id, by="dong", reason="他请假")
    office.reassign(examined.id, by="zhang", to="dong", reason="请假")

    item = office.release_for(examined.id, by="zhang", reason="调走")

    assert (item.officer, item.state) == (None, WorkItemState.READY)
    assert desk.actions(examined.case_id)[-2:] == ["reassigned", "released"]


@pytest.mark.parametrize(
    "attempt",
    [
        lambda office, item: office.reassign(item.id, by="jian", to="dong", reason=" "),
        lambda office, item: office.reassign(item.id, by="jian", to="jian", reason="忙"),
        lambda office, item: office.reassign(item.id, by="jian", to="nobody", reason="忙"),
        lambda office, item: office.delegate(item.id, by="dong", to="jia", reason="忙"),
        lambda office, item: office.urge(item.id, by="ding", text=""),
        lambda office, item: office.urge(item.id, by="ding", text="长" * 5001),
        lambda office, item: office.copy_to(item.case_id, by="ding", to=["ding"]),
        lambda office, item: office.copy_to(item.case_id, by="ding", to=["bro"]),
        lambda office, item: office.mark_read(item.case_id, by="ding"),
        lambda office, item: office.save_draft(item.id, by="dong", values={}),
    ],
)
def test_what_cannot_be_done_changes_nothing(office, examined, attempt):
    before = [e.action for e in office.history(examined.case_id) if e.action != "refused"]

    with pytest.raises(QingdanError):
        attempt(office, examined)

    after = [e.action for e in office.history(examined.case_id) if e.action != "refused"]
    assert after == before
    assert office.work_item(examined.id).officer == "jian"
    assert office.remarks(examined.case_id) == ()


def test_draft_goes_with_its_item(office, examined):
    office.save_draft(examined.id, by="jian", values={"sum": "12.50"})
    office.terminate(examined.case_id, by="zhang", reason="撤项")
    assert office.draft(examined.id) == {}


def test_draft_is_kept_as_typed_and_goes_with_the_holder(office, examined):
    office.save_draft(examined.id, by="jian", values={"sum": "abc"})
    office.save_draft(examined.id, by="jian", values={"sum": "12x"})
    assert office.draft(examined.id) == {"sum": "12x"}

    office.release(examined.id, by="jian")

    assert office.draft(examined.id) == {}


def test_urging_is_counted_and_rests_until_tomorrow(office, examined, clock):
    office.urge(examined.id, by="ding", text="请尽快")
    with pytest.raises(NotAllowed):
        office.urge(examined.id, by="ding", text="请尽快")
    office.urge(examined.id, by="zhang", text="抓紧")
    clock.move(days=1)
    office.urge(examined.id, by="ding", text="还没办？")

    assert office.urged([examined.id, "other"]) == {examined.id: 3}


def test_copies_are_listed_until_read_and_come_again(office, examined, clock):
    office.copy_to(examined.case_id, by="ding", to=["zhang", "dong"], text="请知悉")
    (copy,) = office.copies("zhang", unread=True)
    assert (copy.case_id, copy.sender) == (examined.case_id, "ding")

    office.mark_read(examined.case_id, by="zhang")
    assert office.copies("zhang", unread=True) == ()
    assert len(office.copies("zhang")) == 1

    clock.move(hours=1)
    office.copy_to(examined.case_id, by="dong", to=["zhang"])
    assert [c.sender for c in office.copies("zhang", unread=True)] == ["dong"]
    with pytest.raises(AlreadyTaken):
        office.complete(examined.id, by="dong", values={"sum": "1"})
