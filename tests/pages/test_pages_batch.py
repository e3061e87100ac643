"""A batch in the pages: the list uploaded, the bank's files, a long list left as it is."""

import io
import re

import pytest

from engine.model.case import Applicant, Case
from engine.runtime import Office
from tests.batch.driver import (
    HOUSEHOLDS,
    SIZE,
    TOTAL,
    answered,
    excel,
    fixed_answer,
    holder,
    listed,
    until,
)


@pytest.fixture(scope="module")
def batch(shared_office: Office) -> Case:
    return shared_office.case(listed(shared_office)).case


def test_the_bank_file_is_made_kept_and_answered(office, batch, sign_in):
    browser = sign_in("li").get(f"/cases/{batch.id}")
    assert "银行代发与退汇重发" in browser.page
    browser.get(f"/cases/{batch.id}/batch")
    assert f"<strong>{SIZE}</strong> 户" in browser.page
    assert f"{TOTAL:,.2f}" in browser.page

    token = browser.hidden("csrf_token")
    answer = browser.client.post(
        f"/cases/{batch.id}/batch/file", data={"csrf_token": token, "bank": "fixed-text"}
    )
    assert answer.headers["Content-Disposition"].endswith(".txt")
    item = until(office, batch.id, "record_returns")
    by = sign_in(holder(office, item)).get(f"/work-items/{item.id}")
    by.post(f"/work-items/{item.id}/claim")
    assert "银行回盘：定长文本代发" in by.page
    returns = (io.BytesIO(fixed_answer(answer.data, {3})), "回盘.txt")
    version = by.hidden("version")
    form = {"version": version, "action": "complete", "bank.returns": "fixed-text"}
    by.post(f"/work-items/{item.id}", **form, **{"field.returns": returns})

    assert "已办结" in by.page
    children = [office.case(child) for child in office.case(batch.id).case.children]
    assert [c.data["name"] for c in children if c.case.state == "open"] == [HOUSEHOLDS[2][0]]


def test_a_payment_form_sent_twice_gets_the_same_file_and_is_made_once(office, sign_in):
    case_id = listed(office)
    browser = sign_in("li").get(f"/cases/{case_id}/batch")
    form = {"csrf_token": browser.hidden("csrf_token"), "key": browser.hidden("key")}
    first, second = (
        browser.client.post(f"/cases/{case_id}/batch/file", data={**form, "bank": "excel"})
        for _ in range(2)
    )
    assert (first.status_code, first.data) == (second.status_code, second.data)

    browser.get(f"/cases/{case_id}/batch")
    form |= {"key": browser.hidden("key"), "reason": "选错银行"}
    for _ in range(2):
        struck = browser.client.post(f"/cases/{case_id}/batch/files/1/void", data=form)
        assert struck.status_code == 303
    actions = [entry.action for entry in office.history(case_id)]
    assert (actions.count("payment-file"), actions.count("payment-voided")) == (1, 1)


def test_a_wrong_return_file_is_explained_row_by_row(office, sign_in):
    case_id = listed(office)
    item = until(office, case_id, "record_returns")
    by = sign_in(holder(office, item)).get(f"/work-items/{item.id}")
    by.post(f"/work-items/{item.id}/claim")
    rows = (f"{card},1.00,成功,{case_id}\n" for *_, card, _ in HOUSEHOLDS)
    text = "账号,金额,处理结果,批次号\n" + "".join(rows)
    form = {"version": by.hidden("version"), "action": "complete", "bank.returns": "excel"}
    by.post(
        f"/work-items/{item.id}",
        **form,
        **{"field.returns": (io.BytesIO(text.encode()), "回盘.csv")},
    )

    assert by.status == 422
    assert "回盘 1.00 元，代发的是 100.00 元" in by.page
    assert "另有 10 处" in by.page


def _sent_list(office, sign_in, rows):
    """The page after a list was sent as Excel, and the step."""
    case = office.open_case("CZ-JF-001", by="sun", applicant=Applicant(name="周家村"))
    item = until(office, case.id, "compile_list")
    page = sign_in(holder(office, item)).get(f"/work-items/{item.id}")
    page.post(f"/work-items/{item.id}/claim")
    sheet = (io.BytesIO(excel("清册", rows)), "清册.xlsx")
    form = {"version": page.hidden("version"), "action": "complete"}
    return page.post(f"/work-items/{item.id}", **form, **{"field.households": sheet}), item


HEADINGS = ("户主姓名", "身份证号", "银行卡号", "补贴金额（元）")


def test_a_list_with_a_wrong_cell_is_read_into_the_page_and_put_right_there(office, sign_in):
    rows = [list(row) for row in HOUSEHOLDS]
    rows[2][1] = "110105194912310021"
    page, item = _sent_list(office, sign_in, [("周家村清册",), HEADINGS, *rows])

    assert page.status == 422
    assert "第5行 身份证号" in page.page
    assert 'href="#field-households-4-id_card"' in page.page
    assert 'id="field-households-4-id_card" name="field.households.4.id_card"' in page.page
    assert "表格文件里的内容已读到下面" in page.page
    assert "附件要重新选择" not in page.page
    assert "field.households.1.name" not in page.page
    inputs = re.findall(r'name="(field\.households\.[^"]*)" value="([^"]*)"', page.page)
    put_right = dict(inputs) | {"field.households.4.id_card": HOUSEHOLDS[2][1]}
    page.post(
        f"/work-items/{item.id}",
        version=page.hidden("version"),
        action="complete",
        **put_right,
    )
    assert "已办结" in page.page
    sent = [row["id_card"] for row in office.case(item.case_id).data["households"]]
    assert [row[1] for row in HOUSEHOLDS] == sent


def test_a_wrong_list_too_long_for_the_page_is_told_at_its_table(office, sign_in, monkeypatch):
    monkeypatch.setattr("web.forms.MOST_ROWS", SIZE - 1)
    rows = [list(row) for row in HOUSEHOLDS]
    rows[2][1] = "110105194912310021"
    page, _ = _sent_list(office, sign_in, [HEADINGS, *rows])
    assert "第4行 身份证号" in page.page
    assert 'href="#field-households"' in page.page
    assert "已读到下面" not in page.page


def test_what_is_missing_is_said(office, sign_in):
    case_id = listed(office)
    browser = sign_in("li").get(f"/cases/{case_id}/batch")
    browser.post(f"/cases/{case_id}/batch/file", bank="nowhere")
    assert browser.status == 422
    assert "没有“nowhere”这个银行模板" in browser.page

    browser.post(f"/cases/{case_id}/batch/repaid", bank="excel")
    assert "没有选回盘文件" in browser.page


def test_a_long_list_is_not_spread_over_the_page_and_stays_as_it_is(office, sign_in, monkeypatch):
    monkeypatch.setattr("web.forms.MOST_ROWS", SIZE - 1)
    case_id = listed(office, stop="examine_list")
    item = until(office, case_id, "examine_list")
    by = holder(office, item)
    office.claim(item.id, by=by)
    office.complete(item.id, by=by, values={"list_opinion": "退回"})
    again = until(office, case_id, "compile_list")
    page = sign_in(holder(office, again)).get(f"/work-items/{again.id}")
    page.post(f"/work-items/{again.id}/claim")

    assert f"共 {SIZE} 行" in page.page
    assert "field.households.0.name" not in page.page
    page.post(
        f"/work-items/{again.id}",
        **{"version": page.hidden("version"), "action": "complete", "keep.households": "1"},
    )
    assert "已办结" in page.page
    assert len(office.case(case_id).data["households"]) == SIZE


def test_the_batch_is_added_up_on_a_page_and_as_a_file(office, sign_in):
    case_id = listed(office)
    answered(office, case_id, {3})
    browser = sign_in("li").get(f"/cases/{case_id}/batch")
    assert "批次对账" in browser.page

    browser.get(f"/cases/{case_id}/batch/reconcile")
    assert "账平" in browser.page
    assert f"{TOTAL:,.2f}" in browser.page
    assert "定长文本代发" in browser.page
    browser.get(f"/cases/{case_id}/batch/reconcile?part=returned")
    assert "共 1 户" in browser.page
    assert "退汇（账户已销户）" in browser.page
    assert HOUSEHOLDS[2][2] not in browser.page
    browser.get(f"/cases/{case_id}/batch/reconcile?text=无此人")
    assert "没有符合条件的户" in browser.page
    book = browser.client.get(f"/cases/{case_id}/batch/reconcile.xlsx")
    assert book.data.startswith(b"PK")


def test_a_file_the_bank_never_got_is_struck_out_on_the_page(office, sign_in):
    case_id = listed(office)
    browser = sign_in("li").get(f"/cases/{case_id}/batch")
    token = browser.hidden("csrf_token")
    form = {"csrf_token": token, "bank": "excel"}
    browser.client.post(f"/cases/{case_id}/batch/file", data=form)
    browser.get(f"/cases/{case_id}/batch")
    assert "没有交给银行的" in browser.page
    browser.post(f"/cases/{case_id}/batch/file", bank="excel")
    assert browser.status == 422
    assert "会把钱发两次" in browser.page

    browser.post(f"/cases/{case_id}/batch/files/1/void", reason="选错了银行")
    assert "已作废，可以重新生成" in browser.page
    assert "第 1 份（已作废）" in browser.page
    assert "生成代发文件" in browser.page


def test_those_at_the_bank_for_the_second_time_are_answered_on_the_page(office, sign_in):
    case_id = listed(office)
    answered(office, case_id, {3})
    (child,) = (
        c for c in office.case(case_id).case.children if office.case(c).case.state == "open"
    )
    until(office, child, "record_repayment")
    browser = sign_in("li").get(f"/cases/{case_id}/batch")
    form = {"csrf_token": browser.hidden("csrf_token"), "bank": "fixed-text", "again": "1"}
    sent = browser.client.post(f"/cases/{case_id}/batch/file", data=form)
    browser.get(f"/cases/{case_id}/batch")
    assert "等银行回盘的重发文件：第 2 份（重发） 1 户" in browser.page

    returns = (io.BytesIO(fixed_answer(sent.data, set())), "回盘.txt")
    browser.post(f"/cases/{case_id}/batch/repaid", bank="fixed-text", returns=returns)
    assert "已登记：成功 1 户" in browser.page


def test_sums_are_offered_and_another_sum_is_asked_about(office, sign_in):
    case_id = listed(office)
    answered(office, case_id, set())
    item = until(office, case_id, "reconcile_payments")
    page = sign_in(holder(office, item)).get(f"/work-items/{item.id}")
    page.post(f"/work-items/{item.id}/claim")
    assert f'value="{TOTAL}"' in page.page
    assert f"批次对账算出 {TOTAL} 元（到卡 {SIZE} 户）" in page.page

    form = {"version": page.hidden("version"), "action": "complete"}
    sums = {"field.paid_total": f"{TOTAL - 1}", "field.unpaid_total": "0.00"}
    page.post(f"/work-items/{item.id}", **form, **sums)
    assert page.status == 422
    assert "差 -1.00 元" in page.page
    page.post(f"/work-items/{item.id}", **form, **sums, differs="1")
    assert "已办结" in page.page
    page.get(f"/cases/{case_id}/batch/reconcile")
    assert "实发金额填的是" in page.page


def test_the_bank_page_says_where_the_batch_stands(office, sign_in):
    case_id = listed(office, stop="examine_list")
    browser = sign_in("li").get(f"/cases/{case_id}/batch")
    assert "现在还没有到那一步" in browser.page
    assert "没有退汇未结的户" in browser.page
    assert "看没办完的子办件" not in browser.page

    case_id = listed(office)
    answered(office, case_id, {3})
    browser.get(f"/cases/{case_id}/batch")
    assert "银行回盘已经登记" in browser.page
    assert "请先在子办件里核实账户" in browser.page
    browser.get(f"/cases?parent={case_id}&state=open")
    assert f"补贴到户 · {HOUSEHOLDS[2][0]}" in browser.page
