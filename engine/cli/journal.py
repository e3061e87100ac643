"""``qingdan journal``: seal the journal, verify it, export it, look at it."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import Connection, select

from engine.model.errors import QingdanError, UnreadablePath, reason_of
from engine.model.wording import say
from engine.runtime import Office, offices
from engine.runtime.ledger import SYSTEM
from engine.store import open_store, schema, sealing
from engine.store.auditing import all_breaches
from engine.store.chains import extent
from engine.store.examination import spoken
from engine.store.export import Export, differences, lines, read

from .options import CASE, DB, KEY, at_office, office_at
from .progress import Progress

_SEAL_ROOT = re.compile(r"[0-9a-f]{8,64}")


@click.group(help=say("journal.help.group"))
def journal() -> None:
    pass


@journal.command(help=say("journal.help.seal"))
@click.option("--last", is_flag=True, help=say("journal.help.last"))
@KEY
@at_office
def seal(last: bool, key: str, office: Office) -> None:
    number = None if last else office.seal_journal(key=key).number
    made = office.seals()[:number]
    if not made:
        raise QingdanError(say("journal.no-seal", office=office.id))
    click.echo(_printed(made[-1], made[-2].root if len(made) > 1 else "", office.name))


def _printed(made: sealing.Seal, previous: str, name: str) -> str:
    return say(
        "journal.seal.text",
        name=name,
        office=made.office_id,
        number=made.number,
        at=f"{made.at:%Y-%m-%d %H:%M:%S}",
        chains=made.chains,
        entries=made.entries,
        root=made.root,
        sm3_root=made.sm3_root or say("journal.seal.none"),
        previous=previous or say("journal.seal.none"),
    ).strip()


@journal.command(help=say("journal.help.verify"))
@click.option("--root", default="", help=say("journal.help.root"))
@click.option(
    "--against",
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("journal.help.against"),
)
@click.option("--office", "office_id", envvar="QINGDAN_OFFICE", help=say("journal.help.office"))
@DB
def verify(root: str, against: Path | None, office_id: str | None, db: str) -> None:
    wanted = re.sub(r"\s", "", root).lower()
    if wanted and not _SEAL_ROOT.fullmatch(wanted):
        raise click.UsageError(say("journal.bad-root", root=root))
    store = open_store(db, create=False)
    one_alone = office_id or against
    chosen = [office_at(db, office_id).id] if one_alone else [id_ for id_, _ in offices(store)]
    export = _export_at(against, chosen[0]) if against else None
    broken = False
    with store.read() as connection:
        for one in chosen:
            broken |= _verify(connection, one, export)
        if wanted:
            broken |= not _is_sealed(connection, chosen, wanted)
    store.close()
    if broken:
        raise click.exceptions.Exit(1)


def _export_at(path: Path, office_id: str) -> Export:
    try:
        with path.open("rb") as file:
            return read(file, office_id)
    except OSError as error:
        problem = say("read.unreadable", reason=reason_of(error))
        raise UnreadablePath(problem, path=path) from error


def _is_sealed(connection: Connection, chosen: Sequence[str], root: str) -> bool:
    """Say whose seal has a root; whether it is one of these offices'."""
    for office_id in chosen:
        for made in sealing.seals(connection, office_id):
            if made.root.startswith(root):
                at = f"{made.at:%Y-%m-%d %H:%M:%S}"
                click.echo(say("journal.root-known", office=office_id, number=made.number, at=at))
                return True
    click.echo(say("journal.root-unknown", office="、".join(chosen), root=root))
    return False


def _verify(connection: Connection, office_id: str, export: Export | None) -> bool:
    """Say how the journal of an office stands; whether something is wrong."""
    chains, entries = extent(connection, office_id)
    with Progress() as told:
        broken = all_breaches(connection, office_id, told=told, entries=entries)
        faults = [spoken(breach) for breach in broken]
        if export is not None:
            changed = differences(connection, export, told=told, entries=entries)
            faults += [spoken(breach) for breach in changed]
    made = sealing.seals(connection, office_id)
    if faults:
        click.echo("\n".join(faults))
        return True
    counts = {"chains": chains, "entries": entries, "seals": len(made)}
    click.echo(say("journal.whole", office=office_id, **counts))
    if export is not None:
        click.echo(say("journal.as-exported", entries=export.entries, seals=len(export.roots)))
    if not made:
        click.echo(say("journal.no-seal", office=office_id), err=True)
    return False


@journal.command(help=say("journal.help.export"))
@click.option(
    "--out",
    "path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=say("journal.help.out"),
)
@click.option("--force", is_flag=True, help=say("journal.help.force"))
@at_office
def export(path: Path, force: bool, office: Office) -> None:
    count = {"entry": 0, "seal": 0, "head": 0}
    try:
        with (
            path.open("w" if force else "x", encoding="utf-8") as file,
            office.store.read() as connection,
        ):
            for line in lines(connection, office.id):
                count[str(line["kind"])] += 1
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        problem = say("journal.no-export", reason=reason_of(error))
        raise UnreadablePath(problem, path=path) from error
    click.echo(say("journal.exported", entries=count["entry"], seals=count["seal"], path=path))


@journal.command(help=say("journal.help.show"))
@CASE
@at_office
def show(case_id: str, office: Office) -> None:
    table = schema.journal
    with office.store.read() as connection:
        rows = connection.execute(
            select(table)
            .where(table.c.office_id == office.id, table.c.case_id == case_id)
            .order_by(table.c.sequence)
        ).all()
    if not rows:
        raise QingdanError(say("journal.unknown-chain", office=office.id, case=case_id))
    # The journal has the id, which the chain vouches for; the name is as it is today.
    names = {each.id: each.name for each in office.roster().officers}
    names[SYSTEM] = say("journal.system")
    for row in rows:
        who = f"{names[row.actor]}（{row.actor}）" if row.actor in names else row.actor
        deed = f"{row.at:%Y-%m-%d %H:%M:%S}  {who}  {say(f'run.action.{row.action}')}"
        about = "  ".join(part for part in (row.step_name, row.note) if part)
        click.echo(f"{row.sequence:>4}  {deed}  {about}".rstrip())
        click.echo(f"      SHA-256 {row.hash}")
        if row.sm3:
            click.echo(f"      SM3     {row.sm3}")
