"""Families of cases, a case and all cases opened from it: what officers did in them."""

from collections.abc import Collection, Iterator, Mapping

from .duties import Deed
from .statements import Wire

_NAMES = ("root_id", "officer", "cosigners", "case_id", "trail", "step_name", "duty", "post")
_DEEDS = (
    f"SELECT {', '.join(_NAMES)}, count(*) FROM work_item "
    "WHERE office_id = ? AND root_id IN ({marks}) AND officer IS NOT NULL AND NOT external "
    f"GROUP BY {', '.join(_NAMES)}"
)
#: Begins a query on a case and all cases below it, ``below``; its values: office, case, office.
BELOW = (
    "WITH RECURSIVE below (id) AS (SELECT id FROM case_file WHERE office_id = ? AND id = ? "
    "UNION ALL SELECT c.id FROM case_file c JOIN below b ON c.parent_id = b.id "
    "WHERE c.office_id = ?) "
)


class Deeds(dict[Deed, int]):
    """What officers did or hold in a family of cases, each deed with its number."""

    def add(self, item: Mapping[str, object], number: int = 1) -> None:
        """Count what a work item tells, so many times."""
        for deed in deeds_in(item):
            self[deed] = self.get(deed, 0) + number

    def remove(self, item: Mapping[str, object]) -> None:
        """Count what a work item told no more."""
        for deed in deeds_in(item):
            number = self.pop(deed)
            if number > 1:
                self[deed] = number - 1


def load_deeds(wire: Wire, office_id: str, root_id: str) -> Deeds:
    """What officers did or hold in a family of cases."""
    return deeds_by_root(wire, office_id, [root_id])[root_id]


def deeds_by_root(wire: Wire, office_id: str, roots: Collection[str]) -> Mapping[str, Deeds]:
    """The same for several families at once."""
    found = {root: Deeds() for root in roots}
    text = _DEEDS.format(marks=", ".join("?" * len(roots)))
    for *values, number in wire.run(text, office_id, *roots).fetchall() if roots else ():
        row = dict(zip(_NAMES, values, strict=True))
        found[row["root_id"]].add({**row, "external": False}, number)
    return found


def deeds_in(item: Mapping[str, object]) -> Iterator[Deed]:
    """What a work item tells of the officers who hold or did it; outside steps tell nothing."""
    if item["officer"] is None or item["external"]:
        return
    others = str(item["cosigners"] or "").split(",")
    for officer in (item["officer"], *filter(None, others)):
        yield Deed(
            officer=str(officer),
            case_id=str(item["case_id"]),
            trail=str(item["trail"]),
            name=str(item["step_name"]),
            duty=str(item["duty"]),
            post=str(item["post"]),
        )
