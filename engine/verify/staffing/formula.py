"""A problem as clauses, for the questions of optimisation that python-sat answers."""

from collections.abc import Iterable, Sequence

from .answer import Staffing
from .masks import Masks
from .matching import bits


class Formula:
    """Clauses that hold exactly where a staffing meets the problem.

    python-sat is imported when the first one is made: checking a drawing needs none.
    """

    def __init__(self, masks: Masks) -> None:
        self.masks = masks
        self.top = 0
        self.clauses: list[list[int]] = []
        #: For each task, the literal of each officer who may do it.
        self.does = [{officer: self.new() for officer in bits(may)} for may in masks.may]
        for officers in self.does:
            self.clauses.append(list(officers.values()))
            self.at_most(list(officers.values()), 1)
        for task, apart in enumerate(masks.apart):
            for other in bits(apart >> task):
                self.separate(task, task + other)
        for count, tasks in masks.at_most:
            self.at_most(list(self.used(bits(tasks)).values()), count)
        for count, tasks in masks.at_least:
            used = list(self.used(bits(tasks)).values())
            self.at_most([-literal for literal in used], len(used) - count)

    def new(self) -> int:
        """A fresh literal."""
        self.top += 1
        return self.top

    def separate(self, task: int, other: int, unless: int | None = None) -> None:
        """Two tasks are not done by one officer, unless the literal is true."""
        for officer, literal in self.does[task].items():
            if officer in self.does[other]:
                clause = [-literal, -self.does[other][officer]]
                self.clauses.append(clause if unless is None else [*clause, unless])

    def used(self, tasks: Iterable[int]) -> dict[int, int]:
        """For each officer, a literal: does one of these tasks."""
        does: dict[int, list[int]] = {}
        for task in tasks:
            for officer, literal in self.does[task].items():
                does.setdefault(officer, []).append(literal)
        used = {}
        for officer, literals in does.items():
            used[officer] = self.new()
            self.clauses.append([-used[officer], *literals])
            self.clauses += [[used[officer], -literal] for literal in literals]
        return used

    def at_most(self, literals: Sequence[int], bound: int) -> None:
        """No more than so many of the literals are true."""
        if bound == 0:
            self.clauses += [[-literal] for literal in literals]
        elif bound < 0:
            self.clauses += [[self.new()], [-self.top]]
        elif bound < len(literals):
            self.clauses.append([-self.totals(literals, bound + 1)[bound]])

    def totals(self, literals: Sequence[int], most: int) -> list[int]:
        """Literals that say: more than 0, 1, … of these are true, up to ``most``."""
        from pysat.card import ITotalizer

        if not literals or not most:
            return []
        with ITotalizer(list(literals), ubound=most, top_id=self.top) as totalizer:
            self.clauses += totalizer.cnf.clauses
            self.top = max(self.top, totalizer.top_id)
            return list(totalizer.rhs[:most])

    def staffing(self, model: Iterable[int]) -> Staffing:
        """The staffing that a model of the clauses stands for."""
        true = frozenset(model)
        officer_of = {}
        for steps, does in zip(self.masks.steps, self.does, strict=True):
            (officer,) = (o for o, literal in does.items() if literal in true)
            officer_of.update(dict.fromkeys(steps, self.masks.officers[officer]))
        return Staffing(officer_of=officer_of)
