"""``qingdan check``: what is wrong with these files, as text, JSON or SARIF."""

import json
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import click

from engine.model.finding import Finding, Severity
from engine.model.wording import say

if TYPE_CHECKING:
    from engine.bpmn.library import Library
    from engine.verify.check import Report

_COLOURS = {
    Severity.ERROR: "red",
    Severity.UNKNOWN: "magenta",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
}
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS = {
    Severity.ERROR: "error",
    Severity.UNKNOWN: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


@click.command(help=say("check.command.help"))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--roster", type=click.Path(path_type=Path), metavar="FILE", help=say("check.command.roster")
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    show_default=True,
    help=say("check.command.format"),
)
@click.option(
    "--preset",
    type=click.Choice(["draft", "recommended", "strict"]),
    default="recommended",
    show_default=True,
    help=say("check.command.preset"),
)
@click.pass_context
def check(
    ctx: click.Context, paths: tuple[Path, ...], roster: Path | None, form: str, preset: str
) -> None:
    from engine.bpmn.library import shipped_directory
    from engine.model.controls import load_controls
    from engine.model.roster_file import read_roster
    from engine.verify.check import Preset, check_library, load_for_check

    controls = load_controls()
    library, documents = load_for_check(paths or (shipped_directory(),))
    report = check_library(
        library,
        controls,
        documents=documents,
        roster=None if roster is None else read_roster(roster, controls),
        preset=Preset(preset),
    )
    if form == "text":
        for line in _lines(report, library):
            click.echo(line)
        click.echo(_closing(report), err=True)
    else:
        made = as_json(report) if form == "json" else as_sarif(report)
        click.echo(json.dumps(made, ensure_ascii=False, indent=2))
    ctx.exit(1 if report.fails else 0)


def _lines(report: "Report", library: "Library") -> Iterator[str]:
    """One line a finding, and one for the run that shows it.

    ``click.echo`` takes the colours out again off a terminal.
    """
    names = {node.id: node.name for p in library.procedures.values() for node in p.nodes.values()}
    for finding in report.findings:
        where = finding.file if finding.line is None else f"{finding.file}:{finding.line}"
        rule = click.style(finding.rule, fg=_COLOURS[finding.severity])
        hint = f" — {finding.hint}" if finding.hint else ""
        mark = "" if finding.fails else say(f"check.mark.{finding.severity}")
        yield f"{click.style(where, bold=True)} {rule} {mark}{finding.message}{hint}"
        run = [names.get(name.rpartition("/")[2]) for name in finding.witness]
        shown = [name for name in run if name]
        if shown:
            yield click.style(say("check.witness", run=" → ".join(shown)), dim=True)


def _closing(report: "Report") -> str:
    return say("check.closing", **report.summary)


def as_json(report: "Report") -> dict[str, Any]:
    """The stable JSON form of a report."""
    return {
        "findings": [_fields(finding) for finding in report.findings],
        "summary": dict(report.summary),
    }


def _fields(finding: Finding) -> dict[str, Any]:
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


def as_sarif(report: "Report") -> dict[str, Any]:
    """The report as SARIF 2.1.0, for editors and code hosts."""
    from engine import __version__
    from engine.verify.rules import all_rules

    results = [_result(finding) for finding in report.findings]
    for silenced in report.suppressed:
        suppression = {"kind": "inSource", "justification": silenced.by.reason}
        results.append({**_result(silenced.finding), "suppressions": [suppression]})
    driver = {
        "name": "qingdan",
        "version": __version__,
        "rules": [
            {
                "id": rule.id,
                "shortDescription": {"text": rule.summary},
                "defaultConfiguration": {"level": _SARIF_LEVELS[rule.severity]},
            }
            for rule in all_rules()
        ],
    }
    return {
        "$schema": _SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(finding: Finding) -> dict[str, Any]:
    path = PurePath(finding.file)
    uri = path.as_uri() if path.is_absolute() else path.as_posix()
    place: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if finding.line is not None:
        place["region"] = {"startLine": finding.line}
    names = [{"name": element, "kind": "element"} for element in finding.elements]
    return {
        "ruleId": finding.rule,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": f"{finding.message} — {finding.hint}".removesuffix(" — ")},
        "locations": [{"physicalLocation": place, "logicalLocations": names}],
        "properties": _fields(finding),
    }
