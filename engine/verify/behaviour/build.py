"""From a procedure and the processes it calls to a plan.

Settles here: implicit starts, ends, merges and splits; links; calls, inlined
with their path; multi-instance and loop markers; which facts exist.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise

from engine.model.procedure import Flow, Node, NodeKind, Procedure, Trigger
from engine.model.wording import say

from .block import leaf
from .plan import OTHER, Edge, Handler, Plan, Role, Scope, Spot, connect

#: Deepest chain of calls that is inlined.
MAX_CALLS = 40
#: Most nodes of a plan into which calls are still inlined.
MAX_NODES = 20_000

_UNSUPPORTED_KINDS = {NodeKind.COMPLEX_GATEWAY, NodeKind.AD_HOC_SUB_PROCESS}
_GATEWAYS = {
    NodeKind.EXCLUSIVE_GATEWAY: (Role.MERGE, Role.CHOICE),
    NodeKind.EVENT_BASED_GATEWAY: (Role.MERGE, Role.CHOICE),
    NodeKind.PARALLEL_GATEWAY: (Role.JOIN, Role.FORK),
    NodeKind.INCLUSIVE_GATEWAY: (Role.GATHER, Role.SOME),
}
#: Triggers of end and throw events that act on the scopes around them.
_THROWN = {Trigger.TERMINATE, Trigger.ERROR, Trigger.ESCALATION, Trigger.CANCEL}


def build(procedure: Procedure, library: Mapping[str, Procedure]) -> Plan:
    """The plan of ``procedure``; what can't be planned is noted in it."""
    plan = Plan(root=Scope(label=procedure.id))
    inliner = _Inliner(plan, procedure, library)
    _Process(plan, procedure, inliner, (procedure.id,), None).fill(plan.root, None)
    for key, values in plan.values.items():
        options = plan.options.get(key, set())
        if values - {OTHER} <= options:
            plan.values[key] = options
    return plan


class _Inliner:
    """Which calls of a plan are followed."""

    def __init__(self, plan: Plan, procedure: Procedure, library: Mapping[str, Procedure]) -> None:
        self.plan = plan
        self.library = library
        self._sizes = _sizes(procedure, library)

    def callee(self, label: str, called: str, calls: tuple[str, ...]) -> Procedure | None:
        """The procedure to inline for a call; None where it is not known or not followed.

        ``calls`` are the ids of the processes around it. What would not fit is not begun:
        a few levels of calls, each made twice, are more steps than anything can hold.
        """
        procedure = self.library.get(called)
        reason = ""
        if procedure is None:
            reason = "missing"
        elif called in calls:
            reason = "recursion"
        elif len(calls) > MAX_CALLS or len(self.plan.lines) + self._sizes[procedure.id] > MAX_NODES:
            reason = "too-large"
        if not reason:
            self.plan.calls[label] = called
            return procedure
        self.plan.opaque.append(say(f"behaviour.opaque.{reason}", call=label, called=called))
        return None


def _sizes(procedure: Procedure, library: Mapping[str, Procedure]) -> Mapping[str, int]:
    """By process: its nodes, with those of its calls inlined as deep as they are followed."""
    own: dict[str, int] = {}
    calls: dict[str, list[str]] = {}
    level = {procedure.id: procedure}
    for _ in range(MAX_CALLS + 1):
        for here in level.values():
            own[here.id] = len(here.nodes)
            called = [n.called for n in here.nodes.values() if n.called]
            calls[here.id] = [callee for callee in called if callee in library]
        further = {callee for caller in level for callee in calls[caller]} - own.keys()
        level = {callee: library[callee] for callee in further}
    sizes = own
    for _ in range(MAX_CALLS):
        deeper = {p: own[p] + sum(sizes.get(callee, 0) for callee in calls[p]) for p in own}
        if deeper == sizes:
            break
        sizes = deeper
    return sizes


class _Process:
    """One process, or one call of it, on its way into the plan."""

    def __init__(
        self,
        plan: Plan,
        procedure: Procedure,
        inliner: _Inliner,
        calls: tuple[str, ...],
        line: int | None,
    ) -> None:
        self.plan = plan
        self.procedure = procedure
        self.inliner = inliner
        #: Ids of the processes being inlined, outermost first.
        self.calls = calls
        #: Line of the outermost call, None in the procedure itself.
        self.line = line
        #: Nodes and flows by the sub-process they are in.
        self.inside: dict[str | None, list[Node]] = defaultdict(list)
        self.flows: dict[str | None, list[Flow]] = defaultdict(list)
        for node in procedure.nodes.values():
            self.inside[node.scope].append(node)
        for flow in procedure.flows.values():
            self.flows[procedure.nodes[flow.source].scope].append(flow)

    def fill(self, scope: Scope, container: str | None) -> None:
        """Put the nodes of ``container`` into ``scope``."""
        handlers = [n for n in self.inside[container] if n.kind.is_container and n.by_event]
        inner = {n.id: n for n in self.inside[container] if n not in handlers}
        ins: dict[str, list[Edge]] = defaultdict(list)
        outs: dict[str, list[tuple[Edge, Flow | None]]] = defaultdict(list)
        for source, target, flow in self._flows(container, inner):
            edge = Edge(None, flow=flow.id if flow is not None else "")
            outs[source].append((edge, flow))
            ins[target].append(edge)
        self._start(scope, inner.values(), ins)
        spots = {n.id: self._place(scope, n, ins[n.id], outs[n.id]) for n in inner.values()}
        for spot in spots.values():
            host = spots.get(spot.node.attached_to or "") if spot.node else None
            if spot.role is Role.BOUNDARY and host and host.node and host.node.kind.is_activity:
                spot.host = host
                host.boundaries.append(spot)
        for node in handlers:
            self._handler(scope, node)

    def _flows(
        self, container: str | None, inner: Mapping[str, Node]
    ) -> Iterable[tuple[str, str, Flow | None]]:
        """Sequence flows and links between the nodes of one scope."""
        for flow in self.flows[container]:
            if flow.source in inner and flow.target in inner:
                yield flow.source, flow.target, flow
            else:
                self._refuse("crossing", flow.id)
        catches = {
            n.event.reference: n.id
            for n in inner.values()
            if n.kind is NodeKind.CATCH_EVENT and n.event and n.event.trigger is Trigger.LINK
        }
        for node in inner.values():
            event = node.event
            if node.kind is NodeKind.THROW_EVENT and event and event.trigger is Trigger.LINK:
                target = catches.get(event.reference)
                if target is not None:
                    yield node.id, target, None

    def _start(self, scope: Scope, nodes: Iterable[Node], ins: dict[str, list[Edge]]) -> None:
        """The scope's entry: one of its start events, else every node nothing leads to."""
        nodes = list(nodes)
        starts = [
            n for n in nodes if n.kind is NodeKind.START_EVENT or (n.by_event and not n.incoming)
        ]
        role = Role.CHOICE
        if not starts:
            role = Role.FORK
            starts = [n for n in nodes if not ins[n.id] and n.kind is not NodeKind.BOUNDARY_EVENT]
        if not starts:
            if nodes or scope.parent is None:
                self.plan.startless.append(scope.label)
            return
        scope.entry = entry = Edge(None)
        if len(starts) == 1:
            ins[starts[0].id].append(entry)
            return
        split = self._spot(role, scope)
        _lead(entry, split)
        for node in starts:
            edge = Edge(split)
            split.outs.append(edge)
            ins[node.id].append(edge)

    # nodes ---------------------------------------------------------------

    def _spot(self, role: Role, scope: Scope, node: Node | None = None) -> Spot:
        spot = Spot(role, scope)
        if node is not None:
            spot.node = node
            spot.label = scope.path + node.id
            spot.block = leaf(spot.label)
            self.plan.lines[spot.label] = node.line if self.line is None else self.line
        scope.spots.append(spot)
        return spot

    def _place(
        self, scope: Scope, node: Node, ins: list[Edge], outs: list[tuple[Edge, Flow | None]]
    ) -> Spot:
        """The spots of one node, connected; returns the one that stands for it."""
        if node.kind in _UNSUPPORTED_KINDS or (
            node.event and node.event.trigger is Trigger.COMPENSATION
        ):
            self._refuse("construct", scope.path + node.id)
        parts = self._parts(scope, node, len(ins) > 1, outs)
        head, tail = parts[0], parts[-1]
        for first, second in pairwise(parts):
            connect(first, second)
        for edge in ins:
            _lead(edge, head)
        for edge, flow in outs:
            edge.source = tail
            tail.outs.append(edge)
            edge.is_default = flow is not None and flow.id == node.default
            edge.is_always = node.kind not in _GATEWAYS and not (
                edge.is_default or (flow is not None and flow.condition)
            )
        if node.kind is NodeKind.EXCLUSIVE_GATEWAY and len(outs) > 1:
            self._facts(scope, outs)
        return next(part for part in parts if part.node is node)

    def _parts(
        self, scope: Scope, node: Node, joins: bool, outs: list[tuple[Edge, Flow | None]]
    ) -> list[Spot]:
        """The spots of one node in their order; one of them bears its name."""
        splits = len(outs) > 1
        if node.kind not in _GATEWAYS:
            parts = [self._spot(Role.MERGE, scope)] if joins else []
            parts.append(self._pass(scope, node))
            if splits:
                parts.append(self._spot(_split_of(outs), scope))
            return parts
        join, split = _GATEWAYS[node.kind]
        if joins and splits:
            on_join = join is not Role.MERGE
            return [
                self._spot(join, scope, node if on_join else None),
                self._spot(split, scope, None if on_join else node),
            ]
        return [self._spot(join if joins else split if splits else Role.PASS, scope, node)]

    def _pass(self, scope: Scope, node: Node) -> Spot:
        """The spot of a task, event, call or sub-process."""
        boundary = node.kind is NodeKind.BOUNDARY_EVENT
        spot = self._spot(Role.BOUNDARY if boundary else Role.PASS, scope, node)
        if node.kind.is_task:
            spot.block = leaf(spot.label, 1 << len(self.plan.steps))
            self.plan.steps.append(spot.label)
        if node.step is not None:
            keys = {field.key for field in node.step.fields if field.key}
            spot.forgets = frozenset(space + k for space in scope.key_spaces for k in keys)
            for field in node.step.fields:
                for space in scope.key_spaces if field.key and field.options else ():
                    self.plan.options.setdefault(space + field.key, set()).update(field.options)
        if node.kind in (NodeKind.END_EVENT, NodeKind.THROW_EVENT):
            spot.throws = node.event if node.event and node.event.trigger in _THROWN else None
        children = node.step is not None and bool(node.step.child_rows)
        multiple = children or (node.loop is not None and node.loop.mode != "standard")
        spot.optional = multiple
        spot.repeats = multiple or node.loop is not None
        if node.kind.is_container or node.kind is NodeKind.CALL_ACTIVITY:
            self._body(scope, spot, node, own_facts=multiple)
        return spot

    def _body(self, scope: Scope, spot: Spot, node: Node, *, own_facts: bool) -> None:
        called = None
        if node.kind is NodeKind.CALL_ACTIVITY:
            called = self.inliner.callee(spot.label, node.called or "", self.calls)
            if called is None:
                return
        spaces = scope.key_spaces
        body = Scope(
            parent=scope,
            host=spot,
            label=spot.label,
            path=f"{spot.label}/" if called else scope.path,
            key_spaces=(*spaces, f"{spot.label}#") if own_facts else spaces,
        )
        spot.body = body
        if called is None:
            self.fill(body, node.id)
        else:
            line = self.plan.lines[spot.label]
            calls = (*self.calls, called.id)
            _Process(self.plan, called, self.inliner, calls, line).fill(body, None)

    def _handler(self, scope: Scope, node: Node) -> None:
        """An event sub-process, started by its start event."""
        label = scope.path + node.id
        self.plan.lines[label] = node.line if self.line is None else self.line
        body = Scope(parent=scope, path=scope.path, label=label, key_spaces=scope.key_spaces)
        self.fill(body, node.id)
        starts = [n for n in self.inside[node.id] if n.kind is NodeKind.START_EVENT]
        if not starts or starts[0].event is None:
            return
        scope.handlers.append(
            Handler(body, label, starts[0].event, interrupting=starts[0].interrupting)
        )

    def _facts(self, scope: Scope, outs: list[tuple[Edge, Flow | None]]) -> None:
        """What the exits of an exclusive gateway say about facts."""
        space = scope.key_spaces[-1]
        said: dict[str, set[str]] = defaultdict(set)
        for edge, flow in outs:
            if flow is not None and flow.fact is not None:
                key, value = flow.fact
                edge.fact = (space + key, value)
                said[space + key].add(value)
        for key, values in said.items():
            self.plan.values.setdefault(key, {OTHER}).update(values)
        for edge, _ in outs:
            if edge.is_default and edge.fact is None:
                edge.excludes = dict(said)

    def _refuse(self, reason: str, label: str) -> None:
        self.plan.unsupported.append(say(f"behaviour.unsupported.{reason}", element=label))


def _lead(edge: Edge, target: Spot) -> None:
    edge.target = target
    target.ins[edge] = None


def _split_of(outs: list[tuple[Edge, Flow | None]]) -> Role:
    """How an activity or event with several exits splits."""
    return Role.SOME if any(flow and flow.condition for _, flow in outs) else Role.FORK
