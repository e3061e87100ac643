"""``qingdan office versions`` and ``call-off``: which version applies from when."""

from datetime import date, datetime
from pathlib import Path

import click

from engine.model.errors import UnreadablePath, reason_of
from engine.model.wording import say
from engine.runtime import Edition, Office

from .case import DEFAULT_DATABASE, KEY, office_at, show_result
from .columns import columns
from .form import form_option

_DAY = click.DateTime(["%Y-%m-%d"])
_OFFICE = click.argument("office_id", metavar=say("office.metavar.office"))
_DB = click.option(
    "--db",
    envvar="QINGDAN_DATABASE_URL",
    default=DEFAULT_DATABASE,
    show_default=True,
    help=say("run.help.db"),
)
_FORMAT = form_option(say("run.help.format"))
#: Option of ``qingdan office publish``.
EFFECTIVE = click.option("--effective", type=_DAY, help=say("versions.help.effective"))


@click.command(help=say("versions.command.versions"))
@_OFFICE
@click.argument("item", default="", metavar=say("versions.metavar.item"))
@click.option(
    "--save",
    nargs=2,
    type=(str, click.Path(path_type=Path)),
    metavar=say("versions.metavar.save"),
    help=say("versions.help.save"),
)
@_FORMAT
@_DB
def versions(office_id: str, item: str, save: tuple[str, Path] | None, form: str, db: str) -> None:
    office = office_at(db, office_id)
    if save is not None:
        _save(office, item, *save)
        return
    found = office.editions(item)
    show_result(form, found, _text(found))


def _save(office: Office, item: str, version: str, path: Path) -> None:
    if not item:
        raise click.UsageError(say("versions.cli.which-item"))
    name, content = office.version_file(item, version)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UnreadablePath(say("read.unreadable", reason=reason_of(error)), path=path) from error
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
    return (
        f"{moment:%Y-%m-%d}" if moment.time() == datetime.min.time() else f"{moment:%Y-%m-%d %H:%M}"
    )


@click.command("call-off", help=say("versions.command.call-off"))
@_OFFICE
@click.argument("day", type=_DAY, metavar=say("versions.metavar.day"))
@click.argument("items", nargs=-1, metavar=say("versions.metavar.items"))
@KEY
@_FORMAT
@_DB
def call_off(
    office_id: str, day: datetime, items: tuple[str, ...], key: str, form: str, db: str
) -> None:
    gone = office_at(db, office_id).call_off(day.date(), items, key=key)
    text = say("versions.cli.called-off", day=day.date(), items="、".join(gone))
    show_result(form, gone, text)


def published_text(office: Office, effective: date | None) -> tuple[str, ...]:
    """What to add after publishing: from when it applies, and how many cases stay behind."""
    lines = []
    if effective is not None:
        lines.append(say("versions.cli.from", day=effective))
    behind = sum(edition.running for edition in office.editions() if edition.until is not None)
    if behind:
        lines.append(say("versions.cli.behind", count=behind))
    return tuple(lines)
