"""A batch reconciled in an office: files that count, files struck out, answers that come late."""

import io
import json
import random
from decimal import Decimal
from importlib.resources import as_file, files

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from engine.bpmn.library import Library
from engine.cli.batch import batch
from engine.model.batch import BatchSum
from engine.model.roster_file import load_roster
from engine.runtime import FormInvalid, NotAllowed, Office, Upload
from engine.runtime.batch.gathering import gather
from engine.runtime.batch.payment import BatchFaulty
from engine.runtime.batch.reconciliation import Reconciliation, reconcile
from engine.runtime.batch.settlement import Settlement
from engine.runtime.batch.sheet import read_sheet
from engine.store import open_store

from .driver import CONTROLS, HOUSEHOLDS, NOW, SIZE, TOTAL, answered, do, listed, ready, until

PAID, BACK = BatchSum.CREDITED, BatchSum.RETURNED


def office_at(url: str) -> Office:
    store = open_store(url)
    office = Office(store, "shifan", controls=CONTROLS, clock=lambda: NOW)
    with as_file(files("processes") / "demo" / "shifan.toml") as roster:
        office.appoint(load_roster(roster, CONTROLS))
    office.publish(Library.load())
    return office


@pytest.fixture
def office(sqlite_database: str) -> Office:
    return office_at(sqlite_database)


def added_up(office: Office, case_id: str) -> Reconciliation:
    return reconcile(gather(office, case_id))


def piles(found: Reconciliation) -> dict[BatchSum, tuple[int, Decimal]]:
    return {part: (s.count, s.amount) for part, s in found.parts.items() if s.count}


def run(office: Office, *words: str) -> Result:
    return CliRunner().invoke(batch, [*words, "--db", str(office.store.engine.url)])


def csv_answer(sent: bytes, failed: set[str]) -> Upload:
    """What a bank that reads Excel answers, by name of household."""
    lines = [line.cells for line in read_sheet("代发.xlsx", sent)][1:-1]
    rows = (
        f"{number},{name},{card},{amount},{'失败' if name in failed else '成功'},户名不符,{case}"
        for number, name, _, card, amount, case in lines
    )
    text = "\n".join(("序号,户名,账号,金额,处理结果,失败原因,批次号", *rows))
    return Upload(filename="回盘.csv", media_type="", content=text.encode("gb18030"))


def put_right(office: Office, case_id: str, dice: random.Random | None = None) -> None:
    """Put accounts right and have them checked, so that they wait for the second payment."""
    for child in office.case(case_id).case.children:
        waits = next(ready(office, child), None)
        if waits and waits.step == "correct_account" and (dice is None or dice.random() < 0.7):
            card = f"6217000000{dice.randint(0, 10**8) if dice else 7:08}"
            do(office, waits, bank_card=card)
            until(office, child, "record_repayment")


def test_an_answered_batch_shows_who_was_paid_and_who_was_not(office):
    case_id = listed(office)
    assert piles(added_up(office, case_id)) == {BatchSum.UNSENT: (SIZE, TOTAL)}
    answered(office, case_id, {2, 5})

    found = added_up(office, case_id)

    back = HOUSEHOLDS[1][3] + HOUSEHOLDS[4][3]
    assert piles(found) == {PAID: (SIZE - 2, TOTAL - back), BACK: (2, back)}
    assert found.balances
    (round_,) = found.rounds
    assert (round_.sent.amount, round_.returned.count) == (TOTAL, 2)
    told = run(office, "reconcile", case_id)
    assert told.exit_code == 0
    assert f"退汇未结  2 户   {back} 元" in " ".join(told.output.split("\n"))
    assert "账平" in told.output


@pytest.mark.parametrize("seed", range(4))
def test_rounds_through_the_banks_files_add_up(office, seed):
    dice = random.Random(seed)
    case_id = listed(office)
    lost = set(dice.sample(range(1, SIZE + 1), 8))
    answered(office, case_id, lost)
    paid = {name for n, (name, *_) in enumerate(HOUSEHOLDS, start=1) if n not in lost}
    given_up: set[str] = set()
    amounts = {name: amount for name, _, _, amount in HOUSEHOLDS}
    for _ in range(3):
        put_right(office, case_id, dice)
        for child in office.case(case_id).case.children:
            file = office.case(child)
            name = str(file.data["name"])
            is_back = file.case.state == "open" and dice.random() < 0.1
            if is_back:
                office.terminate(child, by="zhang", reason="查无此人，资金缴回")
                given_up.add(name)
        try:
            sent = Settlement(office, case_id).payment_file("excel", by="li", again=True)
        except BatchFaulty:
            continue
        names = {line.cells[1] for line in read_sheet("x.xlsx", sent.content)[1:-1]}
        back = {name for name in sorted(names) if dice.random() < 0.4}
        Settlement(office, case_id).take_repayments(
            "excel", csv_answer(sent.content, back), by="li"
        )
        paid |= names - back
    returned = amounts.keys() - paid - given_up

    found = added_up(office, case_id)

    assert {part: share.amount for part, share in found.parts.items()} == {
        PAID: sum((amounts[n] for n in paid), Decimal()),
        BACK: sum((amounts[n] for n in returned), Decimal()),
        BatchSum.WITHDRAWN: sum((amounts[n] for n in given_up), Decimal()),
        BatchSum.IN_TRANSIT: 0,
        BatchSum.UNSENT: 0,
    }
    assert found.problems == ()


def test_money_on_its_way_is_not_sent_twice_unless_its_file_is_struck_out(office):
    case_id = listed(office)
    made = Settlement(office, case_id).payment_file("excel", by="li")
    assert piles(added_up(office, case_id)) == {BatchSum.IN_TRANSIT: (SIZE, TOTAL)}

    with pytest.raises(BatchFaulty, match=r"第 1 份代发文件.*先作废"):
        Settlement(office, case_id).payment_file("fixed-text", by="li")
    with pytest.raises(NotAllowed, match="所长"):
        Settlement(office, case_id).void_file(1, by="wang", reason="选错银行")
    with pytest.raises(FormInvalid):
        Settlement(office, case_id).void_file(1, by="li", reason=" ")
    assert run(office, "void", case_id, "1", "--reason", "选错银行", "--as", "li").exit_code == 0
    assert piles(added_up(office, case_id)) == {BatchSum.UNSENT: (SIZE, TOTAL)}
    with pytest.raises(BatchFaulty, match="已经作废"):
        Settlement(office, case_id).void_file(1, by="li", reason="再来")
    again = Settlement(office, case_id).payment_file("fixed-text", by="li")
    assert again.filename != made.filename
    assert [entry.note for entry in office.history(case_id) if "void" in entry.action] == [
        "第 1 份"
    ]


def test_both_databases_tell_the_same(database):
    office = office_at(database)
    case_id = listed(office)
    Settlement(office, case_id).payment_file("excel", by="li")
    Settlement(office, case_id).void_file(1, by="zhang", reason="选错银行")
    answered(office, case_id, {2, 5, 9})
    put_right(office, case_id)
    sent = Settlement(office, case_id).payment_file("excel", by="li", again=True)
    gone = _child_of(office, case_id, "周8")
    office.terminate(gone, by="zhang", reason="查无此人")
    answer = csv_answer(sent.content, {"周4", "周8"})
    Settlement(office, case_id).take_repayments("excel", answer, by="li")

    found = added_up(office, case_id)

    assert found.problems == ()
    back, given_up = HOUSEHOLDS[4][3], HOUSEHOLDS[8][3]
    assert piles(found) == {
        PAID: (SIZE - 2, TOTAL - back - given_up),
        BACK: (1, back),
        BatchSum.WITHDRAWN: (1, given_up),
    }
    shares = [(each.sent.count, each.returned.count, each.open.count) for each in found.rounds]
    assert shares == [(SIZE, 0, 0), (SIZE, 3, 0), (3, 2, 0)]
    kinds = [event.kind.value for event in found.households[8].events]
    assert kinds == ["voided", "sent", "failed", "step", "step", "sent", "failed", "ended"]


def test_a_file_that_was_answered_is_not_struck_out(office):
    case_id = listed(office)
    answered(office, case_id, {1})

    with pytest.raises(BatchFaulty, match="已有回盘"):
        Settlement(office, case_id).void_file(1, by="li", reason="选错银行")


def test_a_later_file_holds_only_those_no_other_holds(office):
    case_id = listed(office)
    answered(office, case_id, {1, 2, 3})
    one, two, three = (c for c in office.case(case_id).case.children if _is_open(office, c))
    for child in (one, two):
        until(office, child, "record_repayment")
    first = Settlement(office, case_id).payment_file("excel", by="li", again=True)
    with pytest.raises(BatchFaulty, match="2 户都在第 2 份"):
        Settlement(office, case_id).payment_file("excel", by="li", again=True)
    until(office, three, "record_repayment")
    second = Settlement(office, case_id).payment_file("fixed-text", by="li", again=True)
    assert (first.count, second.count) == (2, 1)

    answer = csv_answer(first.content, {"周0"})
    done = Settlement(office, case_id).take_repayments("excel", answer, by="li")

    assert (done.paid, done.failed, dict(done.refused)) == (1, 1, {})
    found = added_up(office, case_id)
    assert [each.open.count for each in found.rounds] == [0, 0, 1]
    assert found.parts[BACK].amount == HOUSEHOLDS[0][3]
    assert found.balances


def _is_open(office: Office, case_id: str) -> bool:
    return office.case(case_id).case.state == "open"


def test_an_answer_for_a_household_given_up_is_kept_and_counted(office):
    case_id = listed(office)
    answered(office, case_id, {4})
    (child,) = (c for c in office.case(case_id).case.children if _is_open(office, c))
    until(office, child, "record_repayment")
    sent = Settlement(office, case_id).payment_file("excel", by="li", again=True)
    office.terminate(child, by="zhang", reason="户主去世")
    found = added_up(office, case_id)
    assert "请登记那份的回盘" in found.problems[0]
    assert run(office, "reconcile", case_id).exit_code == 1

    Settlement(office, case_id).take_repayments("excel", csv_answer(sent.content, {"周3"}), by="li")

    found = added_up(office, case_id)
    assert found.parts[BatchSum.WITHDRAWN].amount == HOUSEHOLDS[3][3]
    assert found.balances


def test_what_was_typed_in_by_hand_must_be_what_the_bank_says(office):
    case_id = listed(office)
    answered(office, case_id, {4, 6})
    put_right(office, case_id)
    sent = Settlement(office, case_id).payment_file("excel", by="li", again=True)
    waits = until(office, _child_of(office, case_id, "周3"), "record_repayment")
    do(office, waits, result="成功")

    done = Settlement(office, case_id).take_repayments(
        "excel", csv_answer(sent.content, {"周3"}), by="li"
    )

    assert done.paid == 1
    assert "与回盘（退汇）不符" in "".join(done.refused.values())


def _child_of(office: Office, case_id: str, name: str) -> str:
    children = office.case(case_id).case.children
    return next(child for child in children if office.case(child).data["name"] == name)


def test_a_wrong_answer_changes_nothing(office):
    case_id = listed(office)
    answered(office, case_id, {1, 2})
    put_right(office, case_id)
    sent = Settlement(office, case_id).payment_file("excel", by="li", again=True)
    good = csv_answer(sent.content, set()).content.decode("gb18030")
    lines = good.split("\n")
    before = added_up(office, case_id)
    for bad in (
        "\n".join([*lines, lines[1]]),
        good.replace(",100,", ",100.01,"),
        "\n".join([*lines, "9,外人,6217000000000099,5.00,成功,"]),
        "\n".join(lines[:-1]),
    ):
        upload = Upload(filename="回盘.csv", media_type="", content=bad.encode("gb18030"))
        with pytest.raises(BatchFaulty):
            Settlement(office, case_id).take_repayments("excel", upload, by="li")
        assert added_up(office, case_id) == before


def test_a_result_taken_back_counts_no_more(office):
    case_id = listed(office)
    answered(office, case_id, {1})
    child = _child_of(office, case_id, "周0")
    waits = until(office, child, "record_repayment")
    do(office, waits, result="退汇")
    assert len(added_up(office, case_id).households[0].tries) == 2

    office.withdraw_completion(waits.id, by="li", reason="登记错了")

    found = added_up(office, case_id)
    assert len(found.households[0].tries) == 1
    assert found.parts[BACK].count == 1


def test_the_excel_file_holds_the_sums_the_files_and_every_household(office, tmp_path):
    case_id = listed(office)
    answered(office, case_id, {3})
    path = tmp_path / "对账.xlsx"

    result = run(office, "reconcile", case_id, "--out", str(path))

    assert result.exit_code == 0, result.output
    book = load_workbook(io.BytesIO(path.read_bytes()))
    assert book.sheetnames == ["汇总", "各批文件", "逐户"]
    sums = {row[0]: row[1:3] for row in book["汇总"].iter_rows(values_only=True)}
    assert sums["清册合计"] == (SIZE, float(TOTAL))
    assert sums["退汇未结"] == (1, float(HOUSEHOLDS[2][3]))
    rows = list(book["逐户"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == SIZE
    assert rows[2][3] == "**** 0002"
    assert "退汇（账户已销户）" in rows[2][7]
    numbers = "".join(str(cell) for row in rows for cell in row)
    assert HOUSEHOLDS[2][1] not in numbers
    assert HOUSEHOLDS[2][2] not in numbers


def test_the_way_of_one_household_is_told_with_its_cards_hidden(office):
    case_id = listed(office)
    answered(office, case_id, {3})
    put_right(office, case_id)
    result = run(office, "reconcile", case_id, "--household", "周2")

    steps = [line.split()[1] for line in result.output.splitlines()[1:] if line.startswith("  ")]
    assert steps[:4] == [
        "代发第",
        "退汇（账户已销户）",
        "核实账户信息（以后发到尾号",
        "复核账户变更",
    ]
    assert HOUSEHOLDS[2][2] not in result.output
    facts = json.loads(
        run(office, "reconcile", case_id, "--household", "周2", "--format", "json").output
    )
    assert facts["balances"] is True
    assert {one["part"] for one in facts["households"]} >= {"returned"}
    nobody = run(office, "reconcile", case_id, "--household", "无此人")
    assert "没有“无此人”这一户" in nobody.output
