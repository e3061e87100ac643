"""办结 waits for the decision and 送达 for 办结; whose turn it is, is told."""

from collections.abc import Callable

import networkx as nx
import pytest

from engine.bpmn.library import Library
from engine.bpmn.reader import read
from engine.runtime import NotAllowed, Office
from engine.runtime.deadlines import ahead
from engine.store import CHINA
from tests.cases.drawings import field, flow, line, process, step

from ..cases.conftest import Clock, Desk
from .conftest import item

LOOK = step("look", field("way"), duty="examine", post="资金监管")
SIGN = step("sign", duty="approve", post="所长")
PAY = step("pay", field("way"), duty="pay", post="出纳会计")
TELL = step("tell", duty="deliver")
#: Where it goes is what ``look`` says.
SPLIT = '<exclusiveGateway id="split" default="split_sign"/>'
MEET = '<exclusiveGateway id="meet"/>'
CHOICE = '<exclusiveGateway id="choice" default="choice_end"/>'


@pytest.fixture
def opened(office: Office, desk: Desk) -> Callable[..., str]:
    """A case that was accepted, some of its steps done."""

    def begin(content: bytes, *done: str, way: str = "") -> str:
        desk.publish(content)
        case_id = desk.open().id
        office.accept(case_id, by="ding")
        actors = {"look": "jian", "sign": "zhang", "pay": "chu", "tell": "ding"}
        for each in done:
            said = {"way": way} if way and each == done[-1] else {}
            desk.do(case_id, each, actors[each], **said)
        return case_id

    return begin


def refusal(act: Callable[..., object], case_id: str, by: str = "zhang") -> str:
    with pytest.raises(NotAllowed) as caught:
        act(case_id, by=by)
    return str(caught.value)


STRAIGHT = item(LOOK, SIGN, PAY, promised=10)


def test_decision_still_to_come_names_it_and_what_waits(
    office: Office, opened: Callable[..., str]
) -> None:
    case_id = opened(STRAIGHT)
    told = (
        "决定还没有作出：流程停在“look”（等资金监管岗位的人认领），作决定的“sign”在后面；"
        "办完才能登记办结、送达，不再办的请终止办件"
    )
    assert refusal(office.decide, case_id) == told
    assert refusal(office.deliver, case_id) == told
    assert office.ahead(case_id).undecided == told


def test_decision_that_waits_names_who_has_it(
    office: Office, desk: Desk, opened: Callable[..., str]
) -> None:
    case_id = opened(STRAIGHT, "look")
    office.claim(desk.waiting(case_id)["sign"].id, by="zhang")
    assert "“sign”（zhang同志在办）还没有办" in refusal(office.decide, case_id)
    assert desk.actions(case_id)[-1] == "claimed"


def test_delivery_waits_for_the_entry_of_the_decision(
    office: Office, opened: Callable[..., str]
) -> None:
    case_id = opened(STRAIGHT, "look", "sign")
    assert "请先登记办结" in refusal(office.deliver, case_id)
    assert office.decide(case_id, by="zhang").stage == "decided"
    assert office.deliver(case_id, by="ding").stage == "delivered"


BRANCHES = item(
    LOOK,
    SPLIT,
    SIGN,
    TELL,
    PAY,
    MEET,
    flows=line("start", "look", "split", "sign", "pay", "meet", "end")
    + flow("split", "tell", "way == '不予受理'")
    + flow("tell", "meet"),
)
#: Small sums are paid without a signature; where paying fails, it is looked at again.
BACK = item(
    LOOK,
    SPLIT,
    SIGN,
    PAY,
    MEET,
    CHOICE,
    flows=line("start", "meet", "look", "split", "sign", "pay", "choice", "end")
    + flow("split", "pay", "way == '小额'")
    + flow("choice", "meet", "way == '退回'"),
)
ROUND = item(
    MEET,
    LOOK,
    SIGN,
    PAY,
    CHOICE,
    flows=line("start", "meet", "look", "sign", "pay", "choice", "end")
    + flow("choice", "meet", "way == '退回'"),
)
NOBODY_SIGNS = item(LOOK, PAY, TELL)


@pytest.mark.parametrize(
    ("content", "done", "way"),
    [
        (BRANCHES, ("look",), "不予受理"),
        (BACK, ("look",), "小额"),
        (ROUND, ("look", "sign"), ""),
        (NOBODY_SIGNS, (), ""),
        (NOBODY_SIGNS, ("look",), ""),
    ],
)
def test_what_no_decision_lies_ahead_of_may_be_entered(
    office: Office, opened: Callable[..., str], content: bytes, done: tuple[str, ...], way: str
) -> None:
    case_id = opened(content, *done, way=way)
    assert office.ahead(case_id).undecided == ""
    assert office.decide(case_id, by="zhang").stage == "decided"


def test_case_sent_back_has_its_decision_before_it_again(
    office: Office, opened: Callable[..., str]
) -> None:
    case_id = opened(ROUND, "look", "sign", "pay", way="退回")
    assert "作决定的“sign”在后面" in refusal(office.decide, case_id)


def test_case_may_be_refused_or_ended_before_the_decision(
    office: Office, desk: Desk, opened: Callable[..., str]
) -> None:
    desk.publish(STRAIGHT)
    case_id = desk.open().id
    assert office.refuse_acceptance(case_id, by="ding", reason="不属于本机关").stage == "refused"
    other = opened(STRAIGHT)
    office.terminate(other, by="zhang", reason="申请人撤回")
    assert office.ahead(other).undecided == ""


def test_notice_delivered_before_the_decision_is_not_the_result(
    office: Office, desk: Desk, opened: Callable[..., str], clock: Clock
) -> None:
    again = step("again", duty="deliver")
    case_id = opened(item(TELL, SIGN, again), "tell")
    found = office.case_clock(case_id)
    assert found is not None
    assert (found.decided_at, found.delivered_at) == (None, None)
    desk.do(case_id, "sign", "zhang")
    desk.do(case_id, "again", "ding")
    found = office.case_clock(case_id)
    assert found is not None
    assert found.delivered_at == clock.now.astimezone(CHINA)


CALLER = item(
    LOOK,
    '<callActivity id="call" name="审批" calledElement="q"/>',
    PAY,
    flows=line("start", "look", "call", "pay", "end"),
)
CALLED = process(
    "q", step("first"), SIGN, step("after"), line("start", "first", "sign", "after", "end")
)


@pytest.mark.parametrize(
    ("done", "is_ahead"),
    [
        ((), True),
        (("look",), True),
        (("look", "call/first"), True),
        (("look", "call/first", "call/sign"), False),
    ],
)
def test_decision_within_a_call_is_seen(
    office: Office, desk: Desk, done: tuple[str, ...], is_ahead: bool
) -> None:
    desk.publish(CALLER, CALLED)
    case_id = desk.open().id
    office.accept(case_id, by="ding")
    for path in done:
        actors = {"look": "jian", "sign": "zhang", "first": "ding"}
        desk.do(case_id, path, actors[path.rpartition("/")[2]])
    assert bool(office.ahead(case_id).undecided) is is_ahead


SIDE_BY_SIDE = item(
    '<parallelGateway id="fork"/><parallelGateway id="join"/>',
    SIGN,
    LOOK,
    PAY,
    flows=line("start", "fork", "sign", "join", "pay", "end") + line("fork", "look", "join"),
)


def test_decision_on_another_branch_is_waited_for(
    office: Office, desk: Desk, opened: Callable[..., str]
) -> None:
    case_id = opened(SIDE_BY_SIDE, "look")
    assert "“sign”（等所长岗位的人认领）还没有办" in refusal(office.decide, case_id)
    desk.do(case_id, "sign", "zhang")
    assert office.ahead(case_id).undecided == ""


def test_a_timer_that_runs_is_what_the_case_waits_for(
    office: Office, opened: Callable[..., str]
) -> None:
    notice = (
        '<intermediateCatchEvent id="notice"><timerEventDefinition>'
        "<timeDuration>P7D</timeDuration></timerEventDefinition></intermediateCatchEvent>"
    )
    case_id = opened(item(LOOK, notice, SIGN), "look")
    assert "流程在等时间到，作决定的“sign”在后面" in refusal(office.decide, case_id)


def test_ways_back_are_the_edges_into_what_dominates_their_source() -> None:
    """Held against networkx over every shipped procedure and the round above."""
    procedures = [*Library.load().procedures.values(), *read(ROUND, path="round").procedures]
    dropped = 0
    for procedure in procedures:
        ways = {
            id_: tuple(ahead._leads_to(procedure, node)) for id_, node in procedure.nodes.items()
        }
        graph = nx.DiGraph((a, b) for a, targets in ways.items() for b in targets)
        graph.add_edges_from(("", one) for one in ways if not graph.in_degree(one))
        above = nx.immediate_dominators(graph, "")

        def dominators(node: str, above: dict[str, str] = above) -> set[str]:
            found = {node}
            while node and above.get(node) not in (None, node):
                node = above[node]
                found.add(node)
            return found

        kept = ahead._onward(procedure)
        for source, targets in ways.items():
            expected = tuple(to for to in targets if to not in dominators(source))
            dropped += len(targets) - len(expected)
            assert kept[source] == expected
    assert dropped
