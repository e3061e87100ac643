"""Signatures, papers and signers in the pages, as officers press them."""

import io

import pytest

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


def test_an_emergency_is_refused_where_the_item_allows_none(office, new_case, sign_in):
    case = new_case("周二")
    item = office.case(case.id).work_items[0]
    page = sign_in("li").get(f"/work-items/{item.id}")
    page.post(f"/work-items/{item.id}/emergency", reason="防汛")

    assert page.status == 422
    assert "没有准许应急办理" in page.page
