"""``qingdan case return`` and its like: steps done again, completions taken back."""

import click

from engine.model.wording import say
from engine.runtime import Office, UnknownWorkItem
from engine.runtime.operations.returning import Target

from .case import BY, KEY, office_at, show_result, with_office, work_item_at
from .casetext import case_text, item_text
from .operation import ITEM, REASON, on_item


def _done_item(office: Office, name: str) -> str:
    """A work item by its id, or the last round of a finished step by ``case number/step``."""
    case_id, slash, step = name.partition("/")
    if not slash:
        return name
    items = office.case(case_id).work_items
    done = [w for w in items if w.step == step and w.done_at and not w.undone]
    if not done:
        raise UnknownWorkItem(say("returning.cli.not-done", case=case_id, step=step))
    return done[-1].id


@click.command(help=say("returning.command.targets"))
@ITEM
@with_office
def targets(work_item: str, db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
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
        return say("returning.cli.only-rework", reason=target.reason)
    if target.instances > 1:
        return say("returning.cli.all-instances", count=target.instances)
    return say("returning.cli.allowed")


@click.command("return", help=say("returning.command.return"))
@ITEM
@click.option("--to", "target", required=True, help=say("returning.help.to"))
@click.option("--come-back", is_flag=True, help=say("returning.help.come-back"))
@REASON
@KEY
@BY
@with_office
def return_(
    work_item: str,
    target: str,
    come_back: bool,
    reason: str,
    key: str,
    officer: str,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    office = office_at(db, office_id)
    case = office.return_to(
        work_item_at(office, work_item).id,
        by=officer,
        target=target,
        reason=reason,
        then="come-back" if come_back else "continue",
        key=key,
    )
    show_result(form, case, f"{say('returning.cli.returned')}\n{case_text(office, case.id)}")


#: What ``qingdan case`` takes in.
COMMANDS = (
    targets,
    return_,
    on_item(
        "withdraw",
        say("returning.command.withdraw"),
        "withdraw_completion",
        REASON,
        find=_done_item,
        tell=lambda item, **_: f"{say('returning.cli.withdrawn')}\n{item_text(item)}",
    ),
)
