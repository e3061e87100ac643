"""One child case per row of a table, opened and ended with the parent."""

from collections.abc import Callable
from decimal import Decimal

from engine.model.case import CaseState
from engine.model.office import Relative, Roster
from engine.runtime import Office

from .conftest import ROSTER, Desk, officer
from .drawings import column, field, flow, line, process, step

ROWS = field(
    "people",
    "table",
    columns=column("who", "person") + column("sum", "money") + column("result"),
)
PARENT = process(
    "parent",
    step("list", ROWS, duty="execute", post="补贴资金发放管理"),
    '<callActivity id="each" name="逐户" calledElement="child"><extensionElements>'
    '<qd:children rows="people" person="who"/></extensionElements></callActivity>',
    step("close", duty="archive", post="档案管理"),
    line("start", "list", "each", "close", "end"),
    code="T-1",
    extensions='<qd:separate steps="list each/check" reason="自编不得自查"/>',
)
CHILD = process(
    "child",
    '<exclusiveGateway id="x" default="x_check"/>',
    step("check", field("result"), duty="examine", post="资金监管"),
    line("start", "x"),
    flow("x", "check"),
    flow("x", "end", "sum == 0"),
    flow("check", "end"),
)
TABLE = "who\tsum\n赵大田\t10.50\n钱二水\t0\n孙三木\t7"


def test_parent_waits_for_every_child_and_collects_its_results(
    desk: Desk, reopened: Callable[[], Office]
) -> None:
    desk.publish(PARENT, CHILD)
    case = desk.open()
    desk.do(case.id, "list", "hui", people=TABLE)
    file = desk.office.case(case.id)
    assert len(file.case.children) == 3
    states = [desk.office.case(child).case.state for child in file.case.children]
    assert states == [CaseState.OPEN, CaseState.FINISHED, CaseState.OPEN]
    child = desk.office.case(file.case.children[0])
    assert child.data["sum"] == Decimal("10.50")
    assert (child.case.applicant.name, child.case.parent) == ("赵大田", case.id)
    assert desk.steps(case.id) == []

    desk.office = reopened()
    desk.do(file.case.children[0], "check", "jian", result="属实")
    assert desk.steps(case.id) == []
    desk.do(file.case.children[2], "check", "jian", result="不实")
    assert desk.steps(case.id) == ["close"]
    people = desk.office.case(case.id).data["people"]
    assert isinstance(people, list)
    assert [row["result"] for row in people] == ["属实", "", "不实"]


def test_empty_table_goes_on_at_once(desk: Desk) -> None:
    desk.publish(PARENT, CHILD)
    case = desk.open()
    desk.do(case.id, "list", "hui", people="")
    assert desk.steps(case.id) == ["close"]


def test_relative_is_refused_in_the_child_and_noted_in_the_parent(desk: Desk) -> None:
    related = officer("jian", "资金监管", relatives=(Relative(name="孙三木", relation="兄弟"),))
    others = tuple(o for o in ROSTER.officers if o.id != "jian")
    desk.office.appoint(Roster(office=ROSTER.office, officers=(*others, related)))
    desk.publish(PARENT, CHILD)
    case = desk.open()
    desk.do(case.id, "list", "hui", people=TABLE)
    children = desk.office.case(case.id).case.children
    refusals = {item.case_id: item.refusal for item in desk.office.todo("jian").open}
    assert refusals[children[0]] == ""
    assert "兄弟" in refusals[children[2]]
    assert "公务员法" in refusals[children[2]]
    notes = [e.note for e in desk.office.history(case.id) if e.action == "recusal"]
    assert notes == [f"jian 应在子办件 {children[2]} 回避（relative-applicant）"]


def test_children_share_the_scope_of_their_parent(desk: Desk) -> None:
    both = officer("hui", "补贴资金发放管理", "资金监管")
    others = tuple(o for o in ROSTER.officers if o.id != "hui")
    desk.office.appoint(Roster(office=ROSTER.office, officers=(*others, both)))
    desk.publish(PARENT, CHILD)
    case = desk.open()
    desk.do(case.id, "list", "hui", people=TABLE)
    (refusal, *_) = {item.refusal for item in desk.office.todo("hui").open}
    assert "自编不得自查" in refusal
    assert "separated-steps" in refusal
