"""Editing a file of any tool changes what was asked for and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bpmn import writer
from engine.bpmn.reader import read
from engine.model.errors import QingdanError

from .samples import ENCODINGS, MODEL, QD, TOOLS, canonical, changed, element, in_encoding, text_of

ANY_TOOL = pytest.mark.parametrize("tool", TOOLS)


@ANY_TOOL
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_nothing_asked_changes_no_byte(tool: str, encoding: str) -> None:
    content = in_encoding(text_of(TOOLS[tool]), encoding)
    name = element(content, "Target").get("name")
    assert writer.assign(content, "Target", "", {"name": name}) == content


@ANY_TOOL
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_changed_label_changes_only_that_label(tool: str, encoding: str) -> None:
    content = in_encoding(text_of(TOOLS[tool]), encoding)
    old = element(content, "Target").get("name")
    edited = writer.assign(content, "Target", "", {"name": "甲<乙>&\"丙'"})

    expected = element(content, "Target")
    expected.set("name", "甲<乙>&\"丙'")
    assert canonical(edited) == canonical(expected)
    was, now = changed(content, edited)
    assert was == old.replace("\n", "&#10;")
    # As the file quotes it.
    assert now in ("甲&lt;乙&gt;&amp;&quot;丙'", '甲&lt;乙&gt;&amp;"丙&apos;')
    assert edited[:4] == content[:4]


@ANY_TOOL
def test_label_added_and_removed_leaves_the_file_as_it_was(tool: str) -> None:
    content = TOOLS[tool]
    bare = writer.assign(content, "End", "", {"name": ""})
    named = writer.assign(bare, "End", "", {"name": "结束"})
    assert element(named, "End").get("name") == "结束"
    assert writer.assign(named, "End", "", {"name": ""}) == bare
    assert changed(bare, named)[0] == ""


@ANY_TOOL
def test_condition_set_and_removed(tool: str) -> None:
    content = TOOLS[tool]
    edited = writer.assign(
        content, "Flow_edit", "", {"condition": "amount > 5 and kind == '<公用>'"}
    )
    assert not read(edited).faults
    assert read(edited).procedures[0].flows["Flow_edit"].condition == (
        "amount > 5 and kind == '<公用>'"
    )
    flow = element(edited, "Flow_edit")
    flow.remove(flow.find(f"{{{MODEL}}}conditionExpression"))
    without = writer.assign(edited, "Flow_edit", "", {"condition": None})
    assert canonical(without, indented=False) == canonical(flow, indented=False)
    assert writer.assign(without, "Flow_edit", "", {"condition": None}) == without


def test_condition_stays_cdata_where_it_was_cdata() -> None:
    edited = writer.assign(TOOLS["flowable"], "Flow_edit", "", {"condition": "days < 3"})
    assert b"><![CDATA[days < 3]]></conditionExpression>" in edited
    edited = writer.assign(TOOLS["flowable"], "Flow_edit", "", {"condition": "x == ']]>'"})
    assert element(edited, "Flow_edit")[0].text == "x == ']]>'"


def test_condition_uses_the_type_other_tools_expect() -> None:
    edited = writer.assign(TOOLS["bpmn-io"], "Flow_edit", "", {"condition": "a == 1"})
    was, now = changed(TOOLS["bpmn-io"], edited)
    assert was == " /"
    assert 'xsi:type="bpmn2:tFormalExpression">a == 1</bpmn2:conditionExpression>' in now


@ANY_TOOL
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_annotation_added_changes_only_its_host(tool: str, encoding: str) -> None:
    content = in_encoding(text_of(TOOLS[tool]), encoding)
    if tool == "spiffarena":
        content = writer.remove(content, "Target", "step")
    edited = writer.assign(content, "Target", "step", {"duty": "pay", "guide": "核“账”\n㐂𠮷"})

    document = read(edited)
    assert not document.faults
    step = document.procedures[0].nodes["Target"].step
    assert step is not None
    assert (step.duty, step.guide) == ("pay", "核“账”\n㐂𠮷")

    host = element(edited, "Target")
    (annotation,) = host.iter(f"{{{QD}}}step")
    container = annotation.getparent()
    container.remove(annotation)
    if not len(container):
        host.remove(container)
    assert canonical(content, indented=False) == canonical(host, indented=False)


@ANY_TOOL
def test_annotation_added_and_removed_restores_every_byte(tool: str) -> None:
    content = writer.assign(TOOLS[tool], "Target", "step", {"duty": "pay"})
    bare = writer.remove(content, "Target", "step")
    added = writer.assign(bare, "Target", "step", {"duty": "pay"})
    assert writer.remove(added, "Target", "step") == bare


def test_annotation_stands_in_line_with_its_neighbours() -> None:
    _, now = changed(
        TOOLS["spiffarena"],
        writer.add(
            TOOLS["spiffarena"],
            "Target",
            "step/risk",
            {"level": "高", "form": "甲", "measure": "乙"},
        ),
    )
    assert now.strip() == '<qd:risk level="高" form="甲" measure="乙" />'
    edited = text_of(writer.assign(TOOLS["bpmn-io"], "Target", "step", {"duty": "pay"}))
    assert (
        "\n      <bpmn2:documentation>先核对账号</bpmn2:documentation>"
        "\n      <bpmn2:extensionElements>"
        '\n        <qd:step duty="pay" />'
        "\n      </bpmn2:extensionElements>"
        "\n      <bpmn2:incoming>" in edited
    )
    edited = text_of(writer.assign(TOOLS["jbpm"], "Target", "step", {"duty": "pay"}))
    assert '</drools:onEntry-script>\n\t\t\t\t<qd:step duty="pay"/>\n\t\t\t</bpmn2' in edited


def test_annotation_attributes_set_and_removed_one_by_one() -> None:
    content = TOOLS["spiffarena"]
    edited = writer.assign(content, "Target", "step", {"limit": "5", "post": "所长"})
    assert '<qd:step duty="archive" post=\'所长\' limit="5" limitUnit=' in text_of(edited)
    edited = writer.assign(content, "Target", "step/field.2", {"required": None, "unit": "页"})
    assert changed(content, edited) == ('required="true', 'unit="页')
    edited = writer.remove(content, "Target", "step/field.1")
    assert changed(content, edited)[1] == ""
    step = read(edited).procedures[0].nodes["Target"].step
    assert step is not None
    assert [f.name for f in step.fields] == ["pages"]
    assert text_of(edited).count("\n") == text_of(content).count("\n") - 1


def test_item_of_a_process_is_written_with_its_materials() -> None:
    content = writer.assign(
        TOOLS["camunda-modeler"],
        "Process_pay",
        "item",
        {
            "code": "CZ-1",
            "lists": "power service",
            "category": "公共服务",
            "body": "财政所",
            "version": "1",
            "effectiveFrom": "2026-01-01",
        },
    )
    for name in ("申请表", "身份证"):
        content = writer.add(
            content,
            "Process_pay",
            "item/material",
            {"name": name, "form": "原件", "source": "自备"},
        )
    (procedure,) = read(content).procedures
    assert procedure.item is not None
    assert [m.name for m in procedure.item.materials] == ["申请表", "身份证"]
    assert not read(content).faults


def test_text_a_narrow_encoding_lacks_becomes_a_reference() -> None:
    content = in_encoding(text_of(TOOLS["camunda-modeler"]), "gb2312")
    edited = writer.assign(content, "Target", "", {"name": "朱镕基"})
    assert "朱&#38229;基".encode("gb2312") in edited
    assert element(edited, "Target").get("name") == "朱镕基"


def test_prefix_taken_by_another_namespace_is_not_reused() -> None:
    content = TOOLS["camunda-modeler"].replace(
        b'xmlns:camunda="', b'xmlns:qd="urn:other" xmlns:camunda="'
    )
    edited = writer.assign(content, "Target", "step", {"duty": "pay"})
    assert b'<qd2:step duty="pay" />' in edited
    assert not read(edited).faults


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda c: writer.assign(c, "Nobody", "", {"name": "甲"}), "没有编号或名称为“Nobody”"),
        (lambda c: writer.assign(c, "Target", "", {"name": "甲\x07"}), "控制字符"),
        (lambda c: writer.assign(c, "Target", "", {"condition": "a"}), "没有“condition”"),
        (lambda c: writer.assign(c, "Target", "step", {"dutty": "pay"}), "没有“dutty”"),
        (lambda c: writer.assign(c, "Target", "step", {"limit": "5d"}), "limit 应当是"),
        (lambda c: writer.assign(c, "Target", "step", {"external": "yes"}), "true 或 false"),
        (lambda c: writer.assign(c, "Target", "step/field.9", {"label": "甲"}), r"field.9"),
        (lambda c: writer.assign(c, "Target", "step/field.1", {"name": None}), "必须写“name”"),
        (lambda c: writer.add(c, "Target", "step", {"duty": "pay"}), "只能写一次"),
        (lambda c: writer.add(c, "Target", "step/field", {"name": "a"}), "必须写“label”"),
        (lambda c: writer.add(c, "Target", "item", {}), "manualTask 里不能写 item；"),
        (lambda c: writer.add(c, "Target", "step//field", {}), "不能写"),
        (lambda c: writer.remove(c, "Target", "step/risk"), "没有 step/risk 这个标注"),
        (lambda c: writer.assign(c[:900], "Target", "", {"name": "甲"}), "qingdan check"),
        (
            lambda c: writer.assign(
                c.replace(b'id="Start"', b'id="Target"'), "Target", "", {"name": "甲"}
            ),
            "几次",
        ),
    ],
)
def test_edit_without_a_place_is_refused_and_says_why(call, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(QingdanError, match=says):
        call(TOOLS["spiffarena"])


@given(
    name=st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
            lambda c: c >= " " or c in "\t\n\r"
        ),
        min_size=1,
        max_size=40,
    ),
    tool=st.sampled_from(sorted(TOOLS)),
    encoding=st.sampled_from(sorted(ENCODINGS)),
)
def test_any_label_reads_back_as_written(name: str, tool: str, encoding: str) -> None:
    content = in_encoding(text_of(TOOLS[tool]), encoding)
    edited = writer.assign(content, "Target", "", {"name": name})
    assert element(edited, "Target").get("name") == name
    old = element(content, "Target").get("name")
    assert writer.assign(edited, "Target", "", {"name": old}) == content or "&#10;" in text_of(
        content
    )
