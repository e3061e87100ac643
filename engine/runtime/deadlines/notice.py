"""Reading a holiday notice: the State Council's text as published, or a table of days.

What cannot be read is told line by line; nothing of a faulty notice is taken over.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from engine.model.calendar import FIRST_YEAR, LAST_YEAR, Override
from engine.model.errors import QingdanError
from engine.model.wording import say

_DAY = timedelta(days=1)
_TITLE = re.compile(r"(20\d\d)年[^\n年]*(?:放假|节假日)安排")
#: The sentence below it, for a copy without its title.
_OPENING = re.compile(r"现将(20\d\d)年")
_NAME = re.compile(r"^[（(]?[一二三四五六七八九十0-9]+[）)、.．]\s*([^：:]{1,20})[：:]")
_DATE = re.compile(
    r"(?:(?P<year>20\d\d)年)?(?:(?P<month>\d{1,2})月)?(?P<day>\d{1,2})日"
    r"(?:[（(](?P<note>[^）)]*)[）)])?"
)
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_COUNT = re.compile(r"(?:共|放假)(\d{1,2})天")
#: What stands between the ends of a range.
_THROUGH = re.compile(r"\s*[至到—-]\s*")
_WEEKDAYS = "一二三四五六日"

#: Words of a table's second column.
_WORKS = {"work": True, "上班": True, "工作日": True, "rest": False, "放假": False, "休息": False}


class NoticeInvalid(QingdanError):
    """A notice that cannot be taken over, with a line for every fault."""

    exit_code = 1

    def __init__(self, problems: list[str]) -> None:
        #: One line each, with the line of the file.
        self.problems = tuple(problems)
        super().__init__(problems[0])

    def lines(self) -> tuple[str, ...]:
        return self.problems


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """The moved and free days of one year."""

    title: str
    year: int
    days: tuple[Override, ...]


def read_notice(text: str, year: int | None = None) -> Notice:
    """A notice from its text, or from a table of date, 上班/放假 and holiday.

    Parameters
    ----------
    year : the year it settles, where the text does not say.

    Raises
    ------
    NoticeInvalid
        With a line for every fault.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    table = any(_is_row(line) for line in lines)
    found = _TITLE.search(text) or _OPENING.search(text)
    if year is None and found:
        year = int(found[1])
    if year is None and table:
        first = next(line for line in lines if _is_row(line))
        year = int(first[:4])
    if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise NoticeInvalid([say("calendar.notice.no-year")])
    problems: list[str] = []
    read = _rows if table else _sentences
    days: dict[date, Override] = {}
    for override in read(lines, year, problems):
        if days.setdefault(override.day, override).works is not override.works:
            problems.append(say("calendar.notice.both", day=override.day))
    if not days and not problems:
        problems.append(say("calendar.notice.no-days"))
    if problems:
        raise NoticeInvalid(problems)
    title = next((line.strip() for line in lines if _TITLE.search(line)), "")
    title = title or say("calendar.notice.title", year=year)
    return Notice(title=title, year=year, days=tuple(days[day] for day in sorted(days)))


def _is_row(line: str) -> bool:
    return re.match(r"\s*\d{4}-\d{1,2}-\d{1,2}\s*[,，\t]", line) is not None


def _rows(lines: list[str], year: int, problems: list[str]) -> Iterator[Override]:
    """Days of a table: ``2027-01-01,放假,元旦``; a heading is passed over."""
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in next(csv.reader([re.sub("[，\t]", ",", line)]), [])]
        if not any(cells) or (number == 1 and not _is_row(line)):
            continue
        try:
            day = date(*map(int, cells[0].split("-")))
        except (TypeError, ValueError):
            problems.append(say("calendar.notice.bad-date", line=number, text=cells[0]))
            continue
        works = _WORKS.get(cells[1] if len(cells) > 1 else "")
        if works is None:
            problems.append(say("calendar.notice.bad-word", line=number, text=line.strip()))
        elif abs(day.year - year) > 1:
            problems.append(say("calendar.notice.other-year", line=number, day=day, year=year))
        else:
            reason = cells[2] if len(cells) > 2 and cells[2] else cells[1]
            yield Override(day=day, works=works, reason=reason)


def _sentences(lines: list[str], year: int, problems: list[str]) -> Iterator[Override]:
    """Days of the text: 一、元旦：1月1日（周五）至3日（周日）放假调休，共3天。1月4日上班。"""
    for number, line in enumerate(lines, 1):
        named = _NAME.match(line.strip())
        if named is None:
            continue
        reason, rest = named[1].strip(), line.strip()[named.end() :]
        for sentence in re.split("[。；;]", rest):
            works = "上班" in sentence
            if works or "放假" in sentence:
                reader = _Sentence(sentence, year, number, problems)
                for day in reader.days(works=works):
                    yield Override(day=day, works=works, reason=reason)


class _Sentence:
    """One sentence of a notice."""

    def __init__(self, text: str, year: int, line: int, problems: list[str]) -> None:
        self._text = text
        self._year = year
        self._line = line
        self._problems = problems

    def days(self, *, works: bool) -> list[date]:
        """The days it names: single ones, and ranges with 至."""
        named: list[date] = []
        found: list[date] = []
        end = 0
        for match in _DATE.finditer(self._text):
            day = self._date(match, named)
            if day is None:
                return []
            through = named and _THROUGH.fullmatch(self._text, end, match.start())
            if through and 0 < (day - named[-1]).days <= 31:
                first = named[-1] + _DAY
                found += [first + offset * _DAY for offset in range((day - first).days + 1)]
            else:
                found.append(day)
            named.append(day)
            end = match.end()
        if not found:
            self._fault("no-date", text=self._text.strip())
        count = None if works else _COUNT.search(self._text)
        if count and int(count[1]) != len(found):
            self._fault("bad-count", said=count[1], found=len(found), text=self._text.strip())
            return []
        return found

    def _date(self, match: re.Match[str], named: list[date]) -> date | None:
        before = named[-1] if named else None
        year = int(match["year"] or (before.year if before else self._year))
        month = int(match["month"] or (before.month if before else 0))
        try:
            day = date(year, month, int(match["day"]))
        except ValueError:
            self._fault("bad-date", text=match[0])
            return None
        weekday = _WEEKDAY.search(match["note"] or "")
        if weekday and _WEEKDAYS.index(weekday[1].replace("天", "日")) != day.weekday():
            self._fault("bad-weekday", day=day, said=weekday[0], real=_WEEKDAYS[day.weekday()])
            return None
        return day

    def _fault(self, key: str, **facts: object) -> None:
        self._problems.append(say(f"calendar.notice.{key}", line=self._line, **facts))
