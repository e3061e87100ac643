"""Random block trees, and what their runs execute, by algebra.

The truth is computed on the tree alone: no tokens, no graph, no reachability.
An outcome of a block is the set of steps it executed, what is then known of the
facts, and whether it went on, threw an error out of its sub-process, or stopped that. Prefixes
cut short by something interrupting are left out: they execute no more than the
whole, and no pair that the whole does not.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

#: Value of a fact that no branch mentions.
OTHER = "?"
#: Models whose truth needs more outcomes than this are drawn again.
MAX_OUTCOMES = 300

Steps = frozenset[str]
#: What is known of the facts: (key, value), sorted.
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Outcome:
    """One way through a block."""

    steps: Steps
    facts: Facts
    #: ``error`` or ``stop`` when it left its sub-process early, else empty.
    left: str = ""


class TooBig(Exception):
    """The truth of this tree is too large to compute."""


class Tree(ABC):
    """A block."""

    @abstractmethod
    def outcomes(self, facts: Facts, path: str) -> set[Outcome]:
        """Every way through, given what is known; ``path`` goes before step names."""

    def ways(self, facts: Facts, path: str) -> set[Outcome]:
        """The same, worked out once."""
        known: dict[tuple[Facts, str], set[Outcome]] = self.__dict__.setdefault("_known", {})
        if (facts, path) not in known:
            known[facts, path] = self.outcomes(facts, path)
        return known[facts, path]


def capped(outcomes: Iterable[Outcome]) -> set[Outcome]:
    """The distinct outcomes."""
    found = set()
    for outcome in outcomes:
        found.add(outcome)
        if len(found) > MAX_OUTCOMES:
            raise TooBig
    return found


def after(first: Outcome, second: Tree, path: str) -> Iterator[Outcome]:
    """``first``, and then ``second`` unless the first left early."""
    if first.left:
        yield first
        return
    for then in second.ways(first.facts, path):
        yield Outcome(first.steps | then.steps, then.facts, then.left)


def again(start: set[Outcome], *trees: Tree, path: str) -> set[Outcome]:
    """``start``, and then all of ``trees`` in turn any number of times."""
    found, fresh = set(start), set(start)
    while fresh:
        more = fresh
        for tree in trees:
            more = capped(o for first in more for o in after(first, tree, path))
        fresh = more - found
        found = capped(found | fresh)
    return found


@dataclass(frozen=True)
class Task(Tree):
    name: str
    #: Key of the fact its form rewrites, or empty.
    rewrites: str = ""
    #: Done once for each of any number of instances.
    multiple: bool = False

    def outcomes(self, facts: Facts, path: str) -> set[Outcome]:
        known = tuple(f for f in facts if f[0] != self.rewrites)
        found = {Outcome(frozenset({path + self.name}), known)}
        return found | {Outcome(frozenset(), facts)} if self.multiple else found


@dataclass(frozen=True)
class Sequence(Tree):
    parts: tuple[Tree, ...]

    def outcomes(self, facts: Facts, path: str) -> set[Outcome]:
        found = {Outcome(frozenset(), facts)}
        for part in self.parts:
            found = capped(o for first in found for o in after(first, part, path))
        return found


@dataclass(frozen=True)
class Choice(Tree):
    parts: tuple[Tree, ...]
    #: Decided by events that arrive instead of by data.
    by_event: bool = False
    #: The fact it decides on; part ``i`` stands for value ``v{i}``.
    key: str = ""
    #: Whether the last part is the default: no fact of its own.
    default: bool = False

    def outcomes(self, facts: Facts, path: str) -> set[Outcome]:
        if not self.key:
            return capped(o for part in self.parts for o in part.outcomes(facts, path))
        known = dict(facts)
        values = [f"v{i}" for i in range(len(self.parts))]
        found: set[Outcome] = set()
        for value in [known[self.key]] if self.key in known else [*DOMAIN, OTHER]:
            then = tuple(sorted({**known, self.key: value}.items()))
            named = values[:-1] if self.default else values
            if value in named:
                found |= self.parts[named.index(value)].outcomes(then, path)
            elif self.default:
                found |= self.parts[-1].outcomes(then, path)
        return capped(found)


#: Values that branches of keyed choices mention.
DOMAIN = ("v0", "v1", "v2")


@dataclass(frozen=True)
class Parallel(Tree):
    """Branches share no facts."""

    parts: tuple[Tree, ...]
    inclusive: bool = False

    def outcomes(self, facts: Facts, path: str) -> set[Outcome]:
        ways: list[list[Outcome | None]] = []
        for part in self.parts:
            ways.append([*part.outcomes(facts, path)])
            if self.inclusive:
                ways[-1].append(None)
        if len(ways) and _product_size(ways) > 20 * MAX_OUTCOMES:
            raise TooBig
        found = set()
        for chosen in product(*ways):
            taken = [o for o in chosen if o is not None]
            if taken:
                steps = frozenset().union(*(o.steps for o in taken))
                ways_out = {o.left for o in taken if o.left} or {""}
                found |= {Outcome(steps, facts, left) for left in ways_out}
        return capped(found)


def _product_size(ways: list[list[Outcome | None]]) -> int:
    size = 1
    for way in ways:
        size *= len(way)
    return size


@dataclass(frozen=True)
class Loop(Tree):
    body: Tree
    back: Tree

    def outcomes(self, facts: Facts, path: str) -> set[Outcome]:
        return again(self.body.outcomes(facts, path), self.back, self.body, path=path)


@dataclass(frozen=True)
class Leave(Tree):
    """An end inside: an error for the boundary further out, or a terminate end."""

    left: str

    def outcomes(self, facts: Facts, path: str) -> set[Outcome]:
        return {Outcome(frozenset(), facts, self.left)}


@dataclass(frozen=True)
class Guarded(Tree):
    """A task or sub-process with a boundary event."""

    host: Tree
    handler: Tree
    interrupting: bool
    #: A non-interrupting timer that fires once; else it may fire again and again.
    once: bool = False

    def outcomes(self, facts: Facts, path: str) -> set[Outcome]:
        hosts = self.host.outcomes(facts, path)
        return capped(o for host in hosts for o in besides(host, self.handler, path, self.mode))

    @property
    def mode(self) -> str:
        return "interrupts" if self.interrupting else "once" if self.once else "repeats"


def besides(host: Outcome, handler: Tree, path: str, mode: str) -> set[Outcome]:
    """``host``, and what else a handler does that fires while it is under way."""
    started = Outcome(host.steps, host.facts)
    if mode == "repeats":
        handled = again({started}, handler, path=path) - {started}
    else:
        handled = set(after(started, handler, path))
    if mode != "interrupts":
        handled = {Outcome(o.steps, o.facts, host.left or o.left) for o in handled}
    return handled | {host}


@dataclass(frozen=True)
class Inside(Tree):
    """An embedded sub-process."""

    name: str
    body: Tree
    #: Catches the errors thrown inside, or None where none is.
    on_error: Tree | None = None
    multiple: bool = False
    #: Body of an event sub-process, or None.
    event: Tree | None = None
    event_interrupts: bool = False

    def outcomes(self, facts: Facts, path: str) -> set[Outcome]:
        found = self.body.outcomes(facts, path)
        if self.event is not None:
            mode = "interrupts" if self.event_interrupts else "repeats"
            found = {o for first in found for o in besides(first, self.event, path, mode)}
        found = {Outcome(o.steps, o.facts, o.left.removesuffix("stop")) for o in found}
        if self.on_error is not None:
            kept = {o for o in found if not o.left}
            thrown = {Outcome(o.steps, o.facts) for o in found if o.left}
            found = kept | {o for t in thrown for o in after(t, self.on_error, path)}
        if self.multiple:
            nothing = {Outcome(frozenset(), facts)}
            found = again(nothing, _Known(frozenset(found)), path=path)
        return capped(found)


@dataclass(frozen=True)
class _Known(Tree):
    """Outcomes already computed; they tell nothing of facts."""

    found: frozenset[Outcome]

    def outcomes(self, facts: Facts, path: str) -> set[Outcome]:
        return {Outcome(o.steps, facts, o.left) for o in self.found}


@dataclass(frozen=True)
class Call(Tree):
    name: str
    #: Process called, shared by several calls.
    called: str
    body: Tree
    #: One child case per row.
    children: bool = False

    def outcomes(self, facts: Facts, path: str) -> set[Outcome]:
        inner = f"{path}{self.name}/"
        found = self.body.outcomes(facts, inner)
        if self.children:
            nothing = {Outcome(frozenset(), facts)}
            found = again(nothing, _Known(frozenset(found)), path=path)
        return found


@dataclass(frozen=True)
class Truth:
    """What the runs of a tree execute."""

    pairs: frozenset[frozenset[str]]
    maximal: frozenset[Steps]


def truth(tree: Tree) -> Truth:
    """Pairs and maximal runs of a whole procedure."""
    runs = {o.steps for o in tree.outcomes((), "")}
    pairs = {frozenset({a, b}) for run in runs for a in run for b in run if a != b}
    maximal = {run for run in runs if not any(run < other for other in runs)}
    return Truth(frozenset(pairs), frozenset(maximal))
