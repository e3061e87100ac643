"""What families of cases wait for: steps, messages and timers, each by its trail."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from .statements import Wire

_STEPS = (
    "SELECT DISTINCT root_id, trail, 0 FROM work_item "
    "WHERE office_id = ? AND root_id IN ({marks}) AND state IN ('ready', 'claimed') "
    "AND kind = 'step'"
)
_ALARMS = (
    "SELECT DISTINCT c.root_id, c.trail || t.step, 1 FROM timer t "
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
    asked = (_STEPS, _ALARMS) if alarms else (_STEPS,)
    text = " UNION ALL ".join(asked).format(marks=", ".join("?" * len(roots)))
    values = (office_id, *roots) * len(asked)
    found: dict[str, tuple[set[str], set[str]]] = {root: (set(), set()) for root in roots}
    for root, trail, is_alarm in wire.run(text, *values) if roots else ():
        found[root][is_alarm].add(trail)
    return {
        root: Awaited(steps=frozenset(steps), alarms=frozenset(running))
        for root, (steps, running) in found.items()
    }
