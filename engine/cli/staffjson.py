"""What a roster can and cannot do, as stable JSON."""

from collections.abc import Sequence
from typing import Any

from engine.model.finding import Finding
from engine.verify.staffing.finish import Staffed, Unknown, Unstaffed
from engine.verify.staffing.item import Restriction
from engine.verify.staffing.outlook import Advice, ItemOutlook, Outlook
from engine.verify.staffing.posts import PostGraph, PostPair, WaiverSet
from engine.verify.staffing.proposal import Proposal, Shortage

_VERDICTS = {Staffed: "staffed", Unstaffed: "unstaffed", Unknown: "unknown"}


def as_json(
    outlook: Outlook | None, advice: Advice | None, findings: Sequence[Finding]
) -> dict[str, Any]:
    """The whole answer; ``items`` is null where the roster could not be read."""
    if outlook is None:
        return {"findings": [_finding(found) for found in findings], "items": None}
    roster, day = outlook.bench.roster, outlook.bench.today
    return {
        "office": roster.office if roster else "",
        "day": day.isoformat(),
        "officers": [
            {"id": o.id, "name": o.name, "on_leave": o.is_absent(day)} for o in outlook.officers
        ],
        "findings": [_finding(found) for found in findings],
        "items": [_item(item) for item in outlook.items],
        "absences": [
            {"officers": list(officers), "items": [procedure.id for procedure in procedures]}
            for officers, procedures in outlook.stopped.items()
        ],
        "advice": None if advice is None else _advice(advice),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "file": finding.file,
        "line": finding.line,
        "officers": list(finding.officers),
        "posts": list(finding.posts),
        "message": finding.message,
        "hint": finding.hint,
        "waived_by": finding.waived_by,
    }


def _item(item: ItemOutlook) -> dict[str, Any]:
    procedure, verdict = item.procedure, item.verdict
    chosen = verdict.officer_of if isinstance(verdict, Staffed) else None
    return {
        "id": procedure.id,
        "code": procedure.item.code if procedure.item else None,
        "title": procedure.title,
        "file": procedure.path,
        "verdict": _VERDICTS[type(verdict)],
        "officer_of": None if chosen is None else dict(chosen),
        "waivers": [waiver.id for waiver in item.waivers],
        "reason": verdict.reason if isinstance(verdict, Unknown) else None,
        "explanation": _explanation(verdict) if isinstance(verdict, Unstaffed) else None,
        "verdict_after_leave": _VERDICTS[type(item.lasting)],
        "stopping": None
        if isinstance(item.stopping, Unknown)
        else list(map(sorted, item.stopping)),
    }


def _explanation(reason: Unstaffed) -> dict[str, Any]:
    return {
        "seats": [
            {
                "id": seat.id,
                "name": seat.name,
                "post": seat.post,
                "officers": list(reason.able[seat.id]) if seat.id in reason.able else None,
            }
            for seat in reason.seats
        ],
        "restrictions": [_restriction(rule) for rule in reason.restrictions],
        "avoid": [list(avoidance.officers) for avoidance in reason.avoidances],
    }


def _restriction(rule: Restriction) -> dict[str, Any]:
    return {
        "kind": rule.kind,
        "seats": list(rule.seats),
        "statutory": rule.statutory,
        "basis": rule.basis,
    }


def _advice(advice: Advice) -> dict[str, Any]:
    return {
        "posts": {
            **_graph(advice.posts_alone),
            "short": [_short(found) for found in advice.short_of_posts],
        },
        "items": {
            **_graph(advice.graph),
            "short": [_short(found) for found in advice.short_of_items],
        },
        "proposal": None if advice.proposal is None else _proposal(advice.proposal),
    }


def _graph(graph: PostGraph) -> dict[str, Any]:
    return {
        "fewest": graph.fewest,
        "alone": list(graph.alone),
        "pairs": [_pair(pair) for pair in graph.pairs],
    }


def _pair(pair: PostPair) -> dict[str, Any]:
    return {
        "posts": list(pair.posts),
        "incompatible": pair.incompatible,
        "statutory": pair.statutory,
        "bases": list(pair.bases),
        "waived_by": pair.waiver.id if pair.waiver else None,
    }


def _short(shortage: Shortage) -> dict[str, Any]:
    return {
        "officers": shortage.officers,
        "least": [_waivers(found) for found in shortage.least],
        "lawful": [_waivers(found) for found in shortage.lawful],
    }


def _waivers(found: WaiverSet) -> dict[str, Any]:
    return {"pairs": [list(pair.posts) for pair in found.pairs], "lawful": found.is_lawful}


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "posts": {officer: list(posts) for officer, posts in proposal.posts.items()},
        "steps": dict(proposal.load),
        "waivers": [list(pair.posts) for pair in proposal.waivers],
        "unfinished": list(proposal.unfinished),
    }
