"""``qingdan case``: open cases and look at them; commands of other subjects are taken in."""

from collections.abc import Mapping

import click

from engine.model.case import Applicant, CaseState
from engine.model.wording import say
from engine.runtime import Office

from . import clock, dealing, due, migrate, returning, signing, suspending, taking
from .casetext import case_text, cases_text, history_text, todo_text
from .form import show_result
from .options import BY, CASE, KEY, VALUES, with_office


@click.group(help=say("run.command.case"))
def case() -> None:
    pass


@case.command("open", help=say("run.command.open"))
@click.argument("item", metavar=say("run.metavar.item"))
@click.option("--applicant", required=True, help=say("run.help.applicant"))
@click.option("--id-card", default="", help=say("run.help.id-card"))
@click.option("--phone", default="", help=say("run.help.phone"))
@click.option("--title", default="", help=say("run.help.title"))
@VALUES
@KEY
@BY
@with_office
def open_(
    item: str,
    applicant: str,
    id_card: str,
    phone: str,
    title: str,
    values: Mapping[str, str],
    key: str,
    officer: str,
    office: Office,
    form: str,
) -> None:
    opened = office.open_case(
        item,
        by=officer,
        applicant=Applicant(name=applicant, id_card=id_card, phone=phone),
        title=title,
        values=values,
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
    office: Office,
    form: str,
) -> None:
    found = office.cases(
        state=CaseState(state) if state else None, text=text, limit=limit, offset=offset
    )
    show_result(form, found, cases_text(found))


@case.command(help=say("run.command.todo"))
@BY
@click.option(
    "--limit", default=200, show_default=True, type=click.IntRange(1), help=say("run.help.limit")
)
@with_office
def todo(officer: str, limit: int, office: Office, form: str) -> None:
    found = office.todo(officer, most=limit)
    show_result(form, found, todo_text(found))


@case.command(help=say("run.command.show"))
@CASE
@with_office
def show(case_id: str, office: Office, form: str) -> None:
    show_result(form, office.case(case_id), case_text(office, case_id))


@case.command(help=say("run.command.history"))
@CASE
@with_office
def history(case_id: str, office: Office, form: str) -> None:
    found = office.history(case_id)
    show_result(form, found, history_text(found))


@case.command(help=say("run.command.tick"))
@with_office
def tick(office: Office, form: str) -> None:
    fired = office.tick()
    office.deem_overdue()
    show_result(form, {"fired": fired}, say("run.cli.fired", count=fired))


for _subject in (clock, dealing, due, migrate, returning, signing, suspending, taking):
    for _command in _subject.COMMANDS:
        case.add_command(_command)
