"""``qingdan case suspend`` and its like: a case as a whole stopped, resumed, ended."""

import click

from engine.model.wording import say
from engine.runtime import Office

from .case import BY, office_at, show_result, with_office
from .casetext import case_text

_CASE = click.argument("case_id", metavar=say("run.metavar.case"))
_REASON = click.option("--reason", required=True, help=say("operation.help.reason"))


def _show(office: Office, case_id: str, form: str) -> None:
    show_result(form, office.case(case_id).case, case_text(office, case_id))


@click.command(help=say("suspending.command.suspend"))
@_CASE
@_REASON
@BY
@with_office
def suspend(
    case_id: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office = office_at(db, office_id)
    office.suspend(case_id, by=officer, reason=reason)
    _show(office, case_id, form)


@click.command(help=say("suspending.command.resume"))
@_CASE
@_REASON
@BY
@with_office
def resume(
    case_id: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office = office_at(db, office_id)
    office.resume(case_id, by=officer, reason=reason)
    _show(office, case_id, form)


@click.command(help=say("suspending.command.terminate"))
@_CASE
@_REASON
@BY
@with_office
def terminate(
    case_id: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office = office_at(db, office_id)
    office.terminate(case_id, by=officer, reason=reason)
    _show(office, case_id, form)


@click.command(help=say("suspending.command.void"))
@_CASE
@_REASON
@BY
@with_office
def void(
    case_id: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office = office_at(db, office_id)
    office.void(case_id, by=officer, reason=reason)
    _show(office, case_id, form)


#: What ``qingdan case`` takes in.
COMMANDS = (suspend, resume, terminate, void)
