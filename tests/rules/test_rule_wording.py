"""One mistake is one finding, and its hint says what to write."""

from pathlib import Path

import pytest

RIGHT = Path(__file__).parent / "diagrams" / "unknown-name" / "valid-right.bpmn"
STEP = 'duty="examine" limit="2" limitUnit="working-day"'
ITEM = 'promised="5" promisedUnit="working-day"'
BASIS = 'version="2024-06-28" article="14"'
CONDITION = "opinion == '退回' and amount > 100"

#: What is written right, the mistake, the rule that finds it, and a part of its hint or message.
MISTAKES = [
    (STEP, STEP.replace('"2"', '"0"'), "bad-annotation", "要写大于 0 的整数"),
    (STEP, STEP.replace('"2"', '"-1"'), "bad-annotation", "要写大于 0 的整数"),
    (STEP, STEP.replace('"2"', '"2天"'), "bad-annotation", "要写大于 0 的整数"),
    (STEP, STEP + ' persons="0"', "bad-annotation", "要写大于 0 的整数"),
    (STEP, STEP.replace('"working-day"', '"工作日"'), "bad-annotation", "working-day"),
    (STEP, STEP.replace(' limitUnit="working-day"', ""), "bad-annotation", "limitUnit"),
    (STEP, STEP.replace("duty=", "dutty="), "unknown-extension", "duty"),
    (STEP, STEP.replace('"examine"', '"审核"'), "unknown-duty", 'duty="examine"'),
    (ITEM, ITEM.replace('"5"', '"五"'), "bad-annotation", "要写大于 0 的整数"),
    (BASIS, BASIS.replace("2024-06-28", "2024/6/28"), "bad-annotation", "2026-03-01"),
    (CONDITION, "opinion = '退回'", "unsafe-expression", "=="),
    (CONDITION, "opinion == ‘退回’", "unsafe-expression", "英文符号"),
    (CONDITION, "opinion == “退回”", "unsafe-expression", "英文符号"),
    ('options="同意|退回"', 'options="同意、退回"', "bad-form", "选项用“|”分隔"),
    ('options="同意|退回"', 'options="同意|退回" sum="roll"', "bad-form", 'type="money"'),
    (CONDITION, "opinion == '退 回'", "unknown-option", "同意、退回"),
    (CONDITION, "opinion == 1", "unknown-option", "同意、退回"),
    (CONDITION, "amount > '五万'", "mismatched-comparison", "不加引号"),
]


@pytest.mark.parametrize(("right", "wrong", "rule", "said"), MISTAKES)
def test_mistake_is_one_finding_that_says_what_to_write(right, wrong, rule, said, judge, tmp_path):
    text = RIGHT.read_text("utf-8")
    assert text.count(right) == 1
    path = tmp_path / "item.bpmn"
    path.write_text(text.replace(right, wrong), "utf-8")

    found = [f for f in judge(path).findings if f.fails]

    assert rule in {f.rule for f in found}
    assert len(found) == 1
    assert said in f"{found[0].message} {found[0].hint}"


def test_unknown_attribute_does_not_hide_what_is_missing(judge, tmp_path):
    path = tmp_path / "item.bpmn"
    path.write_text(RIGHT.read_text("utf-8").replace(STEP, 'gruop="甲"'), "utf-8")

    found = {f.rule for f in judge(path).findings if f.fails}

    assert {"unknown-extension", "missing-duty", "missing-limit"} <= found


def test_option_that_is_a_number_is_to_be_quoted(judge, tmp_path):
    text = RIGHT.read_text("utf-8").replace("同意|退回", "1|2").replace("退回'", "2'")
    path = tmp_path / "item.bpmn"
    path.write_text(text.replace("== '2'", "== 2"), "utf-8")

    (found,) = (f for f in judge(path).findings if f.fails)

    assert (found.rule, found.hint) == ("unknown-option", "写成 opinion == '2'")
