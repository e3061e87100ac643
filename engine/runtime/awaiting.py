"""What families of cases wait for: steps, messages and timers, each by its trail."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .statements import Wire

_STEPS = (
    "SELECT DISTINCT root_id, trail FROM work_item "
    "WHERE office_id = ? AND root_id IN ({marks}) AND state IN ('ready', 'claimed') "
    "AND kind = 'step'"
)
_ALARMS = (
    "SELECT DISTINCT c.root_id, c.trail || t.step FROM timer t "
    "JOIN case_file c ON c.office_id = t.office_id AND c.id = t.case_id "
    "WHERE c.office_id = ? AND c.root_id IN ({marks})"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """What one family waits for."""

    steps: frozenset[str]
    #: Timers that run.
    alarms: frozenset[str]


def awaited_by(
    wire: Wire, office_id: str, roots: Collection[str], *, alarms: bool = True
) -> Mapping[str, Awaited]:
    """What each of some families waits for; ``alarms`` looks for timers too."""
    steps = _by_root(wire, _STEPS, office_id, roots)
    running = _by_root(wire, _ALARMS, office_id, roots) if alarms else {}
    return {
        root: Awaited(steps=frozenset(steps.get(root, ())), alarms=frozenset(running.get(root, ())))
        for root in roots
    }


def _by_root(wire: Wire, text: str, office_id: str, roots: Collection[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    marks = ", ".join("?" * len(roots))
    for root, trail in wire.run(text.format(marks=marks), office_id, *roots) if roots else ():
        found.setdefault(root, set()).add(trail)
    return found
