"""Partial-order reduction: which of the possible moves are enough to explore in a state.

Moves that touch different bits may be played in any order: one order is enough.
A *strong stubborn set* of a state holds, with each possible move, every move that
could disturb it or be disturbed by it, and with each impossible move, every move
one of which must come before it becomes possible. Playing only the possible moves
of such a set keeps, for each run to a state without moves, a run that plays the
same moves with dependent ones in the same order. So finished cases and deadlocks,
what is executed before them and every collision of tokens on the way are all
there; and a case that can get lost in an endless loop still shows it.

Source: A. Valmari, Stop It, and Be Stubborn!, ACM TECS 16(2), 2017; the proof that
*always may terminate* needs no condition on cycles is its theorem 4.1's argument:
a move of the way to the end either is in the run already, or commutes with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from .block import bits
from .net import Move, Net
from .plan import Spot


@dataclass(slots=True)
class _Touch:
    """The bits a move reads or changes, with those of the ends it comes to at once."""

    needs: int
    forbids: int
    #: Bits gone afterwards.
    takes: int
    #: Bits set afterwards that need not have been there.
    gives: int
    #: Bits an inclusive join looks at.
    reads: int = 0

    def add(self, other: "_Touch") -> None:
        self.needs |= other.needs
        self.forbids |= other.forbids
        self.takes |= other.takes
        self.gives |= other.gives
        self.reads |= other.reads


class Stubborn:
    """Chooses moves; sets of moves are bit masks over their numbers."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.urgent = net.urgent
        self.moves = [m for m in net.numbered if not m.needs & net.urgent]
        #: By the number of a bit: the moves that need, take, give, forbid it, or look at it.
        self.needers: dict[int, int] = defaultdict(int)
        self.takers: dict[int, int] = defaultdict(int)
        self.givers: dict[int, int] = defaultdict(int)
        self.forbidders: dict[int, int] = defaultdict(int)
        self.readers: dict[int, int] = defaultdict(int)
        self.touches: dict[int, _Touch] = {}
        #: By step: the moves that execute it.
        self.doers: dict[int, int] = defaultdict(int)
        for move in self.moves:
            self._index(move)
        self._disturbing: dict[int, int] = {}
        self._spared: dict[int, int] = {}
        #: Moves that cancel something, with all the bits that are the same afterwards
        #: whatever they were before.
        self.cancels = [(m, c) for m in self.moves if (c := self._cleared(m)) & ~m.needs]
        self._ranks = _ranks(net)

    def _index(self, move: Move) -> None:
        touch = self._touch(move)
        self.touches[move.number] = touch
        mine = 1 << move.number
        for mask, index in (
            (touch.needs, self.needers),
            (touch.takes, self.takers),
            (touch.gives, self.givers),
            (touch.forbids, self.forbidders),
            (touch.reads, self.readers),
            (move.block.steps, self.doers),
        ):
            for bit in bits(mask):
                index[bit] |= mine

    def _cleared(self, move: Move) -> int:
        """The bits a move sets to one value, at once or through the end it leads to."""
        cleared = 0
        while move.gather is None:
            cleared |= self.net.everything & ~move.keeps
            urgent = move.puts & self.urgent
            if not urgent:
                return cleared
            then = self.net.moves.get(urgent.bit_length() - 1, ())
            if len(then) != 1 or then[0].needs != urgent or then[0].forbids:
                return 0
            move = then[0]
        return 0

    def rank(self, move: Move) -> tuple[int, int]:
        """Moves early in the drawing first, and one branch after the other."""
        return self._ranks.get(move.spot, 0) if move.spot else 0, move.number

    def _touch(self, move: Move) -> _Touch:
        """What a move touches, and all that the urgent ends it leads to touch."""
        whole = _alone(self.net, move)
        seen, waiting = set(), [move]
        while waiting:
            for bit in bits(waiting.pop().puts & self.urgent):
                for then in self.net.moves.get(bit, ()):
                    if then.number not in seen:
                        seen.add(then.number)
                        waiting.append(then)
                        whole.add(_alone(self.net, then))
        whole.needs &= ~self.urgent
        return whole

    def enough(self, state: int, possible: Sequence[Move]) -> Sequence[Move]:
        """Those of the possible moves that are enough in this state."""
        shared = possible[0].needs
        for move in possible:
            shared &= move.needs
        if shared or len(possible) == 1 or state & self.urgent:
            return possible
        enabled = sum(1 << move.number for move in possible)
        best, fewest = enabled, len(possible)
        tried = 0
        for move in sorted(possible, key=self.rank):
            if tried >> move.number & 1:
                continue
            rivals = sum(1 << m.number for m in possible if m.needs & move.needs)
            tried |= rivals | 1 << move.number
            found = self._close(state, move.number, enabled, fewest)
            count = found.bit_count()
            if count < fewest:
                best, fewest = found, count
                if not found & ~rivals:
                    break
        return [move for move in possible if best >> move.number & 1]

    def towards(self, state: int, step: int) -> tuple[Sequence[Move], int]:
        """The possible moves of a stubborn set with all that do step number ``step``, and its size.

        Each run that executes the step plays a move of the set, and the first it plays
        could as well have come first of all: those moves are enough for a shortest run.
        """
        first = [*islice(self.net.possible(state), 2)]
        if len(first) < 2:
            return first, len(first)
        if state & self.urgent:
            return [*self.net.possible(state)], len(first)
        found, given = [], 0
        chosen = waiting = self.doers[step]
        while waiting:
            bit = waiting & -waiting
            number = bit.bit_length() - 1
            move = self.net.numbered[number]
            given |= move.puts
            if move.is_possible(state):
                found.append(move)
                more = self._disturbed(number)
            else:
                more = self._awaited(state, number, chosen, given)
            waiting = (waiting ^ bit) | (more & ~chosen)
            chosen |= more
        return found, chosen.bit_count()

    def _close(self, state: int, seed: int, enabled: int, fewest: int) -> int:
        """The possible moves of a stubborn set with one move; any where they are not few."""
        chosen = waiting = 1 << seed
        spared, held = self._sparing(seed), 0
        while waiting:
            bit = waiting & -waiting
            waiting ^= bit
            number = bit.bit_length() - 1
            if enabled & bit:
                spared &= self._sparing(number)
                more = self._disturbed(number)
            else:
                more = self._awaited(state, number, chosen | spared)
            held |= more & spared
            more = (more | held) & ~spared & ~chosen
            waiting |= more
            chosen |= more
            if (chosen & enabled).bit_count() >= fewest:
                break
        return chosen & enabled

    def _sparing(self, number: int) -> int:
        """The cancelling moves after which it makes no difference that a move was played."""
        if number not in self._spared:
            touch, found = self.touches[number], 0
            changed = touch.takes | touch.gives
            for cancel, cleared in self.cancels:
                disturbed = touch.takes & cancel.needs | touch.gives & cancel.forbids
                if not changed & ~cleared and not disturbed:
                    found |= 1 << cancel.number
            self._spared[number] = found
        return self._spared[number]

    def _disturbed(self, number: int) -> int:
        """The moves that do not commute with a possible move."""
        if number not in self._disturbing:
            touch, found = self.touches[number], 0
            for bit in bits(touch.takes):
                found |= self.needers[bit] | self.givers[bit] | self.readers[bit]
            for bit in bits(touch.gives):
                found |= self.takers[bit] | self.forbidders[bit] | self.readers[bit]
                if self.net.tokens >> bit & 1:
                    found |= self.givers[bit]
            for bit in bits(touch.needs):
                found |= self.takers[bit]
            for bit in bits(touch.forbids):
                found |= self.givers[bit]
            for bit in bits(touch.reads):
                found |= self.takers[bit] | self.givers[bit]
            self._disturbing[number] = found
        return self._disturbing[number]

    def _awaited(self, state: int, number: int, chosen: int, given: int = 0) -> int:
        """Moves one of which must come before an impossible one: those that add least.

        Bits that moves already chosen have ``given`` are looked at first.
        """
        move = self.net.numbered[number]
        least, size = 0, -1
        for found in self._reasons(state, move, given):
            more = (found & ~chosen).bit_count()
            if size < 0 or more < size:
                least, size = found, more
                if not more:
                    break
        return least

    def _reasons(self, state: int, move: Move, given: int) -> Iterable[int]:
        if move.gather is not None:
            yield from self._join_reasons(state, move)
            return
        missing = move.needs & ~state
        for mask in (missing & given, missing & ~given):
            yield from (self.givers[bit] for bit in bits(mask))
        yield from (self.takers[bit] for bit in bits(move.forbids & state))

    def _join_reasons(self, state: int, move: Move) -> list[int]:
        """An inclusive join: a token on its way must go, or come to an entrance it leads to."""
        assert move.gather is not None
        upstream = move.gather.upstream
        found = []
        for bit in bits(state & self.touches[move.number].reads):
            ends = [entrance for entrance, before in upstream.items() if before >> bit & 1]
            if any(entrance & state for entrance in ends):
                continue
            awaited = self.takers[bit]
            for entrance in ends:
                awaited |= self.givers[entrance.bit_length() - 1]
            found.append(awaited)
        if found:
            return found
        awaited = 0
        for entrance in upstream:
            awaited |= self.givers[entrance.bit_length() - 1]
        return [awaited]


def _alone(net: Net, move: Move) -> _Touch:
    takes = net.everything & ~move.keeps & ~move.puts
    touch = _Touch(move.needs, move.forbids, takes, move.puts & ~move.needs)
    if move.gather is not None:
        for before in move.gather.upstream.values():
            touch.reads |= before
    return touch


def _ranks(net: Net) -> dict[Spot, int]:
    """Every spot's place in a walk that goes to the end of a branch before the next."""
    found: dict[Spot, int] = {}
    for scope in net.plan.scopes():
        waiting = [*reversed(scope.spots)]
        if scope.entry is not None and scope.entry.target is not None:
            waiting.append(scope.entry.target)
        while waiting:
            spot = waiting.pop()
            if spot in found:
                continue
            found[spot] = len(found)
            ways = [*spot.outs, *(edge for b in spot.boundaries for edge in b.outs)]
            waiting += [edge.target for edge in reversed(ways) if edge.target is not None]
    return found
