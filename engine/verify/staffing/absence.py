"""Which absences stop an item: the minimal sets of officers it cannot do without."""

from .finish import Unknown, Unstaffed, finish
from .item import ItemProblem


def stopping_absences(item: ItemProblem, most: int) -> tuple[frozenset[str], ...] | Unknown:
    """Every minimal set of up to ``most`` officers without whom some run cannot be done.

    Leave does not count. The only set of an item that cannot be done anyway is the empty one.

    A crew that is known to suffice is hit by every set that stops the item; so sets grow
    by one officer of such a crew only.

    Source: Reiter's hitting-set tree, as in :func:`.finish.finish`.
    """
    found: list[frozenset[str]] = []
    crews: list[frozenset[str]] = []
    level = {frozenset[str]()}
    for _ in range(most + 1):
        larger: set[frozenset[str]] = set()
        for absent in sorted(level, key=sorted):
            if any(stopping <= absent for stopping in found):
                continue
            crew = next((crew for crew in crews if not crew & absent), None)
            if crew is None:
                verdict = finish(item, absent=absent)
                if isinstance(verdict, Unknown):
                    return verdict
                if isinstance(verdict, Unstaffed):
                    found.append(absent)
                    continue
                crew = verdict.crew
                crews.append(crew)
            larger |= {absent | {officer} for officer in crew}
        level = larger
    return tuple(found)
