"""Which steps one run can execute together: one pass backwards over the condensation."""

from collections.abc import Iterator, Mapping

from .block import bits
from .condensation import Condensation
from .net import Net
from .reach import Deadline, Graph


def together(net: Net, graph: Graph, condensed: Condensation, deadline: Deadline) -> list[int]:
    """For each step, the mask of steps that some run executes as well as it.

    A step is in its own mask when some run executes it at all.
    """
    component_of = condensed.component_of
    ahead = [0] * len(condensed.members)
    for component, members in enumerate(condensed.members):
        deadline.check()
        mask = 0
        for state in members:
            for move, there in graph.moves[state]:
                mask |= move.block.steps | ahead[component_of[there]]
        ahead[component] = mask
    behind = [0] * len(condensed.members)
    with_atom = [0] * len(net.atoms)
    for component, members in reversed([*enumerate(condensed.members)]):
        deadline.check()
        moves = [(move, component_of[to]) for state in members for move, to in graph.moves[state]]
        for move, then in moves:
            if then == component:
                behind[component] |= move.block.steps
        for move, then in moves:
            if then != component:
                behind[then] |= behind[component] | move.block.steps
            if move.atom:
                with_atom[move.atom.bit_length() - 1] |= behind[component] | ahead[then]
    return _by_step(net, with_atom, ahead[component_of[0]])


def _by_step(net: Net, with_atom: list[int], executed: int) -> list[int]:
    """From what is executed besides each atom to what is executed besides each step.

    An atom's own steps are among the former when some run executes it twice.
    """
    steps = [0] * len(net.plan.steps)
    for spot, others in zip(net.atoms, with_atom, strict=True):
        if spot.block.steps & executed:
            spot.block.mark(steps)
            for step in bits(spot.block.steps):
                steps[step] |= others | 1 << step
    return steps


class Pairs(Mapping[tuple[str, str], str]):
    """Verdict ``may``, ``never`` or ``unknown`` for each two steps, in either order."""

    def __init__(self, steps: tuple[str, ...], rows: list[int], *, complete: bool) -> None:
        self._steps = steps
        self._number = {step: number for number, step in enumerate(steps)}
        self._rows = rows
        self._otherwise = "never" if complete else "unknown"

    def __getitem__(self, pair: tuple[str, str]) -> str:
        first, second = pair
        met = self._rows[self._number[first]] >> self._number[second] & 1
        return "may" if met else self._otherwise

    def partners(self, number: int) -> int:
        """The mask of the steps that some run is known to execute as well as this one."""
        return self._rows[number]

    def count(self, verdict: str) -> int:
        """How many pairs have a verdict."""
        twice = sum((row & ~(1 << number)).bit_count() for number, row in enumerate(self._rows))
        met = twice // 2
        return met if verdict == "may" else len(self) - met if verdict == self._otherwise else 0

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for number, first in enumerate(self._steps):
            for second in self._steps[number + 1 :]:
                yield first, second

    def __len__(self) -> int:
        return len(self._steps) * (len(self._steps) - 1) // 2
