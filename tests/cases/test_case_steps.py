"""A case goes from opening to finish, step by step."""

from engine.model.case import CaseState

from .conftest import Desk
from .drawings import field, flow, line, process, step

SIMPLE = process(
    "simple",
    step("accept", field("amount", "money", required="true"), duty="accept"),
    step("examine", field("note"), duty="examine", post="资金监管"),
    '<exclusiveGateway id="big" default="big_end"/>',
    step("approve", duty="approve", post="所长"),
    line("start", "accept", "examine", "big"),
    flow("big", "approve", "amount &gt; 1000"),
    flow("big", "end"),
    flow("approve", "end"),
    code="T-1",
)


def test_case_runs_from_opening_to_finish(desk: Desk) -> None:
    desk.publish(SIMPLE)
    case = desk.open()
    assert case.id == "2026-000001"
    assert desk.steps(case.id) == ["accept"]
    desk.do(case.id, "accept", "ding", amount="2,000.50")
    desk.do(case.id, "examine", "jian", note="属实")
    assert desk.steps(case.id) == ["approve"]
    done = desk.do(case.id, "approve", "zhang")
    assert done.state is CaseState.FINISHED
    assert desk.actions(case.id) == ["opened", *["claimed", "completed"] * 3, "finished"]


def test_gateway_takes_the_default_way(desk: Desk) -> None:
    desk.publish(SIMPLE)
    case = desk.open()
    desk.do(case.id, "accept", "ding", amount="999.99")
    assert desk.do(case.id, "examine", "jian").state is CaseState.FINISHED
