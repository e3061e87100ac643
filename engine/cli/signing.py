"""``qingdan case sign`` and its like: what several officers sign."""

import click

from engine.model.case import WorkItem, WorkItemKind, WorkItemState
from engine.model.wording import say
from engine.runtime import Office

from .form import show_result
from .operation import on_item
from .options import CASE, FILES, REASON, TO, VALUES, uploads, with_office, work_item_at

_CHOICE = click.option("--choice", required=True, help=say("signing.help.choice"))
_TEXT = click.option("--text", default="", help=say("signing.help.text"))
_AFTER = click.option("--after", is_flag=True, help=say("signing.help.after"))
_SIGNER = click.option("--signer", required=True, help=say("paper.help.signer"))
_SCAN = click.option(
    "--scan",
    required=True,
    metavar=say("paper.metavar.scan"),
    help=say("paper.help.scan"),
    callback=lambda _context, _option, path: uploads({"scan": path})["scan"],
)
_PAPER_CHOICE = click.option("--choice", default="", help=say("paper.help.choice"))
_PAPER_TEXT = click.option("--text", default="", help=say("paper.help.text"))


def _asked_of(office: Office, name: str, *, by: str, signer: str = "", **_: object) -> WorkItem:
    """What an officer is to sign: beside the step where somebody asked, else the step."""
    officer = signer or by
    found = work_item_at(office, name)
    if found.kind is WorkItemKind.STEP:
        for beside in office.case(found.case_id).work_items:
            is_open = beside.state is WorkItemState.CLAIMED and beside.officer == officer
            if is_open and beside.of_item == found.id:
                return beside
    return found


@click.command(help=say("signing.command.signatures"))
@CASE
@with_office
def signatures(case_id: str, office: Office, form: str) -> None:
    found = office.signatures(case_id)
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


def _asked_for(item: WorkItem, *, to: str, after: bool, **_: object) -> str:
    key = "later" if after else "asked"
    return say(f"signing.cli.{key}", officer=to, step=item.step_name)


#: What ``qingdan case`` takes in.
COMMANDS = (
    on_item(
        "sign",
        say("signing.command.sign"),
        "sign",
        *(_CHOICE, _TEXT, VALUES, FILES),
        find=_asked_of,
        tell=lambda item, choice, **_: say(
            "signing.cli.signed", step=item.step_name, choice=choice
        ),
    ),
    signatures,
    on_item(
        "record-paper",
        say("paper.command.record"),
        "record_paper",
        *(_SIGNER, _SCAN, _PAPER_CHOICE, _PAPER_TEXT, VALUES, FILES),
        find=_asked_of,
        tell=lambda item, signer, **_: say(
            "paper.cli.recorded", officer=signer, step=item.step_name
        ),
    ),
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
