"""Changing a BPMN file from the command line: shown or saved, and what a check says of it now."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from difflib import unified_diff
from io import StringIO
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.model.errors import QingdanError
from engine.model.finding import Finding
from engine.model.wording import say

from .files import content_of, save

if TYPE_CHECKING:
    from engine.bpmn.library import Library
    from engine.model.procedure import Document
    from engine.verify.check import Report


class ChangedMeanwhile(QingdanError):
    """Another program has written the file since it was read."""


@contextmanager
def told_where(file: Path) -> Iterator[None]:
    """Let what is refused about a file's content name the file."""
    try:
        yield
    except QingdanError as error:
        error.path = error.path or str(file)
        raise


def renamed(finding: Finding, *, old: str, new: str) -> Finding:
    """A finding with another id or name for something it speaks of."""
    word = re.compile(rf"(?<![\w.-]){re.escape(old)}(?![\w.-])")
    return replace(
        finding,
        elements=tuple(word.sub(lambda _: new, element) for element in finding.elements),
        message=word.sub(lambda _: new, finding.message),
    )


def change(
    file: Path,
    before: bytes,
    after: bytes,
    *,
    dry_run: bool,
    controls: Path | None,
    known_as: Callable[[Finding], Finding] = lambda finding: finding,
    remark: str = "",
) -> None:
    """Save a changed file, or show the change; say what a check finds that it did not before.

    Ends the program with 1 where something new fails the check.

    Parameters
    ----------
    known_as : how an earlier finding reads after the change.
    remark : what else to say once it is saved.
    """
    from .watching import difference

    if after == before:
        click.echo(say("edit.unchanged"), err=True)
        return
    old, new, library = _judged(file, after, controls)
    lines, changed = _lines(before), _lines(after)
    if dry_run:
        for line in unified_diff(lines, changed, str(file), str(file)):
            ending = "" if line.endswith("\n") else "\n\\ No newline at end of file\n"
            click.echo(line + ending, nl=False)
        click.echo(say("edit.dry-run"), err=True)
    else:
        if content_of(file) != before:
            raise ChangedMeanwhile(say("edit.changed-meanwhile"), path=file)
        save(file, after)
        same = takewhile(lambda pair: pair[0] == pair[1], zip(lines, changed, strict=False))
        click.echo(say("edit.written", path=file, line=1 + len(list(same))), err=True)
        if remark:
            click.echo(remark, err=True)
    known = replace(old, findings=tuple(map(known_as, old.findings)))
    if any(finding.fails for finding in difference(known, new, library, err=dry_run)):
        sys.exit(1)


def _lines(content: bytes) -> list[str]:
    from engine.bpmn.xml import decode

    return list(StringIO(decode(content).text, newline="\n"))


def _judged(file: Path, after: bytes, controls: Path | None) -> "tuple[Report, Report, Library]":
    """What a check says of a file and those that call into it, before and after a change."""
    from engine.bpmn.library import Library
    from engine.bpmn.reader import read
    from engine.verify.check import check_library, completed, load_for_check

    from .check import controls_in

    library, (document,) = load_for_check([file])
    own = {procedure.id for procedure in document.procedures}
    judged = [d for d in library.documents if d is document or _calls(d, own)]
    edited = read(after, path=document.path)

    def swapped(documents: "Iterable[Document]") -> "list[Document]":
        return [edited if each is document else each for each in documents]

    asked = controls_in(controls)
    changed = completed(Library.of(swapped(library.documents)), [file.parent])
    return (
        check_library(library, asked, documents=judged),
        check_library(changed, asked, documents=swapped(judged)),
        changed,
    )


def _calls(document: "Document", processes: set[str]) -> bool:
    nodes = (node for p in document.procedures for node in p.nodes.values())
    return any(node.called in processes for node in nodes)
