"""The pages on shipped procedures: child cases, called steps, the drawing."""

from collections.abc import Callable

import pytest

from engine.model.case import Applicant, CaseState
from engine.runtime import Office
from engine.store import StoreUnavailable

from .conftest import Browser

SignIn = Callable[[str], Browser]

_IDS = ("11010519491231002X", "110105199003070017")


def work_off(office: Office, case: str, last: str, **forms: dict[str, str]) -> None:
    """Do every step of a case, up to and with ``last``, as whoever may."""
    step = ""
    while step != last:
        office.tick()
        item = next(w for w in office.case(case).work_items if w.state.value == "ready")
        step = item.step.rpartition("/")[2]
        by = next(o.id for o in office.roster().officers if may_take(office, o.id, item.id))
        office.claim(item.id, by=by)
        office.complete(item.id, by=by, values=forms[step])


def may_take(office: Office, officer: str, work_item: str) -> bool:
    kept = office.kept_from(office.work_item(work_item).case_id, officer)
    return work_item in kept and kept[work_item] is None


@pytest.fixture(scope="session")
def batch(shared_office: Office) -> str:
    """A subsidy batch with one household paid and one payment returned; its number."""
    office = shared_office
    case = office.open_case("CZ-JF-001", by="sun", applicant=Applicant(name="周家村"))
    table = {
        f"households.{number}.{column}": value
        for number, name in enumerate(("周大", "赵五"))
        for column, value in {
            "name": name,
            "id_card": _IDS[number],
            "bank_card": f"621700000000000000{number}",
            "amount": "35.5",
        }.items()
    }
    returns = {key.replace("households", "returns"): value for key, value in table.items()}
    work_off(
        office,
        case.id,
        "record_returns",
        register_batch={
            "programme": "地力", "document_no": "3", "batch_no": "B-1", "notice_days": "7",
        },
        survey_households={"surveyors": "周甲", "surveyed_on": "2026-02-01"},
        review_by_villagers={},
        post_notice={"notice_from": "2026-02-02"},
        register_objections={"objection": "无异议"},
        compile_list=table,
        examine_list={"list_opinion": "通过"},
        approve_list={"approval_opinion": "同意"},
        appropriate_funds={"voucher_no": "1", "appropriated": "71"},
        record_returns={**returns, "returns.0.result": "成功", "returns.1.result": "退汇"},
    )  # fmt: skip
    return case.id


def test_batch_shows_what_it_waits_for(sign_in: SignIn, office: Office, batch: str) -> None:
    page = sign_in("zhang").get(f"/cases/{batch}").page
    assert "正在等待子办件办结" in page
    assert "子办件（2）" in page
    assert "赵五" in page.partition('id="children"')[2].partition("</section>")[0]
    assert "共 2 件" in page
    assert "亲属应当回避" in page.partition('id="history"')[2]


def test_child_cases_are_listed_under_their_parent_and_found_by_name(
    sign_in: SignIn, batch: str
) -> None:
    browser = sign_in("zhang")
    assert "补贴到户" not in browser.get("/cases").page
    children = browser.get(f"/cases?parent={batch}").page
    assert children.count('data-label="办件号"') == 2
    assert "周大" in browser.get("/cases?text=周大").page


def test_child_case_shows_the_row_it_stands_for(
    sign_in: SignIn, office: Office, batch: str
) -> None:
    (child,) = office.cases(parent=batch, state=CaseState.OPEN)
    page = sign_in("sun").get(f"/cases/{child.id}").page
    row = page.partition('id="row"')[2].partition("</section>")[0]
    assert "35.50 元" in row
    assert "退汇" in row
    assert f'href="/cases/{batch}"' in page


def test_case_page_draws_the_procedure_with_the_current_step(
    sign_in: SignIn, office: Office
) -> None:
    case = office.open_case("CZ-JF-001", by="sun", applicant=Applicant(name="画图村"))
    page = sign_in("zhang").get(f"/cases/{case.id}").page
    drawn = page.partition("<svg")[2].partition("</svg>")[0]
    assert drawn.count('class="node current"') == 1
    assert "登记批次" in drawn
    assert " style=" not in drawn


def test_step_of_a_called_procedure_brings_its_risks(sign_in: SignIn, office: Office) -> None:
    case = office.open_case("CZ-JF-001", by="sun", applicant=Applicant(name="风险村"))
    called = office.procedure("public_notice").nodes["post_notice"].step
    assert called is not None
    work_off(
        office,
        case.id,
        "review_by_villagers",
        register_batch={
            "programme": "地力", "document_no": "3", "batch_no": "B-2", "notice_days": "7",
        },
        survey_households={"surveyors": "周甲", "surveyed_on": "2026-02-01"},
        review_by_villagers={},
    )  # fmt: skip
    item = next(w for w in office.case(case.id).work_items if w.state.value == "ready")
    assert item.step == "village_notice/post_notice"
    page = sign_in("sun").get(f"/work-items/{item.id}").page
    for risk in called.risks:
        assert risk.form in page


def test_form_survives_a_store_that_fails(
    sign_in: SignIn, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = office.open_case("CZ-JF-001", by="sun", applicant=Applicant(name="磁盘村"))
    item = office.case(case.id).work_items[0]
    sun = sign_in("sun").get(f"/cases/{case.id}").post(f"/work-items/{item.id}/claim")

    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailable("磁盘已满")

    form = {"field.programme": "地力保护", "field.document_no": "3", "action": "complete"}
    with monkeypatch.context() as patched:
        patched.setattr(Office, "complete", fail)
        sun.post(f"/work-items/{item.id}", version=sun.hidden("version"), **form)
    assert sun.status == 503
    assert "磁盘已满" in sun.page
    sun.post(
        f"/work-items/{item.id}",
        refill="1",
        **{"field.programme": sun.hidden("field.programme")},
    )
    assert 'value="地力保护"' in sun.page
