"""Seeded random procedures: branches, loops, boundary events, sub-processes, odd ends."""

from random import Random

from engine.model.procedure import Flow, Lane, Node, NodeKind, Procedure

WORDS = ("通过", "不通过，退回补正", "同意", "超过五万元", "", "有异议，重新核实", "否")


class _Invention:
    def __init__(self, seed: int, size: int) -> None:
        self.random = Random(seed)
        self.size = size
        self.nodes: dict[str, dict[str, object]] = {}
        self.flows: dict[str, Flow] = {}
        self.lanes = [f"岗位{n}" for n in range(self.random.randint(0, 6))]

    def node(self, kind: NodeKind, scope: str | None = None, **more: object) -> str:
        name = f"n{len(self.nodes)}"
        lane = self.random.choice(self.lanes) if self.lanes and scope is None else ""
        if self.random.random() < 0.03:
            lane = ""
        self.nodes[name] = {"kind": kind, "scope": scope, "lane": lane, **more}
        return name

    def flow(self, source: str, target: str) -> None:
        name = f"f{len(self.flows)}"
        gateway = self.nodes[source]["kind"] is NodeKind.EXCLUSIVE_GATEWAY
        label = self.random.choice(WORDS) if gateway else ""
        self.flows[name] = Flow(id=name, name=label, source=source, target=target, line=1)

    def block(self, depth: int, scope: str | None) -> tuple[str, str]:
        """Some nodes with one way in and one way out."""
        dice = self.random.random()
        if depth <= 0 or dice < 0.35:
            task = self.node(NodeKind.USER_TASK, scope)
            if scope is None and self.random.random() < 0.08:
                guest = self.node(NodeKind.BOUNDARY_EVENT, scope, attached_to=task)
                self.flow(guest, self.node(NodeKind.END_EVENT, scope))
            return task, task
        if dice < 0.65:
            first, last = self.block(depth - 1, scope)
            for _ in range(self.random.randint(1, 3)):
                begin, end = self.block(depth - 1, scope)
                self.flow(last, begin)
                last = end
            return first, last
        if dice < 0.7 and scope is None:
            inside = self.node(NodeKind.SUB_PROCESS, scope)
            begin, end = self.block(1, inside)
            start, stop = (
                self.node(NodeKind.START_EVENT, inside),
                self.node(NodeKind.END_EVENT, inside),
            )
            self.flow(start, begin)
            self.flow(end, stop)
            return inside, inside
        if dice < 0.85:
            begin, end = self.block(depth - 1, scope)
            gate = self.node(NodeKind.EXCLUSIVE_GATEWAY, scope)
            self.flow(end, gate)
            self.flow(gate, begin)
            return begin, gate
        split = self.node(NodeKind.EXCLUSIVE_GATEWAY, scope)
        join = self.node(NodeKind.EXCLUSIVE_GATEWAY, scope)
        for _ in range(self.random.randint(2, 4)):
            if self.random.random() < 0.2:
                self.flow(split, join)
                continue
            begin, end = self.block(depth - 1, scope)
            self.flow(split, begin)
            self.flow(end, join)
        return split, join

    def procedure(self) -> Procedure:
        start = last = self.node(NodeKind.START_EVENT)
        while len(self.nodes) < self.size:
            begin, end = self.block(3, None)
            self.flow(last, begin)
            last = end
        self.flow(last, self.node(NodeKind.END_EVENT))
        assert start in self.nodes
        nodes = {name: self._made(name, facts) for name, facts in self.nodes.items()}
        lanes = tuple(
            Lane(
                id=f"lane{n}",
                name=lane,
                line=1,
                nodes=tuple(i for i, facts in self.nodes.items() if facts["lane"] == lane),
            )
            for n, lane in enumerate(self.lanes)
        )
        return Procedure(
            id="p",
            name="随机",
            path="",
            line=1,
            item=None,
            nodes=nodes,
            flows=self.flows,
            lanes=lanes,
        )

    def _made(self, name: str, facts: dict[str, object]) -> Node:
        return Node(
            id=name,
            name=f"环节{name}",
            line=1,
            incoming=tuple(f.id for f in self.flows.values() if f.target == name),
            outgoing=tuple(f.id for f in self.flows.values() if f.source == name),
            **facts,  # type: ignore[arg-type]
        )


def invent(seed: int, size: int = 15) -> Procedure:
    """A procedure of at least ``size`` nodes; the same for the same seed."""
    return _Invention(seed, size).procedure()
