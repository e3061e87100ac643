"""A report of ``qingdan check`` as SARIF 2.1.0, for editors and code hosts."""

import hashlib
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from engine.model.finding import Finding, Severity

from .check import fields_of

if TYPE_CHECKING:
    from engine.verify.check import Report
    from engine.verify.rules import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.ERROR: "error",
    Severity.UNKNOWN: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def as_sarif(report: "Report") -> dict[str, Any]:
    """The report as a SARIF log of one run."""
    from engine import __version__
    from engine.verify.rules import all_rules

    number = {rule.id: index for index, rule in enumerate(all_rules())}
    results = [_result(finding, number) for finding in report.findings]
    for silenced in report.suppressed:
        suppression = {"kind": "inSource", "justification": silenced.by.reason}
        results.append({**_result(silenced.finding, number), "suppressions": [suppression]})
    driver = {
        "name": "qingdan",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in all_rules()],
    }
    run = {
        "tool": {"driver": driver},
        "language": "zh-CN",
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True}],
        "results": results,
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: "Rule") -> dict[str, Any]:
    from engine.verify.catalogue import entry, sections

    said = sections(rule)
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": said["What it checks"]},
        "help": {"text": rule.text, "markdown": entry(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"basis": rule.basis, "draft": rule.draft.value},
    }


def _result(finding: Finding, number: dict[str, int]) -> dict[str, Any]:
    path = PurePath(finding.file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    place: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if finding.line is not None:
        place["region"] = {"startLine": finding.line}
    names = [{"name": element, "kind": "element"} for element in finding.elements]
    return {
        "ruleId": finding.rule,
        "ruleIndex": number[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message} — {finding.hint}".removesuffix(" — ")},
        "locations": [{"physicalLocation": place, "logicalLocations": names}],
        "partialFingerprints": {"qingdan/v1": _fingerprint(finding)},
        "properties": fields_of(finding),
    }


def _fingerprint(finding: Finding) -> str:
    """What stays the same when lines move: the rule, the place in the drawing, the text."""
    place = (finding.rule, PurePath(finding.file).name, finding.process or "", finding.message)
    return hashlib.sha256("\0".join((*place, *finding.elements)).encode()).hexdigest()
