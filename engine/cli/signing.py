"""``qingdan case sign`` and its like: what several officers sign."""

import click

from engine.model.case import WorkItem, WorkItemKind, WorkItemState
from engine.model.wording import say
from engine.runtime import Office

from .case import BY, KEY, SET, office_at, pairs, show_result, uploads, with_office, work_item_at
from .casetext import case_text
from .operation import CASE, ITEM, REASON, TO, on_item

_FILE = click.option(
    "--file", "paths", multiple=True, metavar=say("run.metavar.path"), help=say("run.help.file")
)


def _asked_of(office: Office, name: str, officer: str) -> WorkItem:
    """What an officer is to sign: beside the step where somebody asked, else the step."""
    found = work_item_at(office, name)
    if found.kind is WorkItemKind.STEP:
        for beside in office.case(found.case_id).work_items:
            is_open = beside.state is WorkItemState.CLAIMED and beside.officer == officer
            if is_open and beside.of_item == found.id:
                return beside
    return found


@click.command(help=say("signing.command.sign"))
@ITEM
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


@click.command(help=say("signing.command.signatures"))
@CASE
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
@ITEM
@click.option("--signer", required=True, help=say("paper.help.signer"))
@click.option(
    "--scan", required=True, metavar=say("paper.metavar.scan"), help=say("paper.help.scan")
)
@click.option("--choice", default="", help=say("paper.help.choice"))
@click.option("--text", default="", help=say("paper.help.text"))
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
    item = _asked_of(office, work_item, signer)
    case = office.record_paper(
        item.id,
        by=officer,
        signer=signer,
        scan=uploads({"scan": scan})["scan"],
        choice=choice,
        text=text,
        values=pairs(assignments),
        files=uploads(pairs(paths)),
        key=key,
    )
    done = say("paper.cli.recorded", officer=signer, step=item.step_name)
    show_result(form, case, f"{done}\n{case_text(office, case.id)}")


def _asked_for(item: WorkItem, *, to: str, after: bool, **_: object) -> str:
    key = "later" if after else "asked"
    return say(f"signing.cli.{key}", officer=to, step=item.step_name)


_AFTER = click.option("--after", is_flag=True, help=say("signing.help.after"))

#: What ``qingdan case`` takes in.
COMMANDS = (
    sign,
    signatures,
    record_paper,
    on_item(
        "add-signer",
        say("signing.command.add-signer"),
        "add_signer",
        *(TO, REASON, _AFTER),
        tell=_asked_for,
    ),
    on_item(
        "drop-signer",
        say("signing.command.drop-signer"),
        "drop_signer",
        *(TO, REASON),
        tell=lambda _item, to, **_: say("signing.cli.dropped", officer=to),
    ),
    on_item(
        "emergency-claim",
        say("emergency.command.claim"),
        "emergency_claim",
        REASON,
        tell=lambda item, **_: say("emergency.cli.claimed", step=item.step_name),
    ),
)
