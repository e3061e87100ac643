"""What an operation does is the same however long its case runs; what looks at all of it
grows with it and no faster.

Played on cases of few and of many rounds, of few and of many instances, and above few and
many children; counted in calls of Python, which are the same on every machine.
"""

import sys
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest

from engine.runtime import Office
from tests.cases.conftest import Desk
from tests.cases.drawings import column, field, flow, line, process, step

from .instances import LOOP

FEW, TIMES = 24, 5
#: They look at the whole case, or change all below it.
LONG = {"case", "history", "targets", "migration_plan", "suspend", "resume", "terminate"}
#: How much more these may do on the larger case, and all others.
MOST, FLAT = TIMES * 1.2, 1.3

ANSWER = field("stop", "choice", options="否|是")
ROUNDS = process(
    "p",
    '<exclusiveGateway id="in"/><exclusiveGateway id="out" default="out_in"/>',
    step("accept", duty="accept", post="受理窗口"),
    step("examine", ANSWER, duty="examine", post="资金监管"),
    line("start", "in", "accept", "examine", "out"),
    flow("out", "in"),
    flow("out", "end", "stop == '是'"),
    code="T-1",
)


def instances(number: int) -> bytes:
    loop = LOOP.format(sequential="false", count=number)
    examine = step("examine", ANSWER, duty="examine", post="资金监管", inner=loop)
    return process("p", examine, line("start", "examine", "end"), code="T-1")


CHILD = process(
    "child", step("examine", duty="examine", post="资金监管"), line("start", "examine", "end")
)
PARENT = process(
    "p",
    step("accept", field("rows", "table", columns=column("who", "person")), post="受理窗口"),
    '<callActivity id="each" calledElement="child"><extensionElements>'
    '<qd:children rows="rows" person="who"/></extensionElements></callActivity>',
    line("start", "accept", "each", "end"),
    code="T-1",
)

#: What is done to a case and its open work item, one after the other; each leaves both open.
OPERATIONS: dict[str, Callable[[Office, str, str], object]] = {
    "case": lambda o, case, item: o.case(case),
    "history": lambda o, case, item: o.history(case),
    "targets": lambda o, case, item: o.targets(item),
    "kept_from": lambda o, case, item: o.kept_from(case, "jian"),
    "step_lines": lambda o, case, item: o.step_lines(case),
    "ahead": lambda o, case, item: o.ahead(case),
    "signatures": lambda o, case, item: o.signatures(case),
    "remarks": lambda o, case, item: o.remarks(case),
    "migration_plan": lambda o, case, item: o.migration_plan(case),
    "todo": lambda o, case, item: o.todo("jian"),
    "claim": lambda o, case, item: o.claim(item, by="jian"),
    "release": lambda o, case, item: o.release(item, by="jian"),
    "claim again": lambda o, case, item: o.claim(item, by="jian"),
    "save_draft": lambda o, case, item: o.save_draft(item, by="jian", values={}),
    "urge": lambda o, case, item: o.urge(item, by="zhang", text="抓紧"),
    "copy_to": lambda o, case, item: o.copy_to(case, by="jian", to=["ding"], text="知悉"),
    "reassign": lambda o, case, item: o.reassign(item, by="jian", to="dong", reason="出差"),
    "delegate": lambda o, case, item: o.delegate(item, by="dong", to="jian", reason="代填"),
    "give_back": lambda o, case, item: o.give_back(item, by="jian", reason="没空"),
    "add_signer": lambda o, case, item: o.add_signer(item, by="dong", to="zhang", reason="把关"),
    "drop_signer": lambda o, case, item: o.drop_signer(item, by="dong", to="zhang", reason="不用"),
    "suspend": lambda o, case, item: o.suspend(case, by="zhang", reason="等文件"),
    "resume": lambda o, case, item: o.resume(case, by="zhang", reason="文件到了"),
    "complete": lambda o, case, item: o.complete(item, by="dong", values={"stop": "否"}),
    "withdraw_completion": lambda o, case, item: o.withdraw_completion(
        item, by="dong", reason="填错"
    ),
    "tick": lambda o, case, item: o.tick(),
    "terminate": lambda o, case, item: o.terminate(case, by="zhang", reason="撤项"),
}
#: On a case that waits for its children.
ABOVE = ("case", "history", "ahead", "migration_plan", "suspend", "resume", "tick", "terminate")


def calls(act: Callable[[], object]) -> int:
    """Calls it makes, of Python and of C."""
    seen = Counter[str]()
    sys.setprofile(lambda _frame, event, _what: seen.update((event,)))
    try:
        act()
    finally:
        sys.setprofile(None)
    return seen["call"] + seen["c_call"]


def played(desk: Desk, case: str, item: str, names: tuple[str, ...]) -> dict[str, int]:
    """Calls of every operation, by its name."""
    found = {}
    for name in names:
        found[name] = calls(partial(OPERATIONS[name], desk.office, case, item))
    return found


def rounds(desk: Desk, number: int) -> dict[str, int]:
    desk.publish(ROUNDS)
    case = desk.open().id
    for _ in range(number):
        desk.do(case, "accept", "ding")
        desk.do(case, "examine", "jian", stop="否")
    desk.do(case, "accept", "ding")
    return played(desk, case, desk.waiting(case)["examine"].id, tuple(OPERATIONS))


def many(desk: Desk, number: int) -> dict[str, int]:
    desk.publish(instances(number * 2))
    case = desk.open().id
    items = [item.id for item in desk.office.case(case).work_items]
    for item in items[:number]:
        desk.office.claim(item, by="jian")
        desk.office.complete(item, by="jian", values={"stop": "否"})
    # One of several instances is not taken back alone.
    return played(
        desk, case, items[-1], tuple(name for name in OPERATIONS if name != "withdraw_completion")
    )


def above(desk: Desk, number: int) -> dict[str, int]:
    desk.publish(PARENT, CHILD)
    case = desk.open().id
    people = {f"rows.{row}.who": f"户{row}" for row in range(number)}
    desk.do(case, "accept", "ding", **people)
    return played(desk, case, "", ABOVE)


@pytest.mark.parametrize("life", [rounds, many, above], ids=lambda life: life.__name__)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_operations_grow_no_faster_than_their_case(desk: Desk, life) -> None:
    few, more = life(desk, FEW), life(desk, FEW * TIMES)
    grown = {
        name: (few[name], number)
        for name, number in more.items()
        if number > few[name] * (MOST if name in LONG else FLAT)
    }
    assert grown == {}
    # Timers are looked for where some are due, not in every case below.
    assert more["resume"] < more["suspend"] * 1.5 + few["resume"]
