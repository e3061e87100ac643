"""``qingdan journal``: seal the journal, verify it, export it, look at it."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC
from pathlib import Path

import click
from sqlalchemy import Connection, select

from engine.model.errors import QingdanError, UnreadablePath, reason_of
from engine.model.wording import say
from engine.runtime import Office, offices, system_clock
from engine.runtime.ledger import SYSTEM
from engine.store import open_store, schema, sealing
from engine.store.auditing import all_breaches, kept
from engine.store.chains import extent
from engine.store.examination import spoken
from engine.store.journal import GENESIS

from .options import CASE, DB, at_office, office_at
from .progress import Progress

_SEAL_ROOT = re.compile(r"[0-9a-f]{8,64}")


@click.group(help=say("journal.help.group"))
def journal() -> None:
    pass


@journal.command(help=say("journal.help.seal"))
@click.option("--last", is_flag=True, help=say("journal.help.last"))
@at_office
def seal(last: bool, office: Office) -> None:
    now = system_clock()
    if not last:
        with office.store.read() as connection:
            drafted = sealing.draft(connection, office.id, at=now)
        with office.store.write() as connection:
            sealing.put_seal(connection, office.id, at=now, actor=SYSTEM, drafted=drafted)
    with office.store.read() as connection:
        made = sealing.seals(connection, office.id)
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
@click.option("--office", "office_id", envvar="QINGDAN_OFFICE", help=say("journal.help.office"))
@DB
def verify(root: str, office_id: str | None, db: str) -> None:
    wanted = re.sub(r"\s", "", root).lower()
    if wanted and not _SEAL_ROOT.fullmatch(wanted):
        raise click.UsageError(say("journal.bad-root", root=root))
    store = open_store(db, create=False)
    chosen = [office_at(db, office_id).id] if office_id else [id_ for id_, _ in offices(store)]
    broken = False
    with store.read() as connection:
        for one in chosen:
            broken |= _verify(connection, one)
        if wanted:
            broken |= not _is_sealed(connection, chosen, wanted)
    store.close()
    if broken:
        raise click.exceptions.Exit(1)


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


def _verify(connection: Connection, office_id: str) -> bool:
    """Say how the journal of an office stands; whether something is wrong."""
    chains, entries = extent(connection, office_id)
    with Progress() as told:
        broken = all_breaches(connection, office_id, told=told, entries=entries)
        faults = [spoken(breach) for breach in broken]
    made = sealing.seals(connection, office_id)
    if faults:
        click.echo("\n".join(faults))
        return True
    counts = {"chains": chains, "entries": entries, "seals": len(made)}
    click.echo(say("journal.whole", office=office_id, **counts))
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
            for line in _lines(connection, office.id):
                count[str(line["kind"])] += 1
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        problem = say("journal.no-export", reason=reason_of(error))
        raise UnreadablePath(problem, path=path) from error
    click.echo(say("journal.exported", entries=count["entry"], seals=count["seal"], path=path))


def _lines(connection: Connection, office_id: str) -> Iterator[dict[str, object]]:
    """Every row, every seal and every head it covers, with moments as they are hashed."""
    table = schema.journal
    rows = connection.execute(
        select(table)
        .where(table.c.office_id == office_id)
        .order_by(table.c.case_id, table.c.sequence)
        .execution_options(yield_per=1000)
    )
    for row in rows.mappings():
        at = row["at"].astimezone(UTC).isoformat(timespec="microseconds")
        yield {"kind": "entry", **row, "at": at}
    previous = GENESIS
    for made in sealing.seals(connection, office_id):
        at = made.at.astimezone(UTC).isoformat(timespec="microseconds")
        yield {"kind": "seal", **asdict(made), "at": at, "previous": previous}
        previous = made.root
    for row in connection.execute(kept(connection, office_id)).mappings():
        yield {"kind": "head", "office_id": office_id, **row}


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
