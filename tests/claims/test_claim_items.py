"""On the shipped items every answer is exact: the same as from the whole game, played out."""

import os
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from engine.bpmn.library import Library
from engine.model.office import Appointment, Officer, Roster
from engine.model.procedure import Procedure
from engine.verify.behaviour.block import bits
from engine.verify.staffing.game import CaseState, Game, course_of, may_claim, search
from engine.verify.staffing.game.seats import Deed, Seats
from engine.verify.staffing.item import item_problem, subject_of

from .scenes import CONTROLS, DAY, word

FULL = os.environ.get("QINGDAN_PROVE") == "full"
#: Rosters drawn for each procedure.
ROSTERS = 60 if FULL else 4
LIBRARY = Library.load().procedures


class Plain(search.Search):
    """The game without its two bounds: every decision is played."""

    def fits(self, seats: Seats, steps: int) -> bool:
        return False

    def hopeless_run(self, position: object, seats: Seats, left: int) -> None:
        return None


def drawn(procedure: Procedure, random: Random) -> Game:
    """The game of a procedure and a random roster that holds all its posts."""
    empty = subject_of(
        procedure, LIBRARY, roster=Roster(office="", officers=()), controls=CONTROLS, day=DAY
    )
    posts = sorted({seat.post for seat in item_problem(empty).seats.values()})
    held: dict[str, list[str]] = {f"o{n}": [] for n in range(random.randint(2, 6))}
    for post in posts:
        for officer in random.sample(sorted(held), min(random.choice((1, 1, 2)), len(held))):
            held[officer].append(post)
    officers = tuple(
        Officer(id=id_, name=id_, appointments=tuple(Appointment(post=post) for post in posts))
        for id_, posts in held.items()
    )
    roster = Roster(office="", officers=officers)
    item = item_problem(subject_of(procedure, LIBRARY, roster=roster, controls=CONTROLS, day=DAY))
    return Game(item, course_of(item, LIBRARY))


def played(game: Game, random: Random) -> Iterator[tuple[int, tuple[Deed, ...]]]:
    """Positions in which the office moves, along a random run by the rules, and the deeds."""
    at, deeds = 0, tuple[Deed, ...]()
    for _ in range(80):
        position = game.course.positions[at]
        moves = [(there, deeds) for there in position.world]
        if position.office:
            yield at, deeds
        for steps, ends in position.office:
            for step in bits(steps):
                may = game.terms.allowed(step, deeds, {})
                for bit in bits(may):
                    deed = (game.terms.officers[bit], game.course.steps[step])
                    moves += [(there, (*deeds, deed)) for there in ends]
        if not moves:
            return
        at, deeds = random.choice(moves)


def differences(game: Game, random: Random, tally: Counter[str]) -> Iterator[str]:
    course, terms = game.course, game.terms
    known: dict[tuple[int, Seats], bool] = {}
    for at, deeds in played(game, random):
        waiting = frozenset(course.steps[step] for step in bits(course.positions[at].waiting))
        for step in bits(course.positions[at].waiting & course.inside):
            name = course.steps[step]
            for officer in terms.officers:
                got = word(
                    may_claim(CaseState(game=game, waiting=waiting, deeds=deeds), name, officer)
                )
                plain = Plain(course, terms, known)
                if not terms.allowed(step, deeds, {}) & terms.bit[officer]:
                    want = "rule"
                elif plain.wins([at], terms.seats((*deeds, (officer, name)), {})):
                    want = "yes"
                else:
                    could = plain.wins([at], terms.seats(deeds, {}))
                    want = "look-ahead" if could else "unstaffable"
                tally[want] += 1
                if got != want:
                    yield f"{officer} takes {name} after {deeds}: {got}, not {want}"


@pytest.mark.prove
@pytest.mark.parametrize("process", sorted(LIBRARY))
def test_answers_on_an_item_are_those_of_the_whole_game(
    process: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_LOOKS", 10**9)
    tally: Counter[str] = Counter()
    wrong = []
    for seed in range(ROSTERS):
        random = Random(f"{process} {seed}")
        game = drawn(LIBRARY[process], random)
        assert game.course.is_known
        wrong += [f"seed {seed}: {text}" for text in differences(game, random, tally)]
    print(process, dict(tally))
    assert wrong == []
