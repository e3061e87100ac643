"""``qingdan publish``: wall charts and graphs as files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.model.wording import say

if TYPE_CHECKING:
    from engine.model.controls import Controls
    from engine.publish.edition import Edition


def _split(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[str, ...]:
    parts = tuple(part for part in value.split(",") if part.strip())
    if not parts:
        raise click.BadParameter(say("publish.command.empty"))
    return parts


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
    chosen = tuple(editions(library, controls, items, office=office, address=address))
    _refuse_faulty(chosen, controls)
    for path in chart_files(chosen, out, papers, formats):
        click.echo(path)
    if not items:
        for path in graph_files(library, controls, out, formats):
            click.echo(path)


def _refuse_faulty(chosen: "Sequence[Edition]", controls: "Controls") -> None:
    """What hangs on the wall is taken for law: a file that fails the check is not printed."""
    from engine.model.errors import QingdanError
    from engine.verify.check import check_library, load_for_check

    library, documents = load_for_check([edition.procedure.path for edition in chosen])
    report = check_library(library, controls, documents=documents)
    failing = [finding for finding in report.findings if finding.fails]
    if failing:
        first = failing[0]
        problem = say("publish.command.faulty", number=len(failing), first=first.message)
        raise QingdanError(problem, path=first.file, line=first.line)
