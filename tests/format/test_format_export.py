"""The table, the XML schema, the moddle descriptor and the page say the same."""

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from engine.bpmn import export
from engine.bpmn.extension import Annotation
from engine.bpmn.table import ELEMENTS, NAMESPACE, PREFIX, Attribute, Element, Kind
from engine.cli.schema import schema

XS = "{http://www.w3.org/2001/XMLSchema}"
QD = f"{{{NAMESPACE}}}"

GOOD = {
    Kind.TEXT: "文字",
    Kind.INTEGER: "12",
    Kind.DECIMAL: "-0.25",
    Kind.BOOLEAN: "true",
    Kind.DATE: "2026-03-01",
    Kind.WORDS: "a|b",
    Kind.IDENTIFIER: "amount_1",
    Kind.EXPRESSION: "amount > 5",
}
BAD = {
    Kind.INTEGER: ["", "5d", "-1", "1.5", "１", "12345678901"],
    Kind.DECIMAL: ["", "1e3", "+1", "1.234", "0,5", "一"],
    Kind.BOOLEAN: ["", "True", "1", "yes"],
    Kind.DATE: ["", "2026-3-1", "20260301", "2026-02-30", "2026-W01-1"],
    Kind.IDENTIFIER: ["", "1a", "a-b", "金额", "a b"],
    Kind.CHOICE: ["", "no-such"],
    Kind.CHOICES: ["no-such", "power no-such", "power|service"],
}


@pytest.fixture(scope="module")
def official() -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(export.xsd().encode()))


def _good(attribute: Attribute) -> str:
    return attribute.choices[-1] if attribute.choices else GOOD[attribute.kind]


def _sample(element: Element) -> etree._Element:
    """One element with every attribute, and every child with every attribute."""
    made = etree.Element(QD + element.name, nsmap={PREFIX: NAMESPACE})
    for attribute in element.attributes:
        made.set(attribute.name, _good(attribute))
    for child in ELEMENTS:
        if element.name in child.parents:
            made.append(_sample(child))
    return made


def _faults(element: etree._Element, row: Element) -> list[str]:
    faults: list[str] = []
    Annotation(element, row, lambda rule, line, **facts: faults.append(rule))
    return faults


ANY_ELEMENT = pytest.mark.parametrize("row", ELEMENTS, ids=lambda row: row.name)


@ANY_ELEMENT
def test_every_element_with_every_attribute_is_valid(
    row: Element, official: etree.XMLSchema
) -> None:
    sample = _sample(row)
    assert official.validate(sample), official.error_log
    assert _faults(sample, row) == []


@ANY_ELEMENT
def test_unknown_attribute_and_child_are_invalid(row: Element, official: etree.XMLSchema) -> None:
    for spoil in (
        lambda e: e.set("dutty", "x"),
        lambda e: e.set(QD + "duty", "x"),
        lambda e: etree.SubElement(e, QD + "itme"),
        lambda e: setattr(e, "text", "text"),
    ):
        sample = _sample(row)
        spoil(sample)
        assert not official.validate(sample)


@ANY_ELEMENT
def test_reader_and_schema_agree_on_every_value(row: Element, official: etree.XMLSchema) -> None:
    for attribute in row.attributes:
        for value in (_good(attribute), f" {_good(attribute)} ", *BAD.get(attribute.kind, [])):
            sample = _sample(row)
            sample.set(attribute.name, value)
            assert bool(_faults(sample, row)) != official.validate(sample), (attribute.name, value)
        sample = _sample(row)
        del sample.attrib[attribute.name]
        assert bool(_faults(sample, row)) == attribute.required
        assert official.validate(sample) != attribute.required


def test_schema_holds_exactly_the_elements_and_attributes_of_the_table() -> None:
    root = etree.fromstring(export.xsd().encode())
    held = {
        element.get("name"): {
            a.get("name"): (a.get("use") == "required", a.findtext(f".//{XS}documentation"))
            for a in element.iter(f"{XS}attribute")
        }
        for element in root.findall(f"{XS}element")
    }
    assert held == {
        row.name: {a.name: (a.required, a.meaning) for a in row.attributes} for row in ELEMENTS
    }


def test_moddle_descriptor_holds_exactly_the_elements_and_attributes_of_the_table() -> None:
    descriptor = json.loads(export.moddle())
    assert (descriptor["uri"], descriptor["prefix"]) == (NAMESPACE, PREFIX)
    held = {
        t["name"][0].lower() + t["name"][1:]: {
            p["name"]: p.get("isRequired", False) for p in t["properties"] if p.get("isAttr")
        }
        for t in descriptor["types"]
    }
    assert held == {row.name: {a.name: a.required for a in row.attributes} for row in ELEMENTS}
    for kind in descriptor["types"]:
        names = [p["name"] for p in kind["properties"]]
        assert len(names) == len(set(names)), "moddle keeps attributes and children in one object"
    nested = {
        (t["name"], p["name"], p.get("isMany", False))
        for t in descriptor["types"]
        for p in t["properties"]
        if not p.get("isAttr")
    }
    assert nested == {
        (parent[0].upper() + parent[1:], row.name, row.repeatable)
        for row in ELEMENTS
        for parent in row.parents
        if parent in {other.name for other in ELEMENTS}
    }


def test_page_in_docs_is_the_generated_one() -> None:
    text = (Path(__file__).parents[2] / "docs" / "format.md").read_text("utf-8")
    assert text.partition("## Elements\n\n")[2] == export.page(), (
        "run: qingdan schema markdown, and put it below “## Elements”"
    )


@pytest.mark.parametrize("form", ["xsd", "moddle", "markdown"])
def test_command_prints_every_form(form: str) -> None:
    result = CliRunner().invoke(schema, [form])
    expected = {"xsd": export.xsd, "moddle": export.moddle, "markdown": export.page}[form]()
    assert (result.exit_code, result.stdout_bytes.decode()) == (0, expected)


def test_random_values_are_judged_alike(official: etree.XMLSchema) -> None:
    seed = 5
    dice = random.Random(seed)
    letters = [*"0123456789-truefalsA_ |", "高", "power", "2026-03-01"]
    for number in range(1500):
        row = dice.choice(ELEMENTS)
        attribute = dice.choice(row.attributes)
        value = "".join(dice.choices(letters, k=dice.randrange(6)))
        if attribute.kind is Kind.EXPRESSION:
            continue  # XML Schema cannot parse it
        sample = _sample(row)
        sample.set(attribute.name, value)
        verdict = official.validate(sample)
        assert bool(_faults(sample, row)) != verdict, (seed, number, row.name, attribute, value)
