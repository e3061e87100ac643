"""What a claim is answered, in scenes whose answer is plain; and faults that must show in them."""

from collections.abc import Callable
from datetime import date

import pytest

from engine.model.office import Waiver
from engine.verify.staffing.game import course, may_claim, search, seats
from tests.cases.drawings import flow, line

from .scenes import APART, BEFORE, BRANCHES, SCENES, ask, scene, state, word


@pytest.mark.parametrize("answers", SCENES, ids=lambda f: f.__name__)
def test_scene_is_answered_as_it_must_be(answers: Callable[[], list[str]]) -> None:
    assert answers() == SCENES[answers]


def test_refusal_names_branch_step_and_who_is_out() -> None:
    game = scene(*BEFORE, people={"x": "ab", "y": "ac", "z": "a"})
    witness = may_claim(state(game, "a"), "a", "x").witness
    assert witness is not None
    assert (witness.steps, witness.run, witness.remaining) == (("b",), ("a", "split", "b"), ())
    (out,) = witness.excluded
    assert (out.officer, out.why, out.step, out.basis) == ("x", "did", "a", "r")


def test_two_steps_left_to_one_officer_are_named_together() -> None:
    rule = '<qd:separate steps="a b c" reason="r"/>'
    game = scene(
        line("start", "a", "b", "c", "end"),
        people={"x": "abc", "y": "a", "z": "bc"},
        extensions=rule,
    )
    witness = may_claim(state(game, "a"), "a", "x").witness
    assert witness is not None
    assert (witness.steps, witness.remaining, witness.bases) == (("b", "c"), ("z",), ("r",))


_FORK = (
    *BRANCHES,
    '<parallelGateway id="fork"/><parallelGateway id="meet"/>',
    line("start", "fork", "a", "meet", "end"),
    line("join", "meet"),
)


def test_office_may_wait_for_its_own_step_to_show_the_branch() -> None:
    game = scene(*_FORK, line("fork", "d", "split"), steps="abcd", people={"x": "abd", "y": "ac"})
    assert [ask(game, f"{who} a", waiting="d") for who in "xy"] == ["look-ahead"] * 2
    assert ask(game, "x d", waiting="a") == "yes"
    assert ask(game, "y a", "x d", waiting="b") == "yes"
    assert ask(game, "x a", "x d", waiting="b") == "look-ahead"


def test_office_may_not_bank_on_an_outside_party_coming_first() -> None:
    outside = {"external": "true", "recorder": "资产管理"}
    people = {"x": "abd", "y": "ac"}
    game = scene(*_FORK, line("fork", "d", "split"), steps="abcd", people=people, d=outside)
    assert ask(game, "x a", waiting="d") == "unstaffable"


_TIMER = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"


def test_interrupted_step_counts_as_done() -> None:
    late = f'<boundaryEvent id="late" attachedToRef="a">{_TIMER}</boundaryEvent>'
    game = scene(
        late,
        line("start", "a", "end"),
        line("late", "b", "end"),
        steps="ab",
        people={"x": "ab", "y": "a"},
        extensions=APART.split("/>")[0] + "/>",
    )
    assert [ask(game, "x a"), ask(game, "y a")] == ["look-ahead", "yes"]


@pytest.mark.parametrize(("cancels", "waiting"), [("true", ""), ("false", "a")])
def test_time_limit_passes_before_anybody_claims_the_step(cancels: str, waiting: str) -> None:
    late = f'<boundaryEvent id="late" attachedToRef="a" cancelActivity="{cancels}">'
    game = scene(
        f'{late}{_TIMER}</boundaryEvent><endEvent id="over"/>',
        line("start", "a", "end"),
        line("late", "b", "c", "over"),
        people={"x": "bc", "y": "bc", "z": "a"},
        extensions='<qd:separate steps="b c" reason="r"/>',
    )
    assert ask(game, "x b", waiting=waiting) == "yes"
    assert ask(game, "x c", "y b", waiting=waiting) == "yes"
    assert ask(game, "y c", "y b", waiting=waiting) == "rule"
    alone = scene(
        f'{late}{_TIMER}</boundaryEvent><endEvent id="over"/>',
        line("start", "a", "end"),
        line("late", "b", "c", "over"),
        people={"x": "bc", "y": "b", "z": "a"},
        extensions='<qd:separate steps="b c" reason="r"/>',
    )
    assert ask(alone, "x b", waiting=waiting) == "look-ahead"


def test_awaited_event_tells_which_branch_was_taken() -> None:
    """The same step waits on either branch, but not the same event."""
    catch = '<intermediateCatchEvent id="{}"><messageEventDefinition/></intermediateCatchEvent>'
    game = scene(
        '<exclusiveGateway id="split" default="split_B"/><exclusiveGateway id="join"/>',
        '<parallelGateway id="fork"/><parallelGateway id="meet"/>',
        catch.format("B") + catch.format("C"),
        line("start", "fork", "a", "meet", "end"),
        flow("split", "B") + flow("split", "C", "n &gt; 1"),
        line("fork", "split") + line("B", "b", "join", "meet") + line("C", "c", "join"),
        people={"x": "ab", "y": "ac"},
    )
    assert [ask(game, f"{who} a", waiting="B") for who in "xy"] == ["look-ahead", "yes"]
    assert [ask(game, f"{who} a", waiting="C") for who in "xy"] == ["yes", "look-ahead"]
    assert [ask(game, f"{who} a", waiting="BC") for who in "xy"] == ["look-ahead"] * 2


def test_step_for_two_needs_two_who_may_still() -> None:
    game = scene(
        line("start", "a", "b", "end"),
        steps="ab",
        people={"x": "ab", "y": "ab", "z": "b", "v": "a"},
        extensions='<qd:separate steps="a b" reason="r"/>',
        b={"persons": "2"},
    )
    assert [ask(game, "x a"), ask(game, "v a")] == ["yes", "yes"]
    assert [ask(game, "y a", "x a")] == ["look-ahead"]
    assert ask(game, "z b", "v a") == "yes"


def test_bound_steps_are_asked_of_one_officer() -> None:
    game = scene(
        line("start", "a", "b", "end"),
        steps="ab",
        people={"x": "ab", "y": "a"},
        extensions='<qd:bind steps="a b" reason="r"/>',
    )
    assert [ask(game, "x a"), ask(game, "y a")] == ["yes", "look-ahead"]
    assert ask(game, "x b", "gone a") == "rule"


def test_relatives_are_not_planned_into_one_case() -> None:
    game = scene(
        line("start", "a", "b", "end"),
        steps="ab",
        people={"x": "a", "y": "b", "z": "a"},
        extensions="",
        avoid=("x", "y"),
    )
    assert [ask(game, "x a"), ask(game, "z a")] == ["look-ahead", "yes"]
    witness = may_claim(state(game, "a"), "a", "x").witness
    assert witness is not None
    assert [(e.officer, e.why, e.other) for e in witness.excluded] == [("y", "avoids", "x")]


def test_officer_out_of_the_case_is_not_counted_on() -> None:
    game = scene(*BEFORE, people={"x": "ab", "y": "b", "v": "c", "z": "a"})
    assert ask(game, "x a") == "yes"
    assert ask(game, "x a", recused={"": frozenset("y")}) == "look-ahead"
    assert ask(game, "y b", recused={"": frozenset("y")}) == "rule"
    assert ask(game, "x a", recused={"b": frozenset("y")}) == "look-ahead"
    assert ask(game, "x a", recused={"call/": frozenset("y")}) == "yes"


def test_waiver_in_force_counts_and_leave_today_does_not() -> None:
    waiver = Waiver(
        id="W",
        between=frozenset("ab"),
        scope="office",
        approved_by="县财政局",
        reason="r",
        control="c",
        until=date(2026, 12, 31),
    )
    people = {"x": "ab", "z": "c", "v": "a"}
    assert ask(scene(*BEFORE, people=people), "x a") == "look-ahead"
    assert ask(scene(*BEFORE, people=people, waivers=(waiver,)), "x a") == "yes"
    assert ask(scene(*BEFORE, people=people | {"away": "b"}), "x a") == "yes"


def test_what_cannot_be_decided_is_allowed_with_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    people = {"x": "ab", "y": "ac", "z": "a"}
    with monkeypatch.context() as patch:
        patch.setattr(search, "MAX_LOOKS", 0)
        assert ask(scene(*BEFORE, people=people), "x a") == "unknown"
    monkeypatch.setattr(course, "MAX_POSITIONS", 2)
    assert ask(scene(*BEFORE, people=people), "x a") == "unknown"
    assert ask(scene(*BEFORE, people=people | {"v": "bc"}), "x a") == "yes"


def test_branch_of_a_case_that_waits_elsewhere_too_is_found() -> None:
    game = scene(*_FORK, line("fork", "split"), people={"x": "ab", "y": "ac"})
    assert ask(game, "x a", waiting="b") == "look-ahead"
    assert ask(game, "y a", waiting="b") == "yes"
    assert ask(game, "x a", waiting="c") == "yes"
    assert word(may_claim(state(game, "ab", "x b"), "a", "y")) == "yes"


# faults of our own -----------------------------------------------------------------


def branch_as_the_offices_choice(patch: pytest.MonkeyPatch) -> None:
    def loses(self: search.Search, number, seats_, left, lost, decided) -> bool:  # type: ignore[no-untyped-def]
        world = self.course.positions[number].world
        return bool(world) and lost.issuperset(world)

    patch.setattr(search.Search, "_loses", loses)
    patch.setattr(search.Search, "hopeless_run", lambda *_: None)
    patch.setattr(search, "is_short", lambda entry: False)


def run_by_run(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(search.Search, "_plays", lambda *_: True)


def one_staffing_for_all_branches(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(search.Search, "_plays", lambda *_: False)


def past_forgotten(patch: pytest.MonkeyPatch) -> None:
    real = seats.Terms.seats
    patch.setattr(seats.Terms, "seats", lambda terms, deeds, out: real(terms, deeds[-1:], out))


def claim_forgotten(patch: pytest.MonkeyPatch) -> None:
    real = seats.Terms.seats
    patch.setattr(seats.Terms, "seats", lambda terms, deeds, out: real(terms, deeds[:-1], out))


@pytest.mark.parametrize(
    "fault",
    [
        branch_as_the_offices_choice,
        run_by_run,
        one_staffing_for_all_branches,
        past_forgotten,
        claim_forgotten,
    ],
    ids=lambda f: f.__name__,
)
def test_fault_shows_in_a_scene(
    fault: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    assert any(answers() != expected for answers, expected in SCENES.items())
