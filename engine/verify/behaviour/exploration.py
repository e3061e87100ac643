"""``explore``: from a procedure to what its runs can do."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, reduce
from operator import or_
from types import MappingProxyType

from engine.model.procedure import Procedure
from engine.model.wording import say

from .. import soundness
from .block import bits
from .build import build
from .condensation import Condensation, condense
from .moves import compile_plan
from .net import Net
from .pairs import Pairs, together
from .plan import Plan
from .reach import Deadline, Graph, Limits, TimeUp, reach
from .runs import MAX_RUNS, is_executed, maximal_runs
from .shrink import shrink
from .stubborn import Stubborn
from .witness import in_graph, in_net

_NONE: Mapping[str, Procedure] = MappingProxyType({})


class Behaviour:
    """What the runs of one procedure can do; verdicts are exact or *unknown*."""

    def __init__(
        self,
        plan: Plan,
        net: Net | None,
        graph: Graph,
        reason: str | None,
        unreduced: Callable[[], Net],
        limits: Limits,
    ) -> None:
        self._limits = limits
        self._unreduced = unreduced
        self._graph = graph
        #: Ids of the tasks in document order; those of a called process as ``callId/stepId``.
        self.steps = tuple(plan.steps)
        #: Call activities whose processes are part of it, and those processes, both by id.
        self.calls: Mapping[str, str] = plan.calls
        #: Number of states visited.
        self.states = len(graph.states)
        #: Why some verdicts are *unknown*; None when all are exact.
        self.unknown_reason = reason
        rows = [0] * len(plan.steps)
        self.soundness = soundness.Soundness(sound="unknown", faults=())
        if net is not None:
            # As long again as it took to get here: what was explored is not thrown away.
            rows = together(net, graph, self._condensed, Deadline.after(limits.seconds + 1))
            self.soundness = soundness.judge(net, graph, self._condensed, complete=reason is None)
        #: For each two steps: ``may``, ``never`` or ``unknown``.
        self.pairs = Pairs(self.steps, rows, complete=reason is None)

    def may(self, *steps: str) -> bool | None:
        """Whether some run executes all these steps; None when that is unknown."""
        if len(steps) == 2:
            return {"may": True, "never": False, "unknown": None}[self.pairs[steps]]
        if self._graph.states and is_executed(self._graph, self._condensed, self._mask(steps)):
            return True
        return None if self.unknown_reason else False

    def witness(self, *steps: str) -> tuple[str, ...]:
        """Node ids of a shortest run that executes all these steps; empty where none is known."""
        if not self.may(*steps):
            return ()
        wanted = self._mask(steps)
        return in_net(self._chooser, wanted) or in_graph(self._graph, wanted) or ()

    def _mask(self, steps: Iterable[str]) -> int:
        return reduce(or_, (1 << self.steps.index(step) for step in steps), 0)

    @cached_property
    def _condensed(self) -> Condensation:
        return condense(self._graph.ways)

    @cached_property
    def _runs(self) -> frozenset[int] | str:
        """The maximal runs, or why there are none."""
        if self.unknown_reason:
            return self.unknown_reason
        try:
            runs = maximal_runs(self._graph, self._condensed, Deadline.after(self._limits.seconds))
        except TimeUp:
            return _late(self._limits)
        return say("behaviour.limit.runs", cap=MAX_RUNS) if runs is None else runs

    @cached_property
    def _chooser(self) -> Stubborn:
        """Of the net nothing is reduced in, where every step is a move of its own."""
        return Stubborn(self._unreduced())

    @cached_property
    def maximal_runs(self) -> tuple[frozenset[str], ...] | None:
        """Step sets of completed runs that no other completed run's set contains.

        None where they are unknown or too many: see :attr:`maximal_runs_reason`.
        """
        if isinstance(self._runs, str):
            return None
        runs = (frozenset(self.steps[s] for s in bits(mask)) for mask in self._runs)
        return tuple(sorted(runs, key=sorted))

    @property
    def maximal_runs_reason(self) -> str | None:
        """Why there is no list of maximal runs; None when there is."""
        return self._runs if isinstance(self._runs, str) else None


def explore(
    procedure: Procedure,
    library: Mapping[str, Procedure] = _NONE,
    limits: Limits | None = None,
) -> Behaviour:
    """Explore every run of a procedure.

    Parameters
    ----------
    procedure : the process to explore.
    library : process id → procedure, for call activities. The procedure itself
        need not be in it.
    limits : where exploration stops and verdicts become *unknown*.

    Examples
    --------
    >>> from engine.bpmn.library import Library
    >>> library = Library.load()
    >>> item = next(iter(library.procedures.values()))
    >>> explore(item, library.procedures).soundness.sound
    True
    """
    limits = limits or Limits()
    deadline = Deadline.after(limits.seconds)

    def unreduced() -> Net:
        return compile_plan(build(procedure, library))

    plan = build(procedure, library)
    try:
        if not plan.unsupported:
            shrink(plan, deadline)
            net = compile_plan(plan)
        if plan.unsupported:
            return Behaviour(plan, None, Graph(), plan.unsupported[0], unreduced, limits)
        graph = reach(net, limits, deadline)
        reason = _reason(plan, graph, limits)
        return Behaviour(plan, net, graph, reason, unreduced, limits)
    except TimeUp:
        return Behaviour(plan, None, Graph(), _late(limits), unreduced, limits)


def _late(limits: Limits) -> str:
    return say("behaviour.limit.seconds", cap=limits.seconds)


def _reason(plan: Plan, graph: Graph, limits: Limits) -> str | None:
    if graph.stopped_by is not None:
        caps = {"states": limits.states, "seconds": limits.seconds}
        return say(f"behaviour.limit.{graph.stopped_by}", cap=caps.get(graph.stopped_by))
    if graph.collisions:
        return say("behaviour.limit.unsafe")
    return plan.opaque[0] if plan.opaque else None
