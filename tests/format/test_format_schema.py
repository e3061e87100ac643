"""The table of the BPMN 2.0 schema, against the schema itself.

The schema is the copy that SpiffWorkflow installs with itself; it is OMG's and
no part of this project.
"""

import importlib.util
import random
from pathlib import Path

import pytest
from lxml import etree

from engine.bpmn.reader import read
from engine.bpmn.schema import check_schema
from engine.model.finding import Fault

from .samples import MODEL, TOOLS, process, text_of

B = f"{{{MODEL}}}"
STRUCTURE = {"bpmn-order", "missing-part", "bad-attribute"}


@pytest.fixture(scope="module")
def official() -> etree.XMLSchema:
    spec = importlib.util.find_spec("SpiffWorkflow")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "bpmn" / "parser" / "schema"
    return etree.XMLSchema(etree.parse(folder / "BPMN20.xsd"))


def _wrong(root: etree._Element) -> list[Fault]:
    faults: list[Fault] = []
    check_schema(root, faults)
    return faults


def _trees() -> list[etree._Element]:
    parser = etree.XMLParser(encoding="utf-8")
    texts = [text_of(content) for content in TOOLS.values()] + [EVERYTHING.decode()]
    return [etree.fromstring(text.encode(), parser) for text in texts]


EVERYTHING = process(
    """
    <documentation>说明</documentation>
    <ioSpecification><dataInput id="in1"/><inputSet><dataInputRefs>in1</dataInputRefs></inputSet>
      <outputSet/></ioSpecification>
    <property id="prop" name="p"><dataState name="x"/></property>
    <laneSet id="ls"><lane id="l1" name="所长"><flowNodeRef>S</flowNodeRef>
      <childLaneSet id="cls"><lane id="l2"><flowNodeRef>S</flowNodeRef></lane></childLaneSet>
    </lane></laneSet>
    <startEvent id="S"><timerEventDefinition><timeDate>x</timeDate>
      </timerEventDefinition></startEvent>
    <task id="T"><incoming>f</incoming><dataInputAssociation><targetRef>in1</targetRef>
      <assignment><from>a</from><to>b</to></assignment></dataInputAssociation>
      <multiInstanceLoopCharacteristics isSequential="true"><loopCardinality>3</loopCardinality>
      <inputDataItem id="i"/><completionCondition>x</completionCondition>
      </multiInstanceLoopCharacteristics></task>
    <userTask id="U" default="g"><potentialOwner><resourceAssignmentExpression>
      <formalExpression>x</formalExpression></resourceAssignmentExpression></potentialOwner>
      <standardLoopCharacteristics loopMaximum="3"><loopCondition>x</loopCondition>
      </standardLoopCharacteristics><rendering/></userTask>
    <scriptTask id="Sc"><script>x</script></scriptTask>
    <callActivity id="C" calledElement="Q"/>
    <subProcess id="Sub"><startEvent id="s2"/><endEvent id="e2"/><association id="a2"
      sourceRef="s2" targetRef="e2"/></subProcess>
    <adHocSubProcess id="Ad" ordering="Parallel"><task id="at"/>
      <completionCondition>x</completionCondition></adHocSubProcess>
    <transaction id="Tr"/>
    <boundaryEvent id="Bo" attachedToRef="T" cancelActivity="0">
      <errorEventDefinition/></boundaryEvent>
    <intermediateCatchEvent id="Ca"><conditionalEventDefinition><condition>x</condition>
      </conditionalEventDefinition></intermediateCatchEvent>
    <intermediateThrowEvent id="Th"><linkEventDefinition name="k"/></intermediateThrowEvent>
    <complexGateway id="Co"><activationCondition>x</activationCondition></complexGateway>
    <eventBasedGateway id="Ev" eventGatewayType="Exclusive"/>
    <sequenceFlow id="f" sourceRef="S" targetRef="T"/>
    <sequenceFlow id="g" sourceRef="U" targetRef="T"><conditionExpression>x</conditionExpression>
      </sequenceFlow>
    <dataObject id="D"/><dataObjectReference id="DR" dataObjectRef="D"/>
    <endEvent id="E"><terminateEventDefinition/></endEvent>
    <textAnnotation id="Note"><text>x</text></textAnnotation><group id="G"/>
    """,
    outside="""
    <collaboration id="Coll"><participant id="Pool" processRef="P"/>
      <messageFlow id="m" sourceRef="Pool" targetRef="Pool"/></collaboration>
    <message id="M"/><error id="Er" errorCode="1"/><signal id="Si"/><escalation id="Es"/>
    <itemDefinition id="It" itemKind="Physical"/><category id="Cat">
      <categoryValue id="cv"/></category>
    <interface name="i"><operation name="o"><inMessageRef>M</inMessageRef></operation></interface>
    """,
)


def test_files_the_schema_accepts_have_no_fault(official: etree.XMLSchema) -> None:
    for tree in _trees():
        assert official.validate(tree), official.error_log
        assert _wrong(tree) == []


def _mutate(tree: etree._Element, dice: random.Random) -> str:
    """Break (or not) one element: move, repeat, drop or rename it or one of its attributes."""
    elements = [e for e in tree.iter(f"{B}*") if e is not tree and _is_ours_to_judge(e)]
    if not elements:
        return "nothing left"
    element = dice.choice(elements)
    parent = element.getparent()
    how = dice.choice(["move", "repeat", "drop", "rename", "adopt", "attribute", "value", "lose"])
    if how == "move":
        parent.remove(element)
        parent.insert(dice.randrange(len(parent) + 1), element)
    elif how == "repeat":
        twin = etree.fromstring(etree.tostring(element, with_tail=False))
        for inner in twin.iter():
            if isinstance(inner.tag, str) and inner.get("id"):
                inner.set("id", inner.get("id") + "_twin")
        parent.insert(dice.randrange(len(parent) + 1), twin)
    elif how == "drop":
        parent.remove(element)
    elif how == "rename":
        element.tag = dice.choice(elements).tag
    elif how == "adopt":
        stranger = etree.SubElement(element, dice.choice(elements).tag)
        stranger.text = None
    elif how == "attribute":
        donor = dice.choice(elements)
        for name in _plain(donor)[:1]:
            element.set(name, donor.get(name) + "_" if name == "id" else donor.get(name))
    elif how == "value" and _plain(element):
        name = dice.choice(_plain(element))
        if name != "id":
            element.set(name, dice.choice(["true", "1", "yes", "7", "None", "Both", "Parallel"]))
    elif how == "lose" and _plain(element):
        del element.attrib[dice.choice(_plain(element))]
    return f"{how} {element.tag}"


def _plain(element: etree._Element) -> list[str]:
    """Attributes without a namespace."""
    return [name for name in element.attrib if not name.startswith("{")]


def _is_ours_to_judge(element: etree._Element) -> bool:
    """Whether it is no part of what the schema leaves open."""
    names = {etree.QName(e).localname for e in (element, *element.iterancestors())}
    return names.isdisjoint({"extensionElements", "documentation", "script", "text"})


#: What XML Schema checks and our table leaves to other checks, or to nobody.
_ELSEWHERE = (
    "IDREF",  # references.py
    "xs:ID",  # bad-id, duplicate-id
    "xs:QName",  # references.py
    "xs:anyURI",
    "xs:int'",
    "Character content",  # text where only elements may stand is lost by every tool alike
    "character content",
    "is abstract",
)


@pytest.mark.prove
def test_verdict_is_the_schemas_on_broken_files(official: etree.XMLSchema, rounds: int) -> None:
    seed = 20261122
    dice = random.Random(seed)
    for number in range(rounds):
        tree = dice.choice(_trees())
        done = [_mutate(tree, dice) for _ in range(dice.choice([1, 1, 1, 2]))]
        official.validate(tree)
        complaints = [
            error.message
            for error in official.error_log
            if not any(word in error.message for word in _ELSEWHERE)
        ]
        ours = [(f.rule, dict(f.facts)) for f in _wrong(tree)]
        if not complaints:
            # libxml2, unlike the schema, takes a lane set anywhere among the flow elements.
            ours = [o for o in ours if (o[1].get("name"), o[1]["problem"]) != ("laneSet", "order")]
        assert bool(ours) == bool(complaints), (seed, number, done, ours, complaints)


@pytest.mark.parametrize(
    ("body", "rule", "problem", "line"),
    [
        ('<task id="a">\n<incoming>f</incoming><documentation/></task>', "bpmn-order", "order", 3),
        (
            '<task id="a">\n<extensionElements/><extensionElements/></task>',
            "bpmn-order",
            "repeated",
            3,
        ),
        ('<task id="a">\n<laneSet/></task>', "bpmn-order", "unknown", 3),
        ('<task id="a">\n<z:b xmlns:z="urn:z"/></task>', "bpmn-order", "foreign", 3),
        ('<task id="a"\n name="b" nmae="c"/>', "bad-attribute", "unknown", 2),
        ('<startEvent id="a" isInterrupting="ture"/>', "bad-attribute", "boolean", 2),
        ('<eventBasedGateway id="a" eventGatewayType="Any"/>', "bad-attribute", "choice", 2),
        ('<task id="a" startQuantity="two"/>', "bad-attribute", "integer", 2),
        ('\n<boundaryEvent id="a"/>', "missing-part", "attribute", 3),
        (
            '<intermediateCatchEvent id="a"><conditionalEventDefinition/></intermediateCatchEvent>',
            "missing-part",
            "child",
            2,
        ),
    ],
)
def test_fault_names_its_line_and_element(body: str, rule: str, problem: str, line: int) -> None:
    (fault,) = (f for f in read(process(body)).faults if f.rule in STRUCTURE)
    assert (fault.rule, fault.facts["problem"], fault.line) == (rule, problem, line)
    assert (fault.process, fault.element) == ("P", "a")


@pytest.mark.parametrize("identifier", ["1a", "a b", "a:b", "-a", ""])
def test_id_that_is_no_name_is_reported(identifier: str) -> None:
    rules = [f.rule for f in read(process(f'<dataObject id="{identifier}"/>')).faults]
    assert rules == ["bad-id"]


@pytest.mark.parametrize("identifier", ["a", "_1", "审核-1", "a.b", "é·", "𠮷"])
def test_id_that_is_a_name_is_not_reported(identifier: str) -> None:
    assert read(process(f'<dataObject id="{identifier}"/>')).faults == ()


def test_ids_are_unique_across_model_and_shapes() -> None:
    shapes = (
        '<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" id="a"/></definitions>'
    )
    content = process('<task id="a"/>').replace(b"</definitions>", b"\n" + shapes.encode())
    (fault,) = read(content).faults
    assert (fault.rule, fault.line, fault.facts["first"]) == ("duplicate-id", 4, 2)
