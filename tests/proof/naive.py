"""A naive interpreter of flat diagrams, independent of the engine.

Counts tokens per flow instead of using masks, keeps the executed steps in its
state, and follows the text of BPMN 2.0.2 (clause 13.4) word by word: every run
of a small diagram is played out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from random import Random

#: Diagrams with more states than this are drawn again.
MAX_STATES = 4_000
#: A flow with more tokens than this makes a diagram useless for comparison.
MAX_TOKENS = 2


class TooBig(Exception):
    """Too many states to play out."""


@dataclass(frozen=True)
class Diagram:
    """Nodes by kind and flows; node 0 is the start, every kind is a BPMN local name."""

    kinds: tuple[str, ...]
    flows: tuple[tuple[int, int], ...]

    def name(self, node: int) -> str:
        return f"n{node}"

    def bpmn(self) -> bytes:
        """The diagram as a file."""
        nodes = "".join(f'<{k} id="{self.name(n)}"/>' for n, k in enumerate(self.kinds))
        flows = "".join(
            f'<sequenceFlow id="f{i}" sourceRef="n{s}" targetRef="n{t}"/>'
            for i, (s, t) in enumerate(self.flows)
        )
        return (
            '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">'
            f'<process id="p">{nodes}{flows}</process></definitions>'
        ).encode()

    def ins(self, node: int) -> list[int]:
        return [i for i, (_, target) in enumerate(self.flows) if target == node]

    def outs(self, node: int) -> list[int]:
        return [i for i, (source, _) in enumerate(self.flows) if source == node]


def draw(random: Random) -> Diagram:
    """A connected diagram of tasks and gateways with one start and ends, any way round."""
    kinds = ["startEvent", "endEvent"]
    gateways = ["exclusiveGateway", "parallelGateway", "inclusiveGateway"]
    for _ in range(random.randint(2, 5)):
        kinds.append("task")
    for _ in range(random.randint(2, 4)):
        kinds.append(random.choice(gateways))
    inner = list(range(2, len(kinds)))
    random.shuffle(inner)
    flows = list(zip([0, *inner], [*inner, 1], strict=True))
    splits = [n for n in inner if kinds[n] != "task"]
    for _ in range(random.randint(1, 4)):
        source = random.choice(splits)
        target = random.choice([n for n in inner if n != source and kinds[n] != "task"] or [1])
        flows.append((source, target if random.random() < 0.85 else 1))
    return Diagram(tuple(kinds), tuple(dict.fromkeys(flows)))


State = tuple[tuple[int, ...], frozenset[str]]


@dataclass(frozen=True)
class Played:
    """All that happens in a diagram."""

    #: Pairs some run executes, with the number of nodes of the shortest such run.
    pairs: Mapping[frozenset[str], int]
    maximal: frozenset[frozenset[str]]
    stuck: bool
    unsafe: bool
    executed: frozenset[str]
    #: Some reachable state from which no end is reachable.
    lost: bool


def play(diagram: Diagram) -> Played:
    """Play every run."""
    start = tuple(int(i in diagram.outs(0)) for i in range(len(diagram.flows)))
    first: State = (start, frozenset())
    successors: dict[State, list[State]] = {}
    depth = {first: 1}
    for state in (waiting := [first]):
        successors[state] = list(_next(diagram, state))
        if len(successors) > MAX_STATES or max(state[0]) > MAX_TOKENS:
            raise TooBig
        for then in successors[state]:
            if then not in depth:
                depth[then] = depth[state] + 1
                waiting.append(then)
    shortest: dict[frozenset[str], int] = {}
    for state in waiting:
        for pair in (frozenset({a, b}) for a in state[1] for b in state[1] if a != b):
            shortest.setdefault(pair, depth[state])
    done = {run for tokens, run in successors if not any(tokens)}
    return Played(
        pairs=shortest,
        maximal=frozenset(r for r in done if not any(r < other for other in done)),
        stuck=any(any(s[0]) and not then for s, then in successors.items()),
        unsafe=any(max(tokens) > 1 for tokens, _ in successors),
        executed=frozenset(step for _, run in successors for step in run),
        lost=_lost(successors),
    )


def _lost(successors: dict[State, list[State]]) -> bool:
    finishing = {s for s in successors if not any(s[0])}
    while True:
        more = {s for s, then in successors.items() if s not in finishing and finishing & {*then}}
        if not more:
            return len(finishing) < len(successors)
        finishing |= more


def _next(diagram: Diagram, state: State) -> Iterator[State]:
    tokens, run = state
    for node, kind in enumerate(diagram.kinds):
        outs = diagram.outs(node)
        for taken in _taken(diagram, node, kind, tokens):
            for given in _given(kind, outs):
                then = list(tokens)
                for flow in taken:
                    then[flow] -= 1
                for flow in given:
                    then[flow] += 1
                executed = run | {diagram.name(node)} if kind == "task" else run
                yield tuple(then), executed


def _taken(
    diagram: Diagram, node: int, kind: str, tokens: tuple[int, ...]
) -> Iterator[tuple[int, ...]]:
    ins = diagram.ins(node)
    full = tuple(flow for flow in ins if tokens[flow])
    if kind == "parallelGateway":
        if ins and len(full) == len(ins):
            yield full
    elif kind == "inclusiveGateway" and len(ins) > 1:
        if full and _activated(diagram, node, full, tokens):
            yield full
    else:
        yield from ((flow,) for flow in full)


def _given(kind: str, outs: list[int]) -> Iterator[tuple[int, ...]]:
    if kind == "exclusiveGateway" and outs:
        yield from ((flow,) for flow in outs)
    elif kind == "inclusiveGateway" and outs:
        for size in range(1, len(outs) + 1):
            yield from combinations(outs, size)
    else:
        yield tuple(outs)


def _activated(diagram: Diagram, join: int, full: tuple[int, ...], tokens: tuple[int, ...]) -> bool:
    empty = [flow for flow in diagram.ins(join) if flow not in full]
    for flow, count in enumerate(tokens):
        if count:
            reached = _ways(diagram, flow, join)
            if reached & {*empty} and not reached & {*full}:
                return False
    return True


def _ways(diagram: Diagram, flow: int, join: int) -> set[int]:
    """Flows at the end of a path from ``flow`` that does not visit the join."""
    reached, waiting = {flow}, [flow]
    while waiting:
        node = diagram.flows[waiting.pop()][1]
        if node != join:
            new = {*diagram.outs(node)} - reached
            reached |= new
            waiting += new
    return reached
