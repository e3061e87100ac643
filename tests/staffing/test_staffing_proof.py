"""Answers and explanations agree with trying everything, and with CP-SAT above that."""

import os
from collections.abc import Iterator
from random import Random

import pytest

from engine.verify.staffing import Infeasible, Problem, Staffing, Undecided, solve, solver
from engine.verify.staffing.masks import masks
from engine.verify.staffing.relations import Relations
from engine.verify.staffing.search import Search

from .instances import can_be_met, is_met, medium, small
from .oracle import has_staffing
from .published import published

FULL = os.environ.get("QINGDAN_PROVE") == "full"
#: Seeds of the problems drawn.
SEEDS = range(6_000 if FULL else 300)


def faults(problem: Problem) -> Iterator[str]:
    """Everything that is wrong with the answer to a small problem."""
    answer = solve(problem)
    if isinstance(answer, Staffing):
        yield from unmet(problem, answer)
    elif can_be_met(problem, problem.constraints):
        yield "there is a staffing"
    else:
        yield from superfluous(problem, answer)


def unmet(problem: Problem, answer: Staffing) -> Iterator[str]:
    """What a staffing leaves undone."""
    if set(answer.officer_of) != set(problem.steps):
        yield "not all steps"
        return
    for constraint in problem.constraints:
        if not is_met(constraint, dict(answer.officer_of)):
            yield f"not met: {constraint}"


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
def test_answers_and_explanations_agree_with_trying_everything():
    wrong = []
    infeasible = 0
    for seed in SEEDS:
        problem = small(Random(seed))
        wrong += [f"seed {seed}: {fault}" for fault in faults(problem)]
        infeasible += isinstance(solve(problem), Infeasible)

    assert wrong == []
    assert 0.2 < infeasible / len(SEEDS) < 0.8


@pytest.mark.prove
def test_relations_agree_with_trying_everything(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(solver, "PLACES", 0)
    wrong = []
    for seed in SEEDS[: len(SEEDS) // 2]:
        problem = small(Random(seed))
        wrong += [f"seed {seed}: {fault}" for fault in faults(problem)]

    assert wrong == []


@pytest.mark.prove
def test_larger_problems_agree_with_another_solver():
    wrong = []
    feasible = 0
    for seed in SEEDS[: len(SEEDS) // 10]:
        problem = medium(Random(seed))
        expected = has_staffing(problem)
        feasible += expected
        compiled = masks(problem)
        for search in (Search(compiled), Relations(compiled)):
            if (search.staff() is not None) != expected:
                wrong.append(f"seed {seed}: {type(search).__name__}")
        answer = solve(problem)
        if isinstance(answer, Staffing):
            wrong += [f"seed {seed}: {fault}" for fault in unmet(problem, answer)]
            continue
        found = answer.explanation
        if has_staffing(problem.only(found)):
            wrong.append(f"seed {seed}: explains nothing")
        for number in range(len(found)):
            if not has_staffing(problem.only(found[:number] + found[number + 1 :])):
                wrong.append(f"seed {seed}: superfluous {found[number]}")

    assert wrong == []
    assert 0.2 < feasible / (len(SEEDS) // 10) < 0.8


@pytest.mark.prove
@pytest.mark.parametrize("density", [0.1, 0.2, 0.3])
def test_problems_of_the_literature_agree_with_another_solver(density: float):
    wrong = []
    for seed in range(12 if FULL else 2):
        problem = published(seed, steps=14, officers=40, density=density, at_most=14)
        if isinstance(solve(problem), Staffing) != has_staffing(problem):
            wrong.append(f"seed {seed}")

    assert wrong == []


def test_a_limit_of_time_gives_undecided_and_never_a_wrong_answer():
    problem = published(1, steps=20, officers=60, density=0.2, at_most=25)

    answer = solve(problem, seconds=0)

    assert isinstance(answer, Undecided)
    assert "没有算完" in str(answer)


def test_patterns_too_many_to_try_are_left_to_clauses(monkeypatch: pytest.MonkeyPatch):
    problem = published(1, steps=20, officers=60, density=0.2, at_most=20)
    expected = type(solve(problem))
    monkeypatch.setattr(solver, "PLACES", 5)

    assert type(solve(problem)) is expected
