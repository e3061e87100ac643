"""``qingdan office versions`` and ``call-off``: which version applies from when."""

from datetime import date, datetime, time
from pathlib import Path

import click

from engine.model.wording import say
from engine.runtime import Edition, Office

from .columns import columns
from .day import DAY
from .files import save
from .form import show_result
from .options import DB, FORMAT, KEY, OFFICE_ID, opened


@click.command(help=say("versions.command.versions"))
@OFFICE_ID
@click.argument("item", default="", metavar=say("versions.metavar.item"))
@click.option(
    "--save",
    "wanted",
    nargs=2,
    type=(str, click.Path(path_type=Path)),
    metavar=say("versions.metavar.save"),
    help=say("versions.help.save"),
)
@FORMAT
@DB
@opened
def versions(office: Office, item: str, wanted: tuple[str, Path] | None, form: str) -> None:
    if wanted is not None:
        _save(office, item, *wanted)
        return
    found = office.editions(item)
    show_result(form, found, _text(found))


def _save(office: Office, item: str, version: str, path: Path) -> None:
    if not item:
        raise click.UsageError(say("versions.cli.which-item"))
    name, content = office.version_file(item, version)
    save(path, content)
    click.echo(say("versions.cli.saved", name=name, path=path))


def _text(found: tuple[Edition, ...]) -> str:
    heads = ("item", "label", "since", "until", "digest", "state", "running")
    rows = [tuple(say(f"versions.head.{head}") for head in heads)]
    rows += [
        (
            f"{edition.code or edition.process_id} {edition.title}".rstrip(),
            edition.label or "—",
            _day(edition.since),
            _day(edition.until),
            (edition.digest or "—")[:12],
            say(f"versions.state.{edition.state if edition.digest else 'ended'}"),
            str(edition.running or "—"),
        )
        for edition in found
    ]
    return columns(rows)


def _day(moment: datetime | None) -> str:
    if moment is None:
        return "—"
    is_midnight = moment.time() == time.min
    return f"{moment:%Y-%m-%d}" if is_midnight else f"{moment:%Y-%m-%d %H:%M}"


@click.command("call-off", help=say("versions.command.call-off"))
@OFFICE_ID
@click.argument("day", type=DAY, metavar=say("versions.metavar.day"))
@click.argument("items", nargs=-1, metavar=say("versions.metavar.items"))
@KEY
@FORMAT
@DB
@opened
def call_off(office: Office, day: date, items: tuple[str, ...], key: str, form: str) -> None:
    gone = office.call_off(day, items, key=key)
    text = say("versions.cli.called-off", day=day, items="、".join(gone))
    show_result(form, gone, text)


def published_text(office: Office, effective: date | None) -> tuple[str, ...]:
    """What to add after publishing: from when it applies, and how many cases stay behind."""
    lines = []
    if effective is not None:
        lines.append(say("versions.cli.from", day=effective))
    behind = office.cases_behind().total()
    if behind:
        lines.append(say("versions.cli.behind", count=behind))
    return tuple(lines)
