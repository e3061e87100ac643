"""A holiday notice as published, as a table, and with every kind of fault."""

from datetime import date

import pytest
from chinese_calendar import constants

from engine.runtime.deadlines.notice import NoticeInvalid, read_notice

#: Written in the form of the published notices, with the days of 2026.
TEXT = """国务院办公厅关于2026年部分节假日安排的通知（放假安排）
各省、自治区、直辖市人民政府：
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
"""


def test_published_text_gives_the_days_the_library_knows() -> None:
    notice = read_notice(TEXT)
    assert notice.year == 2026
    works = {o.day for o in notice.days if o.works}
    rests = {o.day for o in notice.days if not o.works}
    assert works == {d for d in constants.workdays if d.year == 2026}
    assert rests == {d for d in constants.holidays if d.year == 2026}
    assert {o.reason for o in notice.days if o.day == date(2026, 10, 10)} == {"国庆节"}


def test_range_across_the_year_end_and_a_single_day() -> None:
    text = (
        "关于2027年放假安排\n一、元旦：2026年12月31日至2027年1月2日放假，共3天。\n"
        "二、清明节：4月5日（周一）放假1天，不调休。\n"
    )
    found = [o.day for o in read_notice(text).days]
    assert found == [date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2), date(2027, 4, 5)]


@pytest.mark.parametrize("comma", [",", "，", "\t"])
def test_table_of_days(comma: str) -> None:
    rows = ("日期,安排,说明", "2027-01-01,放假,元旦", "2027-01-03,上班,元旦", "")
    notice = read_notice("\n".join(rows).replace(",", comma))
    assert [(o.day.day, o.works, o.reason) for o in notice.days] == [
        (1, False, "元旦"),
        (3, True, "元旦"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("随便写的", "哪一年"),
        ("关于2027年放假安排\n没有日期", "没有找到"),
        ("关于2027年放假安排\n一、元旦：1月1日至3日放假，共4天。", "第2行：写着4天，按日期数是3天"),
        ("关于2027年放假安排\n一、元旦：1月1日（周四）放假。", "第2行：2027-01-01是星期五"),
        ("关于2027年放假安排\n一、元旦：13月1日放假。", "第2行：“13月1日”不是日期"),
        ("关于2027年放假安排\n一、元旦：放假三天。", "没有日期"),
        ("2027-01-01,放假,元旦\n2027-13-01,放假,元旦", "第2行：“2027-13-01”不是日期"),
        ("2027-01-01,放假,元旦\n2027-01-02,大概,元旦", "第2行"),
        ("2027-01-01,放假,元旦\n2037-01-02,放假,元旦", "第2行：2037-01-02不在2027年前后"),
    ],
)
def test_fault_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(NoticeInvalid, match=told):
        read_notice(text)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(NoticeInvalid) as faults:
        read_notice("2027-01-01,放假,元旦\n2027-02-30,放假,春节\n2027-03-01,？,节")
    assert [line[:3] for line in faults.value.lines()] == ["第2行", "第3行"]
