"""What lies outside the clock of a case: 公示, 集体研究, a hearing drawn as a step."""

from collections.abc import Iterator

from engine.model.procedure import Node, Procedure

from ..program import Program


class OffClock(dict[str, bool]):
    """Whether a place lies outside the promise, by path: its step, a call or a sub-process."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._chain = program.chain
        self.any_step = any(step.off_clock for step in program.steps())

    def __missing__(self, path: str) -> bool:
        self[path] = any(
            node.step is not None and node.step.off_clock
            for procedure, at in self._chain(path)
            for node in _enclosing(procedure, at)
        )
        return self[path]


def _enclosing(procedure: Procedure, node: Node) -> Iterator[Node]:
    inner: Node | None = node
    while inner is not None:
        yield inner
        inner = procedure.nodes.get(inner.scope or "")
