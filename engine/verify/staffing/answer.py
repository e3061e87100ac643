"""The answer: a staffing, or why there is none, or that time ran out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.model.wording import say

from .problem import Constraint, Problem


@dataclass(frozen=True, kw_only=True, slots=True)
class Staffing:
    """Every step has an officer, and every constraint is met."""

    officer_of: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Infeasible:
    """There is no staffing: proved, not given up."""

    problem: Problem

    @cached_property
    def explanation(self) -> tuple[Constraint, ...]:
        """Constraints that cannot be met together, none of them superfluous.

        Empty only where there is no officer at all. Found when first asked for.
        """
        from .explanation import minimal_conflict

        return minimal_conflict(self.problem)

    def __str__(self) -> str:
        return "；".join(map(str, self.explanation)) or say("staffing.nobody")


@dataclass(frozen=True, kw_only=True, slots=True)
class Undecided:
    """Time ran out before either was proved."""

    #: The limit that was asked for.
    seconds: float

    def __str__(self) -> str:
        return say("staffing.undecided", seconds=self.seconds)
