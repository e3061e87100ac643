"""The best staffing: balanced, with the fewest officers, with the fewest waivers."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from engine.model.wording import say

from .answer import Infeasible, Staffing
from .formula import Formula
from .masks import masks
from .problem import Problem, UnusableProblem
from .solver import solve


@dataclass(frozen=True, kw_only=True, slots=True)
class Waivers:
    """Separations to waive, as few as can be, and a staffing that then exists."""

    pairs: tuple[tuple[str, str], ...]
    staffing: Staffing


def fewest_officers(problem: Problem) -> Staffing | Infeasible:
    """A staffing by as few distinct officers as can be.

    Examples
    --------
    >>> problem = Problem(
    ...     steps=["a", "b", "c"],
    ...     officers=["li", "wang", "zhang"],
    ...     authorised=dict.fromkeys(["li", "wang", "zhang"], {"a", "b", "c"}),
    ...     separate=[("a", "b")],
    ... )
    >>> len(set(fewest_officers(problem).officer_of.values()))
    2
    """
    answer = solve(problem)
    fewer = answer
    while isinstance(fewer, Staffing):
        answer = fewer
        count = len(set(answer.officer_of.values())) - 1
        everything = (count, frozenset(problem.steps))
        fewer = solve(replace(problem, at_most=(*problem.at_most, everything)))
    return answer


def balance(problem: Problem) -> Staffing | Infeasible:
    """A staffing that spreads the steps evenly.

    The greatest number of steps on one officer is least; then the number of
    officers who have so many; then of those who have one less or more; and so on.
    """
    from pysat.solvers import Cadical195

    answer = solve(problem)
    if isinstance(answer, Infeasible):
        return answer
    compiled = masks(problem)
    formula = Formula(compiled)
    loads = _loads(formula, max(Counter(answer.officer_of.values()).values()))
    rest, level = len(problem.steps), len(loads[0]) if loads else 0
    with Cadical195(bootstrap_with=formula.clauses) as solver:
        done = len(formula.clauses)
        while level > 1:
            count = _above(answer, level)
            # The steps not on these levels fill the lower ones, at best to the brim.
            least = max(0, rest - (level - 1) * len(loads))
            totals = formula.totals([load[level - 1] for load in loads], count + 1)
            solver.append_formula(formula.clauses[done:])
            done = len(formula.clauses)
            while count > least and solver.solve(assumptions=[-totals[count - 1]]):
                answer = formula.staffing(solver.get_model())
                count = _above(answer, level)
            if count < len(totals):
                solver.add_clause([-totals[count]])
            rest -= count
            level -= 1
    return Staffing(officer_of={step: answer.officer_of[step] for step in problem.steps})


def _loads(formula: Formula, most: int) -> list[list[int]]:
    """For each officer who may do anything, literals: does more than 0, 1, … steps.

    Nobody does more than ``most``.
    """
    literals: dict[int, list[int]] = {}
    for steps, does in zip(formula.masks.steps, formula.does, strict=True):
        for officer, literal in does.items():
            literals.setdefault(officer, []).extend([literal] * len(steps))
    never = formula.new()
    formula.clauses.append([-never])
    loads = []
    for mine in literals.values():
        totals = formula.totals(mine, most + 1) + [never] * most
        formula.at_most(totals[most : most + 1], 0)
        loads.append(totals[:most])
    return loads


def _above(answer: Staffing, level: int) -> int:
    """How many officers do so many steps or more."""
    return sum(load >= level for load in Counter(answer.officer_of.values()).values())


def fewest_waivers(problem: Problem, waivable: Collection[tuple[str, str]]) -> Waivers | Infeasible:
    """The fewest separations to waive so that there is a staffing.

    Parameters
    ----------
    waivable : pairs of ``problem.separate`` that may be waived; no others are.

    Returns
    -------
    Waivers, with no pairs where none is needed; Infeasible where waiving all
    of them would not help.
    """
    return next(alternatives(problem, waivable), Infeasible(problem=_waived(problem, waivable)))


def alternatives(problem: Problem, waivable: Collection[tuple[str, str]]) -> Iterator[Waivers]:
    """Every smallest set of separations to waive; see :func:`fewest_waivers`."""
    from pysat.examples.rc2 import RC2
    from pysat.formula import WCNF

    compiled = masks(_waived(problem, waivable))
    task_of = {step: task for task, steps in enumerate(compiled.steps) for step in steps}
    formula = Formula(compiled)
    waived: dict[tuple[str, str], int] = {}
    for pair in dict.fromkeys(waivable):
        waived[pair] = formula.new()
        formula.separate(task_of[pair[0]], task_of[pair[1]], unless=waived[pair])
    soft = WCNF()
    soft.extend(formula.clauses)
    for literal in waived.values():
        soft.append([-literal], weight=1)
    least = None
    with RC2(soft) as optimum:
        while (model := optimum.compute()) is not None and least in (None, optimum.cost):
            least = optimum.cost
            chosen = {pair for pair, literal in waived.items() if literal in set(model)}
            yield Waivers(pairs=tuple(sorted(chosen)), staffing=formula.staffing(model))
            optimum.add_clause([-waived[pair] for pair in chosen])


def _waived(problem: Problem, waivable: Collection[tuple[str, str]]) -> Problem:
    """The problem without the separations that may be waived."""
    gone = {frozenset(pair) for pair in waivable}
    for pair in gone - set(map(frozenset, problem.separate)):
        raise UnusableProblem(say("staffing.not-separated", pair="、".join(sorted(pair))))
    kept = [pair for pair in problem.separate if frozenset(pair) not in gone]
    return replace(problem, separate=kept)
