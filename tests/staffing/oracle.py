"""Another solver: OR-Tools' CP-SAT on a formula with a variable per step and officer."""

from ortools.sat.python import cp_model

from engine.verify.staffing import Constraint, Problem


def has_staffing(problem: Problem, *, seconds: float | None = None) -> bool | None:
    """Whether there is a staffing, proved either way; None when time runs out."""
    model = cp_model.CpModel()
    does = {(s, o): model.new_bool_var("") for s in problem.steps for o in problem.officers}
    for step in problem.steps:
        model.add_exactly_one(does[step, officer] for officer in problem.officers)
    for constraint in problem.constraints:
        _demand(model, does, problem, constraint)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    if status == cp_model.UNKNOWN:
        return None
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE)
    return status != cp_model.INFEASIBLE


def _demand(
    model: cp_model.CpModel,
    does: dict[tuple[str, str], cp_model.IntVar],
    problem: Problem,
    constraint: Constraint,
) -> None:
    one, other = constraint.steps[0] if constraint.steps else "", constraint.steps[-1:]
    match constraint.kind:
        case "authorised":
            for officer in set(problem.officers) - set(constraint.officers):
                model.add(does[one, officer] == 0)
        case "separate":
            for officer in problem.officers:
                model.add(does[one, officer] + does[other[0], officer] <= 1)
        case "bind":
            for officer in problem.officers:
                model.add(does[one, officer] == does[other[0], officer])
        case _:
            used = []
            for officer in problem.officers:
                used.append(model.new_bool_var(""))
                model.add_max_equality(
                    used[-1], [does[s, officer] for s in constraint.steps] or [0]
                )
            if constraint.kind == "at-most":
                model.add(sum(used) <= constraint.count)
            else:
                model.add(sum(used) >= constraint.count)
