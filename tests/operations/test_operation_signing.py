"""会签, 或签, 票签, 前加签, 后加签, 减签: everybody judged, nobody passed over."""

import pytest

from engine.model.case import CaseState, WorkItemState
from engine.model.office import Avoidance, Roster
from engine.runtime import AlreadyTaken, FormInvalid, NotAllowed, Refused
from engine.runtime.family import load_deeds
from engine.runtime.statements import Wire
from tests.cases.conftest import officer
from tests.cases.drawings import field, line, process, step

OPTIONS = "同意|不同意|缓议"


def signed_by(persons, **sign):
    """A file whose second step several officers sign."""
    more = {"persons": str(persons), **sign}
    return process(
        "p",
        step("accept", duty="accept", post="受理窗口"),
        step(
            "decide",
            field("decision", "choice", options=OPTIONS, required="true"),
            field("minutes", required="true"),
            duty="decide-jointly",
            post="资金监管",
            **more,
        ),
        step("approve", duty="approve", post="所长"),
        line("start", "accept", "decide", "approve", "end"),
        code="T-1",
    )


@pytest.fixture
def waiting(desk):
    """Opens a case of a file and brings it to its second step; the item."""

    def open_(file):
        desk.publish(file)
        case = desk.open()
        desk.do(case.id, "accept", "dong")
        return desk.waiting(case.id)["decide"]

    return open_


@pytest.fixture
def held(desk):
    """A case whose second step 简 holds."""
    case = desk.open()
    desk.do(case.id, "accept", "dong", note="齐全")
    return desk.office.claim(desk.waiting(case.id)["examine"].id, by="jian")


def sign(office, item, by, choice, minutes="纪要"):
    return office.sign(item.id, by=by, choice=choice, values={"minutes": minutes})


def decision(office, item):
    return office.case(item.case_id).data.get("decision")


def side_of(office, item, who):
    """The side item an officer has to sign beside a work item."""
    found = [w for w in office.todo(who).mine if w.of_item == item.id]
    return found[0] if found else None


@pytest.fixture
def three(office):
    """Three who may sign."""
    office.appoint(
        Roster(
            office="示范镇财政所",
            officers=(
                officer("ding", "受理窗口"),
                officer("dong", "受理窗口"),
                officer("jian", "资金监管"),
                officer("jia", "资金监管"),
                officer("yi", "资金监管"),
                officer("zhang", "所长"),
            ),
            avoidances=(Avoidance(officers=("ding", "jia"), reason="夫妻"),),
        )
    )


@pytest.mark.parametrize(
    ("rule", "signed", "outcome"),
    [
        ({"sign": "all"}, ["同意", "同意", "同意"], "同意"),
        ({"sign": "all"}, ["同意", "缓议"], "缓议"),
        ({"sign": "any"}, ["不同意"], "不同意"),
        ({"sign": "vote"}, ["同意", "不同意", "同意"], "同意"),
        ({"sign": "vote"}, ["同意", "不同意", "缓议"], "不同意"),
        ({"sign": "vote", "quorum": "2"}, ["同意", "不同意"], "不同意"),
        ({"sign": "vote", "quorum": "2"}, ["同意", "同意"], "同意"),
        ({"sign": "vote", "majority": "two-thirds"}, ["同意", "缓议", "同意"], "同意"),
        ({"sign": "vote", "majority": "two-thirds"}, ["缓议", "缓议", "同意"], "缓议"),
    ],
)
def test_step_is_decided_by_its_signatures(office, desk, three, waiting, rule, signed, outcome):
    item = waiting(signed_by(3, **rule))
    signers = ["jian", "jia", "yi"][: len(signed)]

    for number, (who, choice) in enumerate(zip(signers, signed, strict=True), 1):
        assert desk.steps(item.case_id) == ["decide"]
        assert len(office.signatures(item.case_id)) == number - 1
        sign(office, item, who, choice)

    assert desk.steps(item.case_id) == ["approve"]
    assert decision(office, item) == outcome
    assert [s.choice for s in office.signatures(item.case_id)] == signed
    with office.store.read() as connection:
        deeds = load_deeds(Wire(connection), office.id, item.case_id)
    assert {d.officer for d in deeds if d.trail == "decide"} == set(signers)
    assert desk.actions(item.case_id).count("signed") == len(signed)


def test_signers_are_judged_and_sign_once(office, desk, three, waiting):
    item = waiting(signed_by(2, sign="all"))
    with pytest.raises(Refused, match="岗位"):
        sign(office, item, "zhang", "同意")
    with pytest.raises(NotAllowed, match="各自签署"):
        office.claim(item.id, by="jian")
    with pytest.raises(FormInvalid):
        sign(office, item, "jian", "好")
    with pytest.raises(FormInvalid):
        sign(office, item, "jian", "同意", minutes="")
    sign(office, item, "jian", "同意")
    with pytest.raises(NotAllowed, match="已经签过"):
        sign(office, item, "jian", "同意")

    assert desk.steps(item.case_id) == ["decide"]
    assert office.draft(item.id) == {"minutes": "纪要"}
    assert len(office.signatures(item.case_id)) == 1


def test_relative_of_a_signer_does_not_sign(office, three, desk):
    desk.publish(signed_by(2, sign="all"))
    case = desk.open()
    desk.do(case.id, "accept", "ding")
    item = desk.waiting(case.id)["decide"]

    with pytest.raises(Refused) as refused:
        sign(office, item, "jia", "同意")

    assert refused.value.rule == "relatives-in-case"
    assert desk.actions(case.id)[-1] == "refused"


def test_repeated_signature_counts_once(office, three, waiting):
    item = waiting(signed_by(2, sign="all"))
    for _ in range(2):
        office.sign(item.id, by="jian", choice="同意", values={"minutes": "x"}, key="k")

    assert len(office.signatures(item.case_id)) == 1


def test_added_signer_is_waited_for_and_may_disagree(office, desk, held):
    office.add_signer(held.id, by="jian", to="zhang", reason="金额较大")
    with pytest.raises(NotAllowed, match="加签"):
        office.complete(held.id, by="jian", values={"sum": "1"})
    side = side_of(office, held, "zhang")
    with pytest.raises(AlreadyTaken):
        office.sign(side.id, by="jian", choice="同意")
    with pytest.raises(FormInvalid):
        office.sign(side.id, by="zhang", choice="不同意")

    office.sign(side.id, by="zhang", choice="不同意", text="超预算")
    office.complete(held.id, by="jian", values={"sum": "1"})

    assert desk.steps(held.case_id) == ["approve"]
    (signature,) = office.signatures(held.case_id)
    assert (signature.officer, signature.choice) == ("zhang", "不同意")
    assert {r.text for r in office.remarks(held.case_id)} == {"金额较大", "超预算"}


def test_added_signer_counts_for_conflicts(office, desk, held):
    with pytest.raises(Refused) as refused:
        office.add_signer(held.id, by="jian", to="bro", reason="看一下")
    assert refused.value.rule == "relative-applicant"
    assert desk.actions(held.case_id)[-1] == "refused"

    office.add_signer(held.id, by="jian", to="zhang", reason="看一下")
    with office.store.read() as connection:
        deeds = load_deeds(Wire(connection), office.id, held.case_id)

    assert {d.duty for d in deeds if d.officer == "zhang"} == {"review"}


def test_signer_is_refused_who_alone_could_do_a_later_step(office, desk, tmp_path):
    desk.publish(
        process(
            "p",
            step("accept", duty="accept", post="受理窗口"),
            step("first", duty="accept", post="受理窗口"),
            step("examine", duty="examine", post="所长"),
            line("start", "accept", "first", "examine", "end"),
            code="T-1",
        )
    )
    case = desk.open()
    item = desk.waiting(case.id)["accept"]
    office.claim(item.id, by="dong")

    with pytest.raises(Refused) as refused:
        office.add_signer(item.id, by="dong", to="zhang", reason="看一下")

    assert refused.value.rule == "leaves-nobody"


def test_signer_after_sends_the_case_on_or_back(office, desk, held):
    office.add_signer(held.id, by="jian", to="zhang", reason="请复核", after=True)
    assert side_of(office, held, "zhang") is None
    office.complete(held.id, by="jian", values={"sum": "1"})
    assert desk.steps(held.case_id) == ["examine"]
    with pytest.raises(NotAllowed):
        office.save_draft(held.id, by="jian", values={"sum": "9"})
    with pytest.raises(NotAllowed):
        office.complete(held.id, by="jian", values={"sum": "9"})
    for attempt in (office.reassign, office.delegate):
        with pytest.raises(NotAllowed):
            attempt(held.id, by="jian", to="dong", reason="忙")

    office.sign(side_of(office, held, "zhang").id, by="zhang", choice="不同意", text="少了一户")
    assert office.work_item(held.id).officer == "jian"
    assert office.draft(held.id) == {"sum": "1"}
    office.complete(held.id, by="jian", values={"sum": "2"})
    case = office.sign(side_of(office, held, "zhang").id, by="zhang", choice="同意")

    assert desk.steps(case.id) == ["approve"]
    assert office.case(case.id).data["sum"] == 2
    assert desk.actions(case.id)[-4:-1] == ["signed", "sent-for-signing", "signed"]
    assert (office.history(case.id)[-1].action, office.history(case.id)[-1].actor) == (
        "completed",
        "jian",
    )


def test_dropped_signer_did_nothing_and_is_waited_for_no_more(office, desk, held):
    office.add_signer(held.id, by="jian", to="zhang", reason="看一下")
    office.add_signer(held.id, by="jian", to="dong", reason="看一下", after=True)
    with pytest.raises(NotAllowed):
        office.add_signer(held.id, by="jian", to="zhang", reason="看一下")
    with pytest.raises(NotAllowed):
        office.drop_signer(held.id, by="jian", to="jia", reason="不用")
    side = side_of(office, held, "zhang")
    for attempt in (office.release, lambda i, by: office.delegate(i, by=by, to="jia", reason="x")):
        with pytest.raises(NotAllowed):
            attempt(side.id, by="zhang")

    office.drop_signer(held.id, by="jian", to="zhang", reason="不用了")
    office.drop_signer(held.id, by="jian", to="dong", reason="不用了")
    office.complete(held.id, by="jian", values={"sum": "1"})

    assert office.work_item(side.id).state is WorkItemState.CANCELLED
    with office.store.read() as connection:
        deeds = load_deeds(Wire(connection), office.id, held.case_id)
    assert {d.officer for d in deeds} == {"dong", "jian"}
    done = desk.do(held.case_id, "approve", "zhang")
    assert done.state is CaseState.FINISHED


@pytest.mark.parametrize(
    "attempt",
    [
        lambda o, i: o.add_signer(i.id, by="jian", to="jian", reason="x"),
        lambda o, i: o.add_signer(i.id, by="jian", to="zhang", reason=""),
        lambda o, i: o.add_signer(i.id, by="dong", to="zhang", reason="x"),
        lambda o, i: o.sign(i.id, by="jian", choice="同意"),
        lambda o, i: o.drop_signer(i.id, by="dong", to="zhang", reason="x"),
    ],
)
def test_what_nobody_may_sign_changes_nothing(office, held, attempt):
    before = office.history(held.case_id)

    with pytest.raises((NotAllowed, FormInvalid, AlreadyTaken)):
        attempt(office, held)

    assert office.history(held.case_id) == before
    assert office.signatures(held.case_id) == ()


@pytest.mark.parametrize(
    ("rule", "signed"),
    [
        ({"sign": "all"}, ["jian", "jia", "yi"]),
        ({"sign": "any"}, ["jian"]),
        ({"sign": "vote", "quorum": "2"}, ["jian", "jia"]),
    ],
)
def test_signed_step_is_not_taken_back_by_one(office, desk, three, waiting, rule, signed):
    item = waiting(signed_by(3, **rule))
    for who in signed:
        sign(office, item, who, "同意")
    before = desk.actions(item.case_id)

    for who in (*signed, "zhang"):
        with pytest.raises(NotAllowed, match=r"jian同志.*签署"):
            office.withdraw_completion(item.id, by=who, reason="再议")

    assert desk.actions(item.case_id) == before
    assert desk.steps(item.case_id) == ["approve"]
    held = office.claim(desk.waiting(item.case_id)["approve"].id, by="zhang")
    office.return_to(held.id, by="zhang", target="decide", reason="再议")
    assert desk.steps(item.case_id) == ["decide"]
    sign(office, desk.waiting(item.case_id)["decide"], signed[0], "同意")


@pytest.mark.parametrize("after", [True, False])
def test_step_is_taken_back_unless_it_was_signed_once_finished(office, desk, held, after):
    office.add_signer(held.id, by="jian", to="zhang", reason="请审", after=after)
    if after:
        office.complete(held.id, by="jian", values={"sum": "1"})
    office.sign(side_of(office, held, "zhang").id, by="zhang", choice="同意")
    if after:
        with pytest.raises(NotAllowed, match="zhang同志签署"):
            office.withdraw_completion(held.id, by="jian", reason="写错")
        return
    office.complete(held.id, by="jian", values={"sum": "1"})
    fresh = office.withdraw_completion(held.id, by="jian", reason="写错")
    assert (fresh.step, fresh.officer) == ("examine", "jian")


def test_what_several_signed_is_not_put_right_by_one(office, desk, three, waiting):
    item = waiting(signed_by(3, sign="vote", quorum="2"))
    sign(office, item, "jian", "不同意")
    sign(office, item, "jia", "不同意")
    approving = office.claim(desk.waiting(item.case_id)["approve"].id, by="zhang")

    with pytest.raises(NotAllowed, match="签署过"):
        office.return_to(approving.id, by="zhang", target="decide", reason="改", then="come-back")

    found = {target.step: target.signers for target in office.targets(approving.id)}
    assert found == {"decide": ("jian", "jia"), "accept": ()}
    assert decision(office, item) == "不同意"
    office.return_to(approving.id, by="zhang", target="decide", reason="再议")
    assert desk.steps(item.case_id) == ["decide"]


def test_what_was_signed_afterwards_is_not_put_right_by_one(office, desk, held):
    office.add_signer(held.id, by="jian", to="dong", reason="复核", after=True)
    office.complete(held.id, by="jian", values={"sum": "7"})
    office.sign(side_of(office, held, "dong").id, by="dong", choice="同意")
    approving = office.claim(desk.waiting(held.case_id)["approve"].id, by="zhang")

    with pytest.raises(NotAllowed, match="dong"):
        office.return_to(approving.id, by="zhang", target="examine", reason="改", then="come-back")
