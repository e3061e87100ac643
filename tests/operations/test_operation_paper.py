"""线下签批: the deed is the signer's, the scan is there, the journal knows the recorder."""

import pytest

from engine.runtime import AlreadyTaken, FormInvalid, NotAllowed, Refused
from engine.runtime.family import load_deeds
from engine.runtime.filing import Upload
from engine.runtime.statements import Wire
from tests.cases.drawings import field, line, process, step

SCAN = Upload(filename="签批单.jpg", media_type="image/jpeg", content=b"paper")


@pytest.fixture
def waiting(desk):
    """The second step of a case, which nobody has claimed."""
    case = desk.open()
    desk.do(case.id, "accept", "ding", note="齐全")
    return desk.waiting(case.id)["examine"]


def record(office, item, signer="jian", by="ding", scan=SCAN, **more):
    return office.record_paper(
        item.id, by=by, signer=signer, scan=scan, values={"sum": "3"}, **more
    )


def test_paper_is_the_deed_of_who_signed_it(office, desk, waiting):
    record(office, waiting)

    assert desk.steps(waiting.case_id) == ["approve"]
    entry = office.history(waiting.case_id)[-1]
    assert (entry.action, entry.actor, entry.note) == ("paper-recorded", "ding", "签批人 jian")
    assert office.work_item(waiting.id).officer == "jian"
    (scan,) = office.case(waiting.case_id).attachments
    assert (scan.filename, scan.sha256, scan.added_by) == ("签批单.jpg", SCAN.sha256, "ding")
    with office.store.read() as connection:
        deeds = load_deeds(Wire(connection), office.id, waiting.case_id)
    assert {(d.officer, d.trail) for d in deeds} == {("ding", "accept"), ("jian", "examine")}


@pytest.mark.parametrize(
    ("signer", "rule"),
    [("zhang", "post-not-held"), ("bro", "relative-applicant"), ("jia", "relatives-in-case")],
)
def test_signer_on_paper_is_judged(office, desk, waiting, signer, rule):
    with pytest.raises(Refused) as refused:
        record(office, waiting, signer)

    assert refused.value.rule == rule
    assert desk.actions(waiting.case_id)[-1] == "refused"
    assert office.case(waiting.case_id).attachments == ()


def test_paper_without_scan_or_of_a_held_item_is_not_recorded(office, desk, waiting):
    with pytest.raises(FormInvalid):
        record(office, waiting, scan=Upload(filename="", media_type="", content=b""))
    office.claim(waiting.id, by="dong")
    with pytest.raises(AlreadyTaken):
        record(office, waiting)
    office.delegate(waiting.id, by="dong", to="jian", reason="核数")
    with pytest.raises(NotAllowed):
        record(office, waiting)
    office.give_back(waiting.id, by="jian", reason="没空")
    # Who holds it may record that another signed.
    record(office, waiting, by="dong")

    assert desk.steps(waiting.case_id) == ["approve"]


def test_same_paper_sent_twice_is_recorded_once(office, waiting):
    for _ in range(2):
        record(office, waiting, key="k")

    assert len(office.case(waiting.case_id).attachments) == 1


def test_paper_counts_as_one_of_several_signatures(office, desk):
    desk.publish(
        process(
            "p",
            step(
                "decide",
                field("decision", "choice", options="同意|不同意"),
                duty="decide-jointly",
                post="资金监管",
                persons="2",
                sign="all",
            ),
            line("start", "decide", "end"),
            code="T-1",
        )
    )
    case = desk.open()
    item = desk.waiting(case.id)["decide"]
    office.record_paper(item.id, by="ding", signer="jian", scan=SCAN, choice="同意")
    office.record_paper(item.id, by="ding", signer="jia", scan=SCAN, choice="同意")

    assert [s.officer for s in office.signatures(case.id)] == ["jian", "jia"]
    assert office.case(case.id).case.finished_at is not None


def test_paper_may_carry_what_an_added_signer_says(office, desk, waiting):
    office.claim(waiting.id, by="jian")
    office.add_signer(waiting.id, by="jian", to="zhang", reason="看一下")
    side = next(w for w in office.todo("zhang").mine if w.of_item == waiting.id)

    office.record_paper(side.id, by="jian", signer="zhang", scan=SCAN, choice="同意")

    (signature,) = office.signatures(waiting.case_id)
    assert (signature.officer, signature.choice) == ("zhang", "同意")
    assert office.history(waiting.case_id)[-1].actor == "jian"


def test_review_is_signed_on_paper_too_with_what_it_objects(office, desk):
    file = process(
        "p",
        step("accept", duty="accept", post="受理窗口"),
        step("examine", duty="examine", post="资金监管"),
        line("start", "accept", "examine", "end"),
        code="T-1",
    )
    desk.publish(file.replace(b'version="1"', b'version="1" emergency="true"'))
    case = desk.open()
    desk.do(case.id, "accept", "dong")
    item = desk.waiting(case.id)["examine"]
    office.emergency_claim(item.id, by="ding", reason="防汛")
    review = next(w for w in office.case(case.id).work_items if w.of_item == item.id)
    with pytest.raises(FormInvalid):
        office.record_paper(review.id, by="jian", signer="zhang", scan=SCAN, choice="不同意")
    office.record_paper(
        review.id, by="jian", signer="zhang", scan=SCAN, choice="不同意", text="应先请示"
    )
    assert [(s.officer, s.choice) for s in office.signatures(case.id)] == [("zhang", "不同意")]
    assert {r.text for r in office.remarks(case.id)} == {"防汛", "应先请示"}
