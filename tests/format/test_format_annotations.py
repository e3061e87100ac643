"""The qd: elements are read strictly: nothing misspelt or misplaced goes unseen."""

import pytest

from engine.bpmn.reader import read
from engine.bpmn.table import ELEMENTS, STEP_HOSTS, Element, Kind
from engine.model.finding import Fault

from .samples import process

ITEM = (
    '<qd:item code="CZ-1" lists="power service" category="公共服务" body="财政所" version="1"'
    ' effectiveFrom="2026-01-01" promised="5" promisedUnit="working-day">{}</qd:item>'
)
VALUES = {
    Kind.TEXT: "文字",
    Kind.INTEGER: "3",
    Kind.DECIMAL: "-0.5",
    Kind.BOOLEAN: "true",
    Kind.DATE: "2026-01-01",
    Kind.WORDS: "a b",
    Kind.IDENTIFIER: "a",
    Kind.EXPRESSION: "a",
}
WRONG = {
    Kind.INTEGER: "三天",
    Kind.DECIMAL: "三成",
    Kind.BOOLEAN: "是",
    Kind.DATE: "2026年1月",
    Kind.CHOICE: "甲",
    Kind.CHOICES: "甲",
    Kind.IDENTIFIER: "金额",
    Kind.EXPRESSION: "__import__('os')",
}


def _attributes(row: Element, **changed: str | None) -> str:
    written = {
        a.name: a.choices[0] if a.choices else VALUES[a.kind] for a in row.attributes if a.required
    }
    return "".join(f' {k}="{v}"' for k, v in (written | changed).items() if v is not None)


def _in_place(row: Element, written: str) -> bytes:
    """A file with the element, on line 3, in the first place it may stand in."""
    parent = row.parents[0]
    if parent in ("item", "step", "field"):
        outer = next(e for e in ELEMENTS if e.name == parent)
        inner = _attributes(outer)
        return _in_place(outer, f"<qd:{parent}{inner}>\n{written}</qd:{parent}>".replace("\n", ""))
    body = f"<extensionElements>\n{written}</extensionElements>"
    if parent == "process":
        return process(body)
    ends = ' sourceRef="a" targetRef="a"' if parent == "sequenceFlow" else ""
    called = ' calledElement="Q"' if parent == "callActivity" else ""
    return process(f'<{parent} id="host"{ends}{called}>{body}</{parent}><task id="a"/>')


def _faults(content: bytes) -> list[Fault]:
    return list(read(content).faults)


ANY_ELEMENT = pytest.mark.parametrize("row", ELEMENTS, ids=lambda row: row.name)


@ANY_ELEMENT
def test_element_with_what_it_needs_has_no_fault(row: Element) -> None:
    assert _faults(_in_place(row, f"<qd:{row.name}{_attributes(row)}/>")) == []


@ANY_ELEMENT
def test_misspelt_attribute_names_the_nearest(row: Element) -> None:
    for attribute in row.attributes:
        misspelt = attribute.name[:-1] + "q" + attribute.name[-1]
        written = f"<qd:{row.name}{_attributes(row, **{misspelt: 'x'})}/>"
        (fault,) = _faults(_in_place(row, written))
        assert (fault.rule, fault.line) == ("unknown-extension", 3)
        assert (fault.facts["name"], fault.facts["near"]) == (misspelt, attribute.name)


@ANY_ELEMENT
def test_missing_attribute_is_named_with_its_meaning(row: Element) -> None:
    for attribute in row.attributes:
        if attribute.required:
            for value in (None, "", " "):
                written = f"<qd:{row.name}{_attributes(row, **{attribute.name: value})}/>"
                (fault,) = _faults(_in_place(row, written))
                assert (fault.rule, fault.line) == ("bad-annotation", 3)
                assert fault.facts["problem"] == "missing"
                assert fault.facts["meaning"] == attribute.meaning


@ANY_ELEMENT
def test_value_of_the_wrong_kind_is_reported(row: Element) -> None:
    for attribute in row.attributes:
        if attribute.kind in WRONG:
            written = (
                f"<qd:{row.name}{_attributes(row, **{attribute.name: WRONG[attribute.kind]})}/>"
            )
            rule = "unsafe-expression" if attribute.kind is Kind.EXPRESSION else "bad-annotation"
            found = {(f.rule, f.line) for f in _faults(_in_place(row, written))}
            assert found == {(rule, 3)}, attribute.name


@ANY_ELEMENT
def test_misspelt_element_names_the_nearest(row: Element) -> None:
    written = f"<qd:{row.name}{_attributes(row)}/>".replace(f"qd:{row.name}", f"qd:{row.name}q")
    (fault,) = _faults(_in_place(row, written))
    assert (fault.rule, fault.facts["problem"], fault.line) == ("unknown-extension", "element", 3)
    assert fault.facts["near"] == row.name


@ANY_ELEMENT
def test_element_in_a_wrong_place_is_reported_wherever_that_is(row: Element) -> None:
    written = f"\n<qd:{row.name}{_attributes(row)}/>"
    inside = f"<extensionElements>{written}</extensionElements>"
    places = [
        f'<laneSet id="l"><lane id="a">{inside}</lane></laneSet>',
        f'<dataObject id="a">{inside}</dataObject>',
        f'<endEvent id="a">{inside}</endEvent>',
        '<endEvent id="a"><extensionElements><z:b xmlns:z="urn:z">'
        f"{written}</z:b></extensionElements></endEvent>",
        f'<callActivity id="a" calledElement="Q">{written}</callActivity>',
        '<task id="a"><extensionElements><qd:step><qd:risk level="高" form="a" measure="b">'
        f"{written}</qd:risk></qd:step></extensionElements></task>",
    ]
    for place in places:
        (fault,) = _faults(process(place))
        assert (fault.rule, fault.line, fault.element) == ("unknown-extension", 3, "a")
        assert fault.facts["problem"] in ("misplaced", "outside")


@ANY_ELEMENT
def test_second_element_is_reported_where_one_may_stand(row: Element) -> None:
    once = f"<qd:{row.name}{_attributes(row)}/>"
    problems = [f.facts.get("problem") for f in _faults(_in_place(row, once + once))]
    assert problems == ([] if row.repeatable else ["repeated"])


def test_loose_attribute_is_reported_on_any_element() -> None:
    for body in (
        '<task id="a" qd:duty="pay"/>',
        '<laneSet id="l"><lane id="a" qd:post="x"/></laneSet>',
        '<task id="a"><multiInstanceLoopCharacteristics qd:rows="x"/></task>',
    ):
        (fault,) = _faults(process(body))
        assert (fault.rule, fault.facts["problem"]) == ("unknown-extension", "loose-attribute")
        assert fault.element == "a"


def test_prefixed_attribute_of_our_own_element_is_reported() -> None:
    body = '<task id="a"><extensionElements><qd:step qd:duty="pay"/></extensionElements></task>'
    (fault,) = _faults(process(body))
    assert (fault.facts["name"], fault.facts["near"]) == ("qd:duty", "duty")


def test_text_inside_our_element_is_reported() -> None:
    body = (
        '<task id="a"><extensionElements><qd:step>核对<qd:document name="单"/></qd:step>'
        "</extensionElements></task>"
    )
    (fault,) = _faults(process(body))
    assert (fault.rule, fault.facts["problem"]) == ("unknown-extension", "text")


def test_foreign_attributes_and_elements_are_left_alone() -> None:
    body = (
        '<task id="a" z:b="1" xmlns:z="urn:z"><extensionElements><z:c/><qd:step z:d="2" duty="pay">'
        "<z:e/></qd:step></extensionElements></task>"
    )
    assert _faults(process(body)) == []


@pytest.mark.parametrize("host", STEP_HOSTS)
def test_step_is_read_on_every_host(host: str) -> None:
    called = ' calledElement="Q"' if host == "callActivity" else ""
    body = (
        f'<{host} id="a"{called}><extensionElements><qd:step duty="pay" post="出纳会计" limit="2"'
        ' limitUnit="working-day" persons="2" external="true"><qd:field name="sum" label="金额"'
        ' type="money" required="true" options="a | b"/><qd:field name="t" label="表" type="table">'
        '<qd:column name="c" label="列" type="text"/></qd:field></qd:step></extensionElements>'
        f"</{host}>"
    )
    document = read(process(body))
    assert document.faults == ()
    step = document.procedures[0].nodes["a"].step
    assert step is not None
    assert (step.duty, step.post, str(step.limit), step.persons, step.external) == (
        "pay", "出纳会计", "2个工作日", 2, True
    )  # fmt: skip
    assert [f.name for f in step.fields] == ["sum", "t"]
    assert step.fields[0].options == ("a", "b")
    assert [c.name for c in step.fields[1].columns] == ["c"]


def test_limit_asks_for_both_its_halves_once() -> None:
    for written, *problems in (
        ('limitUnit="immediate"',),
        ('limit="2"', "no-unit"),
        ('limitUnit="working-day"', "no-days"),
        ('limit="0" limitUnit="working-day"', "integer"),
        ('limit="两天" limitUnit="working-day"', "integer"),
        ('limit="2" limitUnit="days"', "choice"),
    ):
        body = f'<task id="a"><extensionElements><qd:step {written}/></extensionElements></task>'
        assert [f.facts["problem"] for f in _faults(process(body))] == problems


def test_item_is_read_and_a_process_without_one_is_a_sub_procedure() -> None:
    inner = '<qd:material name="申请表" form="原件" source="自备" required="false"/>'
    body = f"<extensionElements>{ITEM.format(inner)}</extensionElements>"
    (procedure,) = read(process(body)).procedures
    item = procedure.item
    assert item is not None
    assert (item.code, [str(name) for name in item.lists]) == ("CZ-1", ["power", "service"])
    assert str(item.promised) == "5个工作日"
    assert [(m.name, m.copies, m.required) for m in item.materials] == [("申请表", 1, False)]
    (procedure,) = read(process("")).procedures
    assert procedure.item is None
