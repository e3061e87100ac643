"""A holiday notice as published, as a table, and with every kind of fault."""

from datetime import date, timedelta

import pytest
from chinese_calendar import is_workday

from engine.model.calendar import Calendar, Year
from engine.runtime.deadlines.notice import NoticeInvalid, read_notice

HEAD = """国务院办公厅关于{year}年部分节假日安排的通知
国办发明电〔{before}〕7号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
　　根据2024年11月修订的《全国年节及纪念日放假办法》，经国务院批准，现将{year}年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
"""
TAIL = """
　　节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作，确保人民群众祥和平安度过节日假期。
国务院办公厅
{before}年11月4日
"""
#: The days of the notices of four years, as they were published.
PUBLISHED = {
    2023: """
　　一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
　　二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
　　三、清明节：4月5日放假，共1天。
　　四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
　　五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
　　六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。""",
    2024: """
　　一、元旦：1月1日放假，与周末连休。
　　二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
　　三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
　　四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
　　五、端午节：6月10日放假，与周末连休。
　　六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
　　七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2025: """
　　一、元旦：1月1日（周三）放假1天，不调休。
　　二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
　　三、清明节：4月4日（周五）至6日（周日）放假，共3天。
　　四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
　　五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
　　六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
    2026: """
　　一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
　　二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
　　三、清明节：4月4日（周六）至6日（周一）放假，共3天。
　　四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
　　五、端午节：6月19日（周五）至21日（周日）放假，共3天。
　　六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
　　七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
}


@pytest.mark.parametrize("with_title", [True, False], ids=["whole", "without its title"])
@pytest.mark.parametrize("year", PUBLISHED)
def test_published_text_gives_the_days_the_library_knows(year: int, with_title: bool) -> None:
    text = "".join((HEAD, PUBLISHED[year], TAIL)).replace("{year}", str(year))
    text = text.replace("{before}", str(year - 1))
    notice = read_notice(text if with_title else text.partition("号\n")[2])
    assert notice.year == year
    assert f"{year}年" in notice.title
    calendar = Calendar(_nobody_knows, notice.days, notices={year: notice.title})
    days = (date(year, 1, 1) + timedelta(days=number) for number in range(366))
    ours = {day: calendar.works(day) for day in days if day.year == year}
    assert ours == {day: is_workday(day) for day in ours}


def _nobody_knows(year: int) -> Year:
    raise AssertionError(f"{year} is in no notice")


def test_days_carry_the_holiday_they_belong_to() -> None:
    notice = read_notice(HEAD.format(year=2026, before=2025) + PUBLISHED[2026])
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
        ("2027-01-01,放假,元旦\n2027-01-01,上班,元旦", "2027-01-01既写了放假又写了上班"),
    ],
)
def test_fault_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(NoticeInvalid, match=told):
        read_notice(text)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(NoticeInvalid) as faults:
        read_notice("2027-01-01,放假,元旦\n2027-02-30,放假,春节\n2027-03-01,？,节")
    assert [line[:3] for line in faults.value.lines()] == ["第2行", "第3行"]
