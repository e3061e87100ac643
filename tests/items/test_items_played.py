"""The shipped items, played to their end by the demonstration office."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from importlib.resources import as_file, files

import pytest

from engine.bpmn.library import Library
from engine.model.case import Applicant, CaseState, WorkItem, WorkItemState
from engine.model.controls import load_controls
from engine.model.procedure import FieldType, FormField
from engine.model.roster_file import load_roster
from engine.runtime import Office
from engine.store import CHINA, open_store

CONTROLS = load_controls()
NOW = datetime(2026, 3, 16, 9, 0, tzinfo=CHINA)
ID_CARDS = ("11010519491231002X", "110105199003070017")
#: What an answer is when a test says nothing else: the way on.
USUAL = {"无异议", "通过", "同意", "成功", "齐全", "再次领用", "相符", "当场解答", "满意"}
SAMPLES = {
    FieldType.TEXT: "甲",
    FieldType.MONEY: "100.00",
    FieldType.NUMBER: "7",
    FieldType.DATE: "2026-03-02",
    FieldType.PERSON: "周大",
    FieldType.ID_CARD: ID_CARDS[0],
    FieldType.BANK_CARD: "6217000000000000001",
    FieldType.PHONE: "13800000000",
}

Answers = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    path = tmp_path_factory.mktemp("played") / "q.sqlite3"
    office = Office(open_store(f"sqlite:///{path}"), "shifan", controls=CONTROLS, clock=lambda: NOW)
    with as_file(files("processes") / "demo" / "shifan.toml") as roster:
        office.appoint(load_roster(roster, CONTROLS))
    office.publish(Library.load())
    return office


def sample(field: FormField) -> str:
    if field.type is FieldType.CHOICE:
        return next((option for option in field.options if option in USUAL), field.options[0])
    return SAMPLES[field.type]


def form(fields: Iterable[FormField], rows: int) -> dict[str, str]:
    """Something for every required field; tables get so many rows."""
    values = {}
    for field in fields:
        if field.type is FieldType.TABLE:
            for row in range(rows):
                for column in field.columns:
                    values[f"{field.name}.{row}.{column.name}"] = sample(column)
                values[f"{field.name}.{row}.name"] = f"周{'甲乙'[row]}"
                values[f"{field.name}.{row}.bank_card"] = f"621700000000000000{row}"
                values[f"{field.name}.{row}.id_card"] = ID_CARDS[row]
        elif field.required:
            values[field.name] = sample(field)
    return values


def ready(office: Office, case_id: str) -> Iterator[WorkItem]:
    """Steps that wait, in the case and in those below it."""
    file = office.case(case_id)
    yield from (item for item in file.work_items if item.state is WorkItemState.READY)
    for child in file.case.children:
        yield from ready(office, child)


def play(office: Office, code: str, answers: Mapping[str, list[dict[str, str]]]) -> list[str]:
    """Play a case to its end; the steps done, in order.

    ``answers`` holds, by step, what is filled in each time it comes round.
    """
    waiting = {step: list(rounds) for step, rounds in answers.items()}
    holders = {
        post.name: officer.id
        for officer in reversed(office.roster().officers)
        for appointment in officer.appointments
        if appointment.kind == "regular" and (post := CONTROLS.post(appointment.post))
    }
    applicant = Applicant(name="周家村村民委员会")
    case = office.open_case(code, by="sun", applicant=applicant)
    done: list[str] = []
    while item := next(ready(office, case.id), None):
        step = item.step.rpartition("/")[2]
        values = form(item.fields, rows=2)
        rounds = waiting.get(step)
        values |= rounds.pop(0) if rounds else {}
        by = holders[item.post]
        office.claim(item.id, by=by)
        office.complete(item.id, by=by, values=values)
        done.append(step)
        assert len(done) < 100
    assert office.case(case.id).case.state is CaseState.FINISHED
    assert not any(waiting.values())
    return done


COLLECTED = ["survey_households", "review_by_villagers", "post_notice", "register_objections"]
LISTED = ["compile_list", "examine_list"]
CLOSED = ["publish_result", "reconcile_payments", "record_accounts", "archive_batch"]
REPAID = ["correct_account", "review_account", "record_repayment"]
PAID = ["make_payment", "record_receipt"]
BOOKED = ["record_payment", "reconcile_payment", "archive_payment"]
ASKED = ["submit_payment", "examine_quota"]
OPINED = ["draft_answer", "approve_answer"]


def test_subsidy_goes_straight_to_the_cards(office: Office) -> None:
    assert play(office, "CZ-JF-001", {}) == [
        "register_batch",
        *COLLECTED,
        *LISTED,
        "approve_list",
        "appropriate_funds",
        "record_returns",
        *CLOSED,
    ]


def test_subsidy_survives_an_objection_two_refusals_and_a_payment_returned_twice(
    office: Office,
) -> None:
    answers: Answers = {
        "register_objections": [{"objection": "有异议"}],
        "examine_list": [{"list_opinion": "退回"}],
        "approve_list": [{"approval_opinion": "退回"}],
        "record_returns": [{"returns.1.result": "退汇"}],
        "record_repayment": [{"result": "退汇"}],
    }
    assert play(office, "CZ-JF-001", answers) == [
        "register_batch",
        *COLLECTED,
        "verify_objection",
        *COLLECTED,
        *LISTED,
        *LISTED,
        "approve_list",
        *LISTED,
        "approve_list",
        "appropriate_funds",
        "record_returns",
        *REPAID,
        *REPAID,
        *CLOSED,
    ]


@pytest.mark.parametrize(
    ("amount", "decided"),
    [("50000.00", ["approve_payment"]), ("50000.01", ["decide_jointly", "approve_payment"])],
)
def test_payment_above_the_threshold_is_decided_jointly(
    office: Office, amount: str, decided: list[str]
) -> None:
    answers: Answers = {"submit_payment": [{"amount": amount}]}
    done = play(office, "CZ-ZF-019", answers)
    assert done == [*ASKED, "review_payment", *decided, *PAID, *BOOKED]


def test_payment_is_corrected_wherever_it_is_sent_back(office: Office) -> None:
    answers: Answers = {
        "examine_quota": [{"quota_opinion": "退回"}],
        "review_payment": [{"review_opinion": "退回"}],
        "approve_payment": [{"payment_opinion": "退回"}],
        "record_receipt": [{"bank_result": "退票"}],
    }
    assert play(office, "CZ-ZF-019", answers) == [
        *ASKED,
        *ASKED,
        "review_payment",
        "examine_quota",
        "review_payment",
        "approve_payment",
        *ASKED,
        "review_payment",
        "approve_payment",
        *PAID,
        *ASKED,
        "review_payment",
        "approve_payment",
        *PAID,
        *BOOKED,
    ]


def test_claim_is_paid_through_the_treasury(office: Office) -> None:
    answers: Answers = {"examine_voucher": [{"voucher_opinion": "退回"}]}
    assert play(office, "CZ-BZ-020", answers) == [
        *["submit_claim", "examine_voucher"] * 2,
        *ASKED,
        "review_payment",
        "approve_payment",
        *PAID,
        *BOOKED,
        "record_expense",
        "archive_claim",
    ]


@pytest.mark.parametrize(
    ("first_time", "checked"), [("首次领用", "issue_certificate"), ("再次领用", "examine_stubs")]
)
def test_notes_are_handed_out_after_the_right_check(
    office: Office, first_time: str, checked: str
) -> None:
    form = {"first_time": first_time}
    answers: Answers = {
        "apply_notes": [form, form],
        "accept_application": [{"materials_state": "补正"}],
    }
    assert play(office, "CZ-PJ-011", answers) == [
        *["apply_notes", "accept_application"] * 2,
        checked,
        "review_quantity",
        "hand_out_notes",
        "sign_notes",
        "archive_notes",
    ]


def test_notes_wait_until_the_stubs_match(office: Office) -> None:
    done = play(office, "CZ-PJ-011", {"examine_stubs": [{"stubs_state": "不符"}]})
    assert done.count("examine_stubs") == 2
    assert done.count("hand_out_notes") == 1


def test_question_is_answered_on_the_spot(office: Office) -> None:
    assert play(office, "CZ-ZX-038", {}) == [
        "register_question",
        "answer_directly",
        "rate_service",
        "archive_question",
    ]


def test_question_is_researched_until_the_asker_is_satisfied(office: Office) -> None:
    answers: Answers = {
        "register_question": [{"answer_way": "转岗研究"}],
        "approve_answer": [{"answer_opinion": "退回"}],
        "rate_service": [{"satisfaction": "不满意"}],
    }
    assert play(office, "CZ-ZX-038", answers) == [
        "register_question",
        *OPINED,
        *OPINED,
        "deliver_answer",
        "rate_service",
        "follow_up",
        *OPINED,
        "deliver_answer",
        "rate_service",
        "archive_question",
    ]
