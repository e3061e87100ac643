"""Procedures with multi-instances: drawn at random, and a naive interpreter of what is left."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from tests.cases.drawings import flow, process, step

LOOP = (
    '<multiInstanceLoopCharacteristics isSequential="{sequential}">'
    "<loopCardinality>{count}</loopCardinality></multiInstanceLoopCharacteristics>"
)


@dataclass(frozen=True)
class Leaf:
    """A step; as an occurrence, with the numbers of the instances it lies in."""

    name: str
    at: tuple[int, ...] = ()


@dataclass(frozen=True)
class Row:
    """One part after the other."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True)
class Fork:
    """All parts at the same time."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True)
class Many:
    """A step or a sub-process done several times, after each other or at the same time."""

    name: str
    count: int
    in_turn: bool
    body: Leaf | Row


Tree = Leaf | Row | Fork | Many


# Drawing --------------------------------------------------------------------


def grown(random: Random) -> tuple[Tree, bytes]:
    """A random tree with a multi-instance in it, and the file that draws it."""
    names = iter(f"n{number}" for number in range(99))

    def leaf() -> Leaf:
        return Leaf(next(names))

    def many() -> Many:
        body: Leaf | Row = leaf()
        if random.random() < 0.5:
            body = Row((body, leaf()))
        return Many(next(names), random.randint(1, 3), random.random() < 0.5, body)

    def row(*inner: Tree) -> Row:
        before = [leaf() for _ in range(random.randint(0, 2))]
        return Row((*before, *inner, *(leaf() for _ in range(random.randint(0, 2)))))

    core: Tree = row(many()) if random.random() < 0.6 else row(many(), many())
    if random.random() < 0.5:
        core = Fork((core, row(leaf())))
    tree = Row((leaf(), core, leaf()))
    nodes: list[str] = []
    flows: list[str] = []
    first, last = _draw(tree, nodes, flows, names)
    return tree, process("p", *nodes, *flows, flow("start", first), flow(last, "end"), code="T-1")


def _draw(tree: Tree, nodes: list[str], flows: list[str], names: Iterator[str]) -> tuple[str, str]:
    """Add what draws a tree; its first and last node."""
    match tree:
        case Leaf():
            nodes.append(step(tree.name))
            return tree.name, tree.name
        case Row():
            ends = [_draw(part, nodes, flows, names) for part in tree.parts]
            flows += [flow(one[1], other[0]) for one, other in pairwise(ends)]
            return ends[0][0], ends[-1][1]
        case Fork():
            split, join = next(names), next(names)
            nodes.append(f'<parallelGateway id="{split}"/><parallelGateway id="{join}"/>')
            for part in tree.parts:
                first, last = _draw(part, nodes, flows, names)
                flows += [flow(split, first), flow(last, join)]
            return split, join
        case Many():
            loop = LOOP.format(sequential=str(tree.in_turn).lower(), count=tree.count)
            if isinstance(tree.body, Leaf):
                nodes.append(step(tree.body.name, inner=loop))
                return tree.body.name, tree.body.name
            inner: list[str] = []
            first, last = _draw(tree.body, inner, inner, names)
            start, end = next(names), next(names)
            inner += [f'<startEvent id="{start}"/><endEvent id="{end}"/>']
            inner += [flow(start, first), flow(last, end)]
            nodes.append(f'<subProcess id="{tree.name}">{loop}{"".join(inner)}</subProcess>')
            return tree.name, tree.name


# The naive interpreter ------------------------------------------------------


def unrolled(tree: Tree, at: tuple[int, ...] = ()) -> Tree:
    """A tree without multi-instances: each instance stands by itself."""
    match tree:
        case Leaf():
            return Leaf(tree.name, at)
        case Row():
            return Row(tuple(unrolled(part, at) for part in tree.parts))
        case Fork():
            return Fork(tuple(unrolled(part, at) for part in tree.parts))
        case Many():
            copies = tuple(unrolled(tree.body, (*at, number)) for number in range(tree.count))
            return Row(copies) if tree.in_turn else Fork(copies)


def leaves(tree: Tree) -> set[Leaf]:
    if isinstance(tree, Leaf):
        return {tree}
    assert not isinstance(tree, Many)
    return {leaf for part in tree.parts for leaf in leaves(part)}


def ready(tree: Tree, done: set[Leaf]) -> set[Leaf]:
    """Occurrences that can be done now."""
    match tree:
        case Leaf():
            return {tree} - done
        case Fork():
            return {leaf for part in tree.parts for leaf in ready(part, done)}
        case Row():
            open_ = [part for part in tree.parts if not leaves(part) <= done]
            return ready(open_[0], done) if open_ else set()
        case Many():
            raise AssertionError


def after(tree: Tree, block: set[Leaf]) -> set[Leaf]:
    """Occurrences that come after a block of them on every way."""
    if isinstance(tree, Leaf) or leaves(tree) == block:
        return set()
    assert not isinstance(tree, Many)
    number = next(n for n, part in enumerate(tree.parts) if block <= leaves(part))
    found = after(tree.parts[number], block)
    if isinstance(tree, Row):
        found |= {leaf for part in tree.parts[number + 1 :] for leaf in leaves(part)}
    return found


def joined(tree: Tree, block: set[Leaf], given_back: Leaf) -> bool:
    """Whether branches met between a block and what follows it, of which one is another."""
    if isinstance(tree, Leaf) or leaves(tree) == block:
        return False
    assert not isinstance(tree, Many)
    inner = next(part for part in tree.parts if block <= leaves(part))
    meets = isinstance(tree, Fork) and len(tree.parts) > 1 and given_back not in leaves(tree)
    return meets or joined(inner, block, given_back)


def block_of(tree: Tree, target: Leaf, given_back: Leaf, done: set[Leaf]) -> set[Leaf] | None:
    """What has to be done again for a target; None where an instance stands in the way."""
    for many in _many(tree):
        inside = leaves(unrolled(many))
        if target not in inside:
            continue
        own = {leaf for leaf in inside if leaf.at == target.at}
        if isinstance(many.body, Leaf):
            return inside if inside <= done else None
        return {target} if given_back in own else None
    return {target}


def _many(tree: Tree) -> Iterator[Many]:
    if isinstance(tree, Many):
        yield tree
    elif not isinstance(tree, Leaf):
        for part in tree.parts:
            yield from _many(part)
