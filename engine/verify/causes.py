"""One finding for each cause: what merely follows from another fault is counted there.

Belongs here: which unsound markings and dead steps follow from which. Does
not: finding them (the rules), nor hiding what is unknown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from engine.model.finding import Finding
from engine.model.procedure import Node, NodeKind, Procedure
from engine.model.wording import say

#: Rules that name a place no run gets past.
_STUCK = ("deadlock", "or-join-cycle", "cannot-complete", "loose-end")
_FORKS = (NodeKind.PARALLEL_GATEWAY, NodeKind.INCLUSIVE_GATEWAY)


def root_causes(
    findings: Iterable[Finding], procedures: Mapping[str, Procedure]
) -> Iterator[Finding]:
    """The findings without those that follow from another, which says how many they are."""
    findings = list(findings)
    followers: dict[int, int] = {}
    absorbed: set[int] = set()
    for procedure in procedures.values():
        own = [f for f in findings if f.process == procedure.id]
        pairs = (*_doubled(own, procedures), *_dead(own, procedure))
        for finding, cause in pairs:
            absorbed.add(id(finding))
            followers[id(cause)] = followers.get(id(cause), 0) + 1
    for finding in findings:
        number = followers.get(id(finding), 0)
        if number and id(finding) not in absorbed:
            yield replace(finding, message=finding.message + say("check.follow", number=number))
        elif id(finding) not in absorbed:
            yield finding


def _doubled(
    own: list[Finding], procedures: Mapping[str, Procedure]
) -> Iterator[tuple[Finding, Finding]]:
    """Places with a second token because the same fork was not joined, and the first of them.

    Either the last fork before both is the same, or two tokens came through the
    place already named.
    """
    found = [f for f in own if f.rule == "lack-of-synchronisation"]
    causes: list[Finding] = []
    for finding in sorted(found, key=lambda f: len(f.witness)):
        fork = _last_fork(finding, procedures)
        for cause in causes:
            same = fork is not None and fork == _last_fork(cause, procedures)
            if same or any(finding.witness.count(element) > 1 for element in cause.elements):
                yield finding, cause
                break
        else:
            causes.append(finding)


def _last_fork(finding: Finding, procedures: Mapping[str, Procedure]) -> str | None:
    procedure = procedures[finding.process or ""]
    for element in reversed(finding.witness):
        node = node_at(element, procedure, procedures)
        if node is None or len(node.outgoing) < 2:
            continue
        if node.kind in _FORKS or not node.kind.is_gateway:
            return element
    return None


def node_at(element: str, procedure: Procedure, procedures: Mapping[str, Procedure]) -> Node | None:
    """The node of a path ``callId/…/nodeId``, as far as its procedures are at hand."""
    *calls, last = element.split("/")
    for call in calls:
        node = procedure.nodes.get(call)
        called = procedures.get(node.called or "") if node else None
        if called is None:
            return None
        procedure = called
    return procedure.nodes.get(last)


def _dead(own: list[Finding], procedure: Procedure) -> Iterator[tuple[Finding, Finding]]:
    """Dead steps behind another dead step or behind a place no run gets past."""
    dead = {f.elements[0]: f for f in own if f.rule == "dead-step" and f.elements}
    stuck = [f for f in own if f.rule in _STUCK]
    behind = {id(f): _behind(f.elements, procedure) for f in (*stuck, *dead.values())}
    order = {name: number for number, name in enumerate(procedure.nodes)}
    for element, finding in dead.items():
        others = [
            other
            for name, other in dead.items()
            if element in behind[id(other)]
            and (name not in behind[id(finding)] or order.get(name, 0) < order.get(element, 0))
        ]
        causes = [f for f in stuck if element in behind[id(f)]]
        if causes or others:
            # What most is behind of is the head of the chain.
            yield finding, max(causes or others, key=lambda f: (len(behind[id(f)]), -(f.line or 0)))


def _behind(elements: Iterable[str], procedure: Procedure) -> set[str]:
    """Ids of the nodes that flows lead to from some elements, those on their border included."""
    borders: dict[str, list[str]] = {}
    for node in procedure.nodes.values():
        if node.attached_to:
            borders.setdefault(node.attached_to, []).append(node.id)
    waiting = [procedure.nodes[e] for e in elements if e in procedure.nodes]
    found: set[str] = set()
    while waiting:
        here = waiting.pop()
        ahead = [*(n.id for n in procedure.successors(here)), *borders.get(here.id, ())]
        new = [name for name in ahead if name not in found]
        found.update(new)
        waiting.extend(procedure.nodes[name] for name in new)
    return found
