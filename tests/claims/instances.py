"""Random small games: a procedure, a roster, and where a case stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from random import Random

from engine.bpmn.reader import read
from engine.model.office import Avoidance, Officer
from engine.model.procedure import Procedure
from engine.verify import explore
from engine.verify.staffing.game import CaseState, Game, course_of
from engine.verify.staffing.item import ItemProblem, Restriction, Seat
from tests.proof.draw import Drawer
from tests.proof.trees import Choice, Guarded, Inside, Loop, Parallel, Sequence, Task, Tree

from .oracle import At, Play, Rules, at_once, awaiting, happenings, waiting

NOTHING = Sequence(())
_KINDS = (
    *("task", "sequence", "sequence", "choice", "choice", "event"),
    *("all", "some", "loop", "guard", "guard", "inside"),
)


class Grower:
    """Grows a tree of few steps."""

    def __init__(self, random: Random, steps: int, *, wide: bool = True) -> None:
        self.random = random
        self.left = steps
        #: Without inclusive branches where many steps are to have few positions.
        self.kinds = _KINDS if wide else tuple(k for k in _KINDS if k != "some")
        self.names = 0

    def name(self, kind: str) -> str:
        self.names += 1
        return f"{kind}{self.names}"

    def task(self) -> Task:
        self.left -= 1
        return Task(self.name("t"))

    def inside(self, depth: int) -> Inside:
        return Inside(self.name("sub"), self.block(depth + 1))

    def block(self, depth: int = 0) -> Tree:
        kind = self.random.choice(self.kinds)
        if self.left <= 1 or depth > 3:
            kind = "task"
        if depth == 0:
            kind = "sequence"
        if kind == "task":
            return self.task()
        if kind == "loop":
            body = self.block(depth + 1)
            return Loop(body, self.block(depth + 2) if self.random.random() < 0.4 else NOTHING)
        if kind == "guard":
            host = self.task() if self.random.random() < 0.5 else self.inside(depth)
            interrupting = self.random.random() < 0.6
            return Guarded(host, self.block(depth + 2), interrupting, once=True)
        if kind == "inside":
            return self.inside(depth)
        parts = tuple(self.block(depth + 1) for _ in range(self.random.choice((2, 2, 3))))
        if kind == "sequence":
            return Sequence(parts)
        if kind in ("choice", "event"):
            if self.random.random() < 0.2:
                parts = (*parts[:-1], NOTHING)
            return Choice(parts, by_event=kind == "event")
        return Parallel(parts, inclusive=kind == "some")


@dataclass(frozen=True)
class Instance:
    """One game, for the oracle and for the engine."""

    tree: Tree
    rules: Rules
    play: Play
    game: Game
    #: Ids of the events that begin some blocks, by these blocks.
    events: Mapping[tuple[Tree, ...], tuple[str, ...]]


def instance(random: Random) -> Instance:
    """A random game; seldom one that is lost from the start."""
    while True:
        drawn = _drawn(random)
        if random.random() < 0.15 or drawn.play.wins(drawn.play.start):
            return drawn


def _drawn(random: Random) -> Instance:
    tree = Grower(random, random.randint(2, 6)).block()
    pen = _Pen()
    document = read(pen.document(tree, None), path="game.bpmn")
    assert document.faults == ()
    (procedure,) = document.procedures
    names = [node.id for node in procedure.steps()]
    people = [f"o{number}" for number in range(random.randint(2, 3))]
    density = random.choice((0.3, 0.5, 0.7))
    pairs = [frozenset(pair) for pair in combinations(names, 2)]
    bind = frozenset(random.sample(pairs, 1) if pairs and random.random() < 0.15 else ())
    several = {s for pair in bind for s in sorted(pair) if random.random() < 0.3}
    rules = Rules(
        may={
            name: frozenset(
                random.sample(people, random.choice((1, 2, 2, 3)) % (len(people) + 1) or 1)
            )
            for name in names
        },
        persons={name: 2 if random.random() < 0.06 or name in several else 1 for name in names},
        separate=frozenset(pair for pair in pairs if random.random() < density),
        bind=bind,
        avoid=frozenset({frozenset(people[:2])} if random.random() < 0.2 else ()),
    )
    item = item_of(procedure, rules, people)
    game = Game(item, course_of(item, {procedure.id: procedure}))
    nodes, flows = procedure.nodes, procedure.flows
    events = {
        parts: tuple(flows[flow].target for flow in nodes[gateway].outgoing)
        for parts, gateway in pen.gateways.items()
    }
    events |= {
        (handler,): tuple(n.id for n in nodes.values() if n.attached_to == host)
        for handler, host in pen.hosts.items()
    }
    return Instance(tree, rules, Play(tree, rules), game, events)


class _Pen(Drawer):
    """Draws, and keeps what stands for which block."""

    def __init__(self) -> None:
        super().__init__()
        #: By the branches: the gateway before them.
        self.gateways: dict[tuple[Tree, ...], str] = {}
        #: By the handler of an event: the activity the event sits on.
        self.hosts: dict[Tree, str] = {}

    def _choice(self, tree: Choice, parts: list[str]) -> tuple[str, str]:
        entry, leave = super()._choice(tree, parts)
        if tree.by_event:
            self.gateways[tree.parts] = entry
        return entry, leave

    def _guarded(self, tree: Guarded, parts: list[str]) -> tuple[str, str]:
        assert isinstance(tree.host, Task | Inside)
        self.hosts[tree.handler] = tree.host.name
        return super()._guarded(tree, parts)


def item_of(procedure: Procedure, rules: Rules, people: list[str]) -> ItemProblem:
    """The staffing problem the rules state."""
    seats = [
        Seat(id=f"{step}#{n}" if n else step, step=step, name=step, duty="", post="")
        for step, persons in rules.persons.items()
        for n in range(persons)
    ]
    restrictions = (
        *(Restriction(kind="separate", seats=(min(pair), max(pair))) for pair in rules.separate),
        *(Restriction(kind="bind", seats=(min(pair), max(pair))) for pair in rules.bind),
    )
    return ItemProblem(
        procedure=procedure,
        behaviour=explore(procedure),
        seats={seat.id: seat for seat in seats},
        officers={who: Officer(id=who, name=who) for who in people},
        authorised={
            who: frozenset(s.id for s in seats if who in rules.may[s.step]) for who in people
        },
        restrictions=restrictions,
        avoidances=tuple(Avoidance(officers=(min(pair), max(pair))) for pair in rules.avoid),
        day=date(2026, 3, 2),
    )


def positions(random: Random, game: Instance, moves: int) -> Iterator[At]:
    """Stable positions along one random run by the rules."""
    at = game.play.start
    for _ in range(moves):
        while (found := at_once(at[0])) is not None:
            at = (random.choice(found), at[1])
        yield at
        ways: list[At] = []
        for what, step, then, _beside in happenings(at[0]):
            after = game.play.taken(step, at[1]) if what == "claim" else [at[1]]
            ways += [(then, deeds) for deeds in after]
        if not ways:
            return
        at = random.choice(ways)


def state_of(game: Instance, at: At) -> CaseState:
    """What a runtime would tell of the position."""
    return CaseState(
        game=game.game,
        waiting=frozenset(step for _, step in waiting(at[0]))
        | {event for kept in awaiting(at[0]) for event in game.events[kept.parts]},
        deeds=tuple(sorted(at[1])),
    )
