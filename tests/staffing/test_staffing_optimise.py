"""The best staffing: balanced, with the fewest officers, with the fewest waivers."""

import os
from collections import Counter
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest

from engine.model.controls import load_controls
from engine.verify.staffing import (
    Infeasible,
    Problem,
    Staffing,
    UnusableProblem,
    Waivers,
    alternatives,
    balance,
    fewest_officers,
    fewest_waivers,
    solve,
)

from .instances import is_met, small, staffings

SEEDS = range(1_500 if os.environ.get("QINGDAN_PROVE") == "full" else 120)


def loads(officer_of: dict[str, str]) -> list[int]:
    """How many steps each officer does who does any, the busiest first."""
    return sorted(Counter(officer_of.values()).values(), reverse=True)


def office(size: int) -> Problem:
    """The posts as steps, the incompatible posts apart, anybody may hold any post."""
    controls = load_controls()
    posts = [post.name for post in controls.posts.values() if not post.external]
    officers = [f"officer {number}" for number in range(size)]
    return Problem(
        steps=posts,
        officers=officers,
        authorised=dict.fromkeys(officers, frozenset(posts)),
        separate=[tuple(sorted(conflict.posts)) for conflict in controls.post_conflicts],
    )


def lawful_waivers() -> list[tuple[str, str]]:
    """Incompatible posts that no statute separates."""
    conflicts = load_controls().post_conflicts
    return [tuple(sorted(conflict.posts)) for conflict in conflicts if not conflict.statutory]


def test_the_incompatible_posts_leave_four_posts_alone():
    problem = office(13)
    met = {post for pair in problem.separate for post in pair}

    assert len(problem.separate) == 13
    assert len(set(problem.steps) - met - {"受理窗口", "纪检监察联络员"}) == 4


def test_the_incompatible_posts_need_four_officers():
    answer = fewest_officers(office(13))

    assert isinstance(answer, Staffing)
    assert len(set(answer.officer_of.values())) == 4
    assert isinstance(solve(office(3)), Infeasible)


def test_three_officers_need_one_waiver_of_which_there_are_three():
    problem = office(3)

    found = {waivers.pairs for waivers in alternatives(problem, problem.separate)}

    pairs = {frozenset(pair) for (pair,) in found}
    assert pairs == {
        frozenset(("所长", "出纳会计")),
        frozenset(("所长", "总预算会计")),
        frozenset(("总预算会计", "出纳会计")),
    }
    assert len(found) == 3


def test_two_officers_need_three_waivers_and_only_one_way_breaks_no_statute():
    problem = office(2)
    anyhow = fewest_waivers(problem, problem.separate)
    (lawful,) = alternatives(problem, lawful_waivers())

    assert isinstance(anyhow, Waivers)
    assert len(anyhow.pairs) == 3
    assert set(map(frozenset, lawful.pairs)) == {
        frozenset(("所长", "出纳会计")),
        frozenset(("总预算会计", "财政所经费会计")),
        frozenset(("总预算会计", "档案管理")),
    }


def test_one_officer_alone_would_break_a_statute():
    assert isinstance(fewest_waivers(office(1), lawful_waivers()), Infeasible)


def test_waiving_what_is_not_separated_is_refused():
    with pytest.raises(UnusableProblem, match="不在分离要求之内"):
        fewest_waivers(office(3), [("所长", "资产管理")])


@pytest.mark.prove
def test_balance_agrees_with_trying_everything():
    wrong = []
    for seed in SEEDS:
        problem = small(Random(seed))
        answer = balance(problem)
        best = min((loads(one) for one in staffings(problem)), default=None)
        found = loads(dict(answer.officer_of)) if isinstance(answer, Staffing) else None
        if found != best:
            wrong.append(f"seed {seed}: {found} != {best}")
        if isinstance(answer, Staffing):
            wrong += [
                f"seed {seed}: {constraint}"
                for constraint in problem.constraints
                if not is_met(constraint, dict(answer.officer_of))
            ]

    assert wrong == []


@pytest.mark.prove
def test_fewest_officers_agrees_with_trying_everything():
    wrong = []
    for seed in SEEDS:
        problem = small(Random(seed))
        answer = fewest_officers(problem)
        best = min((len(set(one.values())) for one in staffings(problem)), default=None)
        found = len(set(answer.officer_of.values())) if isinstance(answer, Staffing) else None
        if found != best:
            wrong.append(f"seed {seed}: {found} != {best}")

    assert wrong == []


@pytest.mark.prove
def test_waivers_agree_with_trying_everything():
    wrong = []
    for seed in SEEDS:
        random = Random(seed)
        problem = small(random)
        pairs = {frozenset(pair): pair for pair in problem.separate}
        waivable = [pair for pair in pairs.values() if random.random() < 0.8]
        found = {frozenset(map(frozenset, one.pairs)) for one in alternatives(problem, waivable)}
        if found != fewest(problem, waivable):
            wrong.append(f"seed {seed}: {found}")

    assert wrong == []


def fewest(problem: Problem, waivable: list[tuple[str, str]]) -> set[frozenset[frozenset[str]]]:
    """Every smallest set of pairs whose waiving leaves a staffing, by trying all."""
    for count in range(len(waivable) + 1):
        helping = set()
        for gone in combinations(waivable, count):
            sets = frozenset(map(frozenset, gone))
            kept = [pair for pair in problem.separate if frozenset(pair) not in sets]
            if staffings(replace(problem, separate=kept)):
                helping.add(sets)
        if helping:
            return helping
    return set()
