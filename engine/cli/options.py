"""What several commands are asked: options, and what these name of an office.

Belongs here: which office, who acts, which case or work item, the values and files of a
form. Does not: the options of one command, nor what a command does with them.
"""

import mimetypes
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any

import click

from engine.model.case import WorkItem, WorkItemKind
from engine.model.controls import load_controls
from engine.model.errors import QingdanError
from engine.model.wording import say
from engine.runtime import Office, UnknownWorkItem, Upload, offices
from engine.store import open_store

from .files import content_of
from .form import form_option

#: A command's function.
Command = Callable[..., None]
#: What :func:`click.option` gives.
Option = Callable[[Command], Command]

#: Where the demonstration keeps its data.
DEFAULT_DATABASE = "sqlite:///instance/qingdan.sqlite3"

DB = click.option(
    "--db",
    envvar="QINGDAN_DATABASE_URL",
    default=DEFAULT_DATABASE,
    show_default=True,
    help=say("run.help.db"),
)
OFFICE = click.option("--office", "office_id", envvar="QINGDAN_OFFICE", help=say("run.help.office"))
#: The same, of a command about the office itself.
OFFICE_ID = click.argument("office_id", metavar=say("office.metavar.office"))
FORMAT = form_option(say("run.help.format"))
BY = click.option(
    "--as", "officer", required=True, envvar="QINGDAN_OFFICER", help=say("run.help.as")
)
KEY = click.option(
    "--key", default="", metavar=say("hotpath.metavar-key"), help=say("hotpath.help-key")
)
CASE = click.argument("case_id", metavar=say("run.metavar.case"))
ITEM = click.argument("work_item", metavar=say("run.metavar.work-item"))
TO = click.option("--to", required=True, help=say("operation.help.to"))
REASON = click.option("--reason", required=True, help=say("operation.help.reason"))
#: The fields of a form, as the office's ``values``, and its files.
VALUES = click.option(
    "--set",
    "values",
    multiple=True,
    metavar=say("run.metavar.pair"),
    help=say("run.help.set"),
    callback=lambda _context, _option, texts: _pairs(texts),
)
FILES = click.option(
    "--file",
    "files",
    multiple=True,
    metavar=say("run.metavar.path"),
    help=say("run.help.file"),
    callback=lambda _context, _option, texts: uploads(_pairs(texts)),
)


def opened(command: Command) -> Command:
    """Open the office that a command's options name, for its parameter ``office``."""

    @wraps(command)
    def run(*, db: str, office_id: str | None, **given: Any) -> None:
        command(office=office_at(db, office_id), **given)

    return run


def at_office(command: Command) -> Command:
    """Give a command the office that its options name."""
    return DB(OFFICE(opened(command)))


def with_office(command: Command) -> Command:
    """Give a command the office that its options name, and the form of the answer."""
    return at_office(FORMAT(command))


def office_at(db: str, office_id: str | None) -> Office:
    """The office named, or the only one there is."""
    store = open_store(db, create=False)
    known = offices(store)
    names = "、".join(f"{id_}（{name}）" for id_, name in known)
    if not known:
        raise QingdanError(say("run.cli.no-office"))
    if office_id is None and len(known) > 1:
        raise QingdanError(say("run.cli.which-office", known=names))
    chosen = office_id or known[0][0]
    if chosen not in dict(known):
        raise QingdanError(say("run.cli.unknown-office", office=chosen, known=names))
    return Office(store, chosen, controls=load_controls())


def _pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """What ``name=value`` texts say."""
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.UsageError(say("run.cli.not-a-pair", text=text))
        found[name.strip()] = value
    return found


def uploads(paths: Mapping[str, str]) -> dict[str, Upload]:
    """The files at paths, by field."""
    return {
        name: Upload(
            filename=Path(path).name,
            media_type=mimetypes.guess_type(path)[0] or "application/octet-stream",
            content=content_of(Path(path)),
        )
        for name, path in paths.items()
    }


def work_item_at(office: Office, name: str) -> WorkItem:
    """A work item by its id, or by ``case number/step``."""
    case_id, slash, step = name.partition("/")
    if not slash:
        return office.work_item(name)
    waiting = [
        item
        for item in office.case(case_id).work_items
        if item.step == step and item.done_at is None
    ]
    if waiting:
        # The step itself, rather than what is asked for beside it.
        return min(waiting, key=lambda item: item.kind is not WorkItemKind.STEP)
    raise UnknownWorkItem(say("run.cli.no-open-step", case=case_id, step=step))
