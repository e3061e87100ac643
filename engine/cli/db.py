"""``qingdan db``: upgrade, back up, restore and examine a database."""

from dataclasses import replace
from pathlib import Path

import click

from engine.model.errors import QingdanError
from engine.model.wording import say
from engine.runtime.vouching import unvouched
from engine.store.backup import back_up, restore
from engine.store.examination import Examination, examine
from engine.store.revisions import is_current
from engine.store.store import connect, upgrade

from .options import DB
from .progress import Progress

_FILE = click.argument("path", type=click.Path(path_type=Path), metavar="FILE")


@click.group(help=say("db.help.group"))
def db() -> None:
    pass


@db.command("upgrade", help=say("db.help.upgrade"))
@DB
def upgrade_(db: str) -> None:
    store = connect(db, create=False)
    click.echo(say("db.upgraded" if upgrade(store) else "db.current"))
    store.close()


@db.command(help=say("db.help.backup"))
@_FILE
@click.option("--force", is_flag=True, help=say("journal.help.force"))
@DB
def backup(path: Path, force: bool, db: str) -> None:
    store = connect(db, create=False)
    with Progress() as told:
        found = back_up(store, path, force=force, told=told)
    store.close()
    size = f"{path.stat().st_size / 1024**2:.1f} MB"
    if found is None:
        click.echo(say("db.backed-up-old", path=path, size=size))
        return
    click.echo(say("db.backed-up", path=path, size=size, counts=_counted(found)))
    _tell(found)


@db.command("restore", help=say("db.help.restore"))
@_FILE
@click.option("--force", is_flag=True, help=say("db.help.force"))
@DB
def restore_(path: Path, force: bool, db: str) -> None:
    with Progress() as told:
        restored = restore(path, db, force=force, told=told)
    click.echo(say("db.restored", path=path, counts=_counted(restored.examination)))
    if restored.kept is not None:
        click.echo(say("db.kept", path=restored.kept), err=True)


@db.command(help=say("db.help.verify"))
@DB
def verify(db: str) -> None:
    # A backup is not changed by looking at it, and may lie where nothing can be written.
    store = connect(db, create=False, writes=False)
    with store.read() as connection, Progress() as told:
        if not is_current(connection):
            raise QingdanError(say("db.other-schema"))
        found = examine(connection, told=told)
        if not found.faults:
            found = replace(found, faults=tuple(unvouched(connection, told=told)))
    store.close()
    _tell(found)
    click.echo(say("db.whole", counts=_counted(found)))


def _tell(found: Examination) -> None:
    """Name what is wrong, and end there."""
    if found.faults:
        click.echo("\n".join(found.faults))
        click.echo(say("db.faulty", count=len(found.faults)), err=True)
        raise click.exceptions.Exit(1)


def _counted(found: Examination) -> str:
    return say(
        "db.counted",
        offices=found.counts.get("office", 0),
        cases=found.counts.get("case_file", 0),
        entries=found.counts.get("journal", 0),
        attachments=found.counts.get("attachment", 0),
    )
