"""``qingdan case``: open cases and look at them; what its other commands share."""

import mimetypes
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from engine.model.case import Applicant, CaseState, WorkItem, WorkItemKind
from engine.model.controls import load_controls
from engine.model.errors import QingdanError, UnreadablePath, reason_of
from engine.model.wording import say
from engine.runtime import Office, UnknownWorkItem, Upload, offices
from engine.store import open_store

from .casetext import as_json, case_text, cases_text, history_text, todo_text
from .form import form_option

#: Where the demonstration keeps its data.
DEFAULT_DATABASE = "sqlite:///instance/qingdan.sqlite3"


def with_office(command: Callable[..., None]) -> Callable[..., None]:
    """Give a subcommand the options that name the office and the form of the answer."""
    for option in (
        form_option(say("run.help.format")),
        click.option(
            "--office",
            "office_id",
            envvar="QINGDAN_OFFICE",
            help=say("run.help.office"),
        ),
        click.option(
            "--db",
            envvar="QINGDAN_DATABASE_URL",
            default=DEFAULT_DATABASE,
            show_default=True,
            help=say("run.help.db"),
        ),
    ):
        command = option(command)
    return command


BY = click.option(
    "--as",
    "officer",
    required=True,
    envvar="QINGDAN_OFFICER",
    help=say("run.help.as"),
)
KEY = click.option(
    "--key", default="", metavar=say("hotpath.metavar-key"), help=say("hotpath.help-key")
)
SET = click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar=say("run.metavar.pair"),
    help=say("run.help.set"),
)


def office_at(db: str, office_id: str | None) -> Office:
    """The office named, or the only one there is."""
    store = open_store(db, create=False)
    known = offices(store)
    names = "、".join(f"{id_}（{name}）" for id_, name in known)
    if not known:
        raise QingdanError(say("run.cli.no-office"))
    if office_id is None and len(known) > 1:
        raise QingdanError(say("run.cli.which-office", known=names))
    chosen = office_id or known[0][0]
    if chosen not in dict(known):
        raise QingdanError(say("run.cli.unknown-office", office=chosen, known=names))
    return Office(store, chosen, controls=load_controls())


def pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """What ``name=value`` texts say."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(say("run.cli.not-a-pair", text=text))
        found[name.strip()] = value
    return found


def uploads(pairs: Mapping[str, str]) -> dict[str, Upload]:
    found = {}
    for name, path in pairs.items():
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            reason = reason_of(error)
            raise UnreadablePath(say("read.unreadable", reason=reason), path=path) from error
        found[name] = Upload(
            filename=Path(path).name,
            media_type=mimetypes.guess_type(path)[0] or "application/octet-stream",
            content=content,
        )
    return found


def work_item_at(office: Office, name: str) -> WorkItem:
    """A work item by its id, or by ``case number/step``."""
    case_id, slash, step = name.partition("/")
    if not slash:
        return office.work_item(name)
    waiting = [
        item
        for item in office.case(case_id).work_items
        if item.step == step and item.done_at is None
    ]
    if waiting:
        # The step itself, rather than what is asked for beside it.
        return min(waiting, key=lambda item: item.kind is not WorkItemKind.STEP)
    raise UnknownWorkItem(say("run.cli.no-open-step", case=case_id, step=step))


def show_result(form: str, value: object, text: str) -> None:
    """Print an answer as JSON or as text."""
    click.echo(as_json(value) if form == "json" else text)


@click.group(help=say("run.command.case"))
def case() -> None:
    pass


@case.command("open", help=say("run.command.open"))
@click.argument("item", metavar=say("run.metavar.item"))
@click.option("--applicant", required=True, help=say("run.help.applicant"))
@click.option("--id-card", default="", help=say("run.help.id-card"))
@click.option("--phone", default="", help=say("run.help.phone"))
@click.option("--title", default="", help=say("run.help.title"))
@SET
@KEY
@BY
@with_office
def open_(
    item: str,
    applicant: str,
    id_card: str,
    phone: str,
    title: str,
    assignments: tuple[str, ...],
    key: str,
    officer: str,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    office = office_at(db, office_id)
    opened = office.open_case(
        item,
        by=officer,
        applicant=Applicant(name=applicant, id_card=id_card, phone=phone),
        title=title,
        values=pairs(assignments),
        key=key,
    )
    show_result(form, opened, case_text(office, opened.id))


@case.command("list", help=say("run.command.list"))
@click.option(
    "--state",
    type=click.Choice([state.value for state in CaseState]),
    help=say("run.help.state"),
)
@click.option("--text", default="", help=say("run.help.text"))
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1), help=say("run.help.limit")
)
@click.option(
    "--offset", default=0, show_default=True, type=click.IntRange(0), help=say("run.help.offset")
)
@with_office
def list_(
    state: str | None,
    text: str,
    limit: int,
    offset: int,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    found = office_at(db, office_id).cases(
        state=CaseState(state) if state else None, text=text, limit=limit, offset=offset
    )
    show_result(form, found, cases_text(found))


@case.command(help=say("run.command.todo"))
@BY
@click.option(
    "--limit", default=200, show_default=True, type=click.IntRange(1), help=say("run.help.limit")
)
@with_office
def todo(officer: str, limit: int, db: str, office_id: str | None, form: str) -> None:
    found = office_at(db, office_id).todo(officer, most=limit)
    show_result(form, found, todo_text(found))


@case.command(help=say("run.command.show"))
@click.argument("case_id", metavar=say("run.metavar.case"))
@with_office
def show(case_id: str, db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
    show_result(form, office.case(case_id), case_text(office, case_id))


@case.command(help=say("run.command.history"))
@click.argument("case_id", metavar=say("run.metavar.case"))
@with_office
def history(case_id: str, db: str, office_id: str | None, form: str) -> None:
    found = office_at(db, office_id).history(case_id)
    show_result(form, found, history_text(found))


@case.command(help=say("run.command.tick"))
@with_office
def tick(db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
    fired = office.tick()
    office.deem_overdue()
    show_result(form, {"fired": fired}, say("run.cli.fired", count=fired))


def _join() -> None:
    """Further commands have modules of their own, which need this one."""
    from .clock import clock, handover
    from .dealing import COMMANDS
    from .due import due
    from .migrate import COMMANDS as MIGRATING
    from .returning import COMMANDS as RETURNING
    from .signing import COMMANDS as SIGNING
    from .suspending import COMMANDS as SUSPENDING
    from .taking import COMMANDS as TAKING

    for command in (
        clock,
        due,
        handover,
        *TAKING,
        *COMMANDS,
        *MIGRATING,
        *RETURNING,
        *SUSPENDING,
        *SIGNING,
    ):
        case.add_command(command)


_join()
