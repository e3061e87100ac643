"""Payment files out, return files in, for two banks that write differently."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.batch.bank import BadBank, Meaning, parse_bank, shipped_banks
from engine.runtime.batch.payment import BatchFaulty, Payment, payment_file
from engine.runtime.batch.returns import read_returns
from engine.runtime.batch.sheet import read_sheet

BANKS = {bank.id: bank for bank in shipped_banks()}
PAYMENTS = tuple(
    Payment(
        sequence=number,
        name=name,
        id_card="11010519491231002X",
        bank_card=f"62284800000000{number:04}",
        amount=Decimal(amount),
    )
    for number, (name, amount) in enumerate([("赵大田", "120.50"), ("欧阳小禾", "79.05")], start=1)
)


def answer(bank_id: str, rows: list[dict[Meaning, object]], totals: tuple[int, str]) -> bytes:
    """A return file as the bank would write it, written without the code under test."""
    shape = BANKS[bank_id].returns
    lines = []
    if shape.headings:
        lines.append(shape.delimiter.join(column.heading for column in shape.columns).encode())
    for columns, values in [
        (shape.totals, {Meaning.COUNT: str(totals[0]), Meaning.TOTAL: Decimal(totals[1])}),
        *((shape.columns, row) for row in rows),
    ]:
        cells = []
        for column in columns:
            value = values.get(column.meaning, "")
            if isinstance(value, Decimal):
                value = str(int(value * 100)) if column.fen else f"{value:.2f}"
            cell = str(value).encode(shape.encoding)
            fill = column.pad.encode() * (column.width - len(cell))
            cells.append(fill + cell if column.right else cell + fill)
        if columns:
            lines.append((b"" if shape.format == "fixed" else b",").join(cells))
    return b"\r\n".join(lines) + b"\r\n"


def rows_of(bank_id: str, *failed: int) -> list[dict[Meaning, object]]:
    good = BANKS[bank_id].returns.success[0]
    return [
        {
            Meaning.SEQUENCE: str(p.sequence),
            Meaning.NAME: p.name,
            Meaning.BANK_CARD: p.bank_card,
            Meaning.AMOUNT: p.amount,
            Meaning.RESULT: "E103" if p.sequence in failed else good,
            Meaning.REASON: "账户已销户" if p.sequence in failed else "",
        }
        for p in PAYMENTS
    ]


def test_the_fixed_text_counts_bytes_and_totals_in_fen():
    file = payment_file(BANKS["fixed-text"], PAYMENTS, "代发")

    lines = file.content.split(b"\r\n")
    assert file.filename == "代发.txt"
    assert lines[0] == b"000002" + b"000000000019955"
    assert {len(line) for line in lines[1:3]} == {6 + 20 + 40 + 18 + 13 + 20}
    assert lines[2][26:66].decode("gb18030").rstrip() == "欧阳小禾"
    assert lines[2][84:97] == b"0000000007905"


def test_the_excel_list_has_headings_and_a_sum():
    file = payment_file(BANKS["excel"], PAYMENTS, "代发", batch="B-1")

    lines = [line.cells for line in read_sheet(file.filename, file.content)]
    assert lines[0] == ("序号", "户名", "证件号码", "账号", "金额", "批次号")
    assert lines[1] == ("1", "赵大田", "11010519491231002X", "622848000000000001", "120.5", "B-1")
    assert lines[-1] == ("合计", "2", "", "", "199.55")
    assert (file.count, file.total) == (2, Decimal("199.55"))


@pytest.mark.parametrize("bank_id", ["fixed-text", "excel"])
def test_a_return_file_sorts_paid_from_failed(bank_id):
    content = answer(bank_id, rows_of(bank_id, 2), (2, "199.55"))

    returns = read_returns(BANKS[bank_id], "回盘", content, PAYMENTS)

    assert [row.is_paid for row in returns.rows] == [True, False]
    assert returns.rows[1].reason == "账户已销户"
    assert returns.total(paid=True) + returns.total(paid=False) == Decimal("199.55")


@pytest.mark.parametrize("bank_id", ["fixed-text", "excel"])
@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda rows: rows[:1], "没有欧阳小禾"),
        (lambda rows: [*rows, rows[0]], "重复回盘"),
        (lambda rows: [rows[0], rows[1] | {Meaning.AMOUNT: Decimal("79.06")}], "代发的是 79.05"),
        (
            lambda rows: [rows[0], rows[1] | {Meaning.BANK_CARD: "6222000000000000"}],
            "不在代发清单里",
        ),
        (lambda rows: [rows[0], rows[1] | {Meaning.NAME: "欧阳大禾"}], "户名"),
        (lambda rows: [rows[0], rows[1] | {Meaning.RESULT: ""}], "没有处理结果"),
        (lambda rows: [rows[0], rows[1] | {Meaning.RESULT: "待定"}], "“待定”，不是成功"),
        (lambda rows: [rows[0], rows[1] | {Meaning.BANK_CARD: "6.22848E+17"}], "银行给的原文件"),
    ],
)
def test_what_does_not_fit_what_was_sent_is_named(bank_id, spoil, words):
    content = answer(bank_id, spoil(rows_of(bank_id)), (2, "199.55"))

    with pytest.raises(BatchFaulty, match=words):
        read_returns(BANKS[bank_id], "回盘", content, PAYMENTS)


@pytest.mark.parametrize("bank_id", ["fixed-text", "excel"])
@pytest.mark.parametrize("named", ["2026-000001", ""])
def test_an_answer_to_another_batch_is_refused_though_all_else_fits(bank_id, named):
    rows = [row | {Meaning.BATCH: named} for row in rows_of(bank_id)]
    content = answer(bank_id, rows, (2, "199.55"))

    with pytest.raises(BatchFaulty, match=f"“{named}”，本批次是 2026-000002"):
        read_returns(BANKS[bank_id], "回盘", content, PAYMENTS, batch="2026-000002")


def test_two_on_one_card_with_one_amount_are_told_apart_by_name():
    first = PAYMENTS[0]
    sent = (first, replace(first, sequence=2, name="赵小田"))
    paid, failed = rows_of("fixed-text")[0], rows_of("fixed-text", 1)[0]
    content = answer("fixed-text", [failed | {Meaning.NAME: "赵小田"}, paid], (2, "241.00"))

    found = read_returns(BANKS["fixed-text"], "回盘.txt", content, sent)

    assert [(row.payment.name, row.is_paid) for row in found.rows] == [
        ("赵大田", True),
        ("赵小田", False),
    ]


def test_a_total_of_the_bank_that_is_a_cent_off_is_named():
    content = answer("fixed-text", rows_of("fixed-text"), (2, "199.54"))

    with pytest.raises(BatchFaulty, match=r"199\.54"):
        read_returns(BANKS["fixed-text"], "回盘", content, PAYMENTS)


@given(st.text(max_size=60))
def test_a_name_is_written_whole_or_refused(name):
    try:
        file = payment_file(BANKS["fixed-text"], [replace(PAYMENTS[0], name=name)], "代发")
    except BatchFaulty:
        return
    line = file.content.split(b"\r\n")[1]
    assert len(line) == 117
    kept = "".join(c for c in name if c.isprintable() or ord(c) > 159)
    assert line[26:66].decode("gb18030").rstrip() == kept.rstrip()


def test_a_name_too_long_for_the_bank_names_its_row():
    with pytest.raises(BatchFaulty, match="第 2 行"):
        payment_file(
            BANKS["fixed-text"], [PAYMENTS[0], replace(PAYMENTS[1], name="长" * 21)], "代发"
        )


TEMPLATE = """
id = "own"
name = "自有"
[payment]
format = "csv"
column = [{ is = "bank_card" }, { is = "amount" }]
[returns]
format = "csv"
success = ["1"]
column = [{ is = "bank_card" }, { is = "amount" }, { is = "result" }]
"""


def test_an_office_describes_its_own_bank():
    bank = parse_bank(TEMPLATE)

    content = payment_file(bank, PAYMENTS, "代发").content
    assert content.decode() == "622848000000000001,120.50\r\n622848000000000002,79.05\r\n"
    back = content.replace(b"\r\n", b",1\r\n")
    assert read_returns(bank, "回盘.csv", back, PAYMENTS).count(paid=True) == 2


def test_the_delimiter_an_office_gives_is_kept_to():
    given = TEMPLATE.replace('format = "csv"\n', 'format = "csv"\ndelimiter = "|"\n')
    bank = parse_bank(given.replace('{ is = "result" }]', '{ is = "result" }, { is = "reason" }]'))
    cards = [payment.bank_card for payment in PAYMENTS]
    back = f"{cards[0]}|120.50|0|户名,证件,都,不,符\n{cards[1]}|79.05|1|\n"

    returns = read_returns(bank, "回盘.csv", back.encode("gb18030"), PAYMENTS)

    assert [row.reason for row in returns.rows] == ["户名,证件,都,不,符", ""]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "own"', "id = ", "TOML"),
        ('format = "csv"', 'format = "csv"\nheadings = true', "第 1 个 column"),
        ('name = "自有"', "", "缺少 name"),
        ('format = "csv"', 'format = "dbf"', "fixed、csv、xlsx"),
        ('{ is = "amount" }]\n[', '{ is = "sum" }]\n[', "amount"),
        ('{ is = "bank_card" }, ', "", "bank_card"),
        ('success = ["1"]', "", "success"),
        ('format = "csv"', 'format = "fixed"', "width"),
        ('format = "csv"', 'format = "csv"\nseparator = "|"', "separator"),
    ],
)
def test_a_wrong_description_says_which_key(old, new, words):
    with pytest.raises(BadBank, match=words):
        parse_bank(TEMPLATE.replace(old, new, 1))
