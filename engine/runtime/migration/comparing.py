"""Whether what has happened in a run is also the beginning of a run of another version.

It is where every node that was passed stands in both, entered alike where that decides
and left alike: then the same tokens lie at the same places, whatever stands ahead of
them. Pure: two programs, and what happened where.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.model.procedure import Node, NodeKind, Procedure, Step
from engine.model.wording import say

from ..machine import Mark
from ..program import Program, sibling

#: What happened at each node the run has come to, by path.
Footprints = Mapping[str, set[Mark]]

_NO_STEP = Step()
#: Gateways that decide by the order of their ways out.
_ORDERED = (NodeKind.EXCLUSIVE_GATEWAY, NodeKind.EVENT_BASED_GATEWAY)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why a case cannot be put on a version."""

    #: ``vanished``, ``skipped``, ``flow`` …; the key of the message.
    rule: str
    text: str


def reason(rule: str, **facts: object) -> Reason:
    """A reason in the catalogue's words."""
    return Reason(rule=rule, text=say(f"migration.reason.{rule}", **facts))


def vanished(step: str, new: Program) -> Reason:
    """That a step is gone; where one of its name is there, that it may be another."""
    names = {
        node.name for procedure in new.procedures.values() for node in procedure.nodes.values()
    }
    key = "alike" if step in names else "vanished"
    return Reason(rule="vanished", text=say(f"migration.reason.{key}", step=step))


def differences(old: Program, new: Program, footprints: Footprints) -> Iterator[Reason]:
    """What keeps a run of one program from being the beginning of one of another."""
    if _entries(old.procedure) != _entries(new.procedure):
        yield reason("starts", scope=old.procedure.title)
    known = {path: node_at(new, path) for path in sorted(footprints)}
    for path, found in known.items():
        if found is None:
            yield vanished(old.chain(path)[-1][1].label, new)
    for path, found in known.items():
        if found is None:
            continue
        marks, (before, was), (after, now) = footprints[path], old.chain(path)[-1], found
        if _nature(was) != _nature(now):
            yield reason("nature", step=was.label)
            continue
        yield from _insides(old, new, (before, was), (after, now))
        pair = _Pair(path, before, was, after, now, footprints)
        if Mark.DONE in marks:
            yield from pair.passed()
        if Mark.OPEN in marks:
            yield from pair.waiting()


def node_at(program: Program, path: str) -> tuple[Procedure, Node] | None:
    """The node a path names, and its procedure; None where there is none."""
    return program.chain(path)[-1] if program.has(path) else None


def _nature(node: Node) -> tuple[object, ...]:
    """What makes a node the same thing to a run, but for its ways out."""
    step, event = node.step or _NO_STEP, node.event
    return (
        NodeKind.TASK if node.kind.is_task else node.kind,
        node.scope,
        node.called,
        node.loop,
        event and (event.trigger, event.reference),
        (node.attached_to, node.interrupting),
        (step.child_rows, step.child_name, step.child_id_card),
    )


def _entries(procedure: Procedure, scope: str | None = None) -> set[str]:
    """Where a process or sub-process begins."""
    return {
        node.id
        for node in procedure.nodes.values()
        if node.kind is NodeKind.START_EVENT and node.scope == scope
    }


def _insides(
    old: Program, new: Program, was: tuple[Procedure, Node], now: tuple[Procedure, Node]
) -> Iterator[Reason]:
    """An activity that was begun has the same events at its border, and begins alike."""
    (before, node), (after, _) = was, now
    if _borders(before, node) != _borders(after, node):
        yield reason("border", step=node.label)
    within = _entries(before, node.id), _entries(after, node.id)
    called = node.called or ""
    if called and not (node.step or _NO_STEP).child_rows:
        within = _entries(old.procedures[called]), _entries(new.procedures[called])
    if within[0] != within[1]:
        yield reason("starts", scope=node.label)


def _borders(procedure: Procedure, node: Node) -> set[tuple[object, ...]]:
    return {
        (other.id, *_nature(other))
        for other in procedure.nodes.values()
        if other.attached_to == node.id
    }


@dataclass(frozen=True, slots=True)
class _Pair:
    """A node something happened at, as it was and as it is in the other version."""

    path: str
    before: Procedure
    was: Node
    after: Procedure
    now: Node
    footprints: Footprints

    def passed(self) -> Iterator[Reason]:
        """It was done: what it did, who had to come to it, and where it led to stay the same."""
        old, new = self.was.step or _NO_STEP, self.now.step or _NO_STEP
        if (old.duty, old.external) != (new.duty, new.external):
            yield reason("duty", step=self.was.label)
        if _ways_out(self.before, self.was) != _ways_out(self.after, self.now):
            missed = self._missed()
            if missed:
                yield reason("skipped", step=self.was.label, missed="”“".join(missed))
            else:
                yield reason("flow", step=self.was.label)
        if _ways_in(self.before, self.was) != _ways_in(self.after, self.now):
            yield reason("join", step=self.was.label)

    def waiting(self) -> Iterator[Reason]:
        """It waits or is under way: what it waits for stays the same."""
        old, new = self.was.step or _NO_STEP, self.now.step or _NO_STEP
        if (old.sign, old.ballot if old.sign else None) != (
            new.sign,
            new.ballot if new.sign else None,
        ):
            yield reason("signing", step=self.was.label)
        if self.was.kind is NodeKind.EVENT_BASED_GATEWAY:
            awaited = [(n.id, _nature(n)) for n in self.before.successors(self.was)]
            if awaited != [(n.id, _nature(n)) for n in self.after.successors(self.now)]:
                yield reason("awaits", step=self.was.label)

    def _missed(self) -> list[str]:
        """Steps that come first on new ways out and were not begun."""
        known = {target for target, *_ in _ways_out(self.before, self.was)}
        pile = [n for n in self.after.successors(self.now) if n.id not in known]
        seen, found = set[str](), list[str]()
        while pile:
            node = pile.pop(0)
            if node.id in seen:
                continue
            seen.add(node.id)
            if not node.kind.is_activity:
                pile += self.after.successors(node)
            elif sibling(self.path, node.id) not in self.footprints:
                found.append(node.label)
        return found


def _ways_out(procedure: Procedure, node: Node) -> list[tuple[str, str, bool]]:
    found = [
        (flow.target, (flow.condition or "").strip(), flow.id == node.default)
        for flow in map(procedure.flows.__getitem__, node.outgoing)
    ]
    return found if node.kind in _ORDERED else sorted(found)


def _ways_in(procedure: Procedure, node: Node) -> set[tuple[str, str]]:
    """The flows that decided when a gateway went on; none where each token goes on alone."""
    if node.kind is NodeKind.PARALLEL_GATEWAY:
        return {(procedure.flows[flow].source, node.id) for flow in node.incoming}
    if node.kind is not NodeKind.INCLUSIVE_GATEWAY or len(node.incoming) < 2:
        return set()
    # It waited for every token from which a path led to it.
    found, pile = set[tuple[str, str]](), [node]
    while pile:
        here = pile.pop()
        above = [procedure.flows[flow].source for flow in here.incoming]
        if here.attached_to is not None:
            above.append(here.attached_to)
        fresh = {(source, here.id) for source in above} - found
        found |= fresh
        pile += [procedure.nodes[source] for source, _ in fresh]
    return found
