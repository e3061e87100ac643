"""``qingdan calendar``: look at working days, set an office's own, import a holiday notice."""

from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click

from engine.model.calendar import Calendar, Year
from engine.model.wording import say
from engine.runtime import Office
from engine.runtime.deadlines.notice import read_notice

from .day import DAY
from .files import content_of
from .form import show_result
from .options import (
    BY,
    DB,
    DEFAULT_DATABASE,
    FORMAT,
    KEY,
    OFFICE,
    Command,
    office_at,
    with_office,
)

_WEEKDAYS = "一二三四五六日"
_DAY = click.argument("day", metavar="DATE", type=DAY)


@click.group(help=say("calendar.help.group"))
def calendar() -> None:
    pass


def _with_calendar(command: Command) -> Command:
    """Give a command the office's calendar; the announced one where no office is opened yet."""

    @wraps(command)
    def run(*, db: str, office_id: str | None, **given: Any) -> None:
        missing = not Path(db.removeprefix("sqlite:///")).exists()
        if office_id is None and db == DEFAULT_DATABASE and missing:
            from engine.runtime.deadlines.announced import announced_year

            known = Calendar(announced_year)
        else:
            known = office_at(db, office_id).calendar()
        command(known=known, **given)

    return DB(OFFICE(FORMAT(run)))


@calendar.command(help=say("calendar.help.show"))
@click.argument("year", metavar="YEAR", type=int)
@_with_calendar
def show(year: int, known: Calendar, form: str) -> None:
    found = known.year(year)
    facts = {
        "year": year,
        "source": found.source,
        "provisional": found.provisional,
        "working_days": len(found.working),
        "special": [
            {"day": day, "works": known.works(day), "name": found.names[day]}
            for day in sorted(found.names)
        ],
    }
    show_result(form, facts, "\n".join(_lines(known, found)))


def _lines(known: Calendar, year: Year) -> list[str]:
    lines = [say("calendar.year", year=year.number, working=len(year.working), source=year.source)]
    if year.provisional:
        lines.append(say("calendar.provisional", year=year.number))
    for month in range(1, 13):
        working = sum(day.month == month for day in year.working)
        lines.append(say("calendar.month", month=month, working=working))
        lines += [f"    {_told(known, day)}" for day in sorted(year.names) if day.month == month]
    return lines


def _told(known: Calendar, day: date) -> str:
    works, year = known.works(day), known.year(day.year)
    usual = say("calendar.workday" if day.weekday() < 5 else "calendar.weekend")
    reason = year.names.get(day, usual)
    if day in known.overrides and day.year not in known.notices:
        reason = f"{reason}，{say('calendar.own-day')}"
    return say(
        "calendar.checked",
        day=day,
        weekday=_WEEKDAYS[day.weekday()],
        word=say("calendar.works" if works else "calendar.rests"),
        reason=reason,
    )


@calendar.command(help=say("calendar.help.check"))
@_DAY
@_with_calendar
def check(day: date, known: Calendar, form: str) -> None:
    year = known.year(day.year)
    text = _told(known, day)
    if year.provisional:
        text = f"{text}\n{say('calendar.provisional', year=day.year)}"
    facts = {"day": day, "works": known.works(day), "provisional": year.provisional}
    show_result(form, {**facts, "name": year.names.get(day, "")}, text)


@calendar.command("set", help=say("calendar.help.set"))
@_DAY
@click.argument("word", metavar="work|rest", type=click.Choice(["work", "rest"]))
@click.option("--reason", required=True, help=say("calendar.help.reason"))
@KEY
@BY
@with_office
def set_(
    day: date, word: str, reason: str, key: str, officer: str, office: Office, form: str
) -> None:
    revision = office.set_day(day, works=word == "work", reason=reason, by=officer, key=key)
    told = say("calendar.works" if word == "work" else "calendar.rests")
    text = say("calendar.set", revision=revision, day=day, word=told)
    show_result(form, {"revision": revision, "day": day, "works": word == "work"}, text)


@calendar.command("import", help=say("calendar.help.import"))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--year", type=int, help=say("calendar.help.year"))
@KEY
@BY
@with_office
def import_(
    file: Path, year: int | None, key: str, officer: str, office: Office, form: str
) -> None:
    notice = read_notice(_text(file), year)
    revision = office.import_notice(notice, by=officer, key=key)
    work = sum(day.works for day in notice.days)
    counts = {"rest": len(notice.days) - work, "work": work}
    text = say("calendar.imported", title=notice.title, revision=revision, **counts)
    hint = say("calendar.recount-hint")
    show_result(form, {"revision": revision, "year": notice.year, **counts}, f"{text}\n{hint}")


def _text(file: Path) -> str:
    """A file people saved from a browser or from Excel."""
    content = content_of(file)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


@calendar.command(help=say("calendar.help.recount"))
@BY
@with_office
def recount(officer: str, office: Office, form: str) -> None:
    changes = office.recount(by=officer)
    lines = [
        say("calendar.recounted", count=len(changes)) if changes else say("calendar.recounted-none")
    ]
    for change in changes:
        told = say(
            "calendar.note.recounted",
            name=change.name,
            before=change.before or "—",
            after=change.after or "—",
        )
        lines.append(f"  {change.case_id}  {told}")
    show_result(form, changes, "\n".join(lines))
