"""Staffing: can these officers do these steps under these constraints, and how best.

:mod:`.problem` states the question, :mod:`.search` answers it by pattern
backtracking, :mod:`.explanation` says why not, :mod:`.optimise` finds the best.
"""

from .answer import Infeasible, Staffing, Undecided
from .optimise import Waivers, alternatives, balance, fewest_officers, fewest_waivers
from .problem import Constraint, Problem, UnusableProblem
from .solver import solve

__all__ = [
    "Constraint",
    "Infeasible",
    "Problem",
    "Staffing",
    "Undecided",
    "UnusableProblem",
    "Waivers",
    "alternatives",
    "balance",
    "fewest_officers",
    "fewest_waivers",
    "solve",
]
