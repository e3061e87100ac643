"""``qingdan check --watch``: check again after each save and say what changed."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.model.errors import QingdanError
from engine.model.wording import say

from .check import Asked, closing, names_in, shown

if TYPE_CHECKING:
    from engine.bpmn.library import Library
    from engine.model.finding import Finding
    from engine.verify.check import Report

#: Endings of the files whose change matters.
_WATCHED = (".bpmn", ".toml")


def watch_and_check(asked: Asked) -> int:
    """Check, then again after each change, until Ctrl-C.

    Returns
    -------
    int
        Exit code of the last check.
    """
    return follow(asked, _changes(asked))


def _changes(asked: Asked) -> Iterator[object]:
    """One value for each group of changes below the paths asked for."""
    from watchfiles import watch

    others = (path for path in (asked.roster, asked.controls) if path is not None)
    # Editors save by putting a new file in place: its directory is watched.
    places = {p if p.is_dir() else p.parent for p in chain(asked.paths, others)}
    existing = sorted(path for path in places if path.is_dir())
    return watch(
        *existing,
        watch_filter=lambda _, path: path.endswith(_WATCHED),
        recursive=any(path.is_dir() for path in asked.paths),
    )


def follow(asked: Asked, changes: Iterable[object]) -> int:
    """Check now and after each change; print everything once, then what is new or gone."""
    code, before = _first(asked)
    click.echo(say("check.watch.waiting"), err=True)
    with suppress(KeyboardInterrupt):
        for _ in changes:
            try:
                report, library = asked.judge()
            except QingdanError as error:
                code = error.exit_code
                click.echo("\n".join(error.lines()), err=True)
                continue
            difference(before, report, library)
            code, before = (1 if report.fails else 0), report
    return code


def _first(asked: Asked) -> "tuple[int, Report]":
    report, library = asked.judge()
    _print(report.findings, library, "")
    click.echo(closing(report), err=True)
    return (1 if report.fails else 0), report


def difference(
    before: "Report", report: "Report", library: "Library", *, err: bool = False
) -> "list[Finding]":
    """Say what is new and what is gone; the new findings.

    Parameters
    ----------
    err : whether standard output is for something else.
    """
    known = {_same(finding) for finding in before.findings}
    now = {_same(finding) for finding in report.findings}
    gone = [finding for finding in before.findings if _same(finding) not in now]
    new = [finding for finding in report.findings if _same(finding) not in known]
    for finding in gone:
        click.echo(say("check.watch.gone", rule=finding.rule, message=finding.message), err=err)
    _print(new, library, say("check.watch.new"), err=err)
    click.echo(say("check.watch.closing", new=len(new), gone=len(gone)) + closing(report), err=True)
    return new


def _same(finding: "Finding") -> tuple[object, ...]:
    """What tells findings apart although lines move."""
    return (finding.rule, Path(finding.file).name, finding.elements, finding.message)


def _print(
    findings: "Iterable[Finding]", library: "Library", mark: str, *, err: bool = False
) -> None:
    names = names_in(library)
    for finding in findings:
        for number, line in enumerate(shown(finding, names)):
            click.echo(line if number else mark + line, err=err)
