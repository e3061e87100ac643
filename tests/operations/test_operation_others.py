"""Who may not do something to a case as a whole is told who may."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.model.office import Relative, Roster
from engine.runtime import NotAllowed, Office, Refused
from engine.runtime.matter import Matter
from tests.cases.conftest import Desk, officer
from tests.cases.drawings import line, process, step

ITEM = (
    '<qd:item code="T-9" lists="service" category="公共服务" body="财政所" version="1" '
    'effectiveFrom="2026-01-01" promised="10" promisedUnit="working-day"/>'
)
LOOK = step("look", post="资金监管")
FILE = process("t", LOOK, line("start", "look", "end"), extensions=ITEM)
TWO = process("t", LOOK, step("next"), line("start", "look", "next", "end"), extensions=ITEM)
KIN = Relative(name="赵大田", relation="兄弟")
ROSTER = Roster(
    office="示范镇财政所",
    officers=(
        officer("ding", "受理窗口", relatives=(KIN,)),
        officer("dong", "受理窗口"),
        officer("jian", "资金监管"),
        officer("zhang", "所长", relatives=(KIN,)),
        officer("zhao", "所长"),
    ),
)
#: Something an officer does to a case.
Act = Callable[[Office, str, str], object]


def accepting(office: Office, case_id: str, by: str) -> object:
    return office.accept(case_id, by=by)


def extending(office: Office, case_id: str, by: str) -> object:
    return office.extend(case_id, by=by, days=1, reason="补查", notice="书面")


def suspending(office: Office, case_id: str, by: str) -> object:
    return office.suspend(case_id, by=by, reason="等批复")


def ending(office: Office, case_id: str, by: str) -> object:
    return office.terminate(case_id, by=by, reason="重复申请")


def voiding(office: Office, case_id: str, by: str) -> object:
    return office.void(case_id, by=by, reason="开错")


#: What is refused to whom, and who is named instead.
WHOLE: list[tuple[Act, str, list[str]]] = [
    (accepting, "ding", ["dong", "jian", "zhao"]),
    (extending, "dong", ["zhao"]),
    (extending, "zhang", ["zhao"]),
    (suspending, "zhang", ["dong", "zhao"]),
    (ending, "zhang", ["dong", "zhao"]),
    (ending, "jian", ["zhao", "dong"]),
    (voiding, "jian", ["zhao", "dong"]),
]


@pytest.fixture
def opened(office: Office, desk: Desk) -> Callable[[Act], str]:
    """A new case in which an act can be meant."""
    office.appoint(ROSTER)
    desk.publish(FILE)

    def open_for(act: Act) -> str:
        case_id = desk.open("T-9", by="dong").id
        if act is extending:
            office.accept(case_id, by="jian")
        return case_id

    return open_for


def refusal(office: Office, act: Act, case_id: str, by: str) -> str:
    with pytest.raises((Refused, NotAllowed)) as caught:
        act(office, case_id, by)
    return str(caught.value)


@pytest.mark.parametrize(("act", "by", "others"), WHOLE)
def test_others_who_may_are_named_and_let_do_it(
    office: Office, opened: Callable[[Act], str], act: Act, by: str, others: list[str]
) -> None:
    message = refusal(office, act, opened(act), by)
    assert message.endswith(f"{'、'.join(f'{other}同志' for other in others)}办理")
    for other in others:
        act(office, opened(act), other)


@pytest.mark.usefixtures("opened")
def test_done_steps_are_voided_by_the_heads_who_are_named(office: Office, desk: Desk) -> None:
    desk.publish(TWO)
    case_id = desk.open("T-9", by="dong").id
    desk.do(case_id, "look", "jian")
    assert refusal(office, voiding, case_id, "dong").endswith("可以请zhao同志办理")
    voiding(office, case_id, "zhao")


def test_where_nobody_may_that_is_said(office: Office, opened: Callable[[Act], str]) -> None:
    case_id = opened(accepting)
    everybody = tuple(replace(one, relatives=(KIN,)) for one in ROSTER.officers)
    office.appoint(replace(ROSTER, officers=everybody))
    message = refusal(office, accepting, case_id, "dong")
    assert message.endswith("现在没有别人可以办，请所长调整定岗")


def test_unjudged_the_wrong_ones_would_be_named(
    office: Office, opened: Callable[[Act], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Matter, "may", lambda *_: True)
    assert "zhang同志" in refusal(office, extending, opened(extending), "dong")
