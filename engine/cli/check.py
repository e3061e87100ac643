"""``qingdan check``: what is wrong with these files, as text, JSON or SARIF."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.model.errors import UnreadablePath
from engine.model.finding import Finding, Severity
from engine.model.wording import say

from .form import form_option

if TYPE_CHECKING:
    from engine.bpmn.library import Library
    from engine.model.controls import Controls
    from engine.verify.check import Report

_COLOURS = {
    Severity.ERROR: "red",
    Severity.UNKNOWN: "magenta",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
}


@click.command(help=say("check.command.help"))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--roster", type=click.Path(path_type=Path), metavar="FILE", help=say("check.command.roster")
)
@form_option(say("check.command.format"), "sarif")
@click.option(
    "--preset",
    type=click.Choice(["draft", "recommended", "strict"]),
    default="recommended",
    show_default=True,
    help=say("check.command.preset"),
)
@click.option(
    "--controls",
    type=click.Path(path_type=Path),
    metavar="DIRECTORY",
    help=say("check.command.controls"),
)
@click.option("--watch", is_flag=True, help=say("check.command.watch"))
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[Path, ...],
    roster: Path | None,
    form: str,
    preset: str,
    controls: Path | None,
    watch: bool,
) -> None:
    from engine.bpmn.library import shipped_directory

    asked = Asked(
        paths=paths or (shipped_directory(),), roster=roster, controls=controls, preset=preset
    )
    if watch:
        if form != "text":
            raise click.UsageError(say("check.watch.text-only"))
        from .watching import watch_and_check

        ctx.exit(watch_and_check(asked))
    report, library = asked.judge()
    if form == "text":
        names = names_in(library)
        for finding in report.findings:
            for line in shown(finding, names):
                click.echo(line)
        click.echo(closing(report), err=True)
        if any(finding.witness for finding in report.findings):
            click.echo(say("replay.hint"), err=True)
    elif form == "json":
        click.echo(json.dumps(as_json(report), ensure_ascii=False, indent=2))
    else:
        from .sarif import as_sarif

        click.echo(json.dumps(as_sarif(report), ensure_ascii=False, indent=2))
    ctx.exit(1 if report.fails else 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a user wants checked."""

    paths: tuple[Path, ...]
    roster: Path | None
    #: Directory of an office's own control data, or None for the shipped.
    controls: Path | None
    preset: str

    def judge(self) -> "tuple[Report, Library]":
        """Read everything afresh and judge it."""
        from engine.model.roster_file import read_roster
        from engine.verify.check import Preset, check_library, load_for_check

        controls = controls_in(self.controls)
        library, documents = load_for_check(self.paths)
        report = check_library(
            library,
            controls,
            documents=documents,
            roster=None if self.roster is None else read_roster(self.roster, controls),
            preset=Preset(self.preset),
        )
        return report, library


def controls_in(directory: Path | None) -> "Controls":
    """An office's own control data, or those shipped."""
    from engine.model.controls import load_controls

    if directory is not None and not directory.is_dir():
        raise UnreadablePath(say("check.command.no-controls"), path=directory)
    return load_controls(directory)


def names_in(library: "Library") -> Mapping[str, str]:
    """Names of all elements, by id."""
    return {node.id: node.name for p in library.procedures.values() for node in p.nodes.values()}


def shown(finding: Finding, names: Mapping[str, str]) -> Iterator[str]:
    """A finding as a line, and a line for the run that shows it.

    ``click.echo`` takes the colours out again off a terminal.
    """
    where = finding.file if finding.line is None else f"{finding.file}:{finding.line}"
    rule = click.style(finding.rule, fg=_COLOURS[finding.severity])
    hint = f" — {finding.hint}" if finding.hint else ""
    mark = "" if finding.fails else say(f"check.mark.{finding.severity}")
    yield f"{click.style(where, bold=True)} {rule} {mark}{finding.message}{hint}"
    run = [names.get(name.rpartition("/")[2]) for name in finding.witness]
    steps = [name for name in run if name]
    if steps:
        yield click.style(say("check.witness", run=" → ".join(steps)), dim=True)


def closing(report: "Report") -> str:
    """The last line: how much was checked and found."""
    return say("check.closing", **report.summary)


def as_json(report: "Report") -> dict[str, Any]:
    """The stable JSON form of a report."""
    return {
        "findings": [fields_of(finding) for finding in report.findings],
        "summary": dict(report.summary),
    }


def fields_of(finding: Finding) -> dict[str, Any]:
    """The stable JSON form of one finding."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "file": finding.file,
        "line": finding.line,
        "process": finding.process,
        "elements": list(finding.elements),
        "posts": list(finding.posts),
        "officers": list(finding.officers),
        "message": finding.message,
        "hint": finding.hint,
        "basis": finding.basis,
        "witness": list(finding.witness),
    }
