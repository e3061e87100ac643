"""What goes to the bank and comes back carries a key: sent twice, it is done once."""

import json
from importlib.resources import files

import pytest
from click.testing import CliRunner

from engine.cli.batch import batch
from engine.runtime import Office, RepeatedKey, Upload
from engine.runtime.batch.banks import known_banks
from engine.runtime.batch.payment import BatchFaulty, PaymentFile
from engine.runtime.batch.settlement import Settlement

from .driver import answered, listed
from .test_batch_reconciled import csv_answer, office_at, put_right


@pytest.fixture
def office(database: str) -> Office:
    return office_at(database)


def counted(office: Office, case_id: str) -> tuple[int, int, int]:
    """Rows of the journal, payment files, and steps done in the households' cases."""
    file = office.case(case_id)
    children = [office.case(child) for child in file.case.children]
    done = sum(item.done_at is not None for child in children for item in child.work_items)
    return len(office.history(case_id)), len(file.attachments), done


def failed_again(office: Office, lost: set[int]) -> tuple[str, PaymentFile]:
    """A batch with a second payment file for the households whose first payment failed."""
    case_id = listed(office)
    answered(office, case_id, lost)
    put_right(office, case_id)
    return case_id, Settlement(office, case_id).payment_file("excel", by="li", again=True)


def test_payment_file_with_the_same_key_is_the_same_file(office):
    case_id = listed(office)
    first = Settlement(office, case_id).payment_file("excel", by="li", key="k-1")
    once = counted(office, case_id)

    assert Settlement(office, case_id).payment_file("excel", by="li", key="k-1") == first
    assert counted(office, case_id) == once
    for key, reason in (("k-2", BatchFaulty), ("", BatchFaulty)):
        with pytest.raises(reason):
            Settlement(office, case_id).payment_file("excel", by="li", key=key)
    for request in ({"bank_id": "fixed-text"}, {"by": "zhang"}, {"again": True}):
        with pytest.raises(RepeatedKey):
            Settlement(office, case_id).payment_file(
                **{"bank_id": "excel", "by": "li", "key": "k-1", **request}
            )


def test_key_of_a_payment_file_that_was_refused_stays_free(office):
    case_id = listed(office)
    with pytest.raises(BatchFaulty):
        Settlement(office, case_id).payment_file("excel", by="li", again=True, key="k-1")

    assert Settlement(office, case_id).payment_file("excel", by="li", key="k-1").count > 0


def test_payment_file_struck_out_since_is_still_the_answer_to_its_key(office):
    case_id = listed(office)
    settlement = Settlement(office, case_id)
    first = settlement.payment_file("excel", by="li", key="k-1")
    settlement.void_file(1, by="li", reason="选错银行", key="k-2")

    assert Settlement(office, case_id).payment_file("excel", by="li", key="k-1") == first
    second = Settlement(office, case_id).payment_file("fixed-text", by="li", key="k-3")
    assert second.filename != first.filename


def test_payment_file_is_struck_out_once(office):
    case_id = listed(office)
    settlement = Settlement(office, case_id)
    settlement.payment_file("excel", by="li")
    settlement.void_file(1, by="li", reason="选错银行", key="k-1")
    once = counted(office, case_id)

    settlement.void_file(1, by="li", reason="选错银行", key="k-1")

    assert counted(office, case_id) == once
    with pytest.raises(BatchFaulty):
        settlement.void_file(1, by="li", reason="选错银行")
    with pytest.raises(RepeatedKey):
        settlement.void_file(1, by="li", reason="换一个理由", key="k-1")


def test_answers_of_the_bank_are_recorded_once_and_told_alike(office):
    case_id, sent = failed_again(office, {2, 5, 9})
    upload = csv_answer(sent.content, {"周4"})
    first = Settlement(office, case_id).take_repayments("excel", upload, by="li", key="k-1")
    once = counted(office, case_id)

    again = Settlement(office, case_id).take_repayments("excel", upload, by="li", key="k-1")

    assert (first.paid, first.failed, dict(first.refused)) == (2, 1, {})
    assert again == first
    assert counted(office, case_id) == once
    with pytest.raises(BatchFaulty):
        Settlement(office, case_id).take_repayments("excel", upload, by="li")
    other = csv_answer(sent.content, set())
    with pytest.raises(RepeatedKey):
        Settlement(office, case_id).take_repayments("excel", other, by="li", key="k-1")


def test_recording_that_was_cut_off_goes_on_with_its_key(office, monkeypatch):
    case_id, sent = failed_again(office, {2, 5, 9})
    upload = csv_answer(sent.content, {"周4"})
    complete, left = Office.complete, [2]

    def cut_off(*places: object, **given: object) -> object:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return complete(*places, **given)

    settlement = Settlement(office, case_id)
    monkeypatch.setattr(Office, "complete", cut_off)
    with pytest.raises(KeyboardInterrupt):
        settlement.take_repayments("excel", upload, by="li", key="k-1")
    monkeypatch.setattr(Office, "complete", complete)

    done = Settlement(office, case_id).take_repayments("excel", upload, by="li", key="k-1")

    assert (done.paid, done.failed, dict(done.refused)) == (2, 1, {})


def test_answers_without_a_payment_file_are_recorded_once_too(office):
    case_id = listed(office)
    answered(office, case_id, {2, 5})
    put_right(office, case_id)
    settlement = Settlement(office, case_id)
    rows = "\n".join(
        f"{p.sequence},{p.name},{p.bank_card},{p.amount},成功,,{case_id}"
        for p, _ in settlement.failed()
    )
    text = f"序号,户名,账号,金额,处理结果,失败原因,批次号\n{rows}"
    upload = Upload(filename="回盘.csv", media_type="", content=text.encode("gb18030"))

    first = settlement.take_repayments("excel", upload, by="li", key="k-1")

    assert (first.paid, first.failed) == (2, 0)
    assert settlement.take_repayments("excel", upload, by="li", key="k-1") == first


def test_bank_is_described_once(office, tmp_path):
    path = tmp_path / "own.toml"
    text = (files("processes") / "banks" / "excel.toml").read_text("utf-8")
    texts = [
        text.replace('id = "excel"', 'id = "own"').replace("name =", f"name = '{n}' #")
        for n in "甲乙"
    ]

    def add(number: int, key: str) -> object:
        path.write_text(texts[number], "utf-8")
        database = ["--db", office.store.engine.url.render_as_string(hide_password=False)]
        words = ["banks", "--add", str(path), "--key", key, "--format", "json", *database]
        return CliRunner().invoke(batch, words)

    def own() -> str:
        with office.store.read() as connection:
            return known_banks(connection, office.id)[0].name

    assert json.loads(add(0, "k-1").output)[0]["name"] == "甲"
    add(1, "k-2")
    assert own() == "乙"
    add(0, "k-1")
    assert own() == "乙"
    assert isinstance(add(1, "k-1").exception, RepeatedKey)
