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


def _command(name: str) -> click.Command:
    @click.command(name, help=say(f"suspending.command.{name}"))
    @_CASE
    @_REASON
    @BY
    @with_office
    def command(
        case_id: str, reason: str, officer: str, db: str, office_id: str | None, form: str
    ) -> None:
        office = office_at(db, office_id)
        getattr(office, name)(case_id, by=officer, reason=reason)
        _show(office, case_id, form)

    return command


#: What ``qingdan case`` takes in; each is the office's method of that name.
COMMANDS = tuple(map(_command, ("suspend", "resume", "terminate", "void")))
