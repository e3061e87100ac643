"""Answers and explanations agree with trying everything."""

import os
from collections.abc import Iterator
from random import Random

import pytest

from engine.verify.staffing import Infeasible, Problem, Staffing, solve

from .instances import can_be_met, is_met, small

FULL = os.environ.get("QINGDAN_PROVE") == "full"
#: Seeds of the problems drawn.
SEEDS = range(6_000 if FULL else 400)


def faults(problem: Problem) -> Iterator[str]:
    """Everything that is wrong with the answer to a problem."""
    answer = solve(problem)
    if isinstance(answer, Staffing):
        if set(answer.officer_of) != set(problem.steps):
            yield "not all steps"
        for constraint in problem.constraints:
            if not is_met(constraint, dict(answer.officer_of)):
                yield f"not met: {constraint}"
        return
    if can_be_met(problem, problem.constraints):
        yield "there is a staffing"
        return
    yield from superfluous(problem, answer)


def superfluous(problem: Problem, answer: Infeasible) -> Iterator[str]:
    """What is wrong with an explanation."""
    found = answer.explanation
    if not set(found) <= set(problem.constraints):
        yield f"not of the problem: {found}"
    if can_be_met(problem, found):
        yield f"explains nothing: {found}"
    for number, constraint in enumerate(found):
        if not can_be_met(problem, found[:number] + found[number + 1 :]):
            yield f"superfluous: {constraint}"


@pytest.mark.prove
def test_answers_and_explanations_agree_with_trying_everything() -> None:
    wrong = []
    infeasible = 0
    for seed in SEEDS:
        problem = small(Random(seed))
        wrong += [f"seed {seed}: {fault}" for fault in faults(problem)]
        infeasible += isinstance(solve(problem), Infeasible)

    assert wrong == []
    assert 0.2 < infeasible / len(SEEDS) < 0.8
