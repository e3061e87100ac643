"""``qingdan staff``: whether this roster can finish the items, and how it could be better."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.model.wording import say

from .day import DAY
from .form import form_option

if TYPE_CHECKING:
    from engine.bpmn.library import Library
    from engine.model.controls import Controls
    from engine.model.finding import Finding
    from engine.model.office import Roster
    from engine.model.procedure import Document, Procedure
    from engine.verify.staffing.outlook import Advice, Outlook

#: Rules whose verdicts this command gives itself, with more to say.
_OWN_RULES = ("same-officer-forced", "unstaffable-item")
_PICTURES = (".svg", ".pdf", ".png")


def _count(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | None:
    if value is not None and not value.isdecimal():
        raise click.BadParameter(say("staff.command.absent-least"))
    return None if value is None else int(value)


def _picture(_ctx: click.Context, _param: click.Parameter, value: Path | None) -> Path | None:
    if value is not None and value.suffix.lower() not in _PICTURES:
        raise click.BadParameter(say("staff.command.bad-graph", name=value.name))
    return value


@click.command(help=say("staff.command.help"))
@click.argument("items", nargs=-1, metavar="[ITEM]...")
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help=say("staff.command.roster"),
)
@click.option("--absent", callback=_count, metavar="K", help=say("staff.command.absent"))
@click.option("--propose", is_flag=True, help=say("staff.command.propose"))
@click.option(
    "--graph",
    type=click.Path(path_type=Path),
    callback=_picture,
    metavar="FILE",
    help=say("staff.command.graph"),
)
@click.option("--on", "day", type=DAY, default=date.today, help=say("staff.command.on"))
@form_option(say("staff.command.format"))
@click.pass_context
def staff(
    ctx: click.Context,
    items: tuple[str, ...],
    roster: Path,
    absent: int | None,
    propose: bool,
    graph: Path | None,
    day: date,
    form: str,
) -> None:
    from engine.model.controls import load_controls
    from engine.model.roster_file import read_roster
    from engine.verify.check import check_library
    from engine.verify.staffing.outlook import advise

    from .staffjson import as_json
    from .stafftext import lines

    controls = load_controls()
    read = read_roster(roster, controls)
    library, documents, chosen = _chosen(items)
    report = check_library(library, controls, documents=documents, roster=read, today=day)
    findings = [f for f in report.findings if f.fails or f.file == read.path]
    findings = [found for found in findings if found.rule not in _OWN_RULES]
    of_roster = [found for found in findings if found.file == read.path]
    of_files = [found for found in findings if found.file != read.path]
    outlook: Outlook | None = None
    if chosen and read.roster is not None and not read.faults:
        most = _most(absent, len(read.roster.officers))
        outlook = _look(library, controls, read.roster, day, chosen, most)
    advice = advise(outlook) if outlook and (propose or graph) else None
    if form == "json":
        made = as_json(outlook, advice, findings)
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
    else:
        stopped = say(f"staff.head.broken-{'roster' if chosen else 'files'}")
        text = lines(outlook, advice if propose else None, of_roster, of_files)
        for line in text if outlook else (*text, stopped):
            click.echo(line)
    if graph and outlook and advice:
        click.echo(_draw(graph, outlook, advice), err=True)
    ctx.exit(1 if _fails(outlook, findings) else 0)


def _look(
    library: "Library",
    controls: "Controls",
    roster: "Roster",
    day: date,
    chosen: "Sequence[tuple[Document, Procedure]]",
    most: int,
) -> "Outlook":
    from engine.verify.staffing.outlook import look
    from engine.verify.subject import Bench, ProcedureSubject

    bench = Bench(library=library, documents=(), controls=controls, roster=roster, today=day)
    subjects = [
        ProcedureSubject(**bench.shared, document=document, procedure=procedure)
        for document, procedure in chosen
    ]
    return look(bench, subjects, most)


def _most(absent: int | None, officers: int) -> int:
    """How many absences at once to look at: one, where it is not said."""
    if absent is None:
        return min(1, officers)
    if absent > officers:
        problem = say("staff.command.absent-most", count=officers, most=absent)
        raise click.BadParameter(problem, param_hint="--absent")
    return absent


def _chosen(
    names: Sequence[str],
) -> "tuple[Library, tuple[Document, ...], list[tuple[Document, Procedure]]]":
    """The files named, and in them the items: by file, by folder, or by code."""
    from engine.bpmn.library import Library, shipped_directory
    from engine.verify.check import load_for_check

    paths: list[Path] = []
    codes: dict[str, str] = {}
    for name in names:
        if name.lower().endswith(".bpmn") or os.sep in name or "/" in name or Path(name).exists():
            paths.append(Path(name))
        else:
            procedure = Library.load().find(name)
            codes[procedure.path] = procedure.id
    wanted = [*paths, *map(Path, codes)] or [shipped_directory()]
    library, documents = load_for_check(wanted)
    return library, documents, list(_items(documents, codes))


def _items(
    documents: "Sequence[Document]", codes: dict[str, str]
) -> "Iterator[tuple[Document, Procedure]]":
    """The items of the documents; what is no item only where there is nothing else."""
    found = [(document, p) for document in documents for p in document.procedures]
    items = [pair for pair in found if pair[1].item is not None]
    for document, procedure in items or found:
        if codes.get(document.path, procedure.id) == procedure.id:
            yield document, procedure


def _fails(outlook: "Outlook | None", findings: "Sequence[Finding]") -> bool:
    from engine.verify.staffing.finish import Staffed

    return (
        outlook is None
        or any(found.fails for found in findings)
        or not all(isinstance(item.verdict, Staffed) for item in outlook.items)
    )


def _draw(path: Path, outlook: "Outlook", advice: "Advice") -> Path:
    from engine.publish.postplan import post_plan
    from engine.publish.press import write_picture
    from engine.publish.relations import draw

    names = {officer.id: officer.name for officer in outlook.officers}
    picture = post_plan(advice.graph, advice.proposal, names)
    return write_picture(draw(picture, "", outlook.bench.today), path)
