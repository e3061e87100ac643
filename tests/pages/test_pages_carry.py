"""A session ends in the middle of a form: nothing typed is lost, nothing is done unseen."""

import html
import re

import pytest

from engine.model.case import WorkItemState

from .conftest import PASSWORD

FILLED = {"subject": "第一批", "total": "1280.50", "opinion": "通过"}
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')


def hidden_of(page: str) -> dict[str, list[str]]:
    """Every hidden input of a page, a name with all its values."""
    found: dict[str, list[str]] = {}
    for name, value in _HIDDEN.findall(page):
        found.setdefault(html.unescape(name), []).append(html.unescape(value))
    return found


def send_after_session_ended(browser, address: str, login: str, **typed: object):
    """Send a form with a token that fits and no session; sign in, and go back to the form."""
    token = browser.hidden("csrf_token")
    browser.client.delete_cookie("qingdan-session")
    browser.send(address, {"csrf_token": token, "key": "once", **typed})
    assert browser.status == 401
    browser.send(
        "/sign-in", hidden_of(browser.page) | {"login": login + "@home", "password": PASSWORD}
    )
    assert f'action="{address}"' in browser.page
    return browser.send(address, hidden_of(browser.page) | {"refill": "1"})


@pytest.fixture
def second(office, new_case):
    """The step 张三 has claimed, behind one that 孙八 has finished."""
    case = new_case("周二")
    first = next(w for w in office.case(case.id).work_items)
    office.claim(first.id, by="sun")
    office.complete(first.id, by="sun", values=FILLED)
    item = next(w for w in office.case(case.id).work_items if w.done_at is None)
    office.claim(item.id, by="zhang")
    return item


OPERATIONS = [
    ("/work-items/{item}/return", {"target": "fill_in", "then": "continue", "reason": "总额不符"}),
    ("/work-items/{item}/signers", {"to": "wu", "when": "after", "reason": "总额不符"}),
    ("/cases/{case}/state", {"action": "void", "sure": "1", "reason": "总额不符"}),
    ("/cases/{case}/copies", {"to": ["wu", "sun"], "text": "总额不符"}),
    ("/cases/{case}/clock/pause", {"kind": "鉴定", "reason": "总额不符"}),
]


@pytest.mark.parametrize(
    ("address", "typed"), OPERATIONS, ids=[a.rsplit("/")[-1] for a, _ in OPERATIONS]
)
def test_what_was_typed_for_an_operation_is_there_after_the_sign_in(
    office, second, sign_in, address, typed
):
    address = address.format(item=second.id, case=second.case_id)
    browser = sign_in("zhang").get(f"/work-items/{second.id}")
    before = office.history(second.case_id)

    send_after_session_ended(browser, address, "zhang", **typed)

    assert "刚才的提交没有生效" in browser.page
    assert before == office.history(second.case_id)
    assert office.work_item(second.id).state is WorkItemState.CLAIMED
    assert "总额不符" in browser.page


def test_everybody_ticked_is_ticked_again(second, sign_in):
    browser = sign_in("zhang").get(f"/cases/{second.case_id}")
    address = f"/cases/{second.case_id}/copies"
    send_after_session_ended(browser, address, "zhang", to=["wu", "sun"], text="请知悉")
    assert 'value="wu" checked' in browser.page
    assert 'value="sun" checked' in browser.page
    assert 'value="zhao" checked' not in browser.page


def test_a_form_brought_back_is_sent_by_the_next_press(office, second, sign_in):
    browser = sign_in("zhang").get(f"/work-items/{second.id}")
    address = f"/work-items/{second.id}/return"
    typed = {"target": "fill_in", "then": "continue", "reason": "总额不符"}
    send_after_session_ended(browser, address, "zhang", **typed)
    browser.post(address, key=browser.hidden("key"), **typed)
    assert "已退回重办" in browser.page


def test_a_press_of_a_button_after_the_session_ended_completes_nothing(office, second, sign_in):
    browser = sign_in("zhang").get(f"/work-items/{second.id}")
    address = f"/work-items/{second.id}"
    send_after_session_ended(
        browser, address, "zhang", action="complete", **{"field.decision": "同意"}
    )
    assert "刚才的提交没有生效" in browser.page
    assert office.work_item(second.id).state is WorkItemState.CLAIMED


def test_passwords_are_carried_nowhere(sign_in):
    browser = sign_in("zhang").get("/password")
    token = browser.hidden("csrf_token")
    browser.client.delete_cookie("qingdan-session")
    browser.send("/password", {"csrf_token": token, "old": PASSWORD, "new": "n", "again": "n"})
    assert browser.status == 401
    assert PASSWORD not in browser.page
