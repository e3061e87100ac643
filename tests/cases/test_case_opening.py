"""Opening a case: whom for is checked wherever the call comes from."""

import pytest

from engine.model.case import Applicant
from engine.runtime import FormInvalid, Office

from .conftest import Desk
from .drawings import column, field, flow, line, process, step

PLAIN = process("p", step("fill"), line("start", "fill", "end"), code="T-1")
PARENT = process(
    "parent",
    step("list", field("people", "table", columns=column("who") + column("card"))),
    '<callActivity id="each" calledElement="child"><extensionElements>'
    '<qd:children rows="people" person="who" idCard="card"/></extensionElements></callActivity>',
    line("start", "list", "each", "end"),
    code="T-1",
)
CHILD = process("child", step("check"), flow("start", "check"), flow("check", "end"))


@pytest.mark.parametrize(
    ("wrong", "problems"),
    [
        ({"name": ""}, {"applicant": "申请人没有填；请填写"}),
        ({"name": " \t"}, {"applicant": "申请人没有填；请填写"}),
        (
            {"id_card": "123"},
            {"id_card": "身份证号“123”不是有效的身份证号；请核对 18 位号码和校验位"},
        ),
        (
            {"phone": "12"},
            {"phone": "联系电话“12”不是电话号码；请写手机号或带区号的座机号"},
        ),
    ],
    ids=["empty name", "blank name", "id card", "phone"],
)
def test_wrong_applicant_opens_nothing(
    desk: Desk, wrong: dict[str, str], problems: dict[str, str]
) -> None:
    desk.publish(PLAIN)
    with pytest.raises(FormInvalid) as caught:
        desk.open(applicant=Applicant(**{"name": "赵大田", **wrong}))
    assert caught.value.problems == problems
    assert desk.office.cases() == ()


def test_every_problem_is_told_at_once(desk: Desk) -> None:
    desk.publish(PLAIN)
    with pytest.raises(FormInvalid) as caught:
        desk.open(applicant=Applicant(name="", id_card="1", phone="1"), title="字" * 5001)
    assert list(caught.value.problems) == ["applicant", "id_card", "phone", "title"]
    assert len(caught.value.lines()) == 4


def test_applicant_is_stored_in_its_normal_form(desk: Desk) -> None:
    desk.publish(PLAIN)
    case = desk.open(
        applicant=Applicant(name=" 赵大田 ", id_card="11010519491231002x", phone="138 0000 0000")
    )
    assert case.applicant == Applicant(
        name="赵大田", id_card="11010519491231002X", phone="13800000000"
    )


def test_child_of_a_row_is_opened_as_the_row_stands(desk: Desk, office: Office) -> None:
    desk.publish(PARENT, CHILD)
    case = desk.open()
    desk.do(case.id, "list", "ding", people="\t外地旧证\n钱二水\t")
    children = [office.case(child).case for child in office.case(case.id).case.children]
    assert [(c.applicant.name, c.applicant.id_card) for c in children] == [
        ("", "外地旧证"),
        ("钱二水", ""),
    ]
