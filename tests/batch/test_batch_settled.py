"""A batch from the village's Excel list to the last household paid, through the bank's files."""

import random
from decimal import Decimal
from importlib.resources import as_file, files

import pytest
from click.testing import CliRunner

from engine.bpmn.library import Library
from engine.cli.batch import batch
from engine.model.case import Applicant, CaseState
from engine.model.roster_file import load_roster
from engine.runtime import FormInvalid, NotAllowed, Office, Upload
from engine.runtime.batch.payment import BatchFaulty
from engine.runtime.batch.settlement import Settlement
from engine.runtime.batch.sheet import excel, read_sheet
from engine.store import open_store

from .driver import (
    CONTROLS,
    HOUSEHOLDS,
    NOW,
    SIZE,
    TOTAL,
    answered,
    do,
    fixed_answer,
    listed,
    until,
)


@pytest.fixture
def office(sqlite_database: str) -> Office:
    store = open_store(sqlite_database)
    office = Office(store, "shifan", controls=CONTROLS, clock=lambda: NOW)
    with as_file(files("processes") / "demo" / "shifan.toml") as roster:
        office.appoint(load_roster(roster, CONTROLS))
    office.publish(Library.load())
    return office


def test_a_batch_is_paid_and_its_failures_are_paid_again(office, tmp_path):
    case_id = listed(office)
    failed = set(random.Random(20261122).sample(range(1, SIZE + 1), 7))
    answered(office, case_id, failed)
    children = [office.case(child) for child in office.case(case_id).case.children]
    assert len(children) == SIZE
    waiting = [c for c in children if c.case.state is CaseState.OPEN]
    assert sorted(c.data["name"] for c in waiting) == sorted(HOUSEHOLDS[n - 1][0] for n in failed)

    for child in waiting:
        until(office, child.case.id, "record_repayment")
    settlement = Settlement(office, case_id)
    again = settlement.payment_file("excel", by="li", again=True)
    lines = [line.cells for line in read_sheet(again.filename, again.content)][1:-1]
    assert again.total == sum(HOUSEHOLDS[n - 1][3] for n in failed)
    back = "序号,户名,账号,金额,处理结果,失败原因,批次号\n" + "".join(
        f"{number},{name},{card},{amount},{'成功,' if at else '失败,户名不符'},{case}\n"
        for at, (number, name, _, card, amount, case) in enumerate(lines)
    )
    path = tmp_path / "重发回盘.csv"
    path.write_bytes(back.encode("gb18030"))
    result = CliRunner().invoke(
        batch,
        [
            "repaid",
            case_id,
            str(path),
            "--bank",
            "excel",
            "--as",
            "li",
            "--db",
            str(office.store.engine.url),
        ],
    )

    assert result.output == "已登记：成功 6 户，仍退汇 1 户\n"
    states = [office.case(c).case.state for c in office.case(case_id).case.children]
    assert states.count(CaseState.OPEN) == 1
    notes = [entry.note for entry in office.history(case_id) if entry.action == "payment-file"]
    assert notes == [f"fixed-text {SIZE} 户 {TOTAL} 元", f"excel 7 户 {again.total:.2f} 元"]
    kept = {attachment.filename for attachment in office.case(case_id).attachments}
    assert {again.filename, "清册.xlsx", "回盘.txt"} <= kept


def test_a_return_file_a_cent_off_changes_nothing(office):
    case_id = listed(office)
    file = Settlement(office, case_id).payment_file("fixed-text", by="li")
    content = fixed_answer(file.content, set()).replace(b"10000", b"10001", 1)
    upload = Upload(filename="回盘.txt", media_type="", content=content)

    with pytest.raises(FormInvalid):
        do(
            office,
            until(office, case_id, "record_returns"),
            upload,
            **{"returns.bank": "fixed-text"},
        )

    assert office.case(case_id).case.children == ()


def test_wrong_rows_of_an_uploaded_list_are_named_by_the_rows_of_the_file(office):
    case = office.open_case("CZ-JF-001", by="sun", applicant=Applicant(name="周家村"))
    rows = [("示范镇发放清册",), ("户主姓名", "身份证号", "银行卡号", "补贴金额"), *HOUSEHOLDS[:2]]
    rows[3] = (rows[3][0], "110105199001011234", rows[3][2], Decimal("-1"))
    sheet = Upload(filename="清册.xlsx", media_type="", content=excel("清册", rows))

    with pytest.raises(FormInvalid) as caught:
        do(office, until(office, case.id, "compile_list"), sheet)

    assert [text[:4] for text in caught.value.problems.values()] == ["第4行 ", "第4行 "]


def test_a_list_that_is_too_long_is_refused_in_one_line(office):
    case = office.open_case("CZ-JF-001", by="sun", applicant=Applicant(name="周家村"))
    rows = ["户主姓名,身份证号,银行卡号,补贴金额", *["赵大田,1,2,3"] * 10_000]
    sheet = Upload(filename="清册.csv", media_type="", content="\n".join(rows).encode())

    with pytest.raises(FormInvalid) as caught:
        do(office, until(office, case.id, "compile_list"), sheet)

    assert caught.value.problems == {"households": "“清册.csv”超过 10000 行；请拆成几个批次"}


def test_an_office_adds_its_own_bank(office, tmp_path):
    path = tmp_path / "own.toml"
    text = (files("processes") / "banks" / "excel.toml").read_text("utf-8")
    path.write_text(text.replace('id = "excel"', 'id = "own"'), "utf-8")
    database = ["--db", str(office.store.engine.url)]

    result = CliRunner().invoke(batch, ["banks", "--add", str(path), *database])
    assert [line.split()[0] for line in result.output.splitlines()] == [
        "own",
        "excel",
        "fixed-text",
    ]

    path.write_text(text.replace('id = "excel"', 'id = "gb"'), "gb18030")
    added = CliRunner().invoke(batch, ["banks", "--add", str(path), *database])
    assert "gb  Excel 代发（邮储样式）" in added.output
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    unreadable = CliRunner().invoke(batch, ["banks", "--add", str(path), *database])
    assert "不是文本文件" in str(unreadable.exception)

    path.write_text("id = 1", "utf-8")
    refused = CliRunner().invoke(batch, ["banks", "--add", str(path), *database])
    assert "id" in str(refused.exception)
    assert len(CliRunner().invoke(batch, ["banks", *database]).output.splitlines()) == 4


def test_only_who_records_the_answer_takes_an_approved_list_to_the_bank(office):
    unapproved = listed(office, stop="approve_list")
    with pytest.raises(BatchFaulty, match="批准以后"):
        Settlement(office, unapproved).payment_file("excel", by="li")

    with pytest.raises(NotAllowed, match="总预算会计"):
        Settlement(office, listed(office)).payment_file("excel", by="wang")
