"""``qingdan case reassign`` and its like: work items in other hands, people told."""

from collections.abc import Mapping

import click

from engine.model.wording import say
from engine.runtime import Office

from .form import show_result
from .operation import on_item
from .options import BY, CASE, ITEM, KEY, REASON, TO, VALUES, with_office, work_item_at


@click.command(help=say("operation.command.draft"))
@ITEM
@VALUES
@KEY
@BY
@with_office
def draft(
    work_item: str, values: Mapping[str, str], key: str, officer: str, office: Office, form: str
) -> None:
    item = work_item_at(office, work_item).id
    if values:
        office.save_draft(item, by=officer, values=values, key=key)
    kept = office.draft(item)
    lines = [f"{name}={value}" for name, value in kept.items()]
    show_result(form, kept, "\n".join(lines) or say("run.cli.none"))


@click.command(help=say("operation.command.urge"))
@ITEM
@click.option("--text", required=True, help=say("operation.help.text"))
@KEY
@BY
@with_office
def urge(work_item: str, text: str, key: str, officer: str, office: Office, form: str) -> None:
    item = work_item_at(office, work_item).id
    office.urge(item, by=officer, text=text, key=key)
    count = office.urged([item]).get(item, 0)
    show_result(form, {"urged": count}, say("operation.cli.urged", count=count))


@click.command(help=say("operation.command.copy"))
@CASE
@click.option("--to", "others", required=True, multiple=True, help=say("operation.help.to"))
@click.option("--text", default="", help=say("operation.help.text"))
@KEY
@BY
@with_office
def copy(
    case_id: str,
    others: tuple[str, ...],
    text: str,
    key: str,
    officer: str,
    office: Office,
    form: str,
) -> None:
    office.copy_to(case_id, by=officer, to=others, text=text, key=key)
    show_result(form, {"copied": others}, say("operation.cli.copied", officers="、".join(others)))


@click.command(help=say("operation.command.copies"))
@click.option("--read", "seen", metavar=say("run.metavar.case"), help=say("operation.help.read"))
@BY
@with_office
def copies(seen: str | None, officer: str, office: Office, form: str) -> None:
    if seen is not None:
        office.mark_read(seen, by=officer)
    found = office.copies(officer)
    lines = [
        say(
            "operation.cli.copy",
            case=copy.case_id,
            title=copy.case_title,
            sender=copy.sender,
            state=say(f"operation.cli.{'read' if copy.read_at else 'unread'}"),
        )
        for copy in found
    ]
    show_result(form, found, "\n".join(lines) or say("run.cli.none"))


#: What ``qingdan case`` takes in.
COMMANDS = (
    on_item("reassign", say("operation.command.reassign"), "reassign", TO, REASON),
    on_item("delegate", say("operation.command.delegate"), "delegate", TO, REASON),
    on_item("give-back", say("operation.command.give-back"), "give_back", REASON),
    on_item("free", say("operation.command.free"), "release_for", REASON),
    draft,
    urge,
    copy,
    copies,
)
