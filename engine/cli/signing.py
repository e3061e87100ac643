"""``qingdan case sign`` and its like: what several officers sign."""

import click

from engine.model.case import WorkItem, WorkItemKind
from engine.model.wording import say
from engine.runtime import Office

from .case import BY, KEY, SET, office_at, pairs, show_result, uploads, with_office, work_item_at
from .casetext import case_text

_ITEM = click.argument("work_item", metavar=say("run.metavar.work-item"))
_CASE = click.argument("case_id", metavar=say("run.metavar.case"))
_TO = click.option("--to", required=True, help=say("operation.help.to"))
_REASON = click.option("--reason", required=True, help=say("operation.help.reason"))
_FILE = click.option(
    "--file", "paths", multiple=True, metavar=say("run.metavar.path"), help=say("run.help.file")
)


def _asked_of(office: Office, name: str, officer: str) -> WorkItem:
    """What an officer is to sign: beside the step where somebody asked, else the step."""
    found = work_item_at(office, name)
    if found.kind is WorkItemKind.STEP:
        for mine in office.todo(officer).mine:
            if mine.of_item == found.id:
                return mine
    return found


@click.command(help=say("signing.command.sign"))
@_ITEM
@click.option("--choice", required=True, help=say("signing.help.choice"))
@click.option("--text", default="", help=say("signing.help.text"))
@SET
@_FILE
@KEY
@BY
@with_office
def sign(
    work_item: str,
    choice: str,
    text: str,
    assignments: tuple[str, ...],
    paths: tuple[str, ...],
    key: str,
    officer: str,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    office = office_at(db, office_id)
    item = _asked_of(office, work_item, officer)
    case = office.sign(
        item.id,
        by=officer,
        choice=choice,
        text=text,
        values=pairs(assignments),
        files=uploads(pairs(paths)),
        key=key,
    )
    done = say("signing.cli.signed", step=item.step_name, choice=choice)
    show_result(form, case, f"{done}\n{case_text(office, case.id)}")


@click.command("add-signer", help=say("signing.command.add-signer"))
@_ITEM
@_TO
@_REASON
@click.option("--after", is_flag=True, help=say("signing.help.after"))
@BY
@with_office
def add_signer(
    work_item: str,
    to: str,
    reason: str,
    after: bool,
    officer: str,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    office = office_at(db, office_id)
    item = work_item_at(office, work_item)
    held = office.add_signer(item.id, by=officer, to=to, reason=reason, after=after)
    text = say(f"signing.cli.{'later' if after else 'asked'}", officer=to, step=item.step_name)
    show_result(form, held, f"{text}\n{held.warning}" if held.warning else text)


@click.command("drop-signer", help=say("signing.command.drop-signer"))
@_ITEM
@_TO
@_REASON
@BY
@with_office
def drop_signer(
    work_item: str, to: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office = office_at(db, office_id)
    item = work_item_at(office, work_item)
    held = office.drop_signer(item.id, by=officer, to=to, reason=reason)
    show_result(form, held, say("signing.cli.dropped", officer=to))


@click.command(help=say("signing.command.signatures"))
@_CASE
@with_office
def signatures(case_id: str, db: str, office_id: str | None, form: str) -> None:
    found = office_at(db, office_id).signatures(case_id)
    lines = [
        say(
            "signing.cli.signature",
            at=f"{signature.at:%Y-%m-%d %H:%M}",
            officer=signature.officer,
            choice=signature.choice,
        )
        for signature in found
    ]
    show_result(form, found, "\n".join(lines) or say("run.cli.none"))


@click.command("record-paper", help=say("paper.command.record"))
@_ITEM
@click.option("--signer", required=True, help=say("paper.help.signer"))
@click.option(
    "--scan", required=True, metavar=say("paper.metavar.scan"), help=say("paper.help.scan")
)
@click.option("--choice", default="", help=say("paper.help.choice"))
@SET
@_FILE
@KEY
@BY
@with_office
def record_paper(
    work_item: str,
    signer: str,
    scan: str,
    choice: str,
    assignments: tuple[str, ...],
    paths: tuple[str, ...],
    key: str,
    officer: str,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    office = office_at(db, office_id)
    item = _asked_of(office, work_item, signer)
    case = office.record_paper(
        item.id,
        by=officer,
        signer=signer,
        scan=uploads({"scan": scan})["scan"],
        choice=choice,
        values=pairs(assignments),
        files=uploads(pairs(paths)),
        key=key,
    )
    done = say("paper.cli.recorded", officer=signer, step=item.step_name)
    show_result(form, case, f"{done}\n{case_text(office, case.id)}")


@click.command("emergency-claim", help=say("emergency.command.claim"))
@_ITEM
@_REASON
@KEY
@BY
@with_office
def emergency_claim(
    work_item: str, reason: str, key: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office = office_at(db, office_id)
    item = work_item_at(office, work_item)
    held = office.emergency_claim(item.id, by=officer, reason=reason, key=key)
    show_result(form, held, say("emergency.cli.claimed", step=item.step_name))


#: What ``qingdan case`` takes in.
COMMANDS = (sign, add_signer, drop_signer, signatures, record_paper, emergency_claim)
