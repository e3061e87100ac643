"""Every answer on small random games agrees with the game played naively."""

import os
from collections import Counter
from random import Random

import pytest

from engine.verify.staffing.game import Doubt, No, Yes, may_claim

from .instances import Instance, instance, positions, state_of
from .oracle import At, TooBig, waiting

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(2_600 if FULL else 60)


def expected(game: Instance, at: At, step: str, officer: str) -> str:
    if not game.rules.allow(officer, step, at[1]):
        return "rule"
    if game.play.after_claim(at, step, officer):
        return "yes"
    return "look-ahead" if game.play.wins(at) else "unstaffable"


def answered(answer: Yes | No) -> str:
    if isinstance(answer, No):
        return answer.reason
    return {None: "yes", Doubt.UNSTAFFABLE: "unstaffable", Doubt.UNKNOWN: "unknown"}[answer.doubt]


def differences(seed: int, tally: Counter[str]) -> list[str]:
    """Where engine and oracle disagree along one random run of one random game."""
    random = Random(seed)
    game = instance(random)
    wrong = []
    for at in positions(random, game, 8):
        state = state_of(game, at)
        for _, step in [left for left in waiting(at[0]) if left[0] == "open"]:
            for officer in sorted({o for may in game.rules.may.values() for o in may}):
                want = expected(game, at, step, officer)
                got = answered(may_claim(state, step, officer))
                tally[want] += 1
                if got == "unknown" and game.game.terms.teams:
                    # Whose officers are looked for as if they had to be named now.
                    tally["bound for several"] += want != got
                elif got == "unknown" and not game.game.course.is_known:
                    # More positions than are played out, the only doubt there may be.
                    tally["too many positions"] += want != got
                elif want != got:
                    wrong.append(f"seed {seed}: {officer} takes {step}: {got}, not {want} at {at}")
    return wrong


@pytest.mark.prove
def test_every_answer_agrees_with_the_naive_game() -> None:
    wrong, tally, skipped = [], Counter[str](), 0
    for seed in SEEDS:
        try:
            wrong += differences(seed, tally)
        except TooBig:
            skipped += 1
    print(dict(tally), "too big:", skipped)
    assert wrong == []
    assert tally["too many positions"] <= sum(tally.values()) / 100
    assert tally["bound for several"] <= sum(tally.values()) / 100
    assert min(tally[kind] for kind in ("rule", "yes", "look-ahead", "unstaffable")) > 10
