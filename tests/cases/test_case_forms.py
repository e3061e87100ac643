"""Form values: typed, or one message per field that says what to write."""

from datetime import date
from decimal import Decimal

import pytest

from engine.model.procedure import FieldType, FormField
from engine.runtime import FormInvalid
from engine.runtime.forms import parse_form, parse_value
from engine.runtime.values import from_store, to_store

TYPES = {kind: FormField(name="f", label="某项", type=kind, required=False) for kind in FieldType}
CHOICE = FormField(
    name="f", label="某项", type=FieldType.CHOICE, required=False, options=("是", "否")
)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("text", "  家住 村东\n头 ", "家住 村东\n头"),
        ("text", "", ""),
        ("money", "1,234.5", Decimal("1234.50")),
        ("money", "￥１２元", Decimal("12.00")),
        ("money", "0", Decimal("0.00")),
        ("money", "", None),
        ("number", "-3.25", Decimal("-3.25")),
        ("number", "", None),
        ("date", "2026-03-01", date(2026, 3, 1)),
        ("date", "2026年3月1日", date(2026, 3, 1)),
        ("date", "2026/3/1", date(2026, 3, 1)),
        ("date", "", None),
        ("person", "阿卜杜拉·买买提", "阿卜杜拉·买买提"),
        ("id-card", "11010519491231002x", "11010519491231002X"),
        ("bank-card", "6222 0202 0001 1112 222", "6222020200011112222"),
        ("phone", "13800000000", "13800000000"),
        ("phone", "0374-2345678", "0374-2345678"),
    ],
)
def test_good_value_is_typed_and_survives_the_store(kind: str, text: str, value: object) -> None:
    field = TYPES[FieldType(kind)]
    assert parse_form([field], {"f": text}) == {"f": value}
    stored = to_store(field, value)
    assert from_store(kind, stored.fen, stored.content) == value
    assert stored.fen is None or kind == "money"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("money", "一千"),
        ("money", "-1"),
        ("money", "1.234"),
        ("money", "1e30"),
        ("money", "NaN"),
        ("number", "三"),
        ("number", "Infinity"),
        ("date", "2026-02-30"),
        ("date", "明天"),
        ("date", "0026-11-23"),
        ("id-card", "110105194912310021"),
        ("id-card", "11010519491331002X"),
        ("id-card", "123"),
        ("bank-card", "1234"),
        ("bank-card", "62220202000111122223333"),
        ("phone", "12"),
        ("phone", "１３８电话"),
        ("text", "字" * 5001),
    ],
)
def test_bad_value_gets_a_message_that_names_the_field(kind: str, text: str) -> None:
    with pytest.raises(FormInvalid) as caught:
        parse_form([TYPES[FieldType(kind)]], {"f": text})
    (message,) = caught.value.problems.values()
    assert message.startswith("某项")
    assert "；" in message


def test_choice_must_be_one_of_its_options() -> None:
    assert parse_form([CHOICE], {"f": "是"}) == {"f": "是"}
    with pytest.raises(FormInvalid, match="请从 是、否 中选"):
        parse_form([CHOICE], {"f": "不知道"})


def test_required_field_and_unknown_field() -> None:
    required = FormField(name="f", label="某项", type=FieldType.TEXT, required=True)
    with pytest.raises(FormInvalid) as caught:
        parse_form([required], {"f": "  ", "g": "1"})
    assert caught.value.problems == {
        "f": "某项没有填；请填写",
        "g": "没有“g”这个字段；可填的有：f",
    }


def test_required_file_may_be_there_from_an_earlier_round() -> None:
    field = FormField(name="f", label="扫描件", type=FieldType.FILE, required=True)
    assert parse_form([field], {}, {"f": "a.pdf"}) == {"f": "a.pdf"}
    assert parse_form([field], {}, held={"f"}) == {"f": ""}
    with pytest.raises(FormInvalid, match="扫描件没有上传"):
        parse_form([field], {})


TABLE = FormField(
    name="t",
    label="清册",
    type=FieldType.TABLE,
    required=True,
    columns=(
        FormField(name="who", label="姓名", type=FieldType.PERSON, required=True),
        FormField(name="sum", label="金额", type=FieldType.MONEY, required=True),
        FormField(name="born", label="生日", type=FieldType.DATE, required=False),
    ),
)
ROWS = [
    {"who": "甲", "sum": Decimal("1.50"), "born": date(1950, 1, 2)},
    {"who": "乙", "sum": Decimal("2000.00"), "born": None},
]


@pytest.mark.parametrize(
    "values",
    [
        {"t": "甲\t1.5\t1950-01-02\n乙\t2,000\t\n"},
        {"t": '甲,1.5,1950-01-02\r\n乙,"2,000",\r\n\r\n'},
        {"t": "金额\t姓名\t生日\n1.5\t甲\t1950-1-2\n2000\t乙\t"},
        {
            "t.0.who": "甲",
            "t.0.sum": "1.5",
            "t.0.born": "1950-01-02",
            "t.7.who": "乙",
            "t.7.sum": "2000",
        },
        {
            "t.0.who": "甲",
            "t.0.sum": "1.5",
            "t.0.born": "1950-01-02",
            "t.1.who": " ",
            "t.2.who": "乙",
            "t.2.sum": "2000",
        },
    ],
    ids=["tabs", "csv", "heading", "cells", "empty row"],
)
def test_table_is_read_in_every_way_it_may_arrive(values: dict[str, str]) -> None:
    assert parse_form([TABLE], values) == {"t": ROWS}
    stored = to_store(TABLE, ROWS)
    assert from_store("table", stored.fen, stored.content) == ROWS
    assert '{"fen": 150}' in str(stored.content)


def test_table_errors_name_row_and_column() -> None:
    with pytest.raises(FormInvalid) as caught:
        parse_form([TABLE], {"t": "甲\t一元\t\n\t2\t\n丙\t3\t\t多余"})
    assert {key: text.split("；")[0] for key, text in caught.value.problems.items()} == {
        "t.0.sum": "第1行 金额“一元”不是金额",
        "t.1.who": "第2行 姓名没有填",
        "t.2": "第3行 有 4 列，清册只有 3 列",
    }


@pytest.mark.parametrize("key", ["t.0.nobody", "t.-1.who", "t.x.who", "t.99999999.who", "t.0"])
def test_cell_that_does_not_exist_is_refused(key: str) -> None:
    with pytest.raises(FormInvalid, match="里没有"):
        parse_form([TABLE], {"t.0.who": "甲", "t.0.sum": "1", key: "x"})


def test_empty_required_table_is_refused() -> None:
    with pytest.raises(FormInvalid, match="清册没有填"):
        parse_form([TABLE], {"t": "\n\n"})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("-3", "不能小于 1"),
        ("0", "不能小于 1"),
        ("91", "不能大于 90"),
        ("7.5", "要填整数"),
        ("7", ""),
        ("90", ""),
    ],
)
def test_number_keeps_to_its_bounds(text: str, problem: str) -> None:
    days = FormField(
        name="days",
        label="公示天数",
        type=FieldType.NUMBER,
        required=True,
        least=Decimal(1),
        most=Decimal(90),
        whole=True,
    )

    found = parse_value(days, text, required=True)[1]

    assert problem in found
    assert bool(found) == bool(problem)


def test_two_rows_may_not_share_a_unique_column() -> None:
    card = FormField(
        name="card", label="卡号", type=FieldType.BANK_CARD, required=True, unique=True
    )
    table = FormField(
        name="rows", label="清册", type=FieldType.TABLE, required=True, columns=(card,)
    )
    values = {f"rows.{n}.card": f"621700000000000000{n % 2}" for n in range(3)}

    with pytest.raises(FormInvalid) as refused:
        parse_form((table,), values)

    assert list(refused.value.problems) == ["rows.2.card"]
    assert "和第 1 行重复" in refused.value.problems["rows.2.card"]
