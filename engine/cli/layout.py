"""``qingdan layout``: diagram interchange for a file that has none."""

from pathlib import Path

import click

from engine.model.wording import say

from .files import content_of, save


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

    drawn = lay_out(content_of(file), path=str(file), landscape=landscape, replace=force)
    target = output or file
    save(target, drawn)
    click.echo(say("layout.done", path=target), err=True)
