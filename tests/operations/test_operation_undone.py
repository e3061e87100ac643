"""Work undone by a return, or taken back, says so wherever the case is read."""

import json

import pytest
from click.testing import CliRunner

from engine.cli.case import case as case_command
from engine.model.case import CaseState
from engine.runtime.operations import returning


@pytest.fixture
def returned(office, desk, clock):
    """A case whose two first steps were done and undone; 张 returned it."""
    case = desk.open()
    for step, by, values in (("accept", "ding", {"note": "齐"}), ("examine", "jian", {"sum": "9"})):
        clock.move(hours=1)
        desk.do(case.id, step, by, **values)
    clock.move(hours=1)
    item = office.claim(desk.waiting(case.id)["approve"].id, by="zhang")
    clock.move(hours=1)
    office.return_to(item.id, by="zhang", target="accept", reason="材料不全")
    return case.id


def undone(office, case_id):
    """What counts no more: steps with who undid them, and the fields they left."""
    file = office.case(case_id)
    steps = [(w.step, w.undone.officer) for w in file.work_items if w.undone]
    return steps, {name: mark.officer for name, mark in file.undone.items()}


def test_undone_work_and_its_fields_are_marked_until_done_again(office, desk, clock, returned):
    assert undone(office, returned) == (
        [("accept", "zhang"), ("examine", "zhang")],
        {"note": "zhang", "sum": "zhang"},
    )
    (mark,) = {w.undone for w in office.case(returned).work_items if w.undone}
    assert (mark.at, mark.word) == (clock.now, "已退回作废")
    told = [(e.action, e.step) for e in office.history(returned) if e.undone]
    assert told == [("completed", "accept"), ("completed", "examine")]

    clock.move(hours=1)
    desk.do(returned, "accept", "ding", note="补齐")

    assert undone(office, returned)[1] == {"sum": "zhang"}
    clock.move(hours=1)
    desk.do(returned, "examine", "jian", sum="9")
    assert undone(office, returned) == ([("accept", "zhang"), ("examine", "zhang")], {})
    assert len([e for e in office.history(returned) if e.undone]) == 2
    assert desk.do(returned, "approve", "zhang").state is CaseState.FINISHED


def test_work_taken_back_is_marked_so(office, desk, clock):
    case = desk.open()
    desk.do(case.id, "accept", "ding", note="齐")
    clock.move(hours=1)
    (done,) = [w for w in office.case(case.id).work_items if w.done_at]
    office.withdraw_completion(done.id, by="ding", reason="写错")

    (mark,) = [w.undone for w in office.case(case.id).work_items if w.undone]
    assert (mark.officer, mark.word) == ("ding", "已撤回作废")


def test_work_put_right_beside_a_step_is_not_undone(office, desk, clock):
    case = desk.open()
    desk.do(case.id, "accept", "ding", note="齐")
    item = office.claim(desk.waiting(case.id)["examine"].id, by="jian")
    office.return_to(item.id, by="jian", target="accept", reason="补", then="come-back")

    assert undone(office, case.id) == ([], {})


@pytest.fixture
def run(office, monkeypatch):
    monkeypatch.setattr("engine.cli.options.office_at", lambda *_: office)
    return lambda *words: CliRunner().invoke(case_command, words, catch_exceptions=False).output


def test_terminal_tells_what_counts_no_more(returned, run):
    shown, told = run("show", returned), run("history", returned)
    assert shown.count("已退回作废（zhang 2026-03-02 13:00）") == 4
    assert told.count("已退回作废（zhang 2026-03-02 13:00）") == 2
    facts = json.loads(run("show", returned, "--format", "json"))
    assert {w["undone"]["officer"] for w in facts["work_items"] if w["undone"]} == {"zhang"}
    assert facts["undone"]["sum"]["action"] == "returned"


def test_return_that_marks_nothing_is_found(office, desk, clock, monkeypatch, request):
    monkeypatch.setattr(returning, "mark_undone", lambda *_: None)
    case_id = request.getfixturevalue("returned")
    assert undone(office, case_id) == ([], {})
