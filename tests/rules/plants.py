"""Faults to plant in copies of real items: one for each rule at least."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

#: Pattern → what the first match becomes.
Change = tuple[str, str]


class Plant(NamedTuple):
    """A fault to plant: where it must be found, and what makes it."""

    rule: str
    #: Pattern that the line to be named begins a match of; None for no line.
    at: str | None
    changes: Sequence[Change]
    item: str = "treasury_payment"
    today: date = date(2026, 3, 2)


def _task(name: str) -> str:
    return f'<bpmn:\\w+Task id="{name}"'


def _flow(name: str) -> str:
    return f'<bpmn:sequenceFlow\\s+id="{name}"'


def _inserted(xml: str) -> Change:
    """``xml`` before the end event, where any flow element may stand."""
    return '<bpmn:endEvent id="payment_closed"', xml + '<bpmn:endEvent id="payment_closed"'


PARALLEL = [
    (' default="over_threshold_to_approve_payment"', ""),
    (
        '<bpmn:exclusiveGateway (id="over_threshold".*?)</bpmn:exclusiveGateway>',
        r"<bpmn:parallelGateway \1</bpmn:parallelGateway>",
    ),
    (r"<bpmn:conditionExpression[^>]*>amount &gt; 50000</bpmn:conditionExpression>", ""),
]
WAITING = """
<bpmn:parallelGateway id="split"/>
<bpmn:inclusiveGateway id="first"/>
<bpmn:inclusiveGateway id="second"/>
<bpmn:exclusiveGateway id="after_first" name="再来？" default="c5"/>
<bpmn:exclusiveGateway id="after_second" name="再来？" default="c8"/>
<bpmn:sequenceFlow id="c1" sourceRef="split" targetRef="first"/>
<bpmn:sequenceFlow id="c2" sourceRef="split" targetRef="second"/>
<bpmn:sequenceFlow id="c3" sourceRef="first" targetRef="after_first"/>
<bpmn:sequenceFlow id="c4" sourceRef="second" targetRef="after_second"/>
<bpmn:sequenceFlow id="c5" sourceRef="after_first" targetRef="payment_closed"/>
<bpmn:sequenceFlow id="c6" sourceRef="after_first" targetRef="second"/>
<bpmn:sequenceFlow id="c7" sourceRef="after_second" targetRef="first"/>
<bpmn:sequenceFlow id="c8" sourceRef="after_second" targetRef="payment_closed"/>
"""
LOST = """
<bpmn:userTask id="lost" name="备案"/>
<bpmn:sequenceFlow id="lost_again" sourceRef="lost" targetRef="lost"/>
"""
JOIN = """
<bpmn:parallelGateway id="join"/>
<bpmn:sequenceFlow id="joined" sourceRef="join" targetRef="approve_payment"/>
"""

PLANTS = (
    Plant("broken-xml", "</bpmn:laneSte>", [("</bpmn:laneSet>", "</bpmn:laneSte>")]),
    Plant("not-bpmn", "<html/>", [(r"\A.*\Z", "<html/>")]),
    Plant("not-bpmn", None, [(r"\A", "PK\x03\x04")]),
    Plant(
        "doctype-forbidden", "<!DOCTYPE", [("<bpmn:definitions", "<!DOCTYPE a>\n<bpmn:definitions")]
    ),
    Plant("file-too-large", "<a><a>", [("<qd:item", "<a>" * 100 + "</a>" * 100 + "<qd:item")]),
    Plant(
        "duplicate-id",
        '(?<=<bpmn:startEvent id=)"lane_bank"',
        [('"payment_due" name', '"lane_bank" name')],
    ),
    Plant(
        "bad-id",
        "<bpmn:startEvent",
        [('<bpmn:startEvent id="payment_due"', '<bpmn:startEvent id="1 due"')],
    ),
    Plant(
        "dangling-reference",
        _flow("submit_payment_to_examine_quota"),
        [('targetRef="examine_quota"', 'targetRef="examine"')],
    ),
    Plant(
        "misplaced-reference",
        _flow("submit_payment_to_examine_quota"),
        [('targetRef="examine_quota"', 'targetRef="lane_bank"')],
    ),
    Plant(
        "missing-part",
        _flow("submit_payment_to_examine_quota"),
        [(' targetRef="examine_quota"', "")],
    ),
    Plant(
        "bad-attribute",
        "<bpmn:startEvent",
        [("<bpmn:startEvent ", '<bpmn:startEvent nmae="申请" ')],
    ),
    Plant(
        "bpmn-order",
        "<bpmn:documentation/>",
        [("</bpmn:startEvent>", "<bpmn:documentation/></bpmn:startEvent>")],
    ),
    Plant("unknown-extension", r"<qd:step\s+dutty", [('duty="examine"', 'dutty="examine"')]),
    Plant("bad-annotation", r'<qd:step\s+duty="examine"', [('limit="1"', 'limit="一"')]),
    Plant("bad-annotation", r'<qd:step\s+duty="examine"', [('limit="1"', 'limit="1" persons="0"')]),
    Plant(
        "unsafe-expression",
        _flow("over_threshold_to_decide_jointly"),
        [("amount &gt; 50000", "__import__('os')")],
    ),
    Plant(
        "unknown-name",
        _flow("over_threshold_to_decide_jointly"),
        [("amount &gt; 50000", "amuont &gt; 50000")],
    ),
    Plant(
        "unknown-option",
        _flow("voucher_accepted_to_submit_claim"),
        [("voucher_opinion == '退回'", "voucher_opinion == '退 回'")],
        "expense_claim",
    ),
    Plant(
        "mismatched-comparison",
        _flow("over_threshold_to_decide_jointly"),
        [("amount &gt; 50000", "amount &gt; '五万'")],
    ),
    Plant(
        "missing-callee",
        "<bpmn:callActivity",
        [('calledElement="treasury_payment"', 'calledElement="treasury_paymnet"')],
        "expense_claim",
    ),
    Plant(
        "behaviour-unknown",
        "<bpmn:process",
        [('calledElement="treasury_payment"', 'calledElement="treasury_paymnet"')],
        "expense_claim",
    ),
    Plant(
        "call-cycle",
        "<bpmn:callActivity",
        [('calledElement="treasury_payment"', 'calledElement="expense_claim"')],
        "expense_claim",
    ),
    Plant("unknown-post", '<bpmn:lane id="lane_cashier"', [('name="出纳会计"', 'name="出呐会计"')]),
    Plant("outside-post", _task("submit_payment"), [('external="true" ', "")]),
    Plant("unknown-duty", _task("examine_quota"), [('duty="examine"', 'duty="examin"')]),
    Plant(
        "unknown-statute",
        '<qd:legalBasis statute="会记法"',
        [('statute="会计法"', 'statute="会记法"')],
    ),
    Plant(
        "unknown-statute",
        '<qd:legalBasis statute="会计法" version="2020',
        [('statute="会计法" version="2024', 'statute="会计法" version="2020')],
    ),
    Plant("article-absent", '<qd:legalBasis[^>]*"999"', [('article="61"', 'article="999"')]),
    Plant(
        "superseded-statute",
        '<qd:legalBasis statute="会计法" version="2017',
        [('statute="会计法" version="2024-06-28"', 'statute="会计法" version="2017-11-04"')],
    ),
    Plant(
        "statute-not-in-force",
        '<qd:legalBasis statute="预算法"',
        [('effectiveFrom="2026', 'effectiveFrom="2018')],
        today=date(2018, 3, 2),
    ),
    Plant(
        "unverified-basis",
        '<qd:legalBasis statute="内部控制规范"',
        [
            (
                'statute="预算法" version="2018-12-29" article="61"',
                'statute="内部控制规范" version="2012-11-29"',
            )
        ],
    ),
    Plant(
        "unsupported-construct",
        _task("review_payment"),
        [
            (
                '<bpmn:userTask (id="review_payment".*?)</bpmn:userTask>',
                r"<bpmn:scriptTask \1</bpmn:scriptTask>",
            )
        ],
    ),
    Plant(
        "condition-on-task-flow",
        _flow("payment_due_to_submit_payment"),
        [
            (
                '(<bpmn:sequenceFlow id="payment_due_to_submit_payment"[^>]*)/>',
                r"\1><bpmn:conditionExpression>amount &gt; 1</bpmn:conditionExpression>"
                "</bpmn:sequenceFlow>",
            )
        ],
    ),
    Plant(
        "implicit-split",
        _task("review_payment"),
        [
            (
                'sourceRef="review_passed" targetRef="examine_quota"',
                'sourceRef="review_payment" targetRef="examine_quota"',
            )
        ],
    ),
    Plant(
        "loose-end",
        _task("archive_payment"),
        [('(<bpmn:sequenceFlow id="archive_payment_to_payment_closed"[^>]*/>)', "")],
    ),
    Plant(
        "split-without-default",
        '<bpmn:exclusiveGateway id="quota_available"',
        [(' default="quota_available_to_review_payment"', "")],
    ),
    Plant("missing-condition", _flow("over_threshold_to_decide_jointly"), [PARALLEL[2]]),
    Plant("missing-duty", _task("examine_quota"), [('duty="examine" ', "")]),
    Plant("missing-post", _task("submit_payment"), [(' recorder="总预算会计"', "")]),
    Plant(
        "missing-limit",
        _task("examine_quota"),
        [('(duty="examine") limit="1" limitUnit="working-day"', r"\1")],
    ),
    Plant(
        "missing-materials",
        "<qd:item",
        [("<qd:material.*?(?=<qd:responsibility)", "")],
        "note_issue",
    ),
    Plant("missing-basis", "<qd:item", [("(</qd:item>).*?(?=<qd:object)", r"\1")]),
    Plant("missing-phone", "<qd:item", [(' phone="[^"]*"', "")]),
    Plant("missing-accountability", "<qd:item", [("<qd:accountability.*?(?=</qd:item>)", "")]),
    Plant(
        "missing-risk", _task("make_payment"), [('(id="make_payment".*?)<qd:risk[^>]*/>', r"\1")]
    ),
    Plant("fee-without-basis", "<qd:item", [('fee="不收费"', 'fee="每份10元"')]),
    Plant(
        "long-step-name",
        _task("examine_quota"),
        [('name="审核指标"', 'name="审核预算指标余额和用款计划以及支出用途是否相符"')],
    ),
    Plant("missing-name", _task("examine_quota"), [(' name="审核指标"', "")]),
    Plant(
        "lane-disagrees",
        _task("examine_quota"),
        [('duty="examine"', 'duty="examine" post="出纳会计"')],
    ),
    Plant("bad-form", r'<qd:field\s+name="quota_opinion"', [(' options="通过.退回"', "")]),
    Plant(
        "bad-form",
        r'<qd:field\s+name="quota_opinion"',
        [('options="通过.退回"', 'options="通过、退回"')],
    ),
    Plant("bad-signing", _task("examine_quota"), [('duty="examine"', 'duty="examine" sign="all"')]),
    Plant(
        "bad-group",
        "<qd:separate",
        [("pay_claim/examine_quota", "pay_claim/examine")],
        "expense_claim",
    ),
    Plant(
        "no-start",
        "<bpmn:process",
        [
            ("<bpmn:startEvent.*?</bpmn:startEvent>", ""),
            ("<bpmn:flowNodeRef>payment_due</bpmn:flowNodeRef>", ""),
        ],
    ),
    Plant(
        "deadlock",
        '<bpmn:parallelGateway id="join"',
        [
            ('targetRef="approve_payment"', 'targetRef="join"'),
            ('targetRef="approve_payment"', 'targetRef="join"'),
            _inserted(JOIN),
        ],
    ),
    Plant("lack-of-synchronisation", '<bpmn:exclusiveGateway id="payment_approved"', PARALLEL),
    Plant(
        "or-join-cycle",
        '<bpmn:inclusiveGateway id="first"',
        [('targetRef="payment_closed"', 'targetRef="split"'), _inserted(WAITING)],
    ),
    Plant("dead-step", _task("lost"), [_inserted(LOST)]),
    Plant(
        "no-proper-completion",
        "<bpmn:endEvent",
        [*PARALLEL, ('targetRef="decide_jointly"', 'targetRef="payment_closed"')],
    ),
    Plant(
        "cannot-complete",
        _task("record_payment"),
        [('targetRef="payment_closed"', 'targetRef="record_payment"')],
    ),
    Plant("limits-exceed-promise", "<qd:item", [('promised="2"', 'promised="1"')]),
    Plant(
        "promise-exceeds-statute",
        "<qd:item",
        [('promised="2"', 'statutory="1" statutoryUnit="calendar-day" promised="2"')],
    ),
    Plant(
        "reversed-dates",
        "<qd:item",
        [('effectiveFrom="2026-01-01"', 'effectiveFrom="2026-01-01" effectiveTo="2025-12-31"')],
    ),
    Plant("unexplained-exclusion", "<qd:item", [(' limitNote="[^"]*"', "")]),
    Plant(
        "one-officer-on-site",
        _task("verify_objection"),
        [('category="[^"]*"', 'category="行政许可"')],
        "subsidy_card",
    ),
    Plant(
        "same-post-conflict",
        _task("make_payment"),
        [
            ("<bpmn:flowNodeRef>make_payment</bpmn:flowNodeRef>", ""),
            (
                "(<bpmn:flowNodeRef>approve_payment</bpmn:flowNodeRef>)",
                r"\1<bpmn:flowNodeRef>make_payment</bpmn:flowNodeRef>",
            ),
        ],
    ),
    Plant(
        "unused-suppression",
        "<qd:suppress",
        [("<qd:object", '<qd:suppress rule="missing-phone" reason="试点"/><qd:object')],
    ),
)
