"""Verdicts and absences of random items and rosters agree with brute force."""

import os
from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from engine.verify.staffing.absence import stopping_absences
from engine.verify.staffing.finish import Staffed, Unknown, Unstaffed, finish
from engine.verify.staffing.item import ItemProblem, Restriction, Seat

from .offices import Brute, Scene, scene

FULL = os.environ.get("QINGDAN_PROVE") == "full"
SEEDS = range(3_000 if FULL else 120)


def drawn(seed: int) -> Scene:
    return scene(Random(seed), seed)


def differences(seed: int) -> Iterator[str]:
    found = drawn(seed)
    brute, item = Brute(found), found.item()
    verdict = finish(item)
    if isinstance(verdict, Staffed) != brute.can(frozenset()):
        yield f"seed {seed}: {verdict}"
    officers = len(found.roster.officers)
    stopping, expected = stopping_absences(item, officers), brute.stopping()
    if isinstance(stopping, Unknown) or set(stopping) != expected:
        yield f"seed {seed}: {stopping} is not {expected}"
    if isinstance(verdict, Unstaffed):
        yield from (f"seed {seed}: {fault}" for fault in _faults(found, item, verdict))


def _faults(found: Scene, item: ItemProblem, reason: Unstaffed) -> Iterator[str]:
    """What is wrong with a reason: its steps must meet in one run, its parts all be needed."""
    if not any(run.issuperset(reason.steps) for run in found.runs):
        yield f"no run does {reason.steps}"
    seats = [seat.id for seat in reason.seats]
    for rule in reason.restrictions:
        rest = tuple(r for r in reason.restrictions if r is not rule)
        if not isinstance(finish(_only(item, reason, seats, rest)), Staffed):
            yield f"superfluous: {rule}"


def _only(item: ItemProblem, reason: Unstaffed, seats: list[str], rules: tuple) -> ItemProblem:
    """The item with nothing in it but what a reason names."""
    return replace(
        item,
        seats={seat: item.seats[seat] for seat in seats},
        authorised={
            officer: frozenset(
                seat for seat in seats if seat not in reason.able or officer in reason.able[seat]
            )
            for officer in item.officers
        },
        restrictions=rules,
        avoidances=reason.avoidances,
    )


@pytest.mark.prove
def test_verdicts_and_absences_agree_with_brute_force():
    assert [wrong for seed in SEEDS for wrong in differences(seed)] == []


def test_the_scenes_are_of_every_kind():
    verdicts = [type(finish(drawn(seed).item())) for seed in range(60)]
    stopping = [stopping_absences(drawn(seed).item(), 4) for seed in range(60)]

    assert {Staffed, Unstaffed} == set(verdicts)
    assert {0, 1, 2} <= {len(absent) for found in stopping for absent in found}


class Runs:
    """Behaviour of a procedure with these runs and no others."""

    unknown_reason = None

    def __init__(self, *runs: str) -> None:
        self.runs = [set(run) for run in runs]

    def may(self, *steps: str) -> bool:
        return any(run.issuperset(steps) for run in self.runs)


def triangle(*runs: str) -> ItemProblem:
    """Three steps, each two for different officers, and two officers who may do all."""
    item = drawn(0).item()
    seats = {step: Seat(id=step, step=step, name=step, duty="", post="") for step in "abc"}
    officer = next(iter(item.officers.values()))
    return replace(
        item,
        behaviour=Runs(*runs),
        seats=seats,
        officers={"one": officer, "two": officer},
        authorised=dict.fromkeys(("one", "two"), frozenset(seats)),
        restrictions=tuple(
            Restriction(kind="separate", seats=pair)
            for pair in (("a", "b"), ("b", "c"), ("a", "c"))
        ),
        avoidances=(),
    )


def test_a_reason_counts_only_when_one_run_does_all_its_steps():
    verdict = finish(triangle("ab", "bc", "ac"))

    assert verdict == Staffed(officer_of=None, crew=frozenset({"one", "two"}))
    assert isinstance(finish(triangle("abc")), Unstaffed)


def test_each_of_two_is_needed_where_each_run_wants_both():
    assert set(stopping_absences(triangle("ab", "bc", "ac"), 2)) == {
        frozenset({"one"}),
        frozenset({"two"}),
    }


def test_ignoring_conflicts_is_noticed(monkeypatch):
    monkeypatch.setattr(Brute, "_conflict", lambda self, one, other: False)

    assert [wrong for seed in SEEDS for wrong in differences(seed)]
