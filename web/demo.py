"""``qingdan demo``: the whole house in one command, on data that stays.

First run: check the items, open two demonstration offices with cases under way,
publish the wall charts. Every run: say where things are, and serve the pages.
"""

import hashlib
from datetime import date
from importlib.resources import files
from pathlib import Path

import click

from engine.bpmn.library import Library
from engine.model.controls import Controls, load_controls
from engine.model.roster_file import load_roster
from engine.model.wording import say

from .serve import PORT, database_of, run

#: The demonstration serves on the loopback address only, so its password may be known.
PASSWORD = "qingdan-demo"
#: Office id → roster file in ``processes/demo``.
OFFICES = {"shifan": "shifan.toml", "xiaohe": "xiaohe.toml"}


@click.command(help=say("cli.help.demo"))
@click.option(
    "--instance",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("instance"),
    show_default=True,
    help=say("demo.option-instance"),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("out"),
    show_default=True,
    help=say("demo.option-out"),
)
@click.option("--db", envvar="QINGDAN_DATABASE_URL", help=say("demo.option-database"))
@PORT
@click.option("--serve/--no-serve", default=True, show_default=True, help=say("demo.option-serve"))
def demo(instance: Path, out: Path, db: str | None, port: int, serve: bool) -> None:
    controls = load_controls()
    library = Library.load()
    _check(library, controls)
    url = db or database_of(instance)
    _open_offices(url, library, controls)
    _publish(library, controls, out)

    def introduce() -> None:
        _introduce(controls, instance, out, port)

    if serve:
        run(instance, url, "127.0.0.1", port, on_ready=introduce)
    else:
        introduce()


def _roster_file(name: str) -> Path:
    return Path(str(files("processes"))) / "demo" / name


def _check(library: Library, controls: Controls) -> None:
    from engine.verify.check import check_library

    report = check_library(library, controls)
    for finding in report.findings:
        if finding.fails:
            click.echo(f"{finding.file}:{finding.line} {finding.message}", err=True)
    if any(finding.fails for finding in report.findings):
        raise click.ClickException(say("demo.items-fail"))
    click.echo(say("demo.checked", items=len(library.items()), all=len(library.procedures)))


def _open_offices(url: str, library: Library, controls: Controls) -> None:
    from engine.runtime.errors import BadEffectiveDate
    from engine.store import open_store

    from .demo_cases import open_cases

    changed: tuple[str, ...] = ()
    store = open_store(url)
    try:
        for office_id, name in OFFICES.items():
            roster = load_roster(_roster_file(name), controls)
            changed = open_cases(store, office_id, roster, library, controls, PASSWORD)
    except BadEffectiveDate as error:
        click.echo(say("demo.not-published", problem=error), err=True)
    finally:
        store.close()
    if changed:
        titles = (library.procedures[c].title for c in changed if c in library.procedures)
        click.echo(say("demo.changed", items="、".join(titles)))


def _publish(library: Library, controls: Controls, out: Path) -> None:
    """Publish the charts unless those in ``out`` were made from the same program and data."""
    from engine.publish import publish_items

    stamp = out / ".published"
    made_from = _digest("engine", "processes")
    if stamp.exists() and stamp.read_text("utf-8") == made_from:
        return
    click.echo(say("demo.publishing", out=out))
    publish_items(library, controls, out=out, papers=("A2",), formats=("pdf", "png"))
    stamp.write_text(made_from, "utf-8")


def _digest(*packages: str) -> str:
    """What the charts are made from: the program and the data it draws."""
    found = hashlib.sha256()
    for package in packages:
        for path in sorted(Path(str(files(package))).rglob("*")):
            if path.suffix in (".py", ".toml", ".bpmn"):
                found.update(path.read_bytes())
    return found.hexdigest()


def _introduce(controls: Controls, instance: Path, out: Path, port: int) -> None:
    click.echo(say("demo.ready", port=port, out=out, instance=instance))
    for office_id, name in OFFICES.items():
        roster = load_roster(_roster_file(name), controls)
        click.echo(f"\n{roster.office}")
        today = date.today()
        for officer in roster.officers:
            posts = "、".join(officer.posts_on(today))
            login = f"{officer.id}@{office_id}"
            note = say("demo.on-leave") if officer.is_absent(today) else ""
            click.echo(f"  {login:<14} {PASSWORD}   {officer.name}  {posts}{note}")
    click.echo("\n" + say("demo.stop"))
