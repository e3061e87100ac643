"""From opening a case to its end, through every page, right and wrong."""

import io
import re
from collections.abc import Callable

import pytest

from engine.model.case import Applicant, Case, CaseState
from engine.runtime import Office

from .conftest import Browser

SignIn = Callable[[str], Browser]
NewCase = Callable[..., Case]

GOOD = {
    "field.subject": "第一批",
    "field.total": "1280.50",
    "field.opinion": "通过",
    "action": "complete",
}


def claimed_step(browser: Browser, office: Office, case: Case) -> str:
    """Claim the case's current step through the pages; its address."""
    item = next(w for w in office.case(case.id).work_items if w.state.value == "ready")
    browser.get(f"/cases/{case.id}").post(f"/work-items/{item.id}/claim")
    assert browser.status == 200, browser.page
    return f"/work-items/{item.id}"


@pytest.fixture
def sun(sign_in: SignIn) -> Browser:
    return sign_in("sun")


def test_case_goes_from_opening_to_its_end(sign_in: SignIn, office: Office) -> None:
    sun = sign_in("sun").get("/cases/new?item=T-001")
    sun.post("/cases/new", **{"field.item": "T-001", "field.applicant": "周大"})
    found = re.search(r"已开办件 (\d{4}-\d+)", sun.page)
    assert found
    case = office.case(found[1]).case
    step = claimed_step(sun, office, case)
    assert "逐项核对" in sun.page
    assert "虚报冒领" in sun.page
    sun.post(step, version=sun.hidden("version"), **GOOD)
    assert "“填写”已办结" in sun.page
    zhang = sign_in("zhang")
    step = claimed_step(zhang, office, case)
    assert "第一批" in zhang.page
    zhang.post(
        step, version=zhang.hidden("version"), action="complete", **{"field.decision": "同意"}
    )
    assert "已全部办结" in zhang.page
    assert office.case(case.id).case.state is CaseState.FINISHED


def test_todo_list_tells_what_is_mine_and_what_i_may_not_take(
    sign_in: SignIn, office: Office, new_case: NewCase
) -> None:
    own = new_case("周四", "由孙八办的件")
    kin = new_case("赵五", "兄弟的件")
    sun = sign_in("sun")
    claimed_step(sun, office, own)
    mine, _, rest = sun.get("/todo").page.partition('id="open"')
    assert "由孙八办的件" in mine
    assert "兄弟的件" in rest
    zhao = sign_in("zhao").get("/todo")
    may, _, may_not = zhao.page.partition('id="closed"')
    assert "兄弟的件" not in may
    assert "兄弟的件" in may_not
    assert "公务员法" in may_not
    assert kin.id in may_not


def test_wrong_values_come_back_with_messages_and_everything_typed(
    sun: Browser, office: Office, new_case: NewCase
) -> None:
    case = new_case()
    step = claimed_step(sun, office, case)
    sun.post(
        step,
        version=sun.hidden("version"),
        action="complete",
        **{
            "field.subject": "第二批",
            "field.total": "一千",
            "field.area": "3.5",
            "field.holder_id": "123",
            "field.rows.0.name": "周甲",
            "field.rows.0.amount": "很多",
            "field.rows.2.name": "周乙",
            "field.rows.2.amount": "20",
        },
    )
    assert sun.status == 422
    for kept in ("第二批", "一千", "3.5", "123", "周甲", "很多", "周乙"):
        assert f'value="{kept}"' in sun.page, kept
    for wrong in ("field-total", "field-holder_id", "field-rows-0-amount", "field-opinion"):
        assert f'href="#{wrong}"' in sun.page, wrong
        assert f'id="{wrong}-problem"' in sun.page, wrong
    assert "需要改" in sun.page
    assert office.case(case.id).data == {}


def test_more_rows_keeps_what_was_typed_and_completes_nothing(
    sun: Browser, office: Office, new_case: NewCase
) -> None:
    case = new_case()
    step = claimed_step(sun, office, case)
    before = sun.page.count('name="field.rows.')
    sun.post(
        step,
        version=sun.hidden("version"),
        action="rows.rows",
        **{"field.subject": "没写完", "field.rows.1.name": "周丙"},
    )
    assert sun.page.count('name="field.rows.') > before
    assert 'value="没写完"' in sun.page
    assert 'name="field.rows.0.name" value="周丙"' in sun.page
    assert office.case(case.id).case.version == case.version


@pytest.mark.parametrize(
    "text",
    [
        "周丁\t10.5\n周戊\t20",
        "姓名\t金额\n周丁\t10.5\n周戊\t20",
        "金额,姓名\r\n10.5,周丁\r\n20,周戊",
    ],
)
def test_rows_pasted_from_a_spreadsheet_fill_the_table(
    sun: Browser, office: Office, new_case: NewCase, text: str
) -> None:
    step = claimed_step(sun, office, new_case())
    sun.post(step, version=sun.hidden("version"), action="rows.rows", **{"paste.rows": text})
    for key, value in {"0.name": "周丁", "0.amount": "10.5", "1.name": "周戊"}.items():
        assert f'name="field.rows.{key}" value="{value}"' in sun.page


def test_pasted_rows_with_too_many_columns_stay_in_the_box(
    sun: Browser, office: Office, new_case: NewCase
) -> None:
    step = claimed_step(sun, office, new_case())
    text = "周丁\t10\t多出来的"
    for action in ("rows.rows", "complete"):
        sun.get(step)
        sun.post(
            step, version=sun.hidden("version"), **{**GOOD, "action": action, "paste.rows": text}
        )
        assert f">{text}</textarea>" in sun.page
        assert 'id="field-rows-problem"' in sun.page


def test_a_village_of_a_thousand_households_fits_into_one_form(
    sun: Browser, office: Office, new_case: NewCase
) -> None:
    case = new_case()
    step = claimed_step(sun, office, case)
    rows = {
        f"field.rows.{number}.{column}": value
        for number in range(1000)
        for column, value in (("name", f"农户{number}"), ("amount", "12.34"))
    }
    sun.post(step, version=sun.hidden("version"), **GOOD, **rows)
    assert sun.status == 200
    table = office.case(case.id).data["rows"]
    assert isinstance(table, list)
    assert len(table) == 1000


def test_enter_in_an_input_completes_nothing(
    sun: Browser, office: Office, new_case: NewCase
) -> None:
    case = new_case()
    step = claimed_step(sun, office, case)
    assert sun.page.index('value="refresh"') < sun.page.index('value="complete"')
    sun.post(step, version=sun.hidden("version"), **{**GOOD, "action": "refresh"})
    assert 'value="第一批"' in sun.page
    assert office.case(case.id).data == {}


def test_attachment_goes_up_and_comes_down_to_be_saved(
    sun: Browser, office: Office, new_case: NewCase
) -> None:
    case = new_case()
    step = claimed_step(sun, office, case)
    sun.send(
        step,
        {
            "csrf_token": sun.hidden("csrf_token"),
            "version": sun.hidden("version"),
            **GOOD,
            "field.photo": (io.BytesIO(b"<script>alert(1)</script>"), "../../公示 照片.html"),
            "extra": [(io.BytesIO(b"one"), "/tmp/单据/一.txt"), (io.BytesIO(b"two"), "二.txt")],
        },
    )
    assert sun.status == 200
    files = {a.filename: a for a in office.case(case.id).attachments}
    assert set(files) == {"公示 照片.html", "一.txt", "二.txt"}
    assert files["公示 照片.html"].field == "photo"
    for name in files:
        assert f"下载 {name}" in sun.page
    response = sun.client.get(f"/attachments/{files['公示 照片.html'].id}")
    assert response.data == b"<script>alert(1)</script>"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.mimetype == "application/octet-stream"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_file_beyond_the_cap_is_refused_and_the_form_kept(
    sun: Browser, office: Office, new_case: NewCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.upload.LARGEST_FILE", 10)
    case = new_case()
    step = claimed_step(sun, office, case)
    sun.send(
        step,
        {
            "csrf_token": sun.hidden("csrf_token"),
            "version": sun.hidden("version"),
            **GOOD,
            "field.photo": (io.BytesIO(b"x" * 11), "大.jpg"),
        },
    )
    assert sun.status == 422
    assert "“大.jpg”超过" in sun.page
    assert 'value="第一批"' in sun.page
    assert "附件要重新选择" in sun.page
    assert office.case(case.id).attachments == ()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("申请表.lnk", b"x", "“申请表.lnk”是快捷方式、程序或临时文件"),
        ("补贴查询.EXE", b"x", "“补贴查询.EXE”是快捷方式、程序或临时文件"),
        ("~$申请表.docx", b"x", "“~$申请表.docx”是快捷方式、程序或临时文件"),
        ("照片.jpg", b"", "“照片.jpg”是空文件"),
    ],
)
def test_what_is_no_material_is_refused_and_the_form_kept(
    sun: Browser, office: Office, new_case: NewCase, name: str, content: bytes, told: str
) -> None:
    case = new_case()
    step = claimed_step(sun, office, case)
    form = {"version": sun.hidden("version"), **GOOD, "extra": (io.BytesIO(content), name)}
    sun.post(step, **form)
    assert sun.status == 422
    assert f"<strong>请改：</strong>{told}" in sun.page
    assert 'href="#field-extra"' in sun.page
    assert 'id="field-extra"' in sun.page
    assert 'value="第一批"' in sun.page
    assert office.case(case.id).attachments == ()


def test_step_of_an_outdated_page_is_shown_again_with_what_was_typed(
    sun: Browser, office: Office, new_case: NewCase
) -> None:
    case = new_case()
    step = claimed_step(sun, office, case)
    sun.post(step, version=int(sun.hidden("version")) + 7, **GOOD)
    assert sun.status == 409
    assert 'value="第一批"' in sun.page
    sun.post(step, version=sun.hidden("version"), **GOOD)
    assert sun.status == 200


def test_second_press_of_complete_does_nothing_twice(
    sun: Browser, office: Office, new_case: NewCase
) -> None:
    case = new_case()
    step = claimed_step(sun, office, case)
    fields = {"csrf_token": sun.hidden("csrf_token"), "version": sun.hidden("version"), **GOOD}
    sun.send(step, fields)
    once = office.history(case.id)
    sun.send(step, fields)
    assert sun.status == 409
    assert office.history(case.id) == once


def test_released_step_can_be_claimed_by_another(
    sun: Browser, sign_in: SignIn, office: Office, new_case: NewCase
) -> None:
    case = new_case()
    step = claimed_step(sun, office, case)
    zhao = sign_in("zhao").get(f"/cases/{case.id}")
    zhao.post(f"{step}/claim")
    assert zhao.status == 409
    assert "孙八" in zhao.page
    sun.post(f"{step}/release")
    assert "已释放" in sun.page
    assert claimed_step(zhao, office, case) == step


def test_joint_step_asks_for_the_other_and_journals_both(sun: Browser, office: Office) -> None:
    case = office.open_case("T-002", by="sun", applicant=Applicant(name="周大"))
    step = claimed_step(sun, office, case)
    assert "2 人共同办理" in sun.page
    form = {"action": "complete", "field.findings": "属实"}
    sun.post(step, version=sun.hidden("version"), **form)
    assert sun.status == 422
    assert 'href="#field-cosigner"' in sun.page
    sun.post(step, version=sun.hidden("version"), cosigner="wu", **form)
    assert sun.status == 403
    assert "吴九" in sun.page
    assert 'value="wu" checked' in sun.page
    assert 'value="属实"' in sun.page
    sun.post(step, version=sun.hidden("version"), cosigner="zhao", **form)
    assert "“实地核查”已办结" in sun.page
    assert "赵六" in sun.page.partition('id="history"')[2]


def test_page_sent_twice_is_done_once(sun: Browser, office: Office) -> None:
    before = {case.id for case in office.cases()}
    sun.get("/cases/new?item=T-001")
    form = {"field.item": "T-001", "field.applicant": "周大", "key": sun.hidden("key")}
    for _ in range(2):
        sun.post("/cases/new", **form)
        assert "已开办件" in sun.page
    (case,) = (case for case in office.cases() if case.id not in before)
    step = claimed_step(sun, office, case)
    sent = {"version": sun.hidden("version"), "key": sun.hidden("key"), **GOOD}
    for _ in range(2):
        sun.post(step, **sent)
        assert "“填写”已办结" in sun.page
    actions = [entry.action for entry in office.history(case.id)]
    assert actions == ["opened", "claimed", "completed"]


def test_a_step_leads_to_what_was_filled_in_before_it(office, new_case, sign_in):
    case = new_case("周三")
    first = office.case(case.id).work_items[0]
    office.claim(first.id, by="sun")
    assert "先看：" not in sign_in("sun").get(f"/work-items/{first.id}").page
    filled = {"subject": "第一批", "total": "1280.50", "opinion": "通过"}
    office.complete(first.id, by="sun", values=filled)
    second = next(w for w in office.case(case.id).work_items if w.done_at is None)
    office.claim(second.id, by="zhang")
    page = sign_in("zhang").get(f"/work-items/{second.id}").page
    before, _, after = page.partition('class="panel"')
    assert '<a href="#filled">前面 1 个环节填写的内容</a>' in before
    assert 'id="filled"' in after
