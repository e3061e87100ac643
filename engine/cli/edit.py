"""``qingdan edit``: look at a BPMN file and change it without a modeler."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from engine.model.procedure import NodeKind
from engine.model.wording import say

from .changing import change, renamed, told_where
from .files import content_of
from .form import form_option

_ASSIGNED = re.compile(r"([A-Za-z]+)\s*=(.*)", re.DOTALL)
_ELEMENT = click.argument("element", metavar=say("edit.metavar.element"))
_PATH = click.argument("path", metavar=say("edit.metavar.path"))


def _changing(command: Callable[..., None]) -> Callable[..., None]:
    """Give a subcommand the file and the options that all changes have."""
    for option in (
        click.option(
            "--controls",
            type=click.Path(path_type=Path),
            metavar="DIRECTORY",
            help=say("check.command.controls"),
        ),
        click.option("--dry-run", is_flag=True, help=say("edit.command.dry-run")),
    ):
        command = option(command)
    return click.pass_obj(command)


@click.group(help=say("edit.command.help"), invoke_without_command=True)
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def edit(ctx: click.Context, file: Path) -> None:
    ctx.obj = file
    if ctx.invoked_subcommand is None:
        ctx.invoke(show)


@edit.command(help=say("edit.command.show"))
@click.argument("element", default="", metavar=say("edit.metavar.shown"))
@form_option(say("edit.command.format"))
@click.pass_obj
def show(file: Path, element: str, form: str) -> None:
    from .edittext import as_json, as_text

    with told_where(file):
        click.echo((as_json if form == "json" else as_text)(content_of(file), element))


@edit.command("set", help=say("edit.command.set"))
@_ELEMENT
@click.argument("words", nargs=-1, required=True, metavar=say("edit.metavar.words"))
@_changing
def assign(
    file: Path, element: str, words: tuple[str, ...], dry_run: bool, controls: Path | None
) -> None:
    from engine.bpmn import writer
    from engine.bpmn.places import Places

    path = "" if _ASSIGNED.fullmatch(words[0]) else words[0]
    values = _values(words[1:] if path else words)
    if not values:
        raise click.UsageError(say("edit.no-values"))
    content = content_of(file)
    with told_where(file):
        places = Places(content)
        host = places.host(places.element(element))
        edited = writer.assign(content, host.id, path, values)
    label = host.name or host.id
    name = (values["name"] or host.id) if "name" in values and not path else label
    known_as = partial(renamed, old=label, new=name)
    change(file, content, edited, dry_run=dry_run, controls=controls, known_as=known_as)


@edit.command(help=say("edit.command.add"))
@_ELEMENT
@_PATH
@click.argument("words", nargs=-1, metavar=say("edit.metavar.assigned"))
@_changing
def add(
    file: Path,
    element: str,
    path: str,
    words: tuple[str, ...],
    dry_run: bool,
    controls: Path | None,
) -> None:
    from engine.bpmn import writer

    values = {name: value for name, value in _values(words).items() if value is not None}
    content = content_of(file)
    with told_where(file):
        edited = writer.add(content, element, path, values)
    change(file, content, edited, dry_run=dry_run, controls=controls)


@edit.command(help=say("edit.command.remove"))
@_ELEMENT
@_PATH
@_changing
def remove(file: Path, element: str, path: str, dry_run: bool, controls: Path | None) -> None:
    from engine.bpmn import writer

    content = content_of(file)
    with told_where(file):
        edited = writer.remove(content, element, path)
    change(file, content, edited, dry_run=dry_run, controls=controls)


@edit.command(help=say("edit.command.rename"))
@_ELEMENT
@click.argument("new", metavar=say("edit.metavar.new"))
@_changing
def rename(file: Path, element: str, new: str, dry_run: bool, controls: Path | None) -> None:
    from engine.bpmn import renaming
    from engine.bpmn.places import Places

    content = content_of(file)
    with told_where(file):
        places = Places(content)
        host = places.host(places.element(element))
        edited = renaming.rename(content, host.id, new)
    known_as = partial(renamed, old=host.id, new=new)
    is_node = host.kind in frozenset(NodeKind)
    remark = say("edit.running", old=host.id, new=new) if is_node else ""
    change(
        file,
        content,
        edited,
        dry_run=dry_run,
        controls=controls,
        known_as=known_as,
        remark=remark,
    )


def _values(words: tuple[str, ...]) -> dict[str, str | None]:
    """What ``key=value`` words say; None where nothing stands behind the ``=``."""
    values: dict[str, str | None] = {}
    for word in words:
        match = _ASSIGNED.fullmatch(word)
        if match is None:
            raise click.UsageError(say("edit.no-value", word=word))
        values[match[1]] = match[2].strip() or None
    return values
