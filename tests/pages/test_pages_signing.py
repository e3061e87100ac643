"""Signatures, papers and signers in the pages, as officers press them."""

import io

import pytest

from engine.model.case import Applicant

from .test_pages_work import GOOD


@pytest.fixture
def accepted(office, new_case):
    """The first step of a new case, claimed by 孙八."""
    case = new_case("周二")
    item = next(w for w in office.case(case.id).work_items)
    return office.claim(item.id, by="sun")


def test_a_signer_is_asked_signs_and_shows(office, accepted, sign_in):
    page = sign_in("sun").get(f"/work-items/{accepted.id}")
    page.post(f"/work-items/{accepted.id}/signers", to="li", reason="请看", when="before")
    assert "已请他签署" in page.page
    side = next(w for w in office.todo("li").mine if w.of_item == accepted.id)

    other = sign_in("li").get(f"/work-items/{side.id}")
    assert "签署意见" in other.page
    other.post(f"/work-items/{side.id}/sign", choice="不同意")
    assert other.status == 422
    other.post(f"/work-items/{side.id}/sign", choice="不同意", opinion="缺材料")
    assert "已签署" in other.page

    page.get(f"/work-items/{accepted.id}")
    assert "李四：<strong>不同意</strong>" in page.page


def test_a_signer_is_dropped(office, accepted, sign_in):
    page = sign_in("sun").get(f"/work-items/{accepted.id}")
    page.post(f"/work-items/{accepted.id}/signers", to="li", reason="请看", when="after")
    page.get(f"/work-items/{accepted.id}")
    assert "办结填好后签" in page.page
    page.post(f"/work-items/{accepted.id}/signers/drop", to="li", reason="不用了")

    assert "已减签" in page.page
    assert office.later_signers(accepted.id) == ()


def test_a_sheet_is_printed_and_comes_back_as_a_scan(office, accepted, sign_in):
    page = sign_in("sun").get(f"/work-items/{accepted.id}/sheet")
    assert "签批意见" in page.page
    assert accepted.id in page.page
    page.get(f"/work-items/{accepted.id}/paper")
    page.post(f"/work-items/{accepted.id}/paper", signer="sun")
    assert page.status == 422
    assert "没有附上签好的扫描件" in page.page

    scan = (io.BytesIO(b"paper"), "签批单.jpg")
    page.post(f"/work-items/{accepted.id}/paper", signer="wu", scan=scan)
    assert page.status == 403
    assert "post-not-held" in page.page

    scan = (io.BytesIO(b"paper"), "签批单.jpg")
    page.post(f"/work-items/{accepted.id}/paper", signer="sun", scan=scan, **GOOD)
    assert "已登记线下签批" in page.page
    assert "签批单.jpg" in page.page
    assert office.work_item(accepted.id).officer == "sun"


def test_a_sheet_comes_as_pdf_and_says_what_it_cannot_print(office, accepted, new_case, sign_in):
    page = sign_in("sun").get(f"/work-items/{accepted.id}/sheet")
    response = page.client.get(f"/work-items/{accepted.id}/sheet.pdf")
    assert (response.status_code, response.mimetype) == (200, "application/pdf")
    assert response.data.startswith(b"%PDF")

    strange = new_case("周𰀁")
    item = office.case(strange.id).work_items[0]
    page.get(f"/work-items/{item.id}/sheet.pdf")
    assert page.status == 422
    assert "“𰀁”字体印不出来" in page.page
    assert "请直接打印本页" in page.page


def test_an_emergency_is_refused_where_the_item_allows_none(office, new_case, sign_in):
    case = new_case("周二")
    item = office.case(case.id).work_items[0]
    page = sign_in("li").get(f"/work-items/{item.id}")
    page.post(f"/work-items/{item.id}/emergency", reason="防汛")

    assert page.status == 403
    assert "没有准许应急办理" in page.page


@pytest.fixture
def to_sign(office):
    """A step two officers sign, 补贴资金发放管理."""
    case = office.open_case("T-003", by="sun", applicant=Applicant(name="周二"))
    (item,) = office.case(case.id).work_items
    return item


def row_of(page, case_id):
    """The row of a list that tells of a case."""
    return next(row for row in page.split("<tr>") if case_id in row)


def test_lists_say_sign_and_how_many_have_signed(office, to_sign, sign_in):
    sun, address = sign_in("sun"), f"/work-items/{to_sign.id}"
    for place in ("/todo", f"/cases/{to_sign.case_id}", address):
        assert "会签，已签 0 人，共 2 人" in sun.get(place).page
    row = row_of(sun.get("/todo").page, to_sign.case_id)
    assert "签署</a>" in row
    assert "认领" not in row

    sun.get(address).post(f"{address}/sign", choice="同意", **{"field.minutes": "纪要1"})
    assert "会签，已签 1 人，共 2 人（孙八已签）" in sun.page
    assert "我已签或已挂起" in sun.get("/todo").page
    assert "您已签，会签，已签 1 人" in row_of(sun.page, to_sign.case_id)
    assert "您已签署，等其他人签署" in sun.get(address).page
    assert "签署意见" not in sun.page

    assert "签署</a>" in row_of(sign_in("zhao").get("/todo").page, to_sign.case_id)
    assert "签署</a>" not in sign_in("li").get(f"/cases/{to_sign.case_id}").page


def test_what_was_chosen_is_there_after_a_mistake(to_sign, sign_in):
    address = f"/work-items/{to_sign.id}"
    page = sign_in("sun").get(address)
    page.post(f"{address}/sign", choice="不同意", opinion="材料不全")

    assert page.status == 422
    assert 'value="不同意" checked' in page.page
    assert 'value="材料不全"' in page.page
