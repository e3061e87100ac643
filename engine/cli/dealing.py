"""``qingdan case reassign`` and its like: work items in other hands, people told."""

import click

from engine.model.case import WorkItem
from engine.model.wording import say
from engine.runtime import Office

from .case import BY, SET, office_at, pairs, show_result, with_office, work_item_at
from .casetext import item_text

_ITEM = click.argument("work_item", metavar=say("run.metavar.work-item"))
_CASE = click.argument("case_id", metavar=say("run.metavar.case"))
_TO = click.option("--to", required=True, help=say("operation.help.to"))
_REASON = click.option("--reason", required=True, help=say("operation.help.reason"))


def _show(item: WorkItem, form: str) -> None:
    text = item_text(item)
    show_result(form, item, f"{text}\n{item.warning}" if item.warning else text)


def _item_of(db: str, office_id: str | None, name: str) -> tuple[Office, str]:
    office = office_at(db, office_id)
    return office, work_item_at(office, name).id


@click.command(help=say("operation.command.reassign"))
@_ITEM
@_TO
@_REASON
@BY
@with_office
def reassign(
    work_item: str, to: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office, item = _item_of(db, office_id, work_item)
    _show(office.reassign(item, by=officer, to=to, reason=reason), form)


@click.command(help=say("operation.command.delegate"))
@_ITEM
@_TO
@_REASON
@BY
@with_office
def delegate(
    work_item: str, to: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office, item = _item_of(db, office_id, work_item)
    _show(office.delegate(item, by=officer, to=to, reason=reason), form)


@click.command("give-back", help=say("operation.command.give-back"))
@_ITEM
@_REASON
@BY
@with_office
def give_back(
    work_item: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office, item = _item_of(db, office_id, work_item)
    _show(office.give_back(item, by=officer, reason=reason), form)


@click.command(help=say("operation.command.free"))
@_ITEM
@_REASON
@BY
@with_office
def free(
    work_item: str, reason: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office, item = _item_of(db, office_id, work_item)
    _show(office.release_for(item, by=officer, reason=reason), form)


@click.command(help=say("operation.command.draft"))
@_ITEM
@SET
@BY
@with_office
def draft(
    work_item: str,
    assignments: tuple[str, ...],
    officer: str,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    office, item = _item_of(db, office_id, work_item)
    if assignments:
        office.save_draft(item, by=officer, values=pairs(assignments))
    kept = office.draft(item)
    lines = [f"{name}={value}" for name, value in kept.items()]
    show_result(form, kept, "\n".join(lines) or say("run.cli.none"))


@click.command(help=say("operation.command.urge"))
@_ITEM
@click.option("--text", required=True, help=say("operation.help.text"))
@BY
@with_office
def urge(
    work_item: str, text: str, officer: str, db: str, office_id: str | None, form: str
) -> None:
    office, item = _item_of(db, office_id, work_item)
    office.urge(item, by=officer, text=text)
    count = office.urged([item]).get(item, 0)
    show_result(form, {"urged": count}, say("operation.cli.urged", count=count))


@click.command(help=say("operation.command.copy"))
@_CASE
@click.option("--to", "others", required=True, multiple=True, help=say("operation.help.to"))
@click.option("--text", default="", help=say("operation.help.text"))
@BY
@with_office
def copy(
    case_id: str,
    others: tuple[str, ...],
    text: str,
    officer: str,
    db: str,
    office_id: str | None,
    form: str,
) -> None:
    office_at(db, office_id).copy_to(case_id, by=officer, to=others, text=text)
    show_result(form, {"copied": others}, say("operation.cli.copied", officers="、".join(others)))


@click.command(help=say("operation.command.copies"))
@click.option("--read", "seen", metavar=say("run.metavar.case"), help=say("operation.help.read"))
@BY
@with_office
def copies(seen: str | None, officer: str, db: str, office_id: str | None, form: str) -> None:
    office = office_at(db, office_id)
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
COMMANDS = (reassign, delegate, give_back, free, draft, urge, copy, copies)
