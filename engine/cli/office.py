"""``qingdan office``: open an office, change its roster and its items, reset passwords."""

import re
import shlex
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click

from engine.bpmn.library import Library
from engine.model.controls import Controls, load_controls
from engine.model.errors import QingdanError
from engine.model.office import Officer, Roster
from engine.model.roster_file import RosterFile, load_roster, read_roster
from engine.model.wording import say
from engine.runtime import Office, offices
from engine.runtime.accounts import Accounts, new_password
from engine.runtime.clock import system_clock
from engine.store import Store, open_store
from engine.verify.check import check_library

from .day import DAY
from .options import BY, DB, KEY, OFFICE_ID, opened
from .version import call_off, published_text, versions

_ID = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)

_ROSTER = click.option(
    "--roster",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=say("office.help.roster"),
)
_PROCESSES = click.option(
    "--processes",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help=say("office.help.processes"),
)


class Rejected(QingdanError):
    """Items or a roster that do not pass the check, or an office that is there already."""

    exit_code = 1


@click.group(help=say("office.help.group"))
def office() -> None:
    pass


@office.command(help=say("office.help.create"))
@OFFICE_ID
@_ROSTER
@_PROCESSES
@DB
def create(office_id: str, roster: Path, processes: tuple[Path, ...], db: str) -> None:
    if not _ID.fullmatch(office_id):
        raise click.UsageError(say("office.bad-id", office=office_id))
    controls = load_controls()
    appointed = load_roster(roster, controls)
    library = Library.load(processes or None)
    _check(library, read_roster(roster, controls), controls, _command(processes, roster))
    store = open_store(db)
    _refuse_existing(store, office_id, controls)
    made = Office(store, office_id, controls=controls)
    # The roster last: without officers the office does not count as opened.
    made.publish(library)
    made.appoint(appointed)
    click.echo(say("office.created", name=appointed.office, office=office_id))
    click.echo(say("office.published", **_items(library)))
    _open_accounts(made, appointed)
    click.echo(say("office.next-step"), err=True)


@office.command(help=say("office.help.appoint"))
@OFFICE_ID
@_ROSTER
@KEY
@DB
@opened
def appoint(office: Office, roster: Path, key: str) -> None:
    controls = load_controls()
    appointed = load_roster(roster, controls)
    _check(office.library(), read_roster(roster, controls), controls, _command((), roster))
    left = _left(office, appointed)
    office.appoint(appointed, key=key)
    count = len(appointed.officers)
    click.echo(say("office.appointed", name=appointed.office, office=office.id, officers=count))
    for line in left:
        click.echo(line)
    _open_accounts(office, appointed)


@office.command(help=say("office.help.publish"))
@OFFICE_ID
@_PROCESSES
@click.option("--effective", type=DAY, help=say("versions.help.effective"))
@click.option("--withdraw", is_flag=True, help=say("office.help.withdraw"))
@KEY
@DB
@opened
def publish(
    office: Office,
    processes: tuple[Path, ...],
    effective: date | None,
    withdraw: bool,
    key: str,
) -> None:
    roster = RosterFile(
        path=office.name, roster=office.roster(), faults=(), officer_lines={}, waiver_lines={}
    )
    library = Library.load(processes or None)
    _check(library, roster, office.controls, _command(processes, Path("FILE")))
    if not withdraw:
        _refuse_withdrawal(office, library)
    changed = office.publish(library, effective=effective, key=key)
    click.echo(say("office.published", **_items(library)))
    for line in published_text(office, effective):
        click.echo(line)
    kept = _names(library)
    items = {edition.process_id: edition for edition in office.editions() if edition.code}
    gone = [e.title for e in map(items.get, changed) if e and not kept & {e.process_id, e.code}]
    if gone:
        click.echo(say("office.withdrawn", items="、".join(gone)))


@office.command(help=say("office.help.password"))
@click.argument("login", metavar=say("office.metavar.login"))
@KEY
@DB
def password(login: str, key: str, db: str) -> None:
    fresh = Accounts(open_store(db, create=False)).reset(login, system_clock(), key=key)
    click.echo(say("office.reset"), err=True)
    click.echo(f"{login}   {fresh}")


@office.command("list", help=say("office.help.list"))
@DB
def list_(db: str) -> None:
    store = open_store(db, create=False)
    accounts, controls = Accounts(store), load_controls()
    for office_id, name in offices(store):
        one = Office(store, office_id, controls=controls)
        officers, logins = one.roster().officers, accounts.logins(office_id)
        counts = {"officers": len(officers), "items": len(one.items())}
        click.echo(say("office.listed", office=office_id, name=name, **counts))
        for officer in officers:
            login = logins.get(officer.id, say("office.no-account"))
            click.echo(_line(login, "", officer))


@office.command("stand-in", help=say("standin.command.standin"))
@OFFICE_ID
@click.argument("absent", metavar=say("standin.metavar.officer"))
@click.option("--to", "deputy", help=say("standin.help.to"))
@click.option("--from", "since", type=DAY, help=say("standin.help.since"))
@click.option("--until", type=DAY, help=say("standin.help.until"))
@click.option("--end", is_flag=True, help=say("standin.help.end"))
@KEY
@BY
@DB
@opened
def stand_in(
    office: Office,
    absent: str,
    deputy: str | None,
    since: date | None,
    until: date | None,
    end: bool,
    key: str,
    officer: str,
) -> None:
    if end:
        office.end_stand_in(absent, by=officer, key=key)
        click.echo(say("standin.cli.ended", officer=absent))
        return
    if deputy is None or since is None or until is None:
        raise click.UsageError(say("standin.cli.needs"))
    days = {"since": since, "until": until}
    warnings = office.stand_in(absent, deputy, **days, by=officer, key=key)
    click.echo(say("standin.cli.done", officer=absent, deputy=deputy, **days))
    for warning in warnings:
        click.echo(warning, err=True)


office.add_command(versions)
office.add_command(call_off)


def _check(library: Library, roster: RosterFile, controls: Controls, command: str) -> None:
    report = check_library(library, controls, roster=roster)
    failing = [finding for finding in report.findings if finding.fails]
    if failing:
        worst = failing[0]
        where = worst.file if worst.line is None else f"{worst.file}:{worst.line}"
        first = f"{where} {worst.message}"
        raise Rejected(say("office.check-fails", count=len(failing), first=first, command=command))
    if not library.items():
        raise Rejected(say("office.no-items"))


def _command(processes: Iterable[Path], roster: Path) -> str:
    """The check whose findings say what to mend."""
    return shlex.join(["qingdan", "check", *map(str, processes), "--roster", str(roster)])


def _refuse_existing(store: Store, office_id: str, controls: Controls) -> None:
    name = dict(offices(store)).get(office_id)
    if name is not None and Office(store, office_id, controls=controls).roster().officers:
        raise Rejected(say("office.exists", office=office_id, name=name))


def _left(office: Office, appointed: Roster) -> list[str]:
    """Whom a new roster leaves out, be it by a slip of an id, and what they still hold."""
    staying = {officer.id for officer in appointed.officers}
    lines = []
    for officer in office.roster().officers:
        if officer.id not in staying:
            who = {"officer": officer.id, "name": officer.name}
            held = office.todo(officer.id)
            lines.append(say("office.left", **who))
            if held.mine:
                steps = "、".join(f"{item.case_id}/{item.step}" for item in held.mine)
                lines.append(say("office.left-holding", **who, count=held.mine_count, steps=steps))
    return lines


def _open_accounts(office: Office, roster: Roster) -> None:
    """Give everybody without an account one, and print its password, this once."""
    accounts = Accounts(office.store)
    known = accounts.logins(office.id)
    new = [officer for officer in roster.officers if officer.id not in known]
    click.echo(say("office.accounts" if new else "office.none-new"), err=True)
    for officer in new:
        login, fresh = f"{officer.id}@{office.id}", new_password()
        accounts.create(office.id, officer.id, login, fresh)
        click.echo(_line(login, fresh, officer))


def _line(login: str, fresh: str, officer: Officer) -> str:
    posts = "、".join(officer.posts_on(date.today()))
    parts = (f"{login:<16}", fresh, officer.name, posts)
    return "  " + "  ".join(part for part in parts if part)


def _refuse_withdrawal(office: Office, library: Library) -> None:
    """One file published where all were meant would take the other items away."""
    kept = _names(library)
    gone = [p.title for p in office.items() if p.item and not kept & {p.id, p.item.code}]
    if gone:
        raise QingdanError(say("office.left-out", items="、".join(gone)))


def _names(library: Library) -> set[str]:
    """By what its procedures are known: their ids, and the codes of the items."""
    return {*library.procedures, *_codes(library)}


def _codes(library: Library) -> dict[str, str]:
    """Title by code of the items."""
    return {p.item.code: p.title for p in library.items() if p.item}


def _items(library: Library) -> dict[str, object]:
    codes = _codes(library)
    return {"count": len(codes), "items": "、".join(codes.values())}
