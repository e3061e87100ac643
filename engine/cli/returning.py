"""``qingdan case return`` and its like: steps done again, completions taken back."""

import click

from engine.model.case import WorkItem
from engine.model.wording import say
from engine.runtime import Office, UnknownWorkItem
from engine.runtime.operations.returning import Target

from .casetext import item_text
from .form import show_result
from .operation import on_item
from .options import ITEM, REASON, with_office, work_item_at

_TARGET = click.option("--to", "target", required=True, help=say("returning.help.to"))
_THEN = click.option(
    "--come-back",
    "then",
    is_flag=True,
    help=say("returning.help.come-back"),
    callback=lambda _context, _option, back: "come-back" if back else "continue",
)


def _done_item(office: Office, name: str, **_: object) -> WorkItem:
    """A work item by its id, or the last round of a finished step by ``case number/step``."""
    case_id, slash, step = name.partition("/")
    if not slash:
        return office.work_item(name)
    items = office.case(case_id).work_items
    done = [w for w in items if w.step == step and w.done_at and not w.undone]
    if not done:
        raise UnknownWorkItem(say("returning.cli.not-done", case=case_id, step=step))
    return done[-1]


@click.command(help=say("returning.command.targets"))
@ITEM
@with_office
def targets(work_item: str, office: Office, form: str) -> None:
    found = office.targets(work_item_at(office, work_item).id)
    lines = [
        say(
            "returning.cli.target",
            step=target.step,
            name=target.step_name,
            officer=target.officer,
            allowed=_allowed(target),
        )
        for target in found
    ]
    show_result(form, found, "\n".join(lines) or say("run.cli.none"))


def _allowed(target: Target) -> str:
    """What can be done with a target, in words."""
    if target.reason:
        key = "neither" if target.signers else "only-rework"
        return say(f"returning.cli.{key}", reason=target.reason)
    if target.signers:
        return say("returning.cli.only-again")
    if target.instances > 1:
        return say("returning.cli.all-instances", count=target.instances)
    return say("returning.cli.allowed")


#: What ``qingdan case`` takes in.
COMMANDS = (
    targets,
    on_item(
        "return",
        say("returning.command.return"),
        "return_to",
        *(_TARGET, _THEN, REASON),
        tell=lambda _item, **_: say("returning.cli.returned"),
    ),
    on_item(
        "withdraw",
        say("returning.command.withdraw"),
        "withdraw_completion",
        REASON,
        find=_done_item,
        tell=lambda item, **_: f"{say('returning.cli.withdrawn')}\n{item_text(item)}",
    ),
)
