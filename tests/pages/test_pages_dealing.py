"""Hand-overs, drafts, reminders and copies in the pages, as officers press them."""

import pytest


@pytest.fixture
def accepted(office, new_case):
    """The first step of a new case, claimed by 孙八."""
    case = new_case("周二")
    item = next(w for w in office.case(case.id).work_items)
    return office.claim(item.id, by="sun")


def test_a_step_is_handed_over_with_its_reason_on_the_case_page(office, accepted, sign_in):
    page = sign_in("sun").get(f"/work-items/{accepted.id}")
    page.post(f"/work-items/{accepted.id}/reassign", to="zhao", reason="下村")

    assert "已转办" in page.page
    assert "下村" in page.page
    assert office.work_item(accepted.id).officer == "zhao"


def test_a_wrong_taker_is_explained_on_the_page(office, accepted, sign_in):
    page = sign_in("sun").get(f"/work-items/{accepted.id}")
    page.post(f"/work-items/{accepted.id}/reassign", to="wu", reason="下村")
    assert page.status == 403
    assert "post-not-held" in page.page

    page.post(f"/work-items/{accepted.id}/reassign", to="zhao", reason=" ")
    assert page.status == 422
    assert "没有写内容" in page.page


def test_a_draft_is_there_again(office, accepted, sign_in):
    page = sign_in("sun").get(f"/work-items/{accepted.id}")
    name = next(f.name for f in accepted.fields if f.type == "text")
    page.post(f"/work-items/{accepted.id}", **{f"field.{name}": "写了一半", "action": "draft"})

    assert "已暂存" in page.page
    assert "写了一半" in page.page


def test_a_delegated_form_is_filled_in_by_the_other_and_returns(office, accepted, sign_in):
    sign_in("sun").get(f"/work-items/{accepted.id}").post(
        f"/work-items/{accepted.id}/delegate", to="zhao", reason="请核对"
    )
    other = sign_in("zhao").get("/todo")
    assert "孙八委派" in other.page
    other.get(f"/work-items/{accepted.id}")
    assert "交回孙八" in other.page
    other.post(f"/work-items/{accepted.id}/give-back", reason="不清楚")

    assert "已归还" in other.page
    assert office.work_item(accepted.id).officer == "sun"


def test_a_reminder_shows_in_the_list_of_who_holds_it(office, accepted, sign_in):
    page = sign_in("li").get(f"/work-items/{accepted.id}")
    page.post(f"/work-items/{accepted.id}/urge", text="群众在等")
    assert "已催办" in page.page

    assert "催办 1 次" in sign_in("sun").get("/todo").page


def test_a_copy_waits_in_the_list_until_it_is_read(office, accepted, sign_in):
    page = sign_in("sun").get(f"/cases/{accepted.case_id}")
    page.post(f"/cases/{accepted.case_id}/copies", text="请知悉")
    assert page.status == 422
    page.post(f"/cases/{accepted.case_id}/copies", to=["li"], text="请知悉")
    assert "已抄送" in page.page

    told = sign_in("li").get("/todo")
    assert "抄送我的（1）" in told.page
    told.post(f"/cases/{accepted.case_id}/read")
    assert "抄送我的" not in told.page


def test_head_moves_what_another_holds(office, accepted, sign_in):
    assert "放回：让其他人认领" not in sign_in("li").get(f"/work-items/{accepted.id}").page
    page = sign_in("zhang").get(f"/work-items/{accepted.id}")
    page.post(f"/work-items/{accepted.id}/free", reason="请假")

    assert "已放回" in page.page
    assert office.work_item(accepted.id).officer is None
