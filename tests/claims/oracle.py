"""The game played naively: every token, every claim and completion, every set of deeds.

Nothing is shared with the engine: a case is a tree of what is left of the blocks,
deeds are bare pairs, any officer may repeat any step, and the office wins where no
amount of striking out lost positions reaches.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from tests.proof.trees import Choice, Guarded, Inside, Loop, Parallel, Sequence, Task, Tree

#: What is left of a block: nested tuples.
Left = tuple[Any, ...]
#: (officer, step)
Deeds = frozenset[tuple[str, str]]
DONE: Left = ("done",)
#: Positions beyond which an instance is drawn again.
MAX_POSITIONS = 4_000


class TooBig(Exception):
    """The instance has too many positions to be played naively."""


@dataclass(frozen=True)
class Rules:
    """Who may do what."""

    may: dict[str, frozenset[str]]
    persons: dict[str, int]
    separate: frozenset[frozenset[str]]
    bind: frozenset[frozenset[str]]
    avoid: frozenset[frozenset[str]]

    def allow(self, officer: str, step: str, deeds: Deeds) -> bool:
        """Whether the deeds leave the step to the officer."""
        if officer not in self.may[step]:
            return False
        for who, what in deeds:
            pair = frozenset({step, what})
            if who == officer and what != step and pair in self.separate:
                return False
            if who != officer and frozenset({who, officer}) in self.avoid:
                return False
        return not any(self._exceeds(officer, step, other, deeds) for other in self._bound(step))

    def _bound(self, step: str) -> frozenset[str]:
        """The steps bound to a step, itself included."""
        return frozenset().union(*(pair for pair in self.bind if step in pair))

    def _exceeds(self, officer: str, step: str, other: str, deeds: Deeds) -> bool:
        """Whether two bound steps would have more officers than the one that wants more."""
        team = {who for who, what in deeds if what in (step, other)} | {officer}
        return len(team) > max(self.persons[step], self.persons[other])

    def teams(self, step: str, deeds: Deeds, fixed: frozenset[str]) -> Iterator[Deeds]:
        """The deeds after officers took a step; ``fixed`` are among them already."""
        for team in combinations(sorted(self.may[step] - fixed), self.persons[step] - len(fixed)):
            after = deeds
            for officer in team:
                if not self.allow(officer, step, after):
                    break
                after = after | {(officer, step)}
            else:
                yield after


class Kept:
    """Blocks not entered yet; equal to nothing but itself, so that it is quickly told apart."""

    __slots__ = ("entered", "parts")

    def __init__(self, parts: tuple[Tree, ...]) -> None:
        self.parts = parts
        #: Made once, so that the same block always leaves the same.
        self.entered: dict[int, Left] = {}

    def begin(self, place: int) -> Left:
        """One of the blocks just entered."""
        if place not in self.entered:
            self.entered[place] = begin(self.parts[place])
        return self.entered[place]


def begin(tree: Tree) -> Left:
    """A block just entered."""
    if isinstance(tree, Task):
        return ("open", tree.name)
    if isinstance(tree, Sequence):
        return ("seq", begin(tree.parts[0]), Kept(tree.parts), 1) if tree.parts else DONE
    if isinstance(tree, Choice):
        return ("event" if tree.by_event else "pick", Kept(tree.parts))
    if isinstance(tree, Parallel):
        if tree.inclusive:
            return ("some", Kept(tree.parts))
        return ("all", tuple(begin(part) for part in tree.parts))
    if isinstance(tree, Loop):
        return ("loop", begin(tree.body), Kept((Sequence((tree.back, tree.body)),)))
    if isinstance(tree, Guarded):
        return ("guard", begin(tree.host), Kept((tree.handler,)), tree.interrupting)
    assert isinstance(tree, Inside)
    return ("scope", (begin(tree.body),))


def at_once(left: Left) -> list[Left] | None:
    """What gateways make of it, one of them acting; None when none can."""
    kind = left[0]
    if kind == "pick":
        return [left[1].begin(place) for place in range(len(left[1].parts))]
    if kind == "some":
        places = range(len(left[1].parts))
        sets = [c for size in places for c in combinations(places, size + 1)]
        return [("all", tuple(left[1].begin(place) for place in chosen)) for chosen in sets]
    if kind == "seq":
        if left[1] == DONE:
            kept, place = left[2:]
            more = place < len(kept.parts)
            return [("seq", kept.begin(place), kept, place + 1)] if more else [DONE]
        return _inner(left, 1)
    if kind == "loop":
        return [DONE, ("loop", left[2].begin(0), left[2])] if left[1] == DONE else _inner(left, 1)
    if kind == "guard":
        return [DONE] if left[1] == DONE else _inner(left, 1)
    if kind in ("all", "scope"):
        if all(part == DONE for part in left[1]):
            return [DONE]
        for place, part in enumerate(left[1]):
            found = at_once(part)
            if found is not None:
                return [(kind, _put(left[1], place, then)) for then in found]
    return None


def _inner(left: Left, place: int) -> list[Left] | None:
    found = at_once(left[place])
    return None if found is None else [_put(left, place, then) for then in found]


def _put(left: Left, place: int, part: Left) -> Left:
    return (*left[:place], part, *left[place + 1 :])


def happenings(left: Left) -> Iterator[tuple[str, str, Left, tuple[Left, ...]]]:
    """What may happen: kind, step, what is left, and what starts beside it in its scope."""
    kind = left[0]
    if kind == "open":
        yield "claim", left[1], ("held", left[1]), ()
    elif kind == "held":
        yield "finish", left[1], DONE, ()
    elif kind == "event":
        for place in range(len(left[1].parts)):
            yield "event", "", left[1].begin(place), ()
    elif kind in ("seq", "loop", "guard"):
        for what, step, then, beside in happenings(left[1]):
            yield what, step, _put(left, 1, then), beside
        if kind == "guard" and left[1] != DONE and left[2] is not None:
            handler = left[2].begin(0)
            if left[3]:
                yield "event", "", handler, ()
            else:
                yield "event", "", ("guard", left[1], None, False), (handler,)
    elif kind in ("all", "scope"):
        for place, part in enumerate(left[1]):
            for what, step, then, beside in happenings(part):
                parts = _put(left[1], place, then)
                if kind == "scope":
                    yield what, step, (kind, parts + beside), ()
                else:
                    yield what, step, (kind, parts), beside


def waiting(left: Left) -> Iterator[tuple[str, str]]:
    """Steps that are open or held."""
    if left[0] in ("open", "held"):
        yield left
    elif left[0] in ("all", "scope"):
        for part in left[1]:
            yield from waiting(part)
    elif left[0] in ("seq", "loop", "guard"):
        yield from waiting(left[1])


def awaiting(left: Left) -> Iterator[Kept]:
    """What events would begin."""
    if left[0] == "event":
        yield left[1]
    elif left[0] in ("all", "scope"):
        for part in left[1]:
            yield from awaiting(part)
    elif left[0] in ("seq", "loop", "guard"):
        if left[0] == "guard" and left[1] != DONE and left[2] is not None:
            yield left[2]
        yield from awaiting(left[1])


At = tuple[Left, Deeds]


class Play:
    """All positions from some on, and which of them the office wins."""

    def __init__(self, tree: Tree, rules: Rules) -> None:
        self.rules = rules
        self.start: At = (("scope", (begin(tree),)), frozenset())
        self._world: dict[At, list[At]] = {}
        self._office: dict[At, list[At]] = {}
        self._short: set[At] = set()
        self._won: dict[At, bool] = {}

    def wins(self, at: At) -> bool:
        """Whether the office wins from there."""
        if at not in self._won:
            self._settle(at)
        return self._won[at]

    def after_claim(self, at: At, step: str, officer: str) -> bool:
        """Whether the office wins after one officer claimed an open step.

        The others of a step for several sign later: any that may will do.
        """
        left, deeds = at
        claimed = deeds | {(officer, step)}
        ends = [
            (then, after)
            for what, name, then, _ in happenings(left)
            if what == "claim" and name == step
            for after in self.rules.teams(step, claimed, frozenset({officer}))
        ]
        return any(self.wins(end) for end in ends)

    def _expand(self, at: At) -> list[At]:
        left, deeds = at
        instant = at_once(left)
        self._office[at] = []
        if instant is not None:
            self._world[at] = [(then, deeds) for then in instant]
            return self._world[at]
        world, office = [], []
        for what, step, then, _ in happenings(left):
            if what == "event":
                world.append((then, deeds))
            elif what == "finish":
                office.append((then, deeds))
            else:
                mine = list(self.taken(step, deeds))
                if not mine:
                    self._short.add(at)
                office += [(then, after) for after in mine]
        self._world[at], self._office[at] = world, office
        return world + office

    def taken(self, step: str, deeds: Deeds) -> Iterator[Deeds]:
        """Deeds after anybody, old hands included, took a step."""
        for team in combinations(sorted(self.rules.may[step]), self.rules.persons[step]):
            after = deeds
            for officer in team:
                if not self.rules.allow(officer, step, after):
                    break
                after = after | {(officer, step)}
            else:
                yield after

    def _settle(self, start: At) -> None:
        found, seen = [start], {start}
        for at in found:
            if at in self._won:
                continue
            for then in self._expand(at):
                if then not in seen:
                    seen.add(then)
                    found.append(then)
            if len(found) > MAX_POSITIONS:
                raise TooBig
        fresh = [at for at in found if at not in self._won]
        before: dict[At, list[At]] = {}
        for at in fresh:
            for then in self._world[at] + self._office[at]:
                before.setdefault(then, []).append(at)
        lost = {at for at in found if self._won.get(at) is False}
        waiting = [*lost, *(at for at in fresh if self._loses(at, set()))]
        lost.update(waiting)
        for then in waiting:
            for at in before.get(then, ()):
                if at not in lost and self._loses(at, lost):
                    lost.add(at)
                    waiting.append(at)
        self._won.update((at, at not in lost) for at in fresh)

    def _loses(self, at: At, lost: set[At]) -> bool:
        if at in self._short or any(then in lost for then in self._world[at]):
            return True
        office = self._office[at]
        return bool(office) and all(then in lost for then in office)
