"""Faults planted in the solver: the proofs must find each."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from engine.verify.staffing import Problem, explanation, matching, relations, search
from engine.verify.staffing import solver as solving
from engine.verify.staffing.masks import Masks, masks

from . import test_staffing_proof as proof
from .instances import small

#: Problems looked at before a fault counts as not found.
PROBLEMS = 400

Patch = pytest.MonkeyPatch


def compiled(change: Callable[[Masks], Masks]) -> Callable[[Patch], None]:
    """A fault in what the search is given."""

    def plant(patch: Patch) -> None:
        for module in (solving, explanation):
            patch.setattr(module, "masks", lambda problem: change(masks(problem)))

    return plant


def by_clauses(patch: Patch) -> None:
    patch.setattr(solving, "PLACES", 0)


def ignored_count_while_searching(patch: Patch) -> None:
    patch.setattr(search.Search, "_count", lambda self, pattern, task, block: True)


def blocks_without_distinct_officers(patch: Patch) -> None:
    def give(self: matching.Matching, block: int) -> int:
        self.match[block] = self.may[block] & -self.may[block]
        return -1 if self.may[block] else 0

    patch.setattr(matching.Matching, "give", give)


def officers_that_are_never_moved(patch: Patch) -> None:
    patch.setattr(matching.Matching, "_move", lambda self, block, tried: tried)


def branches_that_stop_at_the_first(patch: Patch) -> None:
    def dive(self: search.Search, pattern: search._Pattern) -> search._Pattern | None:
        task = self._place_forced(pattern)
        if task is None or task < 0:
            return None if task is None else pattern
        low = 1 << task
        block = next((b for b, join in enumerate(pattern.join) if join & low), len(pattern.join))
        return dive(self, pattern) if self._place(pattern, task, block) else None

    patch.setattr(search.Search, "_dive", dive)


def tasks_that_never_open_a_block_later(patch: Patch) -> None:
    whole = search.Search._count

    def count(self: search.Search, pattern: search._Pattern, task: int, block: int) -> bool:
        pattern.fresh = 0
        return whole(self, pattern, task, block)

    patch.setattr(search.Search, "_count", count)


def clauses_that_keep_nothing_apart(patch: Patch) -> None:
    by_clauses(patch)
    patch.setattr(relations.Relations, "_apart", lambda self: None)


def clauses_without_upper_bounds(patch: Patch) -> None:
    by_clauses(patch)
    patch.setattr(relations.Relations, "_at_most", lambda self, bound, tasks: None)


def clauses_without_lower_bounds(patch: Patch) -> None:
    by_clauses(patch)
    patch.setattr(relations.Relations, "_at_least", lambda self, bound, tasks: None)


def shortages_that_say_too_much(patch: Patch) -> None:
    by_clauses(patch)
    whole = relations.Relations._spread
    patch.setattr(
        relations.Relations, "_spread", lambda self, short, few: whole(self, short, few)[:1]
    )


def explanations_with_everything(patch: Patch) -> None:
    patch.setattr(explanation, "_conflict", lambda problem, background, changed, all_: all_)


def explanations_with_too_little(patch: Patch) -> None:
    whole = explanation._conflict
    patch.setattr(explanation, "_conflict", lambda *given: whole(*given)[1:])


FAULTS: list[Callable[[Patch], None]] = [
    ignored_count_while_searching,
    blocks_without_distinct_officers,
    officers_that_are_never_moved,
    branches_that_stop_at_the_first,
    tasks_that_never_open_a_block_later,
    clauses_that_keep_nothing_apart,
    clauses_without_upper_bounds,
    clauses_without_lower_bounds,
    shortages_that_say_too_much,
    explanations_with_everything,
    explanations_with_too_little,
]

#: Parts of a problem that a fault leaves out.
LEFT_OUT: dict[str, Callable[[Masks], Masks]] = {
    "at-most": lambda given: replace(given, at_most=()),
    "at-least": lambda given: replace(given, at_least=()),
    "apart": lambda given: replace(given, apart=(0,) * len(given.may)),
    "may": lambda given: replace(given, may=((1 << len(given.officers)) - 1,) * len(given.may)),
}


@cache
def drawn(seed: int) -> Problem:
    return small(Random(seed))


def found_by_proofs() -> bool:
    """Whether some problem of the proofs shows the fault."""
    for seed in range(PROBLEMS):
        try:
            if any(proof.faults(drawn(seed))):
                return True
        except (KeyError, RecursionError):
            return True
    return False


def test_without_a_fault_the_proofs_find_none():
    assert not found_by_proofs()


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_a_planted_fault_is_found(plant: Callable[[Patch], None], monkeypatch: Patch):
    plant(monkeypatch)

    assert found_by_proofs()


@pytest.mark.parametrize("part", LEFT_OUT)
@pytest.mark.parametrize("clauses", [False, True], ids=["patterns", "clauses"])
def test_a_part_left_out_is_found(part: str, clauses: bool, monkeypatch: Patch):
    compiled(LEFT_OUT[part])(monkeypatch)
    if clauses:
        by_clauses(monkeypatch)

    assert found_by_proofs()
