"""Tables people made in Excel or as text, read as a form's table."""

import contextlib
import io
import random
import zipfile
from decimal import Decimal

import pytest
from openpyxl import Workbook

from engine.model.procedure import FieldType, FormField
from engine.runtime.batch.columns import table_rows
from engine.runtime.batch.sheet import BadSheet, excel, read_sheet

TABLE = FormField(
    name="households",
    label="发放清册",
    type=FieldType.TABLE,
    required=True,
    columns=(
        FormField(name="name", label="户主姓名", type=FieldType.PERSON, required=True),
        FormField(name="id_card", label="身份证号", type=FieldType.ID_CARD, required=True),
        FormField(name="amount", label="补贴金额", type=FieldType.MONEY, required=True),
        FormField(name="note", label="备注", type=FieldType.TEXT, required=False),
    ),
)
CSV = (
    "示范镇发放清册,,,\n序号,户主姓名,身份证号,补贴金额（元）\n1,赵大田,11010519491231002X,120.50\n"
)


def book(*rows: tuple[object, ...]) -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.active.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def imported(content: bytes, name: str = "清册.xlsx"):
    return table_rows(TABLE, read_sheet(name, content), name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_every_encoding_offices_use(encoding):
    found = imported(CSV.encode(encoding), "清册.csv")

    assert found.rows == {
        3: {"name": "赵大田", "id_card": "11010519491231002X", "amount": "120.50"}
    }


def test_excel_below_a_title_with_blank_rows_and_a_right_total():
    content = book(
        ("示范镇2026年发放清册",),
        (),
        ("序号", "户主姓名", "身份证号", "补贴金额(元)", "联系方式"),
        (1, "赵大田", "11010519491231002X", 120.5, "略"),
        (2, "钱小禾", "110105194912310021", 79.5),
        ("合  计", None, None, 200),
    )

    found = imported(content)

    assert {number: row["amount"] for number, row in found.rows.items()} == {4: "120.5", 5: "79.5"}
    assert found.problems == {}


def test_a_total_that_is_not_the_sum_is_named():
    content = book(
        ("户主姓名", "身份证号", "补贴金额"), ("赵大田", "1", 120.5), ("合计", None, 120.4)
    )

    problems = imported(content).problems

    assert list(problems) == [3]
    assert "120.4" in problems[3]
    assert "120.5" in problems[3]


def test_a_total_is_checked_however_its_amount_is_written():
    content = book(
        ("户主姓名", "身份证号", "补贴金额"),
        ("赵大田", "1", "￥1,120.50元"),
        ("合计", None, "1,120.40 元"),
    )

    assert "1120.40" in imported(content).problems[3]


@pytest.mark.parametrize(
    "content",
    [
        book(("户主姓名", "身份证号", "补贴金额"), ("赵大田", 110105194912310021, 5)),
        # The same list, saved by Excel as text.
        "户主姓名,身份证号,补贴金额\r\n赵大田,1.10105E+17,5\r\n".encode("gb18030"),
        "户主姓名\t身份证号\t补贴金额\r\n赵大田\t1.1E+17\t5\r\n".encode("utf-16"),
    ],
)
def test_a_number_kept_as_a_number_that_lost_its_end_is_named(content):
    problems = imported(content).problems

    assert problems[2].startswith("身份证号以数字保存")
    assert "（1.1" in problems[2]


def test_a_sum_excel_worked_out_is_what_excel_shows():
    content = book(
        ("户主姓名", "身份证号", "补贴金额"),
        ("赵大田", "1", 120.35 * 3),
        ("钱小禾", "2", 0.1 + 0.2),
        ("合计", None, 120.35 * 3 + 0.1 + 0.2),
    )
    found = imported(content)

    assert [row["amount"] for row in found.rows.values()] == ["361.05", "0.3"]
    assert found.problems == {}


@pytest.mark.parametrize("delimiter", [",", "\t", "|", ";"])
def test_text_below_titles_is_cut_at_its_own_delimiter(delimiter):
    rows = ("户主姓名", "身份证号", "补贴金额"), ("赵大田", "1", "5")
    text = "示范镇，2026年春，发放清册\n制表: 周, 复核: 赵\n"
    text += "\n".join(map(delimiter.join, rows))

    assert imported(text.encode(), "清册.csv").rows == {
        4: {"name": "赵大田", "id_card": "1", "amount": "5"}
    }


def bent(content: bytes, dice: random.Random) -> bytes:
    """A few bytes changed, perhaps the end cut off."""
    found = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        found[dice.randrange(len(found))] = dice.choice((*b'09"<>/a&', dice.randrange(256)))
    return bytes(found[: dice.choice((None, None, dice.randrange(4, len(found))))])


@pytest.mark.parametrize("is_inside", [False, True])
def test_an_excel_file_damaged_anywhere_is_read_or_refused(is_inside):
    whole = book(("户主姓名", "身份证号", "补贴金额"), *(("赵大田", "1", 5),) * 20)
    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    dice = random.Random(4)
    for _ in range(150):
        content = bent(whole, dice)
        if is_inside:
            stream, name = io.BytesIO(), dice.choice([*parts])
            with zipfile.ZipFile(stream, "w") as packed:
                for part, text in parts.items():
                    packed.writestr(part, bent(text, dice) if part == name else text)
            content = stream.getvalue()
        with contextlib.suppress(BadSheet):
            read_sheet("清册.xlsx", content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "没有内容"),
        (b"\xd0\xcf\x11\xe0rest", ".xlsx"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"PK\x03\x04 broken", "损坏"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "不是 Excel"),
        ("户主姓名,身份证号\n赵,1\n".encode(), "补贴金额"),
        ("户主姓名,户主姓名,身份证号,补贴金额\n".encode(), "两列"),
    ],
)
def test_a_file_that_is_no_such_table_says_what_to_do(content, words):
    with pytest.raises(BadSheet, match=words):
        imported(content)


def test_text_never_becomes_a_formula():
    content = excel("清单", [("户名", "金额"), ("=1+1", Decimal("12.30"))])

    assert [line.cells for line in read_sheet("x.xlsx", content)] == [
        ("户名", "金额"),
        ("=1+1", "12.3"),
    ]
    assert b"<f>" not in content
