"""``qingdan layout``: diagram interchange for a file that has none."""

import os
from pathlib import Path

import click

from engine.model.errors import UnreadablePath, reason_of
from engine.model.wording import say


@click.command(help=say("layout.command.help"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help=say("layout.command.output")
)
@click.option(
    "--landscape/--portrait",
    default=True,
    show_default=True,
    help=say("layout.command.orientation"),
)
@click.option("--force", is_flag=True, show_default=True, help=say("layout.command.force"))
def layout(file: Path, output: Path | None, landscape: bool, force: bool) -> None:
    from engine.bpmn.layout.interchange import lay_out

    try:
        content = file.read_bytes()
    except OSError as error:
        reason = reason_of(error)
        raise UnreadablePath(say("read.unreadable", reason=reason), path=file) from error
    drawn = lay_out(content, path=str(file), landscape=landscape, replace=force)
    target = output or file
    _write(target, drawn)
    click.echo(say("layout.done", path=target), err=True)


def _write(path: Path, content: bytes) -> None:
    """Write the whole file or leave it as it was."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            draft.write_bytes(content)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        reason = reason_of(error)
        raise UnreadablePath(say("layout.unwritable", reason=reason), path=path) from error
