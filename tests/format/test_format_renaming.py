"""Another id for an element: which references follow, and which only look like one."""

import re

import pytest

from engine.bpmn.reader import read
from engine.bpmn.renaming import rename
from engine.model.errors import QingdanError

from .samples import ENCODINGS, TOOLS, in_encoding, process, text_of

CALLS = process(
    """
<extensionElements>
  <qd:separate steps="pay call/pay|call/check  other/pay"/>
  <qd:bind steps="call/check check_all"/>
  <qd:suppress rule="missing-duty" reason="外单位" element="pay"/>
</extensionElements>
<!-- pay 在这里 -->
<userTask id="pay" name="pay"><incoming> f </incoming>
  <extensionElements><qd:step>
    <qd:field name="pay" label="付" type="text"/></qd:step></extensionElements>
  <multiInstanceLoopCharacteristics><loopDataInputRef>pay</loopDataInputRef>
  </multiInstanceLoopCharacteristics>
</userTask>
<callActivity id="call" calledElement="t:Q"/>
<callActivity id="other" calledElement="R"/>
<sequenceFlow id="f" sourceRef="call" targetRef="t:pay">
  <conditionExpression>pay == 'pay'</conditionExpression></sequenceFlow>
<association id="a" sourceRef="x:pay" targetRef="paying"/>
</process><process id="Q"><userTask id="check"/>""",
    outside='<import xmlns:x="urn:x" namespace="urn:x" location="x" importType="x"/>',
).replace(b"<process ", b'<process xmlns:t="urn:test" xmlns:x="urn:x" ')


def changes(old: str, new: str) -> list[str]:
    """The lines of the sample that a new id changes, as they are then."""
    before, after = CALLS.decode().split("\n"), rename(CALLS, old, new).decode().split("\n")
    return [line.strip() for was, line in zip(before, after, strict=True) if was != line]


def test_references_follow_and_namesakes_stay() -> None:
    assert changes("pay", "付款") == [
        '<qd:separate steps="付款 call/pay|call/check  other/pay"/>',
        '<qd:suppress rule="missing-duty" reason="外单位" element="付款"/>',
        '<userTask id="付款" name="pay"><incoming> f </incoming>',
        '<sequenceFlow id="f" sourceRef="call" targetRef="t:付款">',
    ]
    assert changes("f", "f2")[0] == '<userTask id="pay" name="pay"><incoming> f2 </incoming>'


def test_steps_of_a_called_process_follow_where_it_stands_in_the_file() -> None:
    assert changes("check", "examine") == [
        '<qd:separate steps="pay call/pay|call/examine  other/pay"/>',
        '<qd:bind steps="call/examine check_all"/>',
        '</process><process xmlns:t="urn:test" xmlns:x="urn:x" id="Q"><userTask id="examine"/>',
    ]
    assert changes("call", "send")[:2] == [
        '<qd:separate steps="pay send/pay|send/check  other/pay"/>',
        '<qd:bind steps="send/check check_all"/>',
    ]
    assert changes("Q", "Called")[0] == '<callActivity id="call" calledElement="t:Called"/>'


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_new_id_in_any_encoding_there_and_back(tool: str, encoding: str) -> None:
    content = in_encoding(text_of(TOOLS[tool]), encoding)
    edited = rename(content, "Target", "办理")
    # A script that only shows markup is no reference.
    word = r"<!\[CDATA\[.*?\]\]>|(?<![\w.-])Target(?![\w.-])"
    new = re.sub(word, lambda m: m[0] if "CDATA" in m[0] else "办理", text_of(content))
    assert text_of(edited) == new
    assert [f.rule for f in read(edited).faults] == [f.rule for f in read(content).faults]
    assert rename(edited, "办理", "Target") == content


@pytest.mark.parametrize(
    ("new", "says"),
    [
        ("f", "已经有元素用了"),
        ("P", "已经有元素用了"),
        ("1号", "不合编号的要求"),
        ("", "不合"),
        ("a b", "不合"),
    ],
)
def test_id_that_is_taken_or_none_is_refused(new: str, says: str) -> None:
    with pytest.raises(QingdanError, match=says):
        rename(CALLS, "pay", new)


def test_same_id_again_changes_nothing() -> None:
    assert rename(CALLS, "pay", "pay") == CALLS
