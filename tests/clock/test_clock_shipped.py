"""What the shipped items' own steps do to the clock."""

from engine.bpmn.library import Library
from engine.model.case import Applicant
from engine.runtime import Office

from ..cases.conftest import Clock, Desk

APPLIED = {
    "unit_name": "镇中心小学",
    "handler": "何丽",
    "note_kind": "资金往来结算票据",
    "quantity": "2",
    "first_time": "再次领用",
}


def test_application_lacking_materials_is_corrected_before_it_is_accepted(
    office: Office, desk: Desk, clock: Clock
) -> None:
    office.publish(Library.load())
    case_id = desk.open("note_issue", applicant=Applicant(name="镇中心小学")).id

    def stage() -> str:
        found = office.case_clock(case_id)
        assert found is not None
        return found.stage

    desk.do(case_id, "apply_notes", "ding", **APPLIED)
    assert stage() == "received"
    desk.do(case_id, "accept_application", "ding", materials_state="补正", materials_missing="存根")
    assert stage() == "correcting"
    clock.move(days=3)
    desk.do(case_id, "apply_notes", "ding", **APPLIED)
    assert stage() == "corrected"
    desk.do(case_id, "accept_application", "ding", materials_state="齐全")
    assert stage() == "accepted"
