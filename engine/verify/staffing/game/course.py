"""The world's side of the game: where a case may be, and what may come next.

Built from the unreduced token game of :mod:`engine.verify.behaviour`, in which every
step is a move of its own. Positions are numbers of its reachable states. Step sets
are masks over ``Course.steps``.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from engine.model.procedure import NodeKind, Procedure, Trigger
from engine.verify.behaviour.block import EMPTY, TooMany, bits, maximal
from engine.verify.behaviour.build import build
from engine.verify.behaviour.condensation import condense
from engine.verify.behaviour.moves import compile_plan
from engine.verify.behaviour.net import Move, Net
from engine.verify.behaviour.plan import Plan, Role, Spot

from .unfold import awaited, gateway_before, is_awaiting, unfold

#: Procedures with more positions are judged by their steps alone.
MAX_POSITIONS = 8_000
#: Most maximal step sets kept for a position.
MAX_RUNS = 48


@dataclass(slots=True)
class Position:
    """One reachable state, as the players see it."""

    #: Where the world may lead: gateways while some can act, else events.
    world: list[int] = field(default_factory=list)
    #: What the office may do: steps (0 for finishing one that is begun), and all that
    #: may follow. Empty while a gateway can act.
    office: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    #: Steps with a token, outside parties' included; what a runtime shows as waiting.
    waiting: int = 0
    #: Events a runtime shows as awaited, as a mask over ``Course.events``.
    events: int = 0
    #: Steps that may still be executed.
    ahead: int = 0
    #: Steps that the world can have opened, in whatever order the office works.
    forced: int = 0
    #: Steps executed on every way here, and on some way.
    always: int = -1
    ever: int = 0
    #: Maximal sets of steps still executed together; None where they are too many.
    runs: frozenset[int] | None = None


class Course:
    """Every position of one procedure.

    Parameters
    ----------
    inside : ids of the steps officers of the office take.
    """

    def __init__(
        self, procedure: Procedure, library: Mapping[str, Procedure], inside: Iterable[str]
    ) -> None:
        plan = build(procedure, library)
        self.steps = tuple(plan.steps)
        self.number = {step: number for number, step in enumerate(self.steps)}
        #: Messages and timers that tell positions apart, by label.
        self.events: dict[str, int] = {}
        self.inside = self.mask(inside)
        #: For each step, those that some run may execute as well.
        self.together = [0] * len(self.steps)
        #: Empty where the procedure cannot be played out.
        self.positions: list[Position] = []
        #: By position: moves and the positions they lead to.
        self.moves: list[list[tuple[Move, int]]] = []
        self._at: dict[int, list[int]] = {}
        #: By the spot that finishes a step: the one that claims it.
        self._claims: dict[Spot, Spot] = {}
        if not (plan.unsupported or plan.opaque):
            self._know(plan)
        if not self.positions:
            self.together = [self.inside] * len(self.steps)

    def _know(self, plan: Plan) -> None:
        self._claims = unfold(plan)
        net = compile_plan(plan)
        if not plan.unsupported and self._explore(net):
            self._play(net)
            self._look_ahead(self._is_orderly(plan))
            self._force()
            self._look_back()
            for number, position in enumerate(self.positions):
                if position.office or not position.world:
                    self._at.setdefault(position.waiting, []).append(number)

    @property
    def is_known(self) -> bool:
        """Whether every position is known; else only the steps are."""
        return bool(self.positions)

    def is_inside(self, step: str) -> bool:
        """Whether officers of the office take the step."""
        number = self.number.get(step)
        return number is not None and bool(self.inside >> number & 1)

    def mask(self, steps: Iterable[str]) -> int:
        """The bits of some steps; unknown ones have none."""
        number = self.number
        return sum(1 << number[step] for step in set(steps) if step in number)

    def locate(self, shown: Collection[str], executed: int, step: int) -> list[int]:
        """Positions a case may be in in which ``step`` waits; none when that is unknown.

        Parameters
        ----------
        shown : steps and events the case waits for, its child cases' included.
        executed : steps officers did or hold.
        """
        waiting = self.mask(shown)
        events = sum(1 << self.events[label] for label in set(shown) & self.events.keys())
        found = self._at.get(waiting, [])
        if not found:
            near = [w for w in self._at if not w & ~waiting and w >> step & 1]
            largest = [w for w in near if not any(w != v and not w & ~v for v in near)]
            found = [number for w in largest for number in self._at[w]]
        found = [
            number
            for number in found
            if not self.positions[number].always & self.inside & ~executed
            and not executed & ~(self.positions[number].ever | waiting)
        ]
        return [n for n in found if self.positions[n].events == events] or found

    def shows(self, positions: Iterable[int], shown: Collection[str]) -> bool:
        """Whether a case at each of these positions alone would wait for all this."""
        waiting = self.mask(shown)
        events = sum(1 << self.events[label] for label in set(shown) & self.events.keys())
        at = (self.positions[number] for number in positions)
        return all((found.waiting, found.events) == (waiting, events) for found in at)

    # building ----------------------------------------------------------------

    def _explore(self, net: Net) -> bool:
        """Every reachable state; False when they are too many or tokens pile up."""
        states, number = [net.start], {net.start: 0}
        for state in states:
            out = []
            for move in net.possible(state):
                kept = state & move.keeps
                then = kept | move.puts
                there = number.setdefault(then, len(states))
                if there == len(states):
                    states.append(then)
                out.append((move, there))
                if kept & move.puts & net.tokens or len(states) > MAX_POSITIONS:
                    return False
            self.moves.append(out)
        self.states = states
        return True

    def _is_orderly(self, plan: Plan) -> bool:
        """Whether the order of the office's moves never decides which steps come."""
        if all(len(position.office) < 2 for position in self.positions):
            return True
        spots = [spot for scope in plan.scopes() for spot in scope.spots]
        return not plan.values and not any(spot.throws for spot in spots)

    def _play(self, net: Net) -> None:
        begun = [
            (net.edges(spot.ins), steps)
            for scope in net.plan.scopes()
            for spot in scope.spots
            if spot.role is Role.PASS and (steps := self._claims.get(spot, spot).block.steps)
        ]
        shown = list(awaited(net))
        self.events = {label: number for number, (_, label) in enumerate(shown)}
        for state, out in zip(self.states, self.moves, strict=True):
            position = Position()
            acts: dict[tuple[Spot | None, int], set[int]] = {}
            at_once = False
            for move, there in out:
                if self._is_work(move):
                    acts.setdefault((move.spot, move.block.steps), set()).add(there)
                else:
                    position.world.append(there)
                    at_once = at_once or self._is_at_once(move)
            position.office = (
                []
                if at_once
                else [(steps, tuple(sorted(there))) for (_, steps), there in acts.items()]
            )
            for bits_, step in begun:
                if state & bits_:
                    position.waiting |= step
            for number, (bits_, _) in enumerate(shown):
                if state & bits_:
                    position.events |= 1 << number
            self.positions.append(position)

    def _is_work(self, move: Move) -> bool:
        """Whether an officer does it: takes a step, or finishes one that was claimed."""
        spot = move.spot
        if spot is None or spot.node is None or not spot.node.kind.is_task:
            return False
        steps = self._claims.get(spot, spot).block.steps
        return bool(steps & self.inside and (move.block.steps or spot in self._claims))

    @staticmethod
    def _is_at_once(move: Move) -> bool:
        """Whether it happens by itself: all but events and outside parties' steps."""
        spot = move.spot
        if spot is None:
            return move.block is EMPTY
        node = spot.node
        if node is None:
            return True
        if node.kind.is_task or spot.role is Role.BOUNDARY:
            return False
        if node.kind is NodeKind.EVENT_BASED_GATEWAY:
            return not is_awaiting(spot)
        if node.kind is NodeKind.CATCH_EVENT and node.event:
            return node.event.trigger is Trigger.LINK or gateway_before(spot) is not None
        return True

    def _look_ahead(self, orderly: bool) -> None:
        """What may still come, backwards through loops."""
        moves, positions = self.moves, self.positions
        condensed = condense([[there for _, there in out] for out in moves])
        component_of = condensed.component_of
        families: list[frozenset[int] | None] = []
        for component, members in enumerate(condensed.members):
            within = after = 0
            sets: set[int] | None = set() if orderly else None
            for state in members:
                for move, there in moves[state]:
                    steps = move.block.steps & self.inside
                    if component_of[there] == component:
                        within |= steps
                        continue
                    after |= steps | positions[there].ahead
                    family = families[component_of[there]]
                    if family is None or sets is None:
                        sets = None
                    else:
                        sets.update(steps | other for other in family)
            families.append(_family(within, sets))
            for state in members:
                positions[state].ahead = within | after
                positions[state].runs = families[component]
        for out in moves:
            for move, there in out:
                for step in bits(move.block.steps & self.inside):
                    self.together[step] |= positions[there].ahead
        for step, others in enumerate(list(self.together)):
            for other in bits(others):
                self.together[other] |= 1 << step

    def _force(self) -> None:
        positions = self.positions
        changed = True
        while changed:
            changed = False
            for position in reversed(positions):
                found = position.forced
                for there in position.world:
                    found |= positions[there].forced
                common = -1
                for steps, then in position.office:
                    found |= steps
                    mine = 0
                    for there in then:
                        mine |= positions[there].forced
                    common &= mine
                if position.office:
                    found |= common
                if found != position.forced:
                    position.forced, changed = found, True

    def _look_back(self) -> None:
        positions = self.positions
        positions[0].always = 0
        changed = True
        while changed:
            changed = False
            for position, out in zip(positions, self.moves, strict=True):
                for move, there in out:
                    then = positions[there]
                    always = then.always & (position.always | move.block.steps)
                    ever = then.ever | position.ever | move.block.steps
                    if (always, ever) != (then.always, then.ever):
                        then.always, then.ever, changed = always, ever, True


def _family(within: int, sets: set[int] | None) -> frozenset[int] | None:
    if sets is None:
        return None
    try:
        return maximal({within | steps for steps in sets} or {within}, MAX_RUNS)
    except TooMany:
        return None
