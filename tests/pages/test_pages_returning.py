"""Returning a step, having it put right, and taking one back, as officers press them."""

import pytest

FILLED = {"subject": "第一批", "total": "1280.50", "opinion": "通过"}


@pytest.fixture
def filled(office, new_case):
    """A case whose first step 孙八 has finished; its second step, free."""
    case = new_case("周二")
    first = next(w for w in office.case(case.id).work_items)
    office.claim(first.id, by="sun")
    office.complete(first.id, by="sun", values=FILLED)
    second = next(w for w in office.case(case.id).work_items if w.done_at is None)
    return first, second


@pytest.mark.parametrize(("then", "told"), [("continue", "已退回重办"), ("come-back", "补正")])
def test_a_step_is_returned_with_its_reason(office, filled, sign_in, then, told):
    _, second = filled
    office.claim(second.id, by="zhang")
    page = sign_in("zhang").get(f"/work-items/{second.id}")
    assert "退回：让前面的环节重办或补正" in page.page

    page.post(f"/work-items/{second.id}/return", target="fill_in", then=then, reason="总额不符")

    assert told in page.page
    assert "总额不符" in page.page
    waiting = [w.step for w in office.case(second.case_id).work_items if w.done_at is None]
    assert "fill_in" in waiting


def test_a_return_says_what_is_to_follow_and_keeps_what_was_typed(office, filled, sign_in):
    _, second = filled
    office.claim(second.id, by="zhang")
    page = sign_in("zhang").get(f"/work-items/{second.id}")
    page.post(f"/work-items/{second.id}/return", target="fill_in", reason="总额不符")

    assert page.status == 422
    assert "请选择退回以后怎样办" in page.page
    assert 'value="fill_in" required checked' in page.page
    assert 'value="总额不符"' in page.page
    assert office.work_item(second.id).state == "claimed"


def test_undone_work_is_struck_and_not_on_the_sheet(office, filled, sign_in):
    first, second = filled
    office.claim(second.id, by="zhang")
    office.return_to(second.id, by="zhang", target="fill_in", reason="总额不符")
    page = sign_in("zhang").get(f"/cases/{first.case_id}")

    assert f"<s>{first.step_name}</s>" in page.page
    assert "已退回作废（张三" in page.page
    again = next(w for w in office.case(first.case_id).work_items if w.done_at is None)
    assert FILLED["subject"] not in page.get(f"/work-items/{again.id}/sheet").page


def test_a_return_without_a_reason_is_explained(office, filled, sign_in):
    _, second = filled
    office.claim(second.id, by="zhang")
    page = sign_in("zhang").get(f"/work-items/{second.id}")
    page.post(f"/work-items/{second.id}/return", target="fill_in", then="continue", reason="")

    assert page.status == 422
    assert "没有写内容" in page.page


def test_a_finished_step_is_taken_back_from_the_case_page(office, filled, sign_in):
    first, second = filled
    page = sign_in("sun").get(f"/cases/{first.case_id}")
    assert "撤回：收回我刚办结的" in page.page
    page.post(f"/work-items/{first.id}/withdraw", reason="写错了")

    assert "已撤回" in page.page
    assert office.work_item(second.id).state == "cancelled"


def test_a_case_is_suspended_resumed_and_voided_on_its_page(office, new_case, sign_in):
    case = new_case("周二")
    page = sign_in("sun").get(f"/cases/{case.id}")
    page.post(f"/cases/{case.id}/state", action="suspend", reason="等文件")
    assert "办件已挂起" in page.page
    assert "认领办理" not in page.page
    todo = page.get("/todo").page
    assert case.id in todo.partition("现在不用办")[2]
    page.get(f"/cases/{case.id}")
    page.post(f"/cases/{case.id}/state", action="resume", reason="")
    assert page.status == 422
    page.post(f"/cases/{case.id}/state", action="resume", reason="到了")
    assert "办件已恢复" in page.page
    page.post(f"/cases/{case.id}/state", action="void", reason="开错")
    assert page.status == 422
    assert "请勾选确认" in page.page
    assert 'value="开错"' in page.page
    page.post(f"/cases/{case.id}/state", action="void", reason="开错", sure="1")
    assert "办件已作废" in page.page
    page.get("/cases?state=void")
    assert case.id in page.page


def test_undone_work_says_so_also_where_empty_cells_are_hidden(office, filled, sign_in):
    _, second = filled
    office.claim(second.id, by="zhang")
    office.return_to(second.id, by="zhang", target="fill_in", reason="总额不符")
    page = sign_in("zhang").get(f"/cases/{second.case_id}").page

    assert page.count("已退回作废（张三") == 2
    assert '<td data-label="说明"> <strong class="late">已退回作废' in page
