"""``qingdan publish``: wall charts and graphs as files."""

from pathlib import Path

import click

from engine.model.wording import say


def _split(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[str, ...]:
    return tuple(part for part in value.split(",") if part.strip())


@click.command(help=say("publish.command.help"))
@click.argument("items", nargs=-1)
@click.option(
    "--paper",
    "papers",
    default="A2",
    show_default=True,
    callback=_split,
    metavar="A3|A2|A1|A0|600x900",
    help=say("publish.command.paper"),
)
@click.option(
    "--format",
    "formats",
    default="pdf",
    show_default=True,
    callback=_split,
    metavar="svg,pdf,png",
    help=say("publish.command.format"),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="out",
    show_default=True,
    help=say("publish.command.out"),
)
@click.option("--office", default="", help=say("publish.command.office"))
@click.option("--address", default="", help=say("publish.command.address"))
def publish(
    items: tuple[str, ...],
    papers: tuple[str, ...],
    formats: tuple[str, ...],
    out: Path,
    office: str,
    address: str,
) -> None:
    from engine.bpmn.library import Library
    from engine.model.controls import load_controls
    from engine.publish.graphs import graph_files
    from engine.publish.press import chart_files, editions

    library, controls = Library.load(), load_controls()
    chosen = editions(library, controls, items, office=office, address=address)
    for path in chart_files(chosen, out, papers, formats):
        click.echo(path)
    if not items:
        for path in graph_files(library, controls, out, formats):
            click.echo(path)
