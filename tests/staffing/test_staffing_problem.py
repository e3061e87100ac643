"""What a staffing problem may say, and what it is told when it says it wrongly."""

import subprocess
import sys

import pytest

from engine.verify.staffing import (
    Constraint,
    Infeasible,
    Problem,
    Staffing,
    UnusableProblem,
    solve,
)


def problem(**changes: object) -> Problem:
    """Two steps and two officers who may do both, but for the changes."""
    said = {
        "steps": ["受理", "审批"],
        "officers": ["张三", "李四"],
        "authorised": {"张三": {"受理", "审批"}, "李四": {"受理", "审批"}},
    }
    return Problem(**(said | changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"steps": "受理"}, "要写成一列名称"),
        ({"steps": ["受理", "审批", "受理"]}, "环节“受理”写了两次"),
        ({"officers": ["张三", "张三"]}, "人员“张三”写了两次"),
        ({"authorised": {"王五": {"受理"}}}, "没有登记的人员“王五”"),
        ({"authorised": {"张三": {"归档"}}}, "人员“张三”的授权用到了没有登记的环节“归档”"),
        ({"authorised": {"张三": "受理"}}, "要写成一列名称"),
        ({"separate": [("受理", "归档")]}, "分离要求用到了没有登记的环节“归档”"),
        ({"separate": [("受理", "审批", "受理")]}, "分离要求要写两个环节"),
        ({"bind": ["受理"]}, "要写两个环节"),
        ({"bind": [("受理", "归档")]}, "没有登记的环节“归档”"),
        ({"at_most": [(-1, {"受理"})]}, "人数要写不小于 0 的整数，不能是“-1”"),
        ({"at_most": [(1.5, {"受理"})]}, "不能是“1.5”"),
        ({"at_most": [(1, {"归档"})]}, "没有登记的环节“归档”"),
        ({"at_least": [(2, "受理")]}, "要写成一列名称"),
        ({"at_least": [{"受理"}]}, "要写人数和一组环节"),
        ({"steps": None}, "要写成一列名称"),
        ({"officers": 3}, "要写成一列名称"),
        ({"steps": [["受理"]]}, "不是一个名称"),
        ({"authorised": None}, "授权要写成"),
        ({"authorised": [("张三", {"受理"})]}, "授权要写成"),
        ({"authorised": {"张三": None}}, "要写成一列名称"),
        ({"separate": None}, "要写成一列名称"),
        ({"separate": [3]}, "要写两个环节"),
        ({"separate": [("受理", ["审批"])]}, "不是一个名称"),
        ({"at_most": [3]}, "要写人数和一组环节"),
        ({"at_most": [(1, None)]}, "要写成一列名称"),
    ],
)
def test_what_is_written_wrongly_is_refused_with_a_reason(changes: dict[str, object], said: str):
    with pytest.raises(UnusableProblem, match=said) as refused:
        problem(**changes)

    assert refused.value.exit_code == 2


def test_a_limit_wider_than_its_steps_demands_nothing():
    assert isinstance(solve(problem(at_most=[(5, {"受理"})])), Staffing)


def test_more_officers_than_steps_can_never_do_them():
    answer = solve(problem(at_least=[(3, {"受理", "审批"})]))

    assert isinstance(answer, Infeasible)
    assert [constraint.kind for constraint in answer.explanation] == ["at-least"]


def test_nobody_allowed_anything_is_explained_by_one_step():
    answer = solve(problem(authorised={}))

    assert isinstance(answer, Infeasible)
    assert len(answer.explanation) == 1


def test_an_officer_without_a_list_may_do_nothing():
    answer = solve(problem(authorised={"张三": {"受理"}}))

    assert isinstance(answer, Infeasible)
    assert str(answer) == "“审批”没有人可以办理"


def test_an_explanation_names_separations_and_who_may_do_the_steps():
    answer = solve(
        problem(authorised={"张三": {"受理", "审批"}, "李四": set()}, separate=[("审批", "受理")])
    )

    assert isinstance(answer, Infeasible)
    assert set(answer.explanation) == {
        Constraint(kind="authorised", steps=("受理",), officers=("张三",)),
        Constraint(kind="authorised", steps=("审批",), officers=("张三",)),
        Constraint(kind="separate", steps=("受理", "审批")),
    }
    assert "“受理”“审批”不能由同一人办理" in str(answer)


def test_without_officers_nothing_can_be_done():
    answer = solve(Problem(steps=["受理"], officers=[], authorised={}))

    assert isinstance(answer, Infeasible)
    assert answer.explanation == ()
    assert "没有一个人员" in str(answer)


def test_no_steps_need_nobody():
    assert solve(Problem(steps=[], officers=[], authorised={})) == Staffing(officer_of={})


def test_a_step_separated_from_itself_can_never_be_done():
    answer = solve(problem(separate=[("受理", "受理")]))

    assert isinstance(answer, Infeasible)
    assert [constraint.kind for constraint in answer.explanation] == ["separate"]


def test_the_same_demand_written_twice_is_explained_once():
    answer = solve(problem(separate=[("受理", "审批"), ("审批", "受理")], bind=[("审批", "受理")]))

    assert isinstance(answer, Infeasible)
    assert sorted(constraint.kind for constraint in answer.explanation) == ["bind", "separate"]


def test_sets_of_steps_and_officers_give_the_same_answer_every_time():
    answers = [
        solve(problem(steps=set(steps), officers={"李四", "张三"}, separate=[("受理", "审批")]))
        for steps in (["受理", "审批"], ["审批", "受理"])
    ]

    assert answers[0] == answers[1]


def test_python_sat_is_not_imported_before_it_is_needed():
    script = (
        "import sys, engine.verify.staffing, engine.verify.check\n"
        "assert not any(name.startswith('pysat') for name in sys.modules)"
    )

    subprocess.run([sys.executable, "-c", script], check=True)
