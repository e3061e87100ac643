"""``qingdan simulate … --replay``: which run is meant, and playing it."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.model.errors import QingdanError
from engine.model.wording import say

from .replaytext import Played, as_json, lines

if TYPE_CHECKING:
    from engine.bpmn.library import Library
    from engine.model.finding import Finding
    from engine.model.procedure import Document, Node, Procedure

#: Rules about two procedures: their witness is a run of the one, then of the other.
_ACROSS = ("same-post-across-items", "same-officer-across-items")
#: How the runs of some rules end, at the elements of the finding.
_ENDINGS = {"deadlock": "stuck", "or-join-cycle": "stuck", "lack-of-synchronisation": "met"}


class NothingToReplay(QingdanError):
    """No finding or run is meant by what was asked for, or it does not fit the file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a user wants replayed."""

    #: As given: a path, or the name of an item.
    item: str
    processes: tuple[Path, ...]
    roster: Path | None
    #: Rule, number or ids; empty for the list.
    which: str
    form: str


def replay(asked: Asked) -> int:
    """Replay what is asked for; the exit code."""
    from engine.bpmn.library import Library
    from engine.verify.check import load_for_check

    path = Path(asked.item)
    if is_path(asked.item):
        library, checked = load_for_check((path, *asked.processes))
        documents = tuple(d for d in checked if Path(d.path) == path)
    else:
        library = Library.load(asked.processes or None)
        documents = checked = (library.document_of(library.find(asked.item)),)
    return _Replays(asked, library, checked, documents[0]).run()


def is_path(item: str) -> bool:
    """Whether a file is meant, not the name of an item."""
    return item.endswith(".bpmn") or Path(item).is_file()


def main_procedure(document: "Document") -> "Procedure":
    """The process of a file that no other calls."""
    called = {n.called for p in document.procedures for n in p.nodes.values()}
    entries = [p for p in document.procedures if p.id not in called] or [*document.procedures]
    if not entries:
        raise NothingToReplay(say("replay.none.file", file=document.path))
    return entries[0]


class _Replays:
    """The findings of one file that show a run."""

    def __init__(
        self,
        asked: Asked,
        library: "Library",
        checked: "tuple[Document, ...]",
        document: "Document",
    ) -> None:
        self.asked = asked
        self.library = library
        self.checked = checked
        self.document = document

    def run(self) -> int:
        which = self.asked.which.strip()
        if not which:
            return self._list()
        ids = self._ids(which)
        if ids is not None:
            return self._play(None, self._procedure_of(ids), ids)
        finding, alike = self._chosen(which)
        procedure = self.library.procedures[finding.process or ""]
        return self._play(finding, procedure, finding.witness, alike)

    # which -------------------------------------------------------------------

    def _findings(self) -> "list[Finding]":
        """All findings of the file, in the order of the check."""
        from engine.model.controls import load_controls
        from engine.model.roster_file import read_roster
        from engine.verify.check import check_library

        controls = load_controls()
        roster = self.asked.roster
        report = check_library(
            self.library,
            controls,
            documents=self.checked,
            roster=None if roster is None else read_roster(roster, controls),
        )
        return [f for f in report.findings if f.file == self.document.path]

    def _ids(self, which: str) -> tuple[str, ...] | None:
        """The ids of elements that are given, or None where a finding is meant."""
        from engine.verify.rules import rules_by_id

        if which.startswith("["):
            try:
                found = json.loads(which)
            except ValueError as error:
                raise NothingToReplay(say("replay.none.list", text=which)) from error
            if not all(isinstance(name, str) for name in found):
                raise NothingToReplay(say("replay.none.list", text=which))
            return tuple(found)
        if which.isdigit() or which.partition(":")[0] in rules_by_id():
            return None
        parts = which.replace("，", ",").replace("→", ",").split(",")
        return tuple(part.strip() for part in parts if part.strip())

    def _chosen(self, which: str) -> "tuple[Finding, int]":
        """The finding that is meant, and how many of its rule there are."""
        found = self._findings()
        shown = [finding for finding in found if finding.witness]
        if which.isdigit():
            if not 1 <= int(which) <= len(shown):
                raise NothingToReplay(say("replay.none.number", number=which, count=len(shown)))
            return shown[int(which) - 1], 1
        rule, _, line = which.partition(":")
        alike = [finding for finding in shown if finding.rule == rule]
        if not alike:
            raise self._missing(rule, found)
        if not line:
            return alike[0], len(alike)
        at = [finding for finding in alike if str(finding.line) == line]
        if not at:
            known = "、".join(dict.fromkeys(str(f.line) for f in alike))
            raise NothingToReplay(
                say("replay.none.line", file=self.document.path, line=line, rule=rule, known=known)
            )
        return at[0], 1

    def _missing(self, rule: str, found: "list[Finding]") -> NothingToReplay:
        silent = next((finding for finding in found if finding.rule == rule), None)
        if silent is not None:
            return NothingToReplay(say("replay.none.witness", rule=rule, message=silent.message))
        known = "、".join(dict.fromkeys(f.rule for f in found if f.witness))
        if not known:
            return NothingToReplay(say("replay.none.file", file=self.document.path))
        return NothingToReplay(
            say("replay.none.rule", file=self.document.path, rule=rule, known=known)
        )

    def _list(self) -> int:
        shown = [finding for finding in self._findings() if finding.witness]
        if self.asked.form == "json":
            from .check import fields_of

            rows = [{"number": n, **fields_of(finding)} for n, finding in enumerate(shown, 1)]
            click.echo(json.dumps({"findings": rows}, ensure_ascii=False, indent=2))
            return 0
        if not shown:
            click.echo(say("replay.none.file", file=self.document.path), err=True)
            return 0
        for number, finding in enumerate(shown, 1):
            click.echo(
                say(
                    "replay.head.listed",
                    number=number,
                    where=f"{finding.file}:{finding.line}",
                    rule=finding.rule,
                    message=finding.message,
                )
            )
        click.echo(say("replay.head.how", file=self.asked.item), err=True)
        return 0

    def _procedure_of(self, ids: Sequence[str]) -> "Procedure":
        """The process of the file that has the first of some elements; else its main one."""
        first = ids[0].partition("/")[0]
        having = (p for p in self.document.procedures if first in p.nodes)
        return next(having, None) or main_procedure(self.document)

    # playing -----------------------------------------------------------------

    def _play(
        self,
        finding: "Finding | None",
        procedure: "Procedure",
        run: Sequence[str],
        alike: int = 1,
    ) -> int:
        played = [
            self._played(finding, of, part) for of, part in self._parts(finding, procedure, run)
        ]
        if self.asked.form == "json":
            click.echo(json.dumps(as_json(finding, played), ensure_ascii=False, indent=2))
        else:
            for line in lines(finding, played, alike):
                click.echo(line)
        return 0 if all(part.agrees for part in played) else 1

    def _played(
        self, finding: "Finding | None", procedure: "Procedure", run: tuple[str, ...]
    ) -> Played:
        from engine.model.controls import load_controls
        from engine.runtime import Unexecutable, system_clock
        from engine.runtime.replaying import Player
        from engine.verify.behaviour.retrace import Ending, retrace

        self._know(procedure, run)
        rule = finding.rule if finding else ""
        elements = finding.elements if finding else run
        passages = retrace(
            procedure, self.library.procedures, run, Ending(_ENDINGS.get(rule, "any")), elements
        )
        if passages is None:
            raise NothingToReplay(
                say("replay.none.run", process=procedure.title, run=" → ".join(run))
            )
        player = Player(self.library, procedure, load_controls(), system_clock())
        own = tuple(e for e in elements if self._node_of(procedure, e) is not None)
        try:
            found = player.play(passages, own)
        except Unexecutable as error:
            raise NothingToReplay(say("replay.none.executable", reason=error)) from error
        names = {e: node.label for e in own if (node := self._node_of(procedure, e)) is not None}
        return Played(title=procedure.title, rule=rule, names=names, replay=found)

    def _know(self, procedure: "Procedure", run: Sequence[str]) -> None:
        """Refuse a run that names what is not there."""
        for element in run:
            if self._node_of(procedure, element) is None:
                if len(run) == 1:  # neither a rule nor an element
                    raise NothingToReplay(say("replay.none.list", text=element))
                near = get_close_matches(element.rpartition("/")[2], procedure.nodes, n=3)
                raise NothingToReplay(
                    say(
                        "replay.none.element",
                        process=procedure.title,
                        element=element,
                        near=say("replay.none.near", names="、".join(near)) if near else "",
                    )
                )

    def _node_of(self, procedure: "Procedure", path: str) -> "Node | None":
        from engine.verify.causes import node_at

        return node_at(path, procedure, self.library.procedures)

    def _parts(
        self, finding: "Finding | None", procedure: "Procedure", run: Sequence[str]
    ) -> "Iterator[tuple[Procedure, tuple[str, ...]]]":
        """The run by procedure: that of a conflict across items is two runs."""
        run = tuple(run)
        if finding is not None and finding.rule in _ACROSS:
            for number, element in enumerate(run, 1):
                other = self._elsewhere(procedure, run[:number])
                rest = all(self._node_of(procedure, e) is not None for e in run[number:])
                if element == finding.elements[0] and other is not None and rest:
                    yield other, run[:number]
                    yield procedure, run[number:]
                    return
        yield procedure, run

    def _elsewhere(self, procedure: "Procedure", run: Sequence[str]) -> "Procedure | None":
        """Another checked procedure that has all these nodes."""
        for document in self.checked:
            for other in document.procedures:
                if other.id != procedure.id and all(
                    self._node_of(other, element) is not None for element in run
                ):
                    return other
        return None
