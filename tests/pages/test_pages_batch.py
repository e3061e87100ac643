"""A batch in the pages: the list uploaded, the bank's files, a long list left as it is."""

import io

import pytest

from engine.model.case import Case
from engine.runtime import Office
from tests.batch.driver import HOUSEHOLDS, SIZE, TOTAL, fixed_answer, holder, listed, until


@pytest.fixture(scope="module")
def batch(shared_office: Office) -> Case:
    return shared_office.case(listed(shared_office)).case


def test_the_bank_file_is_made_kept_and_answered(office, batch, sign_in):
    browser = sign_in("li").get(f"/cases/{batch.id}")
    assert "银行代发与退汇重发" in browser.page
    browser.get(f"/cases/{batch.id}/batch")
    assert f"<strong>{SIZE}</strong> 户" in browser.page
    assert f"{TOTAL}" in browser.page

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


def test_a_wrong_return_file_is_explained_row_by_row(office, sign_in):
    case_id = listed(office)
    item = until(office, case_id, "record_returns")
    by = sign_in(holder(office, item)).get(f"/work-items/{item.id}")
    by.post(f"/work-items/{item.id}/claim")
    text = "账号,金额,处理结果\n" + "".join(f"{card},1.00,成功\n" for *_, card, _ in HOUSEHOLDS)
    form = {"version": by.hidden("version"), "action": "complete", "bank.returns": "excel"}
    by.post(
        f"/work-items/{item.id}",
        **form,
        **{"field.returns": (io.BytesIO(text.encode()), "回盘.csv")},
    )

    assert by.status == 422
    assert "回盘 1.00 元，代发的是 100.00 元" in by.page
    assert "另有 10 处" in by.page


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
