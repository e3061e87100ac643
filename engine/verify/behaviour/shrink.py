"""Reduction: well-structured parts of a plan become blocks, so they need no tokens.

Each rule replaces a part that always finishes by one edge or spot that executes
the same step sets, to the same verdicts on pairs, maximal runs and soundness.
What no rule fits (facts, throws, unmatched gateways) is left to the token game.
"""

from collections.abc import Callable

from engine.model.procedure import Trigger

from .block import EMPTY, MAX_HEIGHT, Block, every, leaf, one_of, repeat, some_of
from .plan import Edge, Plan, Role, Scope, Spot
from .reach import Deadline
from .throw import Catcher, caught

#: Split and join roles between which parallel edges are one block.
_MATCHED = {
    (Role.CHOICE, Role.MERGE): one_of,
    (Role.CHOICE, Role.GATHER): one_of,
    (Role.FORK, Role.JOIN): every,
    (Role.FORK, Role.GATHER): every,
    (Role.SOME, Role.GATHER): some_of,
}
#: The same where each edge leads to an end of its own.
_ENDING = {Role.CHOICE: one_of, Role.FORK: every, Role.SOME: some_of}


def shrink(plan: Plan, deadline: Deadline) -> None:
    """Reduce every scope of the plan, innermost first; raises :class:`TimeUp`."""
    thrown_to = caught(plan)
    for scope in reversed(list(plan.scopes())):
        _Shrinker(plan, scope, thrown_to).shrink(deadline)


class _Shrinker:
    def __init__(self, plan: Plan, scope: Scope, thrown_to: set[Catcher]) -> None:
        self.scope = scope
        self.thrown_to = thrown_to
        self.keys = plan.values.keys()
        self.gone: set[Spot] = set()

    def shrink(self, deadline: Deadline) -> None:
        rules: tuple[Callable[[Spot], bool], ...] = (
            self._terminate,
            self._body,
            self._besides,
            self._interrupted,
            self._branches,
            self._ends,
            self._loop,
            self._series,
        )
        changed = True
        while changed:
            changed = False
            for spot in self.scope.spots:
                deadline.check()
                for rule in rules:
                    if spot not in self.gone and rule(spot):
                        changed = True
            self._forget()
        for edge in list(self.scope.edges()):
            self._draw(edge)
        for spot in self.scope.spots:
            self._fuse(spot)
        self._forget()

    def _forget(self) -> None:
        self.scope.spots = [spot for spot in self.scope.spots if spot not in self.gone]

    # rules -------------------------------------------------------------------

    def _series(self, spot: Spot) -> bool:
        """A spot with one way in and one way out becomes part of the way."""
        if len(spot.ins) != 1 or len(spot.outs) != 1 or not self._is_plain(spot):
            return False
        before, after = spot.way_in, spot.outs[0]
        block = every([before.block, self._done(spot), after.block])
        if before is after or after.is_bound or block.height > MAX_HEIGHT or after.target is None:
            return False
        before.block = block
        self._replace(after, before)
        self.gone.add(spot)
        return True

    def _branches(self, spot: Spot) -> bool:
        """Ways from one split straight to one matching join become one way."""
        if len(spot.outs) < 2 or spot.role not in _ENDING:
            return False
        by_target: dict[Spot, list[Edge]] = {}
        for edge in self._free(spot):
            if edge.target is not None:
                by_target.setdefault(edge.target, []).append(edge)
        changed = False
        for target, ways in by_target.items():
            kind = _MATCHED.get((spot.role, target.role))
            if kind is not None and len(ways) > 1:
                changed |= self._merge(ways, kind([way.block for way in ways]))
        return changed

    def _ends(self, spot: Spot) -> bool:
        """Ways from one split to ends of their own become one way to one end."""
        kind = _ENDING.get(spot.role)
        ways = [e for e in self._free(spot) if e.target is not None and self._is_end(e.target)]
        if kind is None or len(ways) < 2:
            return False
        return self._merge(ways, kind([self._to_the_end(way) for way in ways]))

    def _loop(self, spot: Spot) -> bool:
        """A choice that leads straight back to the merge before it: a loop."""
        if spot.role is not Role.CHOICE or len(spot.ins) != 1 or len(spot.outs) < 2:
            return False
        forth = spot.way_in
        top = forth.source
        back = next((e for e in self._free(spot) if e.target is top), None)
        if back is None or top is None or top.role is not Role.MERGE:
            return False
        block = repeat(forth.block, every([spot.block, back.block, top.block]))
        if block.height > MAX_HEIGHT:
            return False
        forth.block = block
        self._cut(back)
        return True

    def _body(self, spot: Spot) -> bool:
        """A sub-process or call that has become one block is like a task."""
        if spot.body is None:
            return False
        content = self._content(spot.body)
        if content is None:
            return False
        block = every([spot.block, content])
        if spot.repeats:
            block = repeat(block, EMPTY)
        if block.height > MAX_HEIGHT:
            return False
        spot.block = block
        spot.body = None
        return True

    def _content(self, scope: Scope) -> Block | None:
        """All that happens in a scope, its event sub-processes included, if it is one block."""
        if scope.entry is None:
            return None
        blocks, spot = [], scope.entry.target
        left = set(scope.spots)
        while spot is not None:
            if spot not in left or spot.role is not Role.PASS or not self._is_plain(spot):
                return None
            left.remove(spot)
            blocks.append(self._done(spot))
            spot = spot.outs[0].target if spot.outs else None
        interrupting = []
        for handler in scope.handlers:
            inner = self._content(handler.body)
            if inner is None or handler in self.thrown_to:
                return None
            block = every([leaf(handler.label), inner])
            if handler.interrupting:
                interrupting.append(block)
            else:
                blocks.append(one_of([EMPTY, repeat(block, EMPTY)]))
        if interrupting:
            blocks.append(one_of([EMPTY, *interrupting]))
        return None if left else every(blocks)

    def _terminate(self, spot: Spot) -> bool:
        """Where there is only ever one token, a terminate end is like any other."""
        if spot.throws is None or spot.throws.trigger is not Trigger.TERMINATE:
            return False
        if self.scope.handlers or any(
            other.role in (Role.FORK, Role.SOME)
            or (other.role is Role.BOUNDARY and other.node and not other.node.interrupting)
            for other in self.scope.spots
            if other not in self.gone
        ):
            return False
        spot.throws = None
        return True

    def _besides(self, spot: Spot) -> bool:
        """A non-interrupting boundary event whose way ends by itself belongs to its host."""
        host = spot.host
        if host is None or host.body is not None or spot in self.thrown_to:
            return False
        if spot.node is None or spot.node.interrupting or not self._ends_alone(spot):
            return False
        block = self._handled(spot)
        if not spot.fires_once:
            block = repeat(block, EMPTY)
        block = every([host.block, one_of([EMPTY, block])])
        if block.height > MAX_HEIGHT:
            return False
        host.block = block
        self._remove(spot)
        return True

    def _interrupted(self, spot: Spot) -> bool:
        """An activity all of whose boundary events lead to where it leads itself."""
        if spot.body is not None or not spot.boundaries or len(spot.outs) != 1:
            return False
        out = spot.outs[0]
        ends = out.target is not None and self._is_end(out.target)
        for boundary in spot.boundaries:
            if boundary in self.thrown_to or not (boundary.node and boundary.node.interrupting):
                return False
            if ends and self._ends_alone(boundary):
                continue
            if ends or len(boundary.outs) != 1 or boundary.outs[0].target is not out.target:
                return False
        if out.target is None or (out.target.role is not Role.MERGE and not ends):
            return False
        if spot.optional and (out.block is not EMPTY or ends):
            return False
        ways = [self._to_the_end(out) if ends else out.block]
        ways += [self._handled(b) for b in spot.boundaries]
        block = every([spot.block, one_of(ways)])
        if block.height > MAX_HEIGHT:
            return False
        spot.block = block
        out.block = EMPTY
        if ends:
            self._empty(out.target)
        for boundary in list(spot.boundaries):
            self._remove(boundary)
        return True

    # parts -------------------------------------------------------------------

    def _is_plain(self, spot: Spot) -> bool:
        """Whether all a spot does is its block."""
        return not (
            spot.throws is not None
            or spot.body is not None
            or spot.boundaries
            or spot.role is Role.BOUNDARY
            or spot.forgets & self.keys
        )

    def _is_end(self, spot: Spot) -> bool:
        """Whether one token ends there, and nothing else happens."""
        return (
            spot.role is Role.PASS and len(spot.ins) == 1 and not spot.outs and self._is_plain(spot)
        )

    def _ends_alone(self, boundary: Spot) -> bool:
        if not boundary.outs:
            return True
        target = boundary.outs[0].target
        return len(boundary.outs) == 1 and target is not None and self._is_end(target)

    @staticmethod
    def _done(spot: Spot) -> Block:
        return one_of([EMPTY, spot.block]) if spot.optional else spot.block

    def _to_the_end(self, edge: Edge) -> Block:
        """What happens on a way to an end, the end included."""
        assert edge.target is not None
        return every([edge.block, self._done(edge.target)])

    def _handled(self, boundary: Spot) -> Block:
        """What happens from a boundary event to the end or merge its way leads to."""
        blocks = [boundary.block]
        for edge in boundary.outs:
            ends = edge.target is not None and self._is_end(edge.target)
            blocks.append(self._to_the_end(edge) if ends else edge.block)
        return every(blocks)

    @staticmethod
    def _free(spot: Spot) -> list[Edge]:
        """Exits taken on no condition known here."""
        chosen = [e for e in spot.outs if not e.is_bound]
        if spot.role is Role.SOME:
            return [e for e in chosen if not (e.is_default or e.is_always)]
        return chosen

    # changes -----------------------------------------------------------------

    def _merge(self, ways: list[Edge], block: Block) -> bool:
        """Let the first way stand for all; each other, and the end it may lead to, goes."""
        if block.height > MAX_HEIGHT:
            return False
        first, target = ways[0], ways[0].target
        first.block = block
        if target is not None and self._is_end(target):
            self._empty(target)
        for way in ways[1:]:
            self._cut(way)
        return True

    @staticmethod
    def _empty(end: Spot) -> None:
        """Leave an end only as the place where the token goes; what it does is done before."""
        end.block = EMPTY
        end.optional = False
        if end.node is not None and end.node.kind.is_activity:
            end.node, end.label = None, ""

    @staticmethod
    def _replace(edge: Edge, other: Edge) -> None:
        """Let another edge lead where one leads."""
        target = edge.target
        assert target is not None
        del target.ins[edge]
        target.ins[other] = None
        other.target = target

    def _cut(self, edge: Edge) -> None:
        """Take an edge away, and the end only it leads to."""
        if edge.source is not None:
            edge.source.outs.remove(edge)
        if edge.target is not None:
            del edge.target.ins[edge]
            if not edge.target.ins and edge.target.role is Role.PASS and not edge.target.outs:
                self.gone.add(edge.target)

    def _remove(self, boundary: Spot) -> None:
        assert boundary.host is not None
        boundary.host.boundaries.remove(boundary)
        for edge in list(boundary.outs):
            self._cut(edge)
        self.gone.add(boundary)

    def _draw(self, edge: Edge) -> None:
        """Make a spot of what happens on an edge."""
        target = edge.target
        if edge.block is EMPTY or target is None:
            return
        spot = Spot(Role.PASS, self.scope, block=edge.block)
        spot.label = next(iter(edge.block.shortest), "")
        after = Edge(spot)
        self._replace(edge, after)
        spot.ins, spot.outs = {edge: None}, [after]
        edge.target, edge.block = spot, EMPTY
        self.scope.spots.append(spot)

    def _fuse(self, spot: Spot) -> None:
        """Let an activity or event take its tokens itself instead of from an undrawn merge."""
        if spot.role is not Role.MERGE or spot.node is not None or len(spot.outs) != 1:
            return
        target = spot.outs[0].target
        if target is None or target.role is not Role.PASS:
            return
        target.ins = spot.ins
        for edge in spot.ins:
            edge.target = target
        self.gone.add(spot)
