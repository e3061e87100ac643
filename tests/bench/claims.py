"""Looking ahead when a step is claimed: processor time, for these are shorter than a time slice."""

import gc
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from random import Random

from engine.bpmn.reader import read
from engine.verify.behaviour.block import bits
from engine.verify.staffing.game import CaseState, Game, course_of, may_claim
from engine.verify.staffing.game.seats import Deed
from engine.verify.staffing.item import ItemProblem
from tests.claims.instances import Grower, item_of
from tests.claims.oracle import Rules
from tests.claims.scenes import word
from tests.proof.draw import Drawer

from .row import Row

#: Games measured for each row, and the share of step pairs that are separated.
GAMES = 40
DENSITY = 0.3


def rows() -> Iterator[Row]:
    """Figures of the look-ahead."""
    first, again, answers = _measured(steps=12, officers=12)
    yield _row("claim, 12 steps × 12 officers", first, 1.0)
    yield _row("the same, remembered", again, 0.1)
    yield _row("claim, 20 steps × 200 officers", _measured(steps=20, officers=200)[0], 30.0)
    undecided = answers["unknown"] / sum(answers.values()) * 100
    yield Row(name="claims of 12 × 12 left undecided", value=undecided, unit="%")


def _row(name: str, durations: list[float], cap: float) -> Row:
    value = sorted(durations)[int(len(durations) * 0.99)]
    return Row(name=f"{name}, p99", value=value, unit="ms", reach=f"< {cap:g} ms", ok=value < cap)


def _measured(*, steps: int, officers: int) -> tuple[list[float], list[float], Counter[str]]:
    """Milliseconds of claims asked for the first time and once more, and the answers."""
    random = Random(20 * steps + officers)
    first: list[float] = []
    again: list[float] = []
    answers: Counter[str] = Counter()
    gc.disable()
    for _ in range(GAMES):
        item, game = _game(random, steps, officers)
        for state, step, officer in _claims(game, random):
            fresh = replace(state, game=Game(item, game.course))
            first.append(_milliseconds(fresh, step, officer, answers))
            again.append(_milliseconds(fresh, step, officer, Counter()))
    gc.enable()
    return first, again, answers


def _milliseconds(state: CaseState, step: str, officer: str, answers: Counter[str]) -> float:
    start = time.thread_time()
    answer = may_claim(state, step, officer)
    taken = (time.thread_time() - start) * 1000
    answers[word(answer)] += 1
    return taken


def _game(random: Random, steps: int, officers: int) -> tuple[ItemProblem, Game]:
    """A random block-structured procedure of so many steps, and a random roster."""
    names: list[str] = []
    while len(names) != steps:
        tree = Grower(random, steps, wide=False).block()
        (procedure,) = read(Drawer().document(tree, None), path="game.bpmn").procedures
        names = [node.id for node in procedure.steps()]
    people = [f"o{number}" for number in range(officers)]
    may: dict[str, set[str]] = {name: {random.choice(people)} for name in names}
    most = random.choice((2, steps // 4, steps // 2))
    for officer in people:
        for name in random.sample(names, random.randint(1, most)):
            may[name].add(officer)
    pairs = [frozenset(pair) for pair in combinations(names, 2)]
    rules = Rules(
        may={name: frozenset(who) for name, who in may.items()},
        persons={name: 2 if random.random() < 0.1 else 1 for name in names},
        separate=frozenset(pair for pair in pairs if random.random() < DENSITY),
        bind=frozenset(),
        avoid=frozenset(),
    )
    item = item_of(procedure, rules, people)
    return item, Game(item, course_of(item, {procedure.id: procedure}))


def _claims(game: Game, random: Random) -> Iterator[tuple[CaseState, str, str]]:
    """Claims by officers the rules allow, along one random run."""
    course, terms = game.course, game.terms
    at, deeds = 0, tuple[Deed, ...]()
    for _ in range(60):
        if not course.is_known:
            return
        position = course.positions[at]
        moves = [(there, deeds) for there in position.world]
        waiting = frozenset(course.steps[step] for step in bits(position.waiting))
        for steps, ends in position.office:
            for step in bits(steps):
                allowed = list(bits(terms.allowed(step, deeds, {})))
                for place in random.sample(allowed, min(3, len(allowed))):
                    claim = (terms.officers[place], course.steps[step])
                    state = CaseState(game=game, waiting=waiting, deeds=deeds)
                    yield state, claim[1], claim[0]
                    moves += [(there, (*deeds, claim)) for there in ends]
            if not steps:
                moves += [(there, deeds) for there in ends]
        if not moves:
            return
        at, deeds = random.choice(moves)
