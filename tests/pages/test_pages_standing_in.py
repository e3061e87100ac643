"""代理 in the pages: set, refused, warned of, shown to both, ended early."""

import pytest

PAGE = "/roster/stand-ins"
DAYS = {"since": "2026-03-02", "until": "2026-03-06"}


@pytest.fixture(autouse=True)
def _as_before(office):
    roster = office.roster()
    yield
    office.appoint(roster)


def test_a_deputy_is_set_shown_to_both_and_sent_back_early(office, sign_in):
    page = sign_in("zhang").get(PAGE)
    assert "现在没有人代理" in page.page
    page.post(PAGE, officer="qian", to="zhou", **DAYS)
    assert "已登记：钱七由周十代理，2026-03-02 至 2026-03-06" in page.page
    assert "正在代理" in page.page

    assert "您今天代理钱七（资金监管），至 2026-03-06" in sign_in("zhou").get("/todo").page
    away = sign_in("qian").get("/todo")
    assert "您已登记外出，至 2026-03-06" in away.page

    away.get(PAGE).post(f"{PAGE}/qian/end")
    assert "代理已提前结束" in away.page
    assert "现在没有人代理" in away.page
    assert "您今天代理" not in sign_in("zhou").get("/todo").page


def test_incompatible_posts_are_refused_with_rule_and_source(office, sign_in):
    before = office.roster()
    page = sign_in("zhang").get(PAGE)
    page.post(PAGE, officer="li", to="sun", **DAYS)

    assert page.status == 403
    assert "incompatible-appointment" in page.page
    assert "会计法" in page.page
    assert '<option value="li" selected>' in page.page
    assert office.roster() == before


def test_an_item_nobody_could_staff_is_warned_of(office, sign_in):
    page = sign_in("zhang").get(PAGE)
    page.post(PAGE, officer="qian", to="zhao", **DAYS)

    assert page.status == 200
    assert "请留意" in page.page
    assert "一卡通”发放”可能有环节无人能办" in page.page


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"officer": "", "to": "li", **DAYS}, "谁外出：请选择人员"),
        ({"officer": "li", "to": "li", **DAYS}, "不能由本人代理自己"),
        ({"officer": "qian", "to": "zhou", "since": "x", "until": ""}, "请写日期"),
        (
            {"officer": "qian", "to": "zhou", "since": "2026-03-06", "until": "2026-03-02"},
            "不是可以代理的期间",
        ),
    ],
)
def test_what_is_wrong_stands_at_its_input(sign_in, fields, problem):
    page = sign_in("zhang").get(PAGE)
    page.post(PAGE, **fields)

    assert page.status == 422
    assert problem in page.page
    assert "处需要改" in page.page


def test_others_speak_for_themselves_alone(office, sign_in):
    page = sign_in("zhou").get(PAGE)
    assert '<option value="qian">' not in page.page.partition('name="to"')[0]
    page.post(PAGE, officer="qian", to="zhou", **DAYS)
    assert page.status == 403
    assert "只能由所长或本人登记" in page.page
    page.post(f"{PAGE}/zhang/end")
    assert page.status == 403
