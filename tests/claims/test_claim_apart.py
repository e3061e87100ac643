"""Positions that nothing shown tells apart: certain only of what is true of all of them."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from random import Random

import pytest

from engine.verify.staffing.game import may_claim
from engine.verify.staffing.game.course import Course

from ..cases.drawings import flow, line
from .instances import Instance, instance, positions, state_of
from .oracle import At, TooBig, waiting
from .scenes import ask, scene
from .test_claim_oracle import answered, expected

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(600 if FULL else 40)
#: Random runs of each game that positions are gathered from.
RUNS = 12


def alike(random: Random, game: Instance) -> Iterator[list[At]]:
    """Positions of a game that show the same steps and events after the same deeds."""
    found: dict[object, dict[At, None]] = defaultdict(dict)
    for _ in range(RUNS):
        for at in positions(random, game, 8):
            state = state_of(game, at)
            found[state.waiting, state.deeds][at] = None
    yield from map(list, found.values())


def differences(seed: int, tally: Counter[str]) -> Iterator[str]:
    """Answers that some position they stand for contradicts."""
    random = Random(seed)
    game = instance(random)
    for group in alike(random, game):
        opened = {name for at in group for how, name in waiting(at[0]) if how == "open"}
        opened &= {name for at in group for _, name in waiting(at[0])}
        for name in sorted(opened):
            for officer in sorted(game.rules.may[name]):
                got = answered(may_claim(state_of(game, group[0]), name, officer))
                want = {
                    expected(game, at, name, officer)
                    for at in group
                    if ("open", name) in waiting(at[0])
                }
                tally["unlike" if len(want) > 1 else "alike"] += 1
                tally["unknown"] += got == "unknown"
                if got != "unknown" and want != {got}:
                    yield f"seed {seed}: {officer} takes {name}: {got}, not {want}"


def found(tally: Counter[str]) -> list[str]:
    wrong = []
    for seed in SEEDS:
        try:
            wrong += differences(seed, tally)
        except TooBig:
            tally["too big"] += 1
    return wrong


@pytest.mark.prove
def test_no_answer_is_given_that_one_position_contradicts():
    tally = Counter[str]()

    assert found(tally) == []
    assert tally["unknown"] < tally["alike"] / 50


def known_beforehand() -> list[str]:
    """Which branch comes was decided before a, and nothing shows it."""

    def fact(source: str, target: str) -> str:
        return (
            f'<sequenceFlow id="{source}_{target}_v" sourceRef="{source}" targetRef="{target}">'
            '<extensionElements><qd:condition key="k" value="v"/></extensionElements>'
            "<conditionExpression>n == 1</conditionExpression></sequenceFlow>"
        )

    game = scene(
        '<exclusiveGateway id="first" default="first_merge"/><exclusiveGateway id="merge"/>',
        '<exclusiveGateway id="split" default="split_c"/><exclusiveGateway id="join"/>',
        line("start", "first") + flow("first", "merge") + fact("first", "merge"),
        line("merge", "a", "split") + fact("split", "b") + flow("split", "c"),
        line("b", "join", "end") + line("c", "join"),
        people={"x": "ab", "y": "ac", "z": "a", "v": "b"},
    )
    return [ask(game, f"{who} a") for who in "xyz"]


def test_answer_is_unknown_where_it_depends_on_what_nothing_shows():
    assert known_beforehand() == ["yes", "unknown", "yes"]


def test_answer_of_one_position_for_all_is_noticed(monkeypatch):
    real = Course.locate
    monkeypatch.setattr(Course, "locate", lambda *asked: real(*asked)[:1])

    assert known_beforehand() != ["yes", "unknown", "yes"]
