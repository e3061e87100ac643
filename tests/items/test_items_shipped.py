"""The shipped items: complete, lawful on their first day, and free of conflicts by design."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from itertools import combinations

import pytest
from lxml import etree

from engine.bpmn import expression
from engine.bpmn.library import Library, shipped_directory
from engine.model.controls import load_controls
from engine.model.item import LegalBasis
from engine.model.procedure import FormField, Node, NodeKind, Procedure, Trigger

LIBRARY = Library.load()
CONTROLS = load_controls()
PROCEDURES = list(LIBRARY.procedures.values())
ITEMS = list(LIBRARY.items())
#: Duties that never stand without a risk point.
RISKY = {"approve", "pay", "keep-notes", "record", "collect", "examine"}

each_procedure = pytest.mark.parametrize("procedure", PROCEDURES, ids=lambda p: p.id)
each_item = pytest.mark.parametrize("item", ITEMS, ids=lambda p: p.id)


def own_steps(procedure: Procedure) -> list[Node]:
    """Steps done by the office itself."""
    return [node for node in procedure.steps() if node.step and not node.step.external]


def reached(procedure: Procedure) -> list[Procedure]:
    """The procedure and all it calls, each once."""
    found = [procedure]
    for one in found:
        found += [called for called in LIBRARY.called_by(one) if called not in found]
    return found


def reached_steps(procedure: Procedure) -> list[tuple[Procedure, Node]]:
    """The office's own steps of the procedure and of all it calls."""
    return [(one, node) for one in reached(procedure) for node in own_steps(one)]


def fields(procedure: Procedure) -> Iterator[FormField]:
    for node in procedure.steps():
        if node.step:
            yield from node.step.fields


def bases(procedure: Procedure) -> list[LegalBasis]:
    return [
        *procedure.bases,
        *(b for node in procedure.steps() if node.step for b in node.step.bases),
    ]


def test_five_items_and_two_sub_procedures_are_shipped() -> None:
    assert sorted(p.id for p in ITEMS) == [
        "expense_claim",
        "note_issue",
        "policy_consultation",
        "subsidy_card",
        "treasury_payment",
    ]
    subs = sorted(p.id for p in PROCEDURES if p.item is None)
    assert subs == ["public_notice", "subsidy_household"]
    codes = [p.item.code for p in ITEMS if p.item]
    assert len(set(codes)) == len(codes)


def test_files_read_without_faults() -> None:
    assert [fault for document in LIBRARY.documents for fault in document.faults] == []


def test_files_obey_the_official_schema() -> None:
    schema_file = files("SpiffWorkflow.bpmn.parser") / "schema" / "BPMN20.xsd"
    schema = etree.XMLSchema(etree.parse(str(schema_file)))
    for path in sorted(shipped_directory().glob("*.bpmn")):
        assert schema.validate(etree.parse(str(path))), (path.name, schema.error_log)


@each_procedure
def test_lanes_are_known_posts_and_hold_every_node(procedure: Procedure) -> None:
    for node in procedure.nodes.values():
        assert CONTROLS.post(node.lane), node.id
    for node in procedure.steps():
        post = CONTROLS.post(procedure.post_of(node))
        assert post is not None
        assert node.step is not None
        assert post.external == node.step.external, node.id


@each_procedure
def test_every_node_lies_between_the_start_and_the_end(procedure: Procedure) -> None:
    for node in procedure.nodes.values():
        assert bool(node.incoming) == (node.kind is not NodeKind.START_EVENT), node.id
        assert bool(node.outgoing) == (node.kind is not NodeKind.END_EVENT), node.id


@each_procedure
def test_every_step_says_who_does_what_by_when_and_how(procedure: Procedure) -> None:
    for node in procedure.steps():
        step = node.step
        assert node.kind is NodeKind.USER_TASK
        assert step is not None
        assert step.limit or step.external, node.id
        assert step.guide, node.id
        assert step.fields, node.id
        if step.external:
            recorder = CONTROLS.post(step.recorder)
            assert recorder is not None, node.id
            assert not recorder.external, node.id
        else:
            assert step.duty in CONTROLS.duties, node.id
        if step.duty in RISKY:
            assert step.risks, node.id


@each_item
def test_step_names_fit_two_lines_and_are_told_apart(item: Procedure) -> None:
    names = [node.name for one in reached(item) for node in one.steps()]
    assert [name for name in names if not 2 <= len(name) <= 16] == []
    assert len(set(names)) == len(names)
    gateways = [n.name for one in reached(item) for n in one.nodes.values() if n.kind.is_gateway]
    assert [name for name in gateways if not name.endswith("？") or len(name) > 8] == []


@each_item
def test_an_item_tells_all_that_is_published_about_it(item: Procedure) -> None:
    facts = item.item
    assert facts is not None
    assert facts.promised is not None
    assert facts.statutory is None, "no statute sets a limit for these five"
    for text in (
        facts.audience,
        facts.way,
        facts.limit_note,
        facts.fee,
        facts.phone,
        facts.supervision_phone,
        facts.place,
        facts.hours,
        facts.result,
        facts.proposal,
    ):
        assert text
    assert facts.materials
    assert facts.responsibilities
    assert facts.accountability
    assert 2 <= len(item.bases) <= 5


@each_procedure
def test_cited_articles_stand_on_the_first_day(procedure: Procedure) -> None:
    callers = [one for one in ITEMS if procedure in reached(one)]
    days = {one.item.effective_from for one in callers if one.item}
    for basis in bases(procedure):
        version = CONTROLS.statute_version(basis.statute, basis.version)
        assert version is not None, basis
        for day in days:
            assert version.in_force <= day, basis
            assert version.until is None or day < version.until, basis
        if version.articles is None:
            assert basis.article == "", basis
        else:
            assert 1 <= int(basis.article) <= version.articles, basis


def test_citations_of_unread_documents_name_no_article() -> None:
    unread = {
        (basis.statute, basis.article)
        for procedure in PROCEDURES
        for basis in bases(procedure)
        if not CONTROLS.statute_version(basis.statute, basis.version).verified  # type: ignore[union-attr]
    }
    assert unread == {("“一卡通”管理指导意见", ""), ("财政票据管理办法", ""), ("内部控制规范", "")}


@each_procedure
def test_every_split_has_a_default_and_parsable_conditions(procedure: Procedure) -> None:
    for node in procedure.nodes.values():
        if node.kind is not NodeKind.EXCLUSIVE_GATEWAY:
            continue
        assert node.default, node.id
        for flow in (procedure.flows[i] for i in node.outgoing):
            assert flow.name, flow.id
            if flow.id == node.default:
                assert flow.condition is None
            else:
                assert flow.condition
                expression.parse(flow.condition)


@each_item
def test_conditions_read_fields_the_item_asks_for(item: Procedure) -> None:
    asked = {field.name for one in reached(item) for field in fields(one)}
    asked |= {c.name for one in reached(item) for field in fields(one) for c in field.columns}
    for one in reached(item):
        texts = [flow.condition for flow in one.flows.values() if flow.condition]
        texts += [o.key for o in one.objects]
        for node in one.nodes.values():
            if node.event and node.event.trigger is Trigger.TIMER:
                texts.append(str(node.event.expression))
        for text in texts:
            assert set(expression.parse(text).names) <= asked, text


@each_procedure
def test_facts_of_flows_are_options_of_a_choice_with_that_key(procedure: Procedure) -> None:
    options = {f.key: set(f.options) for one in reached(procedure) for f in fields(one) if f.key}
    for flow in procedure.flows.values():
        if flow.fact is not None:
            key, value = flow.fact
            assert value in options[key], flow.id


@each_item
def test_no_post_holds_conflicting_duties_of_one_case(item: Procedure) -> None:
    """Stricter than the exact check: it looks at all steps, whether one run does both or not."""
    for (first, one), (second, other) in combinations(reached_steps(item), 2):
        posts = {CONTROLS.post(first.post_of(one)), CONTROLS.post(second.post_of(other))}
        assert one.step is not None
        assert other.step is not None
        if len(posts) == 1:
            assert CONTROLS.between_duties(one.step.duty, other.step.duty) is None, (
                one.id,
                other.id,
            )


@each_item
def test_demonstration_office_can_staff_every_run(item: Procedure) -> None:
    roster = tomllib.loads((files("processes") / "demo" / "shifan.toml").read_text("utf-8"))
    for officer in roster["officer"]:
        held = {CONTROLS.post(name) for name in officer["posts"]}
        duties = {
            node.step.duty
            for one, node in reached_steps(item)
            if node.step and CONTROLS.post(one.post_of(node)) in held
        }
        clashes = [
            pair for pair in combinations(sorted(duties), 2) if CONTROLS.between_duties(*pair)
        ]
        assert clashes == [], officer["name"]


@each_item
def test_every_step_has_an_officer_in_the_demonstration_office(item: Procedure) -> None:
    roster = tomllib.loads((files("processes") / "demo" / "shifan.toml").read_text("utf-8"))
    held = {CONTROLS.post(name) for officer in roster["officer"] for name in officer["posts"]}
    for one in reached(item):
        for node in one.steps():
            assert node.step is not None
            name = node.step.recorder if node.step.external else one.post_of(node)
            assert CONTROLS.post(name) in held, node.id


@each_procedure
def test_separated_steps_exist_and_belong_to_different_posts(procedure: Procedure) -> None:
    for group in procedure.separations:
        posts = []
        for path in group.steps:
            *calls, step = path.split("/")
            owner = procedure
            for call in calls:
                owner = LIBRARY.procedures[owner.nodes[call].called or ""]
            posts.append(CONTROLS.post(owner.post_of(owner.nodes[step])))
        assert len(set(posts)) == len(posts), group.steps


def test_households_become_child_cases_of_the_returned_rows() -> None:
    card = LIBRARY.procedures["subsidy_card"]
    call = card.nodes["settle_households"]
    tables = {field.name: field for field in fields(card) if field.columns}
    returns = tables["returns"]
    assert call.step is not None
    assert call.loop is None, "qd:children alone repeats the call"
    assert call.step.child_rows == "returns"
    assert returns.rows == "households"
    columns = [column.name for column in returns.columns]
    assert columns[: len(tables["households"].columns)] == [
        column.name for column in tables["households"].columns
    ]
    assert {call.step.child_name, call.step.child_id_card, "result"} <= set(columns)
