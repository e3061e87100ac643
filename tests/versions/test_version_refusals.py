"""Every reason not to move a case, planted in a copy of the subsidy item (一卡通)."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.bpmn.library import Library, shipped_directory
from engine.model.controls import load_controls
from engine.model.roster_file import read_roster
from engine.runtime import Office, Refused
from engine.runtime.migration.moving import Unmovable
from engine.store import open_store
from tests.cases.conftest import APPLICANT, Clock, Desk
from tests.cases.drawings import field, flow, line, process, step
from tests.cases.test_case_items import ROSTER, _do_one

NAMES = ("subsidy_card", "public_notice", "subsidy_household")
Edit = Callable[[str], str]


def replaced(old: str, new: str, count: int = 1) -> Edit:
    def edit(text: str) -> str:
        assert old in text, old
        return text.replace(old, new, count)

    return edit


def before(element: str, more: str) -> Edit:
    """Put something in front of an element of the file."""
    return replaced(element, more + element)


def rerouted(id_: str, to: str, more: str) -> Edit:
    """Let a flow lead to another node, which is added with what follows it."""

    def edit(text: str) -> str:
        found = re.search(rf'id="{id_}"[^>]*targetRef="([^"]+)"', text)
        assert found
        text = text.replace(
            found[0], found[0].replace(f'targetRef="{found[1]}"', f'targetRef="{to}"')
        )
        added = more + f'<bpmn:sequenceFlow id="new" sourceRef="{to}" targetRef="{found[1]}"/>'
        return text.replace("</bpmn:process>", f"{added}</bpmn:process>", 1)

    return edit


def anew(id_: str) -> Edit:
    """Give a step another id throughout the file."""
    return replaced(id_, f"{id_}_anew", 1_000)


def another(id_: str) -> Edit:
    """Put another step in place of one: of another id, and of another name."""

    def edit(text: str) -> str:
        found = re.search(rf'<bpmn:userTask id="{id_}" name="([^"]+)"', text)
        assert found
        return anew(id_)(text.replace(found[0], found[0].replace(found[1], "另一环节")))

    return edit


NEW_STEP = '<bpmn:userTask id="added" name="补充核对"/>'
LATE = (
    '<bpmn:boundaryEvent id="late" attachedToRef="survey_households" cancelActivity="false">'
    "<bpmn:timerEventDefinition><bpmn:timeDuration>P9D</bpmn:timeDuration>"
    "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    '<bpmn:endEvent id="late_end"/>'
    '<bpmn:sequenceFlow id="late_flow" sourceRef="late" targetRef="late_end"/>'
)
SECOND_START = (
    '<bpmn:startEvent id="second"/>'
    '<bpmn:sequenceFlow id="second_flow" sourceRef="second" targetRef="register_batch"/>'
)
BOUND = '<qd:bind steps="register_batch examine_list" reason="一人负责到底"/>'
TWICE = (
    "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
    "</bpmn:multiInstanceLoopCharacteristics>"
)
FIELD = '<qd:field name="extra" label="补充数" type="number" required="true"/>'


def asks_for_an_extra_number(text: str) -> str:
    """A gateway ahead reads what a step behind would ask for."""
    text = replaced('<qd:field name="batch_no"', f'{FIELD}<qd:field name="batch_no"')(text)
    return replaced("approval_opinion == '退回'", "extra &gt; 3")(text)


@pytest.mark.parametrize(
    ("waiting", "edit", "rule"),
    [
        (
            "survey_households",
            rerouted("register_batch_to_survey_households", "added", NEW_STEP),
            "skipped",
        ),
        ("survey_households", another("register_batch"), "vanished"),
        ("survey_households", another("survey_households"), "vanished"),
        ("survey_households", replaced('duty="accept"', 'duty="execute"'), "duty"),
        ("survey_households", before("</bpmn:process>", LATE), "border"),
        ("survey_households", before("</bpmn:process>", SECOND_START), "starts"),
        (
            "survey_households",
            replaced(
                'name="batch_no" label="批次号" type="text"',
                'name="batch_no" label="批次号" type="number"',
            ),
            "field-type",
        ),
        ("survey_households", asks_for_an_extra_number, "no-fact"),
        ("examine_list", replaced("objection == '有异议'", "objection != '无异议'"), "flow"),
        (
            "examine_list",
            replaced('steps="compile_list examine_list"', 'steps="register_batch compile_list"'),
            "separated-steps",
        ),
        ("approve_list", before("<qd:object", BOUND), "bound-steps"),
        ("examine_list", replaced('name="档案管理"', 'name="财政监督"', 1_000), "leaves-nobody"),
        ("examine_list", before("</bpmn:userTask>", TWICE), "nature"),
    ],
)
def test_reason_is_found_in_a_real_item(
    office: Office, clock: Clock, folder: Path, waiting: str, edit: Edit, rule: str
) -> None:
    case = reached(office, clock, waiting)
    publish(office, folder, edit)
    plan = office.migration_plan(case)
    assert plan.reasons[0].rule == rule
    with pytest.raises(Unmovable, match=f"办件 {case} 不能换到这个版本"):
        office.migrate(case, reason="新办法")
    assert office.history(case)[-1].note == rule


def test_step_in_somebodys_hands_keeps_its_post(office: Office, clock: Clock, folder: Path) -> None:
    case = reached(office, clock, "examine_list")
    item = next(i for i in office.case(case).work_items if i.done_at is None)
    officer = next(o.id for o in office.roster().officers if claims(office, item.id, o.id))
    publish(office, folder, replaced('name="资金监管"', 'name="总预算会计"'))
    assert [each.rule for each in office.migration_plan(case).reasons] == ["claimed"]
    office.release(item.id, by=officer)
    assert office.migration_plan(case).reasons == ()


def claims(office: Office, item: str, officer: str) -> bool:
    try:
        office.claim(item, by=officer)
    except Refused:
        return False
    return True


def test_harmless_edit_of_the_item_is_let_through(
    office: Office, clock: Clock, folder: Path
) -> None:
    case = reached(office, clock, "examine_list")
    publish(office, folder, rerouted("record_accounts_to_archive_batch", "added", NEW_STEP))
    plan = office.migration_plan(case)
    assert (plan.reasons, plan.added, plan.dropped) == ((), ("补充核对",), ())


@pytest.mark.parametrize("id_", ["register_batch", "survey_households", "village_notice"])
def test_other_id_alone_is_no_reason_in_a_real_item(
    office: Office, clock: Clock, folder: Path, id_: str
) -> None:
    case = reached(office, clock, "survey_households")
    publish(office, folder, anew(id_))
    plan = office.migration_plan(case)
    assert ([r.new for r in plan.renamings], plan.reasons) == ([f"{id_}_anew"], ())


@pytest.mark.parametrize(("edit", "rules"), [(another, ["vanished"]), (anew, [])])
def test_changed_procedure_that_was_called_counts(
    office: Office,
    clock: Clock,
    folder: Path,
    edit: Callable[[str], Edit],
    rules: list[str],
) -> None:
    case = reached(office, clock, "village_notice/register_objections")
    path = folder / "public_notice.bpmn"
    path.write_text(edit("post_notice")(path.read_text("utf-8")), "utf-8")
    office.publish(Library.load([folder]))
    assert [reason.rule for reason in office.migration_plan(case).reasons][:1] == rules


def test_join_that_was_passed_waits_for_the_same_branches(
    office: Office, clock: Clock, folder: Path
) -> None:
    both = flow("join", "c") + flow("split", "a") + flow("split", "b") + line("start", "split")
    rest = flow("a", "join") + flow("b", "join") + line("c", "x", "d", "end")
    choice = '<exclusiveGateway id="x" default="x_d"/>' + flow("x", "r", "1 > 2")
    steps = [step(each) for each in "abcdr"]
    gates = '<parallelGateway id="split"/><parallelGateway id="join"/>' + choice
    drawn = (*steps, gates, both, rest)
    assert _reasons(office, folder, ("a", "b"), drawn, (*drawn, flow("r", "end"))) == []
    joined = (*drawn, flow("r", "join"))
    assert _reasons(office, folder, ("a", "b"), (*drawn, flow("r", "end")), joined) == ["join"]


def test_events_that_are_awaited_stay(office: Office, folder: Path) -> None:
    def awaiting(*names: str) -> tuple[str, ...]:
        events = "".join(
            f'<intermediateCatchEvent id="{each}"><messageEventDefinition messageRef="m_{each}"/>'
            f"</intermediateCatchEvent>{flow('g', each)}{flow(each, 'end')}"
            for each in names
        )
        return step("a"), line("start", "a", "g"), '<eventBasedGateway id="g"/>', events

    assert _reasons(office, folder, ("a",), awaiting("x", "y"), awaiting("x", "y", "z"), "xyz") == [
        "awaits"
    ]


def test_step_that_is_being_signed_keeps_its_rules(office: Office, folder: Path) -> None:
    choice = field("opinion", "choice", required="true", options="同意|不同意")

    def signed(persons: str) -> tuple[str, ...]:
        return (
            step("a", choice, sign="all", persons=persons, post="补贴资金发放管理"),
            line("start", "a", "end"),
        )

    assert _reasons(office, folder, (), signed("2"), signed("2")) == []
    vote = (signed("2")[0].replace('sign="all"', 'sign="any"'), signed("2")[1])
    assert _reasons(office, folder, (), signed("2"), vote) == ["signing"]


def _reasons(
    office: Office,
    folder: Path,
    done: tuple[str, ...],
    old: tuple[str, ...],
    new: tuple[str, ...],
    messages: str = "",
) -> list[str]:
    """Rules that keep a case of one drawing, with some steps done, from another one."""
    for path in folder.iterdir():
        path.unlink()
    desk = Desk(office, folder)
    told = [f'<message id="m_{each}" name="{each}"/>' for each in messages]
    desk.publish(process("p", *old, code="T-1", globals_=told))
    case = desk.open(by="sun").id
    for each in done:
        desk.do(case, each, "sun")
    desk.publish(process("p", *new, code="T-1", globals_=told))
    return [each.rule for each in office.migration_plan(case).reasons]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "bpmn"
    target.mkdir()
    for name in NAMES:
        source = shipped_directory() / f"{name}.bpmn"
        (target / source.name).write_bytes(source.read_bytes())
    return target


@pytest.fixture
def office(sqlite_database: str, clock: Clock, folder: Path) -> Iterator[Office]:
    store, controls = open_store(sqlite_database), load_controls()
    office = Office(store, "shifan", controls=controls, clock=clock)
    office.appoint(read_roster(ROSTER, controls).roster)
    office.publish(Library.load([folder]))
    yield office
    store.close()


def publish(office: Office, folder: Path, edit: Edit) -> None:
    path = folder / "subsidy_card.bpmn"
    text = edit(path.read_text("utf-8"))
    # Without the ends of flows and the picture, which the edits do not redraw.
    text = re.sub(r"<bpmn:(incoming|outgoing)>.*?</bpmn:\1>", "", text)
    text = re.sub(r"(?s)<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", "", text)
    path.write_text(text, "utf-8")
    office.publish(Library.load([folder]))


def reached(office: Office, clock: Clock, step_: str) -> str:
    """A case that waits at a step, everything before it done by whoever may."""
    case = office.open_case("subsidy_card", by="sun", applicant=APPLICANT).id
    visits: dict[str, int] = {}
    for _ in range(30):
        waiting = {item.step for item in office.case(case).work_items if item.done_at is None}
        if step_ in waiting:
            return case
        if not _do_one(office, visits):
            clock.move(days=1)
            office.tick()
    raise AssertionError(waiting)
