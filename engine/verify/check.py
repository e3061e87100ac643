"""Checking BPMN files and a roster: every rule over every subject, then what silences them.

Belongs here: the order of work, presets, suppressions, the summary. Does not:
any single verdict (:mod:`engine.verify.rules`).
"""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from engine.bpmn.library import Library, bpmn_files, shipped_directory
from engine.bpmn.reader import read_file
from engine.model.controls import Controls, load_controls
from engine.model.finding import Finding, Severity
from engine.model.procedure import Document, Procedure, Suppression
from engine.model.roster_file import RosterFile

from .causes import root_causes
from .rules import all_rules, rules_by_id
from .subject import Bench, FileSubject, OfficeSubject, ProcedureSubject, SuppressionSubject


class Preset(StrEnum):
    """How strict a check is."""

    #: While drawing: what is still missing is only mentioned.
    DRAFT = "draft"
    RECOMMENDED = "recommended"
    #: Before publishing: every unwaived warning is an error.
    STRICT = "strict"


@dataclass(frozen=True, kw_only=True, slots=True)
class Silenced:
    """A finding that a ``qd:suppress`` of its file covers."""

    finding: Finding
    by: Suppression


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a check found."""

    #: Sorted; suppressed ones are left out.
    findings: tuple[Finding, ...]
    suppressed: tuple[Silenced, ...]
    #: Counts: files, procedures, each severity, waived, suppressed.
    summary: Mapping[str, int]

    @property
    def fails(self) -> bool:
        """Whether an unwaived, unsuppressed error or unknown remains."""
        return any(finding.fails for finding in self.findings)


def load_for_check(paths: Iterable[Path | str]) -> tuple[Library, tuple[Document, ...]]:
    """The documents at ``paths``, and a library of them and of what they belong with.

    A procedure that is called, or the caller of a sub-procedure, that is not among
    them is looked for beside the files, then among the shipped items.

    Raises
    ------
    UnreadablePath
        A path does not exist, or a directory holds no BPMN file.
    """
    chosen = dict.fromkeys(bpmn_files(paths))
    checked = tuple(sorted((read_file(path) for path in chosen), key=lambda d: d.path))
    return completed(Library.of(checked), {path.parent for path in chosen}), checked


def completed(library: Library, beside: Iterable[Path]) -> Library:
    """A library with the callees and callers it lacks, from some directories or those shipped."""
    places = [*sorted(beside), shipped_directory()]
    for only_named in (True, False):
        for place in places:
            while wanted := _loose_ends(library):
                known = {Path(document.path).resolve() for document in library.documents}
                pattern = "**/*.bpmn" if place == places[-1] else "*.bpmn"
                further = [p for p in sorted(place.glob(pattern)) if p.resolve() not in known]
                # A file that names none of them is read last: only to suggest a callee.
                further = [p for p in further if not only_named or _names(p, wanted)]
                if not further:
                    break
                library = Library.of((*library.documents, *map(read_file, further)))
    return library


def _loose_ends(library: Library) -> set[str]:
    """Ids of processes that are called and not there, or that are there and not called."""
    procedures = library.procedures
    called = {node.called for p in procedures.values() for node in p.nodes.values() if node.called}
    idle = {p.id for p in procedures.values() if p.item is None and p.id not in called}
    return called - procedures.keys() | idle


def _names(path: Path, ids: Iterable[str]) -> bool:
    """Whether a file could call or hold one of some processes; unreadable ones are left."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return content[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) or any(i.encode() in content for i in ids)


def check_library(
    library: Library,
    controls: Controls | None = None,
    *,
    documents: Iterable[Document] | None = None,
    roster: RosterFile | None = None,
    today: date | None = None,
    preset: Preset = Preset.RECOMMENDED,
) -> Report:
    """Judge documents by every rule.

    Parameters
    ----------
    library : the documents to check and those they call.
    controls : posts, duties and statutes; the shipped ones by default.
    documents : those of the library to check; all by default.
    roster : a roster that has been read, or None to judge the drawings alone.
    today : the day appointments, waivers and statutes are judged at.
    """
    chosen = library.documents if documents is None else tuple(documents)
    bench = Bench(
        library=library,
        documents=chosen,
        controls=load_controls() if controls is None else controls,
        roster=None if roster is None else roster.roster,
        today=date.today() if today is None else today,
    )
    kept: list[Finding] = []
    silenced: list[Silenced] = []
    if roster is not None:
        kept += _judge(OfficeSubject(**bench.shared, roster_file=roster))
    for document in chosen:
        found = list(_judge(FileSubject(**bench.shared, document=document)))
        for procedure in document.procedures:
            subject = ProcedureSubject(**bench.shared, document=document, procedure=procedure)
            found += _judge(subject)
        kept += root_causes(_silence(found, bench, document, silenced), library.procedures)
    graded = sorted((_graded(f, preset) for f in kept), key=lambda f: f.sort_key)
    return Report(
        findings=tuple(graded),
        suppressed=tuple(silenced),
        summary=_summary(graded, silenced, chosen),
    )


def _judge(subject: Bench) -> Iterator[Finding]:
    for rule in all_rules():
        if rule.judges is type(subject):
            yield from rule.check(subject)


def _silence(
    found: list[Finding], bench: Bench, document: Document, silenced: list[Silenced]
) -> Iterator[Finding]:
    """The findings no suppression covers; what silences nothing is a finding itself."""
    used: set[int] = set()
    for finding in found:
        covering = _covering(finding, document)
        if covering is None:
            yield finding
        else:
            used.add(id(covering))
            silenced.append(Silenced(finding=finding, by=covering))
    for procedure in document.procedures:
        unused = tuple(s for s in procedure.suppressions if id(s) not in used)
        if unused:
            yield from _judge(
                SuppressionSubject(
                    **bench.shared, document=document, procedure=procedure, unused=unused
                )
            )


def _covering(finding: Finding, document: Document) -> Suppression | None:
    if finding.statutory or finding.process is None:
        return None
    return next(
        (
            suppression
            for procedure in document.procedures
            if procedure.id == finding.process
            for suppression in procedure.suppressions
            if _covers(suppression, finding)
        ),
        None,
    )


def _covers(suppression: Suppression, finding: Finding) -> bool:
    return suppression.rule == finding.rule and (
        suppression.element is None or suppression.element in finding.elements
    )


def _graded(finding: Finding, preset: Preset) -> Finding:
    severity = finding.severity
    if preset is Preset.STRICT and severity is Severity.WARNING and finding.waived_by is None:
        severity = Severity.ERROR
    elif preset is Preset.DRAFT:
        rule = rules_by_id()[finding.rule]
        severity = rule.draft if severity is rule.severity else severity
    return finding if severity is finding.severity else replace(finding, severity=severity)


def _summary(
    findings: list[Finding], silenced: list[Silenced], documents: tuple[Document, ...]
) -> Mapping[str, int]:
    procedures: list[Procedure] = [p for d in documents for p in d.procedures]
    return {
        "files": len(documents),
        "procedures": len(procedures),
        **{s.value: sum(f.severity is s for f in findings) for s in Severity},
        "waived": sum(f.waived_by is not None for f in findings),
        "suppressed": len(silenced),
    }
