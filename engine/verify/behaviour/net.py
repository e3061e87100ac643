"""The token game of a plan: states and moves as Python-int bit masks.

A state has one bit per edge (a token on it), per activity that is under way and
has something on its boundary, per living scope, and per value a fact is known
not to have. State 0 is the finished case.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.model.procedure import Trigger

from .block import EMPTY, Block, bits
from .gather import Gather
from .plan import Edge, Plan, Scope, Spot


class Move(NamedTuple):
    """One move of the game: possible when ``needs`` are all there and ``forbids`` all absent."""

    #: Its place in :attr:`Net.numbered`.
    number: int
    needs: int
    forbids: int
    #: All bits but those taken away.
    keeps: int
    puts: int
    #: What is executed.
    block: Block
    #: Bit of the spot whose steps are executed, else 0.
    atom: int
    spot: Spot | None
    #: Set for inclusive joins, whose condition no mask expresses.
    gather: Gather | None = None

    def is_possible(self, state: int) -> bool:
        """Whether the move can be played in a state without tokens on urgent edges."""
        if state & self.needs != self.needs or state & self.forbids:
            return False
        gather = self.gather
        return gather is None or (bool(state & gather.entrances) and gather.may_fire(state))


class Net:
    """The compiled game of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._next = 1
        self._edge: dict[Edge, int] = {}
        self._alive: dict[Scope, int] = {}
        self._active: dict[Spot, int] = {}
        self._armed: dict[Spot, int] = {}
        self._region: dict[Scope, int] = {}
        #: Spots whose blocks hold steps; spot ``i`` has atom ``1 << i``.
        self.atoms: list[Spot] = []
        #: All moves.
        self.numbered: list[Move] = []
        #: Moves by the number of the bit that may make them possible: the masks of single
        #: bits have few different hashes.
        self.moves: dict[int, list[Move]] = defaultdict(list)
        for scope in plan.scopes():
            self._number(scope)
        #: Every bit but those of facts: no move may put one that is there.
        self.tokens = self._next - 1
        self._facts = {
            (key, value): self._bit() for key in plan.values for value in sorted(plan.values[key])
        }
        self.everything = self._next - 1
        #: Edges whose tokens act before anything else moves: those into ends that cancel.
        self.urgent = self.edges(
            edge
            for scope in plan.scopes()
            for spot in scope.spots
            if spot.throws is not None and spot.throws.trigger is not Trigger.ESCALATION
            for edge in spot.ins
        )
        self._numbers: dict[Spot, int] = {}
        self.start = self.begin(plan.root)

    def _bit(self) -> int:
        bit = self._next
        self._next <<= 1
        return bit

    def _number(self, scope: Scope) -> None:
        self._alive[scope] = self._bit()
        for edge in scope.edges():
            self._edge[edge] = self._bit()
        for spot in scope.spots:
            watched = [b for b in spot.boundaries if not b.node or not b.node.interrupting]
            if watched and spot.body is None:
                self._active[spot] = self._bit()
            for boundary in watched:
                if boundary.fires_once:
                    self._armed[boundary] = self._bit()

    def edges(self, edges: Iterable[Edge]) -> int:
        """The bits of some edges."""
        return sum(self._edge[edge] for edge in edges)

    def held(self, spot: Spot) -> int:
        """The bit that is set while the spot's activity is under way, or 0."""
        if spot.body is not None:
            return self._alive[spot.body]
        return self._active.get(spot, 0)

    def region(self, scope: Scope) -> int:
        """Every bit inside the scope."""
        if scope not in self._region:
            mask = self.edges(scope.edges())
            for spot in scope.spots:
                mask |= self._active.get(spot, 0) | self._armed.get(spot, 0)
                if spot.body is not None:
                    mask |= self._alive[spot.body] | self.region(spot.body)
            for handler in scope.handlers:
                mask |= self._alive[handler.body] | self.region(handler.body)
            self._region[scope] = mask
        return self._region[scope]

    def waiting(self, mask: int) -> set[Spot]:
        """The drawn spots some bits lead to or stand for."""
        found = {self._named(e.target) for e, bit in self._edge.items() if bit & mask and e.target}
        found |= {s.host for s, bit in self._alive.items() if bit & mask and s.host}
        return found | {spot for spot, bit in self._active.items() if bit & mask}

    def _named(self, spot: Spot) -> Spot:
        """The spot, or the first one behind it that BPMN draws."""
        while not spot.label and spot.outs and spot.outs[0].target is not None:
            spot = spot.outs[0].target
        return spot

    def ahead(self, spot: Spot) -> set[Spot]:
        """Spots of the same scope that tokens leaving ``spot`` may come to."""
        found: set[Spot] = set()
        waiting = [spot]
        while waiting:
            here = waiting.pop()
            ways = [*here.outs, *(edge for b in here.boundaries for edge in b.outs)]
            new = {e.target for e in ways if e.target is not None} - found
            found |= new
            waiting.extend(new)
        return found

    def alive(self, scope: Scope) -> int:
        """The bit that is set while the scope lives."""
        return self._alive[scope]

    def interrupted(self, scope: Scope) -> int:
        """The bits that say an event sub-process has taken the scope over."""
        return sum(self._alive[h.body] for h in scope.handlers if h.interrupting)

    def busy(self, scope: Scope) -> int:
        """The bits that keep the scope from being finished."""
        return self.region(scope) & ~self.interrupted(scope)

    def armed(self, boundary: Spot) -> int:
        """The bit that is set while a boundary timer has not fired, or 0 where it may again."""
        return self._armed.get(boundary, 0)

    def begin(self, scope: Scope) -> int:
        """The bits put when the scope comes to life."""
        return self._alive[scope] | (self._edge[scope.entry] if scope.entry else 0)

    def whole(self, spot: Spot) -> int:
        """Every bit of an activity under way: itself, its inside, its boundary timers."""
        mask = self.held(spot) | sum(self.armed(b) for b in spot.boundaries)
        return mask | self.region(spot.body) if spot.body is not None else mask

    def excluded(self, key: str, values: Iterable[str]) -> int:
        """The bits that say a fact does not have these values."""
        return sum(self._facts[key, value] for value in values)

    def uncertain(self, keys: Iterable[str]) -> int:
        """Every bit of some facts; keys no gateway asks for have none."""
        known = self.plan.values
        return sum(self.excluded(key, known[key]) for key in keys if key in known)

    def add(
        self,
        *,
        needs: int,
        forbids: int = 0,
        clears: int = 0,
        puts: int = 0,
        spot: Spot | None = None,
        block: Block = EMPTY,
        gather: Gather | None = None,
    ) -> None:
        """Add a move; what it needs is taken away."""
        atom = self._atom(spot) if spot is not None and block.steps else 0
        keeps = self.everything & ~(needs | clears)
        triggers = bits(gather.entrances if gather else needs & -needs)
        move = Move(len(self.numbered), needs, forbids, keeps, puts, block, atom, spot, gather)
        self.numbered.append(move)
        for bit in triggers:
            self.moves[bit].append(move)

    def _atom(self, spot: Spot) -> int:
        if spot not in self._numbers:
            self._numbers[spot] = 1 << len(self.atoms)
            self.atoms.append(spot)
        return self._numbers[spot]

    def possible(self, state: int) -> Iterator[Move]:
        """The moves possible in a state."""
        moves = self.moves
        waiting = state & self.urgent or state & self.tokens
        while waiting:
            bit = waiting & -waiting
            waiting ^= bit
            for move in moves.get(bit.bit_length() - 1, ()):
                # Move.is_possible, written out in the innermost loop.
                if state & move.needs != move.needs or state & move.forbids:
                    continue
                gather = move.gather
                if gather is not None and (
                    state & gather.entrances & -(state & gather.entrances) != bit
                    or not gather.may_fire(state)
                ):
                    continue
                yield move


def labels(spots: Iterable[Spot]) -> tuple[str, ...]:
    """The labels of drawn spots, sorted."""
    return tuple(sorted({spot.label for spot in spots if spot.label}))
