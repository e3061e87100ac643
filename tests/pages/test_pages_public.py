"""What the public sees without an account: the guides, and nothing else."""

from engine.runtime import Office

from .conftest import Browser

ADDRESS = "/items/CZ-JF-001?version=2026.1&model=0123456789abcdef"


def test_guide_is_read_without_signing_in(stranger: Browser) -> None:
    stranger.get("/items/CZ-JF-001?office=other")

    assert stranger.status == 200
    assert "惠农补贴“一卡通”发放" in stranger.page
    for heading in ("设定依据", "申请材料", "办理环节", "廉政风险点"):
        assert heading in stranger.page
    assert "开新办件" not in stranger.page
    assert "工作人员登录" in stranger.page


def test_address_of_a_wall_chart_asks_which_office_where_there_are_several(
    stranger: Browser,
) -> None:
    stranger.get(ADDRESS)

    assert stranger.status == 200
    assert "选择单位" in stranger.page
    assert 'href="/items/CZ-JF-001?office=other"' in stranger.page


def test_list_of_guides_keeps_the_office_chosen(stranger: Browser) -> None:
    stranger.get("/items?office=other")

    assert 'href="/items/CZ-JF-001?office=other"' in stranger.page


def test_office_nobody_knows_is_not_made_up(stranger: Browser, office: Office) -> None:
    stranger.get("/items?office=nowhere")

    assert "选择单位" in stranger.page
    assert "nowhere" not in stranger.page


def test_officer_sees_the_own_office_whatever_the_address_says(sign_in) -> None:
    browser = sign_in("zhang").get("/items/CZ-JF-001?office=other")

    assert "开新办件" in browser.page
